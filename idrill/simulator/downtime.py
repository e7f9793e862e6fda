"""The time that repairs cost a rig on the slow clock.

Lives are worked out on the clock of work alone; every stop then moves what comes after it. While
the rig stands nothing wears.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from idrill.simulator.distributions import Distribution, LogNormal
from idrill.simulator.upkeep import EndedBy, Life

Steps = NDArray[np.int64]

REPAIR: Mapping[str, Distribution] = MappingProxyType(
    {
        "liner": LogNormal(2.5, 0.4),
        "piston": LogNormal(1.5, 0.4),
        "valve": LogNormal(1.0, 0.4),
        "washpipe": LogNormal(1.5, 0.4),
        "gearbox": LogNormal(48.0, 0.5),
        "brake": LogNormal(12.0, 0.5),
    }
)
"""Time that a failure stops the rig, by component [h] [e]: parts of a pump are changed in an hour
or two while the spare pump is lined up, a gearbox is exchanged as a whole."""
PLANNED = 0.3
"""Share of that time which a planned replacement takes, with parts and people at hand [-] [e]."""


def lost_hours(component: str, ended_by: EndedBy, random: Generator) -> float:
    """Time that the rig stands for the end of a life [h].

    An opportunistic replacement is made while the rig stands anyway.
    """
    failed = REPAIR[component].draw(random)
    share = {EndedBy.FAILURE: 1.0, EndedBy.PREVENTIVE: PLANNED}.get(ended_by, 0.0)
    return share * failed


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which step of work falls on which step of time."""

    worked: Steps
    """Step of work done last, by step of time."""
    standing: NDArray[np.bool_]
    """Whether the rig stands for a repair in it (step)."""

    def when(self, worked: Steps) -> Steps:
        """The step of time in which a step of work is done."""
        return np.searchsorted(self.worked, worked)

    def lived(self, lives: Iterable[Life]) -> Iterator[Life]:
        """Lives as far as the time reaches; its end cuts off what is left of the work."""
        last = int(self.worked[-1])
        for life in lives:
            if life.last <= last:
                yield life
            elif life.first <= last:
                yield replace(
                    life,
                    last=last,
                    ended_by=EndedBy.END_OF_DATA,
                    wear=life.wear[: last + 1 - life.first],
                )


def calendar_of(steps: int, stops: Mapping[int, float]) -> Calendar:
    """A calendar of so many steps.

    Args:
        steps: Of time.
        stops: Steps that the rig stands after a step of work, by that step; rounded to whole ones.

    Example:
        >>> calendar = calendar_of(6, {1: 2.0})
        >>> calendar.worked.tolist(), calendar.standing.astype(int).tolist()
        ([0, 1, 1, 1, 2, 3], [0, 0, 1, 1, 0, 0])
    """
    lost = np.zeros(steps)
    for step, count in stops.items():
        lost[step] = count
    worked = np.repeat(np.arange(steps), 1 + np.round(lost).astype(np.int64))[:steps]
    return Calendar(worked, np.diff(worked, prepend=-1) == 0)
