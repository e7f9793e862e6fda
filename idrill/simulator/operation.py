"""One rig on one well after another: the kernel, and what is decided at the surface.

The kernel runs until the string is out of the hole. Then the bit is changed; casing is run, or
lost pipe fished, without seconds of their own: the rig is out of the hole for as long as it takes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from idrill.errors import InvalidSimulation
from idrill.frame import TIME
from idrill.simulator.bits import DrawnBit, draw_bit
from idrill.simulator.crew import Crew
from idrill.simulator.distributions import LogNormal
from idrill.simulator.driller import OFF_BOTTOM
from idrill.simulator.events import Event, forcing
from idrill.simulator.geometry import annulus_capacity, string_bore
from idrill.simulator.job import job_of
from idrill.simulator.kernel import STEPS, simulate_seconds
from idrill.simulator.mismatch import drifting
from idrill.simulator.noise import stream, white
from idrill.simulator.outfit import Outfit
from idrill.simulator.parameters import Job, Moment, parts_of
from idrill.simulator.phases import AT_SURFACE, OUT, STARTING
from idrill.simulator.possible import require_possible
from idrill.simulator.state import BIN, State, blank
from idrill.simulator.surroundings import Surroundings, draw_surroundings
from idrill.simulator.truth import TRUTH, table
from idrill.simulator.well_plan import WellPlan

Array = NDArray[np.float64]

BIT_CHANGE = LogNormal(1.5 * 3600, 0.4)
"""Time out of the hole for a new bit [s] [e]."""
CASING = LogNormal(36 * 3600.0, 0.3)
"""To run and cement casing and test what shuts the well in [s] [e]."""
FISHING = LogNormal(30 * 3600.0, 0.5)
"""To fish for lost pipe [s] [e]."""
MOVING = LogNormal(3 * 24 * 3600.0, 0.4)
"""From one well to the next [s] [e]."""


@dataclass(slots=True)
class Operation:
    """A rig at work; `advance` takes it on in time."""

    rig: Outfit
    well: WellPlan
    crew: Crew
    start: datetime
    seed: int
    surroundings: Surroundings
    later: list[WellPlan] = field(default_factory=list)
    """Wells to be drilled after this one."""
    steps: int = STEPS
    """Of mud, block and bit a second; those of torsion go with them."""
    state: State = field(default_factory=blank)
    second: int = 0
    """Since the start."""
    run: int = 0
    """Bit run, counted from 0."""
    job: Job = field(init=False)

    def __post_init__(self) -> None:
        require_possible("rig", self.rig)
        require_possible("crew", self.crew)
        require_possible("surroundings", self.surroundings)
        for well in (self.well, *self.later):
            require_possible("well", well)
            check(self.start, self.rig, well)
        section = self.well.section_at(self.well.start)
        self.job = self._job(section.bit)
        begin(self.state, self.job, self.rig, self.well.start)

    @property
    def epoch(self) -> int:
        """Its start, in seconds since 1970."""
        return round(self.start.timestamp())

    def advance(self, seconds: int, events: tuple[Event, ...] = ()) -> pl.DataFrame:
        """The truth of the next seconds.

        Args:
            seconds: How many.
            events: Those under way in them, and any others.
        """
        values = np.zeros((len(TRUTH), seconds))
        moments, parts = self.moments(seconds, events), parts_of(self.job)
        second0, done = self.epoch + self.second, 0
        while done < seconds:
            done = simulate_seconds(
                self.state, parts, moments, values, (done, seconds), second0, self.steps
            )
            if self.state.driller[0].phase == AT_SURFACE:
                self._at_surface()
                parts = parts_of(self.job)
        first = self.start + timedelta(seconds=self.second)
        self.second += seconds
        return table(values, times(first, seconds))

    def moments(self, seconds: int, events: tuple[Event, ...]) -> Sequence[Moment]:
        """What the next seconds bring (second)."""
        first = self.epoch + self.second
        names = ("unsteadiness", "torque", "flow", "pressure", "jerk")
        chance = {
            name: white(self.seed, self.rig.id, f"kernel/{name}", first, seconds) for name in names
        }
        # Signed square and cube of a normal number: kurtosis 11.7 and 46, variance 3 and 15.
        chance["jerk"] *= np.abs(chance["jerk"]) / np.sqrt(3.0)
        chance["pressure"] **= 3
        chance["pressure"] /= np.sqrt(15.0)
        columns = forcing(events, self.second, seconds)._asdict() | chance
        columns["drag_factor"] *= drifting(
            self.seed,
            self.rig.id,
            self.surroundings.friction_drift,
            (self.second, self.second + seconds),
        )
        moments = np.zeros(seconds, [(name, np.float64) for name in columns])
        for name, column in columns.items():
            moments[name] = column
        return cast("Sequence[Moment]", moments.view(np.recarray))

    def _job(self, bit: DrawnBit) -> Job:
        section = self.well.section_at(self._depth())
        return job_of(
            self.rig, self.well, self.crew, section, bit, self.surroundings, self.seed, self.run
        )

    def _depth(self) -> float:
        return max(float(self.state.hoist[0].hole_depth), self.well.start)

    def _next_well(self) -> float:
        """Go to the next well; returns the time that takes [s], without end if there is none."""
        if not self.later:
            return np.inf
        self.well = self.later.pop(0)
        self.state.hoist[0].hole_depth = self.well.start
        random = stream(self.seed, self.rig.id, self.well.id, "move")
        section = self.well.section_at(self.well.start)
        self.job = self._job(section.bit)
        return MOVING.draw(random)

    def _at_surface(self) -> None:
        """Change bit, string and section, and stay out of the hole for as long as that takes."""
        self.run += 1
        random = stream(self.seed, self.rig.id, self.well.id, "surface", str(self.run))
        before, depth = self.job.hole, self._depth()
        section = self.well.section_at(depth)
        cased = section.bottom != before.bottom
        fished = self.state.hoist[0].parted > 0.0
        away = BIT_CHANGE.draw(random) + CASING.draw(random) * cased
        away += FISHING.draw(random) * fished
        drawn = draw_bit(section.diameter, section.set_points.flow, random)
        self.job = self._job(section.bit if cased else drawn)
        if depth >= self.well.bottom:
            away = self._next_well()
        surface(self.state, self.job, away)


def check(start: datetime, rig: Outfit, well: WellPlan) -> None:
    """See that a rig can drill a well from an instant on.

    Raises:
        InvalidSimulation: If it cannot, naming the field.
    """
    if start.tzinfo is None or start.microsecond:
        raise InvalidSimulation(f"start: {start} is no whole second with a time zone")
    if start < datetime(1970, 1, 1, tzinfo=UTC):
        raise InvalidSimulation(f"start: {start} is before 1970")
    most = sum(one.top_stroke_rate * one.stroke_volume * one.efficiency for one in rig.pumps)
    for section in well.sections:
        if section.set_points.flow > most:
            raise InvalidSimulation(
                f"set-points: flow {section.set_points.flow} m³/s is more than the pumps give, "
                f"{most:.4f} m³/s"
            )


def draw_around(rig: Outfit, well: WellPlan, seed: int) -> Surroundings:
    """What surrounds a rig on a well."""
    return draw_surroundings(stream(seed, rig.id, well.id, "surroundings"))


def begin(state: State, job: Job, rig: Outfit, depth: float) -> None:
    """Set a rig up just off bottom after a connection, its lines drained and its pumps off.

    Args:
        state: Blank; is filled.
        job: String and hole.
        rig: Whose tanks are filled.
        depth: Of the hole [m].
    """
    driller, hoist, mud = state.driller[0], state.hoist[0], state.mud[0]
    machinery = job.machinery
    driller.phase, driller.until_pause = STARTING, 0.5 / max(job.orders.pauses, 1e-9)
    hoist.position = machinery.lowest + OFF_BOTTOM + machinery.stand
    hoist.hole_depth, hoist.bit_depth = depth, max(depth - OFF_BOTTOM, 0.0)
    mud.string_capacity = string_bore(job.assembly, hoist.bit_depth)
    mud.string, mud.drained = mud.string_capacity, machinery.drain_back
    mud.annulus = annulus_capacity(job.hole, job.assembly, depth, hoist.bit_depth)
    mud.trip_tank = rig.pits.trip_tank
    mud.temperature = mud.temperature_out = job.fluid.temperature
    state.tanks[: len(rig.pits.levels)] = rig.pits.levels


def surface(state: State, job: Job, away: float) -> None:
    """Set a rig up out of the hole with what it is to run in next.

    The hole is clean and full. What a new casing displaces is lost; what a riser takes is added.

    Args:
        state: With the string at the surface; is changed.
        job: The next string, and the hole that it is run into.
        away: Time out of the hole [s].
    """
    driller, hoist, mud = state.driller[0], state.hoist[0], state.mud[0]
    driller.phase, driller.left, driller.leaving = OUT, away, 0
    driller.alarmed = 0.0
    hoist.bit_depth, hoist.wear, hoist.parted, hoist.speed = 0.0, 0.0, 0.0, 0.0
    hoist.position, hoist.in_slips = job.machinery.lowest, 1
    full = annulus_capacity(job.hole, job.assembly, hoist.hole_depth, 0.0)
    change = full - mud.annulus
    mud.added += max(change, 0.0)
    mud.lost += max(-change, 0.0)
    mud.annulus = full
    mud.rock = mud.bed = 0.0
    mud.emptied = int(mud.way_out / BIN)
    state.way[:] = 0.0
    state.losses[0].flow = 0.0


def times(first: datetime, seconds: int) -> pl.Series:
    """The instants of so many seconds."""
    microseconds = round(first.timestamp()) * 1_000_000 + np.arange(seconds) * 1_000_000
    return pl.Series(microseconds).cast(TIME)
