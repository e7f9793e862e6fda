"""Fleets on the slow clock: many rigs, the lives of their components, and what minutes show of it.

Everything of a rig depends on the seed and its own number alone, so rigs may be simulated in any
order and a fleet of more rigs begins with the same ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from idrill.errors import InvalidSimulation
from idrill.frame import ACTIVITY, TIME, Activity
from idrill.rigs import COMPONENT_KINDS, Rig
from idrill.simulator.degradation import Population, draw_population, shown_path
from idrill.simulator.downtime import Calendar, calendar_of, lost_hours
from idrill.simulator.duty import Duty, DutyChange, draw_duty, schedule
from idrill.simulator.health import Effects, Steps, draw_effects, readings
from idrill.simulator.histories import HISTORY, row
from idrill.simulator.loading import brake_heat, draw_references, loads
from idrill.simulator.noise import stream
from idrill.simulator.segments import ACTIVITIES, PLACES, Segments
from idrill.simulator.slow_sensors import SlowSensors, air
from idrill.simulator.upkeep import (
    USUAL_POLICIES,
    EndedBy,
    Life,
    Loads,
    Policy,
    PolicyKind,
    Slot,
    Upkeep,
    draw_policy,
    lives,
    slots_of,
)
from idrill.simulator.wearing import WEARING

Array = NDArray[np.float64]

START = datetime(2026, 1, 1, tzinfo=UTC)
LIFE_HOURS = 15_000.0
"""How long a fleet runs unless told otherwise [h]."""


@dataclass(frozen=True, slots=True)
class SimulatedFleet:
    """Rigs with varied parameters, each simulated when asked for."""

    rigs: int
    seed: int
    start: datetime = START
    duration: timedelta = timedelta(hours=LIFE_HOURS)
    step: timedelta = timedelta(minutes=1)
    policies: tuple[PolicyKind, ...] = USUAL_POLICIES
    """Rigs take them in turn."""
    change: DutyChange | None = None

    def __post_init__(self) -> None:
        if self.rigs < 1:
            raise InvalidSimulation(f"rigs: a fleet of {self.rigs} is none")
        if self.step < timedelta(seconds=1) or self.duration < self.step:
            raise InvalidSimulation(
                f"step: {self.step} must be a second or more and fit the duration {self.duration}"
            )
        if not self.policies:
            raise InvalidSimulation("policies: name at least one")
        if self.start.tzinfo is None:
            raise InvalidSimulation("start: an instant without a time zone")

    @property
    def populations(self) -> dict[str, Population]:
        """What units of each component kind have in common in this fleet."""
        return {
            kind.name: draw_population(kind.name, stream(self.seed, "fleet", kind.name))
            for kind in COMPONENT_KINDS
        }

    def __iter__(self) -> Iterator["SimulatedRig"]:
        """Rig by rig; one at a time lies in memory."""
        return (self.rig(number) for number in range(1, self.rigs + 1))

    def rig(self, number: int) -> "SimulatedRig":
        """Rig `number`, counted from 1.

        Raises:
            InvalidSimulation: If the fleet has no such rig.
        """
        if not 1 <= number <= self.rigs:
            raise InvalidSimulation(f"rig: the fleet has 1 to {self.rigs}, not {number}")
        rig = Rig(f"SIM_{number:04d}", f"Simulated rig {number}", synthetic=True)
        random = stream(self.seed, rig.id, "rig")
        policy = self.policies[(number - 1) % len(self.policies)]
        return SimulatedRig(self, rig, draw_duty(rig.id, self.seed), draw_effects(random),
                            draw_policy(policy, random))  # fmt: skip

    def histories(self) -> pl.DataFrame:
        """Every life of the fleet, as `HISTORY`."""
        return pl.concat(rig.histories for rig in self)


@dataclass(frozen=True)
class SimulatedRig:
    """One rig of a fleet: its lives, and what its sensors read."""

    fleet: SimulatedFleet
    rig: Rig
    duty: Duty
    effects: Effects
    policy: Policy

    @cached_property
    def grid(self) -> Array:
        """Bounds of the steps [s since the start] (step + 1)."""
        bounds = np.arange(self.fleet.duration // self.fleet.step + 1, dtype=np.float64)
        return bounds * self.fleet.step.total_seconds()

    @property
    def steps(self) -> int:
        """How many steps the rig runs."""
        return self.grid.size - 1

    @cached_property
    def segments(self) -> Segments:
        """What the rig does."""
        random = stream(self.fleet.seed, self.rig.id, "schedule")
        return schedule(self.duty, float(self.grid[-1]), random, self.fleet.change)

    @cached_property
    def brake_heat(self) -> Array:
        """Braking power as the brake's temperature follows it [W] (segment)."""
        return brake_heat(self.segments.braking_power, self.segments.bounds)

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """Where its units are installed."""
        return slots_of(self.rig.equipment)

    @cached_property
    def loads(self) -> Loads:
        """What each step demands of each slot."""
        random = stream(self.fleet.seed, self.rig.id, "load laws")
        references = draw_references(self.segments, random)
        heat = self.effects.brake_rise / references.braking_power
        temperature = self.effects.air + heat * self.brake_heat
        return loads(self.segments, references, self.slots, self.grid, temperature)

    @cached_property
    def _worked_lives(self) -> tuple[Life, ...]:
        """Every life on the rig, were there no end to the time."""
        upkeep = Upkeep(
            self.fleet.seed, self.rig.id, self.slots, self.fleet.populations, self.policy,
            self._change(),
        )  # fmt: skip
        return tuple(lives(upkeep, self.loads))

    @cached_property
    def calendar(self) -> Calendar:
        """Which step of work falls on which step of time."""
        hours, stops = self.fleet.step / timedelta(hours=1), dict[int, float]()
        for life in self._worked_lives:
            name, component = self.slots[life.slot].name, self.slots[life.slot].component
            random = stream(self.fleet.seed, self.rig.id, name, "repair", str(life.number))
            lost = lost_hours(component, life.ended_by, random)
            stops[life.last] = stops.get(life.last, 0.0) + lost / hours
        return calendar_of(self.steps, stops)

    @cached_property
    def lives(self) -> tuple[Life, ...]:
        """Every life on the rig in the order of its end, in steps of work."""
        return tuple(self.calendar.lived(self._worked_lives))

    def _change(self) -> tuple[int, dict[str, float]] | None:
        change = self.fleet.change
        if change is None:
            return None
        usual = {each.name: each.share for each in WEARING["liner"].variants}
        step = int(np.searchsorted(self.grid, change.after))
        return step, {"ceramic": usual["ceramic"] * change.ceramic}

    @cached_property
    def histories(self) -> pl.DataFrame:
        """The lives, as `HISTORY`."""
        return pl.DataFrame([self._history(life) for life in self.lives], HISTORY, orient="row")

    def _history(self, life: Life) -> tuple[object, ...]:
        begun = self._instant(int(self.calendar.when(np.array(life.first))))
        own_hours = float(self.own_hours(life)[-1])
        ended = self._instant(self._end(life))
        return row(self.rig.id, self.slots[life.slot], life, (begun, ended), own_hours)

    def _end(self, life: Life) -> int:
        """Step of time before which a life ends."""
        ended = life.ended_by is not EndedBy.END_OF_DATA
        return int(self.calendar.when(np.array(life.last))) + 1 if ended else self.steps

    def _instant(self, step: int) -> datetime:
        return self.fleet.start + timedelta(seconds=float(self.grid[step]))

    def own_hours(self, life: Life) -> Array:
        """Own hours since installation at the end of each step of a life [h] (step)."""
        hours = self.loads.hours[life.slot]
        before = hours[life.first - 1] if life.first else 0.0
        return np.asarray(hours[life.first : life.last + 1] - before)

    def measured(self, first: int = 0, last: int | None = None) -> pl.DataFrame:
        """What the sensors read from step `first` up to, not including, `last`: a frame.

        Pieces put together equal the whole. Wear is not among the channels.
        """
        span = self._span(first, last)
        grid = self.grid[span[0] : span[-1] + 2]
        steps = Steps(
            self._means(span), self._shown(span), self.duty.stroke_volume,
            air(self.effects.air, grid),
        )  # fmt: skip
        sensors = SlowSensors(self.fleet.seed, self.rig.id, self.fleet.step)
        return sensors.frame(readings(self.effects, steps), self._times(span), grid)

    def frames(self, days: int = 30) -> Iterator[pl.DataFrame]:
        """The measured frame, so many days at a time."""
        size = max(int(timedelta(days=days) / self.fleet.step), 1)
        return (self.measured(first, first + size) for first in range(0, self.steps, size))

    def truth(self, first: int = 0, last: int | None = None) -> pl.DataFrame:
        """What no sensor reads: activity, and wear, own hours and life number of each slot."""
        span = self._span(first, last)
        begun = self.grid[self.calendar.worked[span]]
        codes = self.segments.activity[
            np.searchsorted(self.segments.bounds, begun, side="right") - 1
        ]
        codes = np.where(self.calendar.standing[span], ACTIVITIES.index(Activity.STATIC), codes)
        activity = [ACTIVITIES[int(code)].value for code in codes]
        columns: dict[str, pl.Series | Array] = {}
        for index, slot in enumerate(self.slots):
            names = ("wear", "own_hours", "life")
            columns |= {
                f"{slot.name}_{name}": values
                for name, values in zip(names, self._states(index, span), strict=True)
            }
        return pl.DataFrame(
            {
                "rig_id": pl.repeat(self.rig.id, span.size, eager=True),
                "time": self._times(span),
                "activity": pl.Series(activity, dtype=ACTIVITY),
                **columns,
            }
        )

    def _span(self, first: int, last: int | None) -> NDArray[np.int64]:
        end = self.steps if last is None else min(last, self.steps)
        if not 0 <= first < end:
            raise InvalidSimulation(f"step: there are {self.steps}, asked for {first} to {end}")
        return np.arange(first, end)

    def _times(self, span: NDArray[np.int64]) -> pl.Series:
        microsecond = timedelta(microseconds=1)
        start = (self.fleet.start - datetime(1970, 1, 1, tzinfo=UTC)) // microsecond
        return pl.Series(start + span * (self.fleet.step // microsecond)).cast(TIME)

    def _states(self, slot: int, span: NDArray[np.int64]) -> tuple[Array, Array, Array]:
        """Wear, own hours and number of the unit in a slot (step)."""
        states = np.zeros((3, self.steps))
        for life in self.lives:
            if life.slot == slot:
                its = slice(life.first, life.last + 1)
                states[0, its] = life.wear
                states[1, its] = self.own_hours(life)
                states[2, its] = life.number
        worked = self.calendar.worked[span]
        return states[0, worked], states[1, worked], states[2, worked]

    @cached_property
    def _shown_everywhere(self) -> dict[str, Array]:
        shown = {slot.name: np.zeros(self.steps) for slot in self.slots}
        for life in self.lives:
            slot = self.slots[life.slot]
            path = shown_path(WEARING[slot.component], life.unit, life.wear)
            shown[slot.name][life.first : life.last + 1] = path
        return shown

    def _shown(self, span: NDArray[np.int64]) -> dict[str, Array]:
        worked = self.calendar.worked[span]
        return {name: path[worked] for name, path in self._shown_everywhere.items()}

    def _means(self, span: NDArray[np.int64]) -> dict[str, Array]:
        """Mean loads of the steps by the names that `health` knows; none while the rig stands."""
        segments, worked = self.segments, self.calendar.worked[span]
        grid, works = self.grid[worked[0] : worked[-1] + 2], ~self.calendar.standing[span]
        levels = segments.levels() | {"brake_heat": self.brake_heat}
        means = {
            name: segments.over(level, grid)[worked - worked[0]] for name, level in levels.items()
        }
        return {name: mean if name in PLACES else mean * works for name, mean in means.items()}
