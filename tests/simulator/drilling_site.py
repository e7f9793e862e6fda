"""A drawn rig on its well, which tests let drill."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from idrill.simulator.crew import Crew, draw_crew
from idrill.simulator.event_kinds import EventKind
from idrill.simulator.events import Event
from idrill.simulator.noise import stream as numbers
from idrill.simulator.operation import Operation, draw_around
from idrill.simulator.outfit import Outfit, draw_outfit
from idrill.simulator.truth import ledger
from idrill.simulator.well_plan import WellPlan, draw_well

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = 86_400
SEED = 2

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Site:
    """A rig on a well with its crew."""

    rig: Outfit
    well: WellPlan
    crew: Crew

    def at(self, section: int, below: float) -> "Site":
        """The same, drilling a section from so many metres below its top on."""
        plan = self.well.sections
        top = plan[section - 1].bottom if section else self.well.start
        return replace(self, well=replace(self.well, start=top + below))

    def operation(self, steps: int = 2, *, wear_limit: float = 1.0) -> Operation:
        around = draw_around(self.rig, self.well, SEED)._replace(wear_limit=wear_limit)
        return Operation(self.rig, self.well, self.crew, START, SEED, around, steps=steps)


@cache
def site(seed: int = SEED) -> Site:
    crew = draw_crew(numbers(seed, "crew"))
    return Site(
        draw_outfit("SIM", numbers(seed, "rig")), draw_well("W", crew, numbers(seed, "well")), crew
    )


@cache
def day(section: int) -> pl.DataFrame:
    """The truth of a day in a section, without events."""
    return site().at(section, 200.0).operation().advance(DAY)


def values(truth: pl.DataFrame, column: str) -> Array:
    return truth[column].to_numpy()


def unclosed(truth: pl.DataFrame) -> tuple[float, float]:
    """What the mud ledger is out by, in the worst step and in all [m³]."""
    held = truth.select(out=ledger())["out"].to_numpy()
    return float(np.abs(np.diff(held)).max()), float(np.ptp(held))


def minute(truth: pl.DataFrame, column: str, second: float) -> float:
    """Mean of a minute."""
    return float(values(truth, column)[int(second) : int(second) + 60].mean())


def one(kind: EventKind, start: float, end: float, severity: float, growth: float = 60.0) -> Event:
    return Event(kind, start, end, severity, growth)
