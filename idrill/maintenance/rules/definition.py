"""What an alert rule is made of.

A rule is a tree of terms over the validated readings of a rig. A term is true, false, or unknown
where nothing usable was measured; what is unknown neither raises an alert nor ends one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from idrill.frame import INFORMATIVE, Activity, Quality
from idrill.maintenance.alerts import Priority
from idrill.maintenance.escalations import Escalation

UNUSABLE = int(~INFORMATIVE & 0xFFFF) & int(sum(Quality))
"""Bits of quality that keep a rule from using a value, unless the rule says others."""


class Direction(StrEnum):
    """Which change is meant."""

    RISES = "rises_by"
    FALLS = "falls_by"
    CHANGES = "changes_by"


@dataclass(frozen=True, slots=True)
class Limit:
    """A channel beyond a limit, in the channel's unit."""

    channel: str
    low: float | None = None
    """True below it."""
    high: float | None = None
    """True above it."""
    deadband: float = 0.0
    """How far inside of the limit the value has to come back before this is over."""
    smooth: float = 0.0
    """Time constant of the mean that is judged instead of the value [s]; 0: the value itself."""


@dataclass(frozen=True, slots=True)
class ScoreLimit:
    """What a model says of a component, beyond a limit."""

    score: str
    """Its name, such as `rul_p10` [h]."""
    low: float | None = None
    high: float | None = None
    deadband: float = 0.0


@dataclass(frozen=True, slots=True)
class Change:
    """A channel that changes by more than so much within some time, in the channel's unit."""

    channel: str
    direction: Direction
    by: float
    within: float
    """Length of the window [s]; it is kept in 20 parts."""
    deadband: float = 0.0
    during: frozenset[Activity] = frozenset()
    """The window begins anew where the rig does something else; empty: it never does."""
    smooth: float = 0.0
    """Time constant of the mean that is judged instead of the value [s]; 0: the value itself."""


@dataclass(frozen=True, slots=True)
class Stale:
    """A channel that once brought values and brought no usable one for some time."""

    channel: str
    after: float
    """[s] of event time."""


@dataclass(frozen=True, slots=True)
class Doing:
    """The rig does one of these."""

    activities: frozenset[Activity]


@dataclass(frozen=True, slots=True)
class Every:
    """All of the terms hold."""

    terms: tuple["Term", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of the terms holds."""

    terms: tuple["Term", ...]


@dataclass(frozen=True, slots=True)
class Contrary:
    """The term does not hold."""

    term: "Term"


Leaf = Limit | ScoreLimit | Change | Stale | Doing
Term = Leaf | Every | Either | Contrary


@dataclass(frozen=True, slots=True)
class Rule:
    """What raises an alert, and what ends it."""

    name: str
    term: Term
    priority: Priority = Priority.MEDIUM
    message: str = ""
    """May hold placeholders; "" says the name."""
    on_delay: float = 0.0
    """How long the term has to hold before an alert is raised [s] of event time."""
    off_delay: float = 0.0
    """How long it has to be over before the alert returns [s] of event time."""
    escalations: tuple[Escalation, ...] = ()
    unusable: int = UNUSABLE
    """Bits of quality that keep a value from being used."""
    rig_id: str | None = None
    """None: every rig."""
    enabled: bool = True
    description: str = ""
    version: int = 1

    def covers(self, rig_id: str) -> bool:
        """Whether it is judged on a rig."""
        return self.enabled and self.rig_id in (None, rig_id)


def leaves(term: Term) -> Iterator[Leaf]:
    """The terms of a tree that hold no others, from left to right.

    Example:
        >>> tree = Every((Limit("torque", high=50.0), Stale("hook_load", 60.0)))
        >>> [type(leaf).__name__ for leaf in leaves(tree)]
        ['Limit', 'Stale']
    """
    if isinstance(term, Every | Either):
        for one in term.terms:
            yield from leaves(one)
    elif isinstance(term, Contrary):
        yield from leaves(term.term)
    else:
        yield term


def channels_of(rule: Rule) -> tuple[str, ...]:
    """The channels that a rule reads, each once."""
    read = (getattr(leaf, "channel", None) for leaf in leaves(rule.term))
    return tuple(dict.fromkeys(name for name in read if name is not None))
