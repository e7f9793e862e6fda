"""What a rig does on the slow clock, and what that demands of its equipment.

The rig works through the bit runs of its wells (`programme`), over and over: run in, drill stand by
stand, pull out, then a new bit, casing or a move. The schedule is a list of segments of constant
load, so loads and load laws are integrated exactly over steps of any length.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import count

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from idrill.channels import PUMPS
from idrill.errors import InvalidSimulation
from idrill.simulator.crew import Crew
from idrill.simulator.distributions import LogNormal
from idrill.simulator.noise import stream
from idrill.simulator.outfit import Outfit
from idrill.simulator.programme import BitRun, crew_of, rig_of, runs_of
from idrill.simulator.segments import Segments
from idrill.simulator.work import COLUMNS
from idrill.simulator.working import worked

Array = NDArray[np.float64]

SAND = LogNormal(1.0, 0.25)
"""Sand in the mud of a rig relative to the usual [-] [e]."""


@dataclass(frozen=True)
class Duty:
    """How one rig is worked: it and its crew are those of `campaign.draw_campaign`."""

    rig_id: str
    seed: int
    sand: float
    """Sand in the mud relative to the usual [-]."""

    @cached_property
    def rig(self) -> Outfit:
        """What the rig carries."""
        return rig_of(self.rig_id, self.seed)

    @cached_property
    def crew(self) -> Crew:
        """Who works it."""
        return crew_of(self.rig_id, self.seed)

    @property
    def stroke_volume(self) -> float:
        """Of one pump [m³]."""
        return self.rig.pumps[0].stroke_volume

    @property
    def runs(self) -> tuple[BitRun, ...]:
        """The bit runs of its wells."""
        return runs_of(self.rig_id, self.seed)


def draw_duty(rig_id: str, seed: int) -> Duty:
    """How one rig is worked."""
    return Duty(rig_id, seed, SAND.draw(stream(seed, rig_id, "sand")))


@dataclass(frozen=True, slots=True)
class DutyChange:
    """A lasting change of how a rig is worked, for tests of drift."""

    after: float
    """From when on [s since the start]."""
    pressure: float = 1.2
    """Factor on all pressures [-]."""
    sand: float = 1.5
    """Factor on the sand in the mud [-]."""
    ceramic: float = 0.5
    """Factor on how often ceramic liners are installed [-]."""

    def __post_init__(self) -> None:
        for name in ("pressure", "sand", "ceramic"):
            if not getattr(self, name) >= 0.0:
                raise InvalidSimulation(f"duty change: {name} is a factor of zero or more")


def schedule(
    duty: Duty, seconds: float, random: Generator, change: DutyChange | None = None
) -> Segments:
    """What the rig does for at least so long.

    Raises:
        InvalidSimulation: If the duration is not above zero.
    """
    if not seconds > 0.0:
        raise InvalidSimulation(f"duration: {seconds} s is nothing to simulate")
    parts, total = [], 0.0
    for part in _bit_runs(duty, random):
        parts.append(part)
        total += part[:, COLUMNS.index("seconds")].sum()
        if total >= seconds:
            break
    return _segments(duty, np.vstack(parts), change)


def _bit_runs(duty: Duty, random: Generator) -> Iterator[Array]:
    """Rows of `COLUMNS`, bit run after bit run without end."""
    for number in count():
        run = duty.runs[number % len(duty.runs)]
        yield worked(run, duty.crew, number, random)


def _segments(duty: Duty, rows: Array, change: DutyChange | None) -> Segments:
    """The rows as segments, the change of duty in force."""
    columns = dict(zip(COLUMNS, rows.T.copy(), strict=True))
    bounds = np.concatenate([[0.0], np.cumsum(columns.pop("seconds"))])
    strokes = np.stack([columns.pop(f"stroke_rate_{number}") for number in range(1, PUMPS + 1)])
    sand = np.full(rows.shape[0], duty.sand)
    if change is not None:
        later = bounds[:-1] >= change.after
        columns["pressure"] *= np.where(later, change.pressure, 1.0)
        sand *= np.where(later, change.sand, 1.0)
    return Segments(bounds=bounds, stroke_rates=strokes, sand=sand, **columns)
