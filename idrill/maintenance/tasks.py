"""Work on equipment, from its proposal to its end."""

from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from idrill.errors import IllegalMove, InvalidTask


class Activity(StrEnum):
    """What is done, in words of ISO 14224."""

    REPLACE = "replace"
    REPAIR = "repair"
    ADJUST = "adjust"
    SERVICE = "service"
    TEST = "test"
    INSPECTION = "inspection"
    OVERHAUL = "overhaul"


RENEWING = frozenset({Activity.REPLACE, Activity.OVERHAUL})
"""Work after which a unit is as good as new."""


class State(StrEnum):
    """How a task stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    """It has a time."""
    IN_PROGRESS = "in_progress"
    DONE = "done"
    CANCELLED = "cancelled"


OVER = frozenset({State.DONE, State.CANCELLED})
"""States from which nothing follows."""

AGREED = frozenset({State.APPROVED, State.SCHEDULED})
"""States of work that was approved and has not begun; told to be another, it is proposed again."""

TIMED = frozenset({State.SCHEDULED, State.IN_PROGRESS, State.DONE})
"""States of work that has a time."""

_MOVES = MappingProxyType(
    {
        State.PROPOSED: {State.APPROVED, State.CANCELLED},
        State.APPROVED: {State.SCHEDULED, State.PROPOSED, State.CANCELLED},
        State.SCHEDULED: {State.IN_PROGRESS, State.PROPOSED, State.CANCELLED},
        State.IN_PROGRESS: {State.DONE, State.CANCELLED},
        State.DONE: set[State](),
        State.CANCELLED: set[State](),
    }
)


def moved(state: State, to: State) -> State:
    """The state `to`, where it may follow `state`.

    Example:
        >>> moved(State.APPROVED, State.SCHEDULED).value
        'scheduled'

    Raises:
        IllegalMove: If it may not; says which may.
    """
    if to not in _MOVES[state]:
        may = " or ".join(sorted(_MOVES[state])) or "nothing else"
        raise IllegalMove(f"this task is {state} and cannot become {to}: it can become {may}")
    return to


def check_times(start: datetime | None, end: datetime | None) -> None:
    """See that a task has a start and an end, or neither, in this order.

    Raises:
        InvalidTask: If not.
    """
    if (start is None) != (end is None):
        raise InvalidTask("a time is planned by its start and its end: give both or neither")
    if start is not None and end is not None and end <= start:
        raise InvalidTask(f"it would end {end.isoformat()}, not after its start")
