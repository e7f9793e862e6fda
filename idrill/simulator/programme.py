"""What the wells of a rig are like to drill: bit run by bit run, from excerpts of the fast clock.

Rig, crew, wells, strings and bits are those that the fast clock draws from the same seed. A rig
comes back to its few wells over and over; chance decides anew each time how long things take.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from idrill.simulator.bits import DrawnBit, draw_bit
from idrill.simulator.crew import Crew, draw_crew
from idrill.simulator.excerpts import LEVEL_COUNT, RATE, WEARING, Excerpts, Touched
from idrill.simulator.geometry import annulus_capacity, circle
from idrill.simulator.job import assembly_of, job_of, orders_of
from idrill.simulator.kernel import COUNTED_EFFICIENCY
from idrill.simulator.noise import stream
from idrill.simulator.operation import BIT_CHANGE, CASING, Operation, draw_around
from idrill.simulator.outfit import Outfit, draw_outfit
from idrill.simulator.parameters import Job
from idrill.simulator.phases import LOWERING, PULLING
from idrill.simulator.surroundings import Surroundings
from idrill.simulator.well_plan import HoleSection, WellPlan, draw_well

Array = NDArray[np.float64]

WELLS = 4
"""Different wells of a rig [e]."""
TOUCHES = 3
"""Stands for one of which the kernel comes to bottom."""
SPOTS = 3
"""Spots of each stand where it drills."""
TRIP_POINTS = (0.15, 0.5, 0.85)
"""Depths at which a stand is tripped, as share of the way to the bottom of a section."""
SLOWEST = 0.2 / 3600.0
"""Rate below which no crew goes on for a whole stand [m/s] [e]."""
SHORTEST = 0.5
"""Length that is not worth a stand [m]."""
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
"""Where the noise of excerpts begins."""


@dataclass(frozen=True, slots=True)
class Trip:
    """Moving one stand after the other."""

    depth: Array
    """Of the bit [m] (point)."""
    seconds: Array
    """That the block takes [s] (point)."""
    power: Array
    """Mean hook load times speed [W] (point)."""


@dataclass(frozen=True, slots=True)
class Stand:
    """A stand that is drilled."""

    touched: Touched
    """Coming to bottom with it, or with one nearby."""
    drilled: Array
    """Drilling it, spot by spot (spot, level)."""
    lengths: Array
    """That each spot speaks for, zero where the bit is worn before [m] (spot)."""


@dataclass(frozen=True, slots=True)
class BitRun:
    """From running a bit in to pulling it out."""

    start: float
    """[m]"""
    stands: tuple[Stand, ...]
    job: Job
    stroke_rates: Array
    """At full flow, for each choice of the spare pump [1/s] (choice, pump)."""
    lowering: Trip
    pulling: Trip
    bottoms_up: float
    """Time to circulate the annulus once [s]."""
    cased: bool
    """Whether casing is run after it."""
    last: bool
    """Whether it is the well's last."""


def rig_of(rig_id: str, seed: int) -> Outfit:
    """The rig that `campaign.draw_campaign` draws."""
    return draw_outfit(rig_id, stream(seed, rig_id, "outfit"))


def crew_of(rig_id: str, seed: int) -> Crew:
    """The crew that it draws."""
    return draw_crew(stream(seed, rig_id, "crew"))


@lru_cache(maxsize=256)
def runs_of(rig_id: str, seed: int) -> tuple[BitRun, ...]:
    """The bit runs of a rig's wells, one well after the other; kept, for they take a second."""
    return tuple(_runs(rig_of(rig_id, seed), crew_of(rig_id, seed), seed))


def _runs(rig: Outfit, crew: Crew, seed: int) -> Iterator[BitRun]:
    around, run = None, 0
    for number in range(1, WELLS + 1):
        random = stream(seed, rig.id, "well", str(number))
        well = draw_well(f"{rig.id} {number}", crew, random)
        around = around or draw_around(rig, well, seed)
        for bit_run in _Walk(rig, crew, well, around, seed).runs(run):
            yield bit_run
            run += 1


