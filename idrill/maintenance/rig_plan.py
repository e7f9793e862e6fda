"""What a rig is to do, and how hard its equipment works meanwhile."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from idrill.errors import InvalidPlan

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of a rig's plan in which its equipment works more or less than usual."""

    start: datetime
    end: datetime
    duty: float
    """Of the usual; 0: it is not needed [-]."""
    name: str = ""
    equipment: str | None = None
    """None: all of it."""

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise InvalidPlan(f"phase {self.name!r}: ends {self.end}, not after its start")
        if not 0.0 <= self.duty <= 10.0:
            raise InvalidPlan(f"phase {self.name!r}: a duty of {self.duty:g} is none, use 0 to 10")


@dataclass(frozen=True, slots=True)
class RigPlan:
    """What a rig is to do, and what an hour costs that it stands."""

    rig_id: str
    hour_cost: float
    """Of an hour that it stands while it is needed [money]."""
    phases: tuple[Phase, ...] = ()
    """Where several hold at once, the one named last does; outside of them the usual."""

    def __post_init__(self) -> None:
        if not self.hour_cost >= 0.0:
            raise InvalidPlan(f"rig {self.rig_id}: an hour costs zero or more")


@dataclass(frozen=True, slots=True)
class Grid:
    """The instants at which work may begin: slots of equal length."""

    start: datetime
    slot: timedelta
    count: int

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.slot <= timedelta() or self.count < 1:
            raise InvalidPlan("a plan has a start with a time zone and slots that last")

    @property
    def end(self) -> datetime:
        """When the last slot ends."""
        return self.at(self.count)

    @property
    def slot_hours(self) -> float:
        """Length of a slot [h]."""
        return self.slot / timedelta(hours=1)

    def at(self, slot: int) -> datetime:
        """The start of a slot."""
        return self.start + slot * self.slot

    def since(self, at: datetime) -> int:
        """The first slot that begins at an instant or later, 0 for what is past."""
        return max(-((self.start - at) // self.slot), 0)

    def until(self, at: datetime) -> int:
        """The last slot boundary at an instant or before, at most the end; below 0: none."""
        return min((at - self.start) // self.slot, self.count)

    def lasting(self, hours: float) -> int:
        """Slots that so many hours take."""
        return max(-(timedelta(hours=-hours) // self.slot), 1)


def duty(plan: RigPlan | None, equipment: str | None, grid: Grid) -> Array:
    """How hard a piece of equipment works in each slot, relative to the usual (slot).

    A slot is as the instant in its middle.
    """
    found = np.ones(grid.count)
    if plan is None:
        return found
    middles = grid.start + grid.slot / 2
    for phase in plan.phases:
        if phase.equipment is not None and phase.equipment != equipment:
            continue
        first, last = (-((middles - at) // grid.slot) for at in (phase.start, phase.end))
        found[max(first, 0) : max(last, 0)] = phase.duty
    return found


def worked(usual: float, relative: Array, grid: Grid) -> Array:
    """Own hours that a component works from now until each slot begins (slot + 1).

    Args:
        usual: Own hours in an hour of the calendar [-].
        relative: As `duty` gives it (slot).
        grid: The slots.
    """
    return np.concatenate([[0.0], np.cumsum(usual * relative * grid.slot_hours)])
