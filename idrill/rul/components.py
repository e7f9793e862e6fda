"""The components whose life is foreseen: what a record says of them, and how they are framed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

import numpy as np

from idrill.errors import InvalidWindows
from idrill.rigs import COMPONENT_KINDS, ComponentKind, FailureMode
from idrill.rul.features import RATED, channels_of
from idrill.rul.problem import Problem


class EndedBy(StrEnum):
    """Why a unit was taken out, as a maintenance department knows it."""

    FAILURE = "failure"
    PREVENTIVE = "preventive"
    """Replaced though it worked: by plan, or for what an inspection found."""
    OPPORTUNISTIC = "opportunistic"
    """Replaced while a neighbour was."""
    IN_SERVICE = "in_service"
    """Not at all: it is still installed."""


@dataclass(frozen=True, slots=True)
class ComponentLife:
    """One unit of a component from its installation to its removal; its wear is known to nobody."""

    rig_id: str
    equipment: str
    """Such as `mud_pump_2`."""
    component: str
    """Name in `rigs.COMPONENT_KINDS`."""
    number: int
    """Counts the units recorded in its place, from 1."""
    start: datetime
    end: datetime | None = None
    """None while it is in service."""
    ended_by: EndedBy = EndedBy.IN_SERVICE
    failure_mode: FailureMode | None = None
    """How it failed, if it did."""
    variant: str | None = None
    """Its make, such as `ceramic`."""
    own_hours: float | None = None
    """Age at the end by the rig's own count, if one was kept [own hours]."""
    source: str = ""
    """Who says so: a file, a simulation."""

    def __post_init__(self) -> None:
        for name, when in (("start", self.start), ("end", self.end)):
            if when is not None and when.tzinfo is None:
                raise InvalidWindows(f"{self.unit}: its {name} {when} has no time zone")

    @property
    def unit(self) -> str:
        """Its name, such as `RIG_01/mud_pump_2/liner/3`."""
        return f"{self.rig_id}/{self.equipment}/{self.component}/{self.number}"

    @property
    def failed(self) -> bool:
        """Whether its life ended by failure; else it was cut short, or goes on."""
        return self.ended_by is EndedBy.FAILURE


@dataclass(frozen=True, slots=True)
class Framing:
    """How the lives of one component are cut, and how its fleets are simulated."""

    step: float
    """Own hours of a row."""
    settled: float
    """Own hours at the start that a unit is later held against."""
    length: int
    """Rows of a window."""
    duration: timedelta
    """Of a fleet."""
    fleets: int
    """Of six rigs each, that show enough failures to learn from."""


_MONTHS_12 = timedelta(hours=12_000)
_YEARS_17 = timedelta(hours=150_000)

FRAMINGS: Mapping[str, Framing] = MappingProxyType(
    {
        # A valve leaks within 2 to 20 hours of its end, so its rows are the shortest.
        "liner": Framing(4.0, 48.0, 32, _MONTHS_12, fleets=16),
        "piston": Framing(4.0, 24.0, 24, _MONTHS_12, fleets=16),
        "valve": Framing(2.0, 24.0, 32, _MONTHS_12, fleets=16),
        "washpipe": Framing(4.0, 48.0, 32, _MONTHS_12, fleets=32),
        # Lives of thousands of own hours: a row is two days' work, a window a season's.
        "gearbox": Framing(48.0, 480.0, 32, _YEARS_17, fleets=40),
        # Thirty calendar hours make one equivalent hour of braking: a row is ten days' work.
        "brake": Framing(8.0, 64.0, 24, _YEARS_17, fleets=40),
    }
)
"""By the name of the component."""

RATED_LIVES: Mapping[str, float] = MappingProxyType(
    {"metal": 650.0, "ceramic": 2_300.0, "zirconia": 4_500.0}
)
"""Life that vendors state of a liner's make, mid-range [own hours]."""


def kind_of(component: str) -> ComponentKind:
    """The kind of component called so.

    Raises:
        InvalidWindows: If there is none.
    """
    for kind in COMPONENT_KINDS:
        if kind.name == component:
            return kind
    known = ", ".join(kind.name for kind in COMPONENT_KINDS)
    raise InvalidWindows(f"no component is called {component!r}; there are {known}")


def framing_of(component: str) -> Framing:
    """How the lives of a component are cut.

    Raises:
        InvalidWindows: If there is no such component.
    """
    return FRAMINGS[kind_of(component).name]


def problem_of(component: str, median_life: float) -> Problem:
    """What is to be foreseen of a component.

    The cap is half the median life: beyond it nothing of the end shows, and a planner needs no
    figure. It is rounded to what a graph in single precision can say, or a unit at the cap would
    lie above every interval. Conditions vary without a step on a rig, so there is one regime, with
    a quadratic response to them.

    Args:
        component: Name in `rigs.COMPONENT_KINDS`.
        median_life: Of the lives in training that ended by failure [own hours].

    Raises:
        InvalidWindows: If there is no such component.
        InvalidModel: If the median life is not above zero.

    Example:
        >>> problem_of("valve", 400.0).cap
        200.0
    """
    kind, framing = kind_of(component), framing_of(component)
    channels, conditions = channels_of(component)
    return Problem(
        name=component,
        clock=kind.life_clock,
        channels=channels,
        conditions=conditions,
        regimes=1,
        length=framing.length,
        cap=float(np.float32(median_life / 2.0)),
    )


def rated_life(life: ComponentLife) -> float:
    """Life that the unit's make is sold for [own hours]; NaN if that is not known."""
    return RATED_LIVES.get(life.variant or "", float("nan"))


def unknown_make(life: ComponentLife) -> str:
    """Why a model would not know the make of a unit; "" if it does, or needs none."""
    if life.component not in RATED or not life.variant or life.variant in RATED_LIVES:
        return ""
    return (
        f"unknown make {life.variant!r} of a {life.component}; there are "
        f"{', '.join(RATED_LIVES)}: leave it empty for another"
    )


def median_life(ends: Sequence[float]) -> float:
    """Median of the ages at which units failed [own hours].

    Raises:
        InvalidWindows: If none did.
    """
    if not ends:
        raise InvalidWindows("no life ended by failure, so there is no median life")
    return float(np.median(ends))
