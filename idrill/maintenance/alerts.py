"""Alerts and their states, in the words of ISA-18.2.

What is done to an alert decides its next state: acknowledging one whose condition is over closes
it, and so does the end of the condition of one that was acknowledged.
"""

from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from idrill.errors import IllegalMove

LONGEST_SHELF = timedelta(days=7)
"""How long an alert may be put aside at once."""


class Priority(StrEnum):
    """How soon somebody has to act."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class State(StrEnum):
    """How an alert stands."""

    UNACKNOWLEDGED = "unacknowledged"
    """Its condition holds, and nobody said that they saw it."""
    ACKNOWLEDGED = "acknowledged"
    RETURNED_UNACKNOWLEDGED = "returned_unacknowledged"
    """Its condition is over, and nobody said that they saw it."""
    SHELVED = "shelved"
    """Put aside by a person until a given time."""
    SUPPRESSED = "suppressed"
    """Taken out of the list by design, until it is put back."""
    CLOSED = "closed"


class Action(StrEnum):
    """What is done to an alert."""

    ACKNOWLEDGE = "acknowledge"
    RETURN = "return"
    """Its condition is over."""
    RECUR = "recur"
    """Its condition is back."""
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    """By a person, or because the time is up."""
    SUPPRESS = "suppress"
    UNSUPPRESS = "unsuppress"
    CLOSE = "close"
    ESCALATE = "escalate"
    """Nobody said that they saw it for too long: its priority is raised."""
    DEESCALATE = "deescalate"
    """Its priority is what it was again."""


_PUT_ASIDE = {Action.SHELVE: State.SHELVED, Action.SUPPRESS: State.SUPPRESSED}

_MOVES = MappingProxyType(
    {
        State.UNACKNOWLEDGED: _PUT_ASIDE
        | {
            Action.ACKNOWLEDGE: State.ACKNOWLEDGED,
            Action.RETURN: State.RETURNED_UNACKNOWLEDGED,
            Action.ESCALATE: State.UNACKNOWLEDGED,
            Action.DEESCALATE: State.UNACKNOWLEDGED,
        },
        State.ACKNOWLEDGED: _PUT_ASIDE
        | {
            Action.RETURN: State.CLOSED,
            Action.RECUR: State.UNACKNOWLEDGED,
            Action.CLOSE: State.CLOSED,
            Action.DEESCALATE: State.ACKNOWLEDGED,
        },
        State.RETURNED_UNACKNOWLEDGED: _PUT_ASIDE
        | {
            Action.ACKNOWLEDGE: State.CLOSED,
            Action.RECUR: State.UNACKNOWLEDGED,
            Action.DEESCALATE: State.RETURNED_UNACKNOWLEDGED,
        },
        State.SHELVED: {
            Action.UNSHELVE: State.UNACKNOWLEDGED,
            Action.SUPPRESS: State.SUPPRESSED,
        },
        State.SUPPRESSED: {Action.UNSUPPRESS: State.UNACKNOWLEDGED},
        State.CLOSED: {},
    }
)


def after(state: State, action: Action) -> State:
    """The state of an alert once `action` was done to it.

    Example:
        >>> after(State.RETURNED_UNACKNOWLEDGED, Action.ACKNOWLEDGE).value
        'closed'

    Raises:
        IllegalMove: If that cannot be done to an alert in this state; says what can.
    """
    moves = _MOVES[state]
    if action not in moves:
        may = " or ".join(sorted(moves)) or "nothing: a new occurrence is a new alert"
        raise IllegalMove(f"this alert is {state}: {action} is not possible; possible: {may}")
    return moves[action]