class _Walk:
    """Down one well."""

    def __init__(
        self, rig: Outfit, crew: Crew, well: WellPlan, around: Surroundings, seed: int
    ) -> None:
        self._rig, self._crew, self._well, self._seed, self._around = rig, crew, well, seed, around
        self._operation = Operation(rig, well, crew, EPOCH, seed, around)

    def runs(self, run: int) -> Iterator[BitRun]:
        """Bit run after bit run.

        Args:
            run: Number of the first one on the rig.
        """
        depth, well = self._well.start, self._well
        for section in well.sections:
            bit = section.bit
            job = job_of(self._rig, well, self._crew, section, bit, self._around, self._seed, run)
            trips = self._trip(job, LOWERING), self._trip(job, PULLING)
            while section.bottom - depth > SHORTEST:
                job = self._with(job, section, bit, run)
                start, stands = depth, tuple(self._stands(job, depth))
                depth = start + sum(float(stand.lengths.sum()) for stand in stands)
                yield BitRun(
                    start, stands, job, self._stroke_rates(section, job), *trips,
                    annulus_capacity(job.hole, job.assembly, depth, depth) / job.orders.flow,
                    section.bottom - depth <= SHORTEST, well.bottom - depth <= SHORTEST,
                )  # fmt: skip
                run += 1
                bit = self._next_bit(section, run)

    def _with(self, job: Job, section: HoleSection, bit: DrawnBit, run: int) -> Job:
        return job._replace(
            assembly=assembly_of(section.string, bit, section.mud),
            orders=orders_of(self._crew, section.set_points, self._rig, run),
        )

    def _next_bit(self, section: HoleSection, run: int) -> DrawnBit:
        """The bit that the fast clock draws for this run."""
        random = stream(self._seed, self._rig.id, self._well.id, "surface", str(run))
        BIT_CHANGE.draw(random)
        CASING.draw(random)
        return draw_bit(section.diameter, section.set_points.flow, random)

    def _stands(self, job: Job, depth: float) -> Iterator[Stand]:
        """The stands that are drilled with a bit, until it is worn or the section ends."""
        excerpts, limit = Excerpts(self._operation, job), self._around.wear_limit
        wear, rock, number = 0.0, 0.0, 0
        while job.hole.bottom - depth > SHORTEST and wear < limit:
            if number % TOUCHES == 0:
                touched = excerpts.touched(depth, wear, rock)
            length = min(job.machinery.stand, job.hole.bottom - depth) / SPOTS
            spots, lengths = np.zeros((SPOTS, LEVEL_COUNT)), np.zeros(SPOTS)
            for place in range(SPOTS):
                spots[place] = excerpts.spot(depth + length / 2, wear, rock)
                rate = max(spots[place, RATE], SLOWEST)
                rock = rate * circle(job.hole.diameter) / job.orders.flow
                wearing = spots[place, WEARING] / rate
                left = max((limit - wear) / wearing, SHORTEST) if wearing > 0.0 else np.inf
                lengths[place] = min(length, left) if wear < limit else 0.0
                wear += wearing * lengths[place]
                depth += lengths[place]
            yield Stand(touched, spots, lengths)
            number += 1

    def _trip(self, job: Job, phase: int) -> Trip:
        depths = np.array(TRIP_POINTS) * job.hole.bottom
        excerpts = Excerpts(self._operation, job)
        stands = [excerpts.tripped(depth, phase) for depth in depths]
        return Trip(
            depths,
            np.array([stand.seconds for stand in stands]),
            np.array([stand.power for stand in stands]),
        )

    def _stroke_rates(self, section: HoleSection, job: Job) -> Array:
        """At full flow, for each choice of the spare pump [1/s] (choice, pump)."""
        rates = []
        for choice in range(len(self._rig.pumps)):
            pumps = orders_of(self._crew, section.set_points, self._rig, choice).pumps
            per_stroke = (pumps * job.machinery.stroke_volume).sum() * COUNTED_EFFICIENCY
            rates.append(
                pumps * min(job.orders.flow / per_stroke, job.machinery.top_stroke_rate[0])
            )
        return np.array(rates)
