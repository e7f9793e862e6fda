"""What the work of a rig consists of on the slow clock: rows of constant load."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from idrill.channels import PUMPS
from idrill.frame import Activity
from idrill.simulator.crew import Crew
from idrill.simulator.excerpts import FLOW, PRESSURE, SPEED, TORQUE
from idrill.simulator.programme import BitRun
from idrill.simulator.segments import ACTIVITIES

Array = NDArray[np.float64]
Levels = Mapping[str, Any]
"""Of rows, by column: a number or an array (row)."""

COLUMNS = (
    "seconds", "activity", "hole_depth", "bit_depth", "rate_of_penetration", "flow", "pressure",
    *(f"stroke_rate_{number}" for number in range(1, PUMPS + 1)),
    "rotary_speed", "torque", "weight_on_bit", "hook_load", "braking_power", "hoisting_power",
    "stick_slip",
)  # fmt: skip
"""Of a row: how long it lasts, and the levels of `segments.Segments`."""
AT = {name: place for place, name in enumerate(COLUMNS)}
"""Place of each column."""
CODE = {activity: float(code) for code, activity in enumerate(ACTIVITIES)}

EXPONENT = 1.75
"""Of the flow in the standpipe pressure, turbulent friction and nozzles together [-]."""


class Work(NamedTuple):
    """A bit run that is worked through."""

    run: BitRun
    crew: Crew
    strokes: Array
    """At full flow (pump) [1/s]."""
    random: Generator

    @property
    def lengths(self) -> Array:
        """Of the stands drilled [m] (stand)."""
        return np.array([stand.lengths.sum() for stand in self.run.stands])

    def lasting(self, median: float, number: int) -> Array:
        """How long something takes so many times [s] (time)."""
        return np.asarray(median * self.random.lognormal(0.0, self.crew.spread, number))


def rows(size: int, activity: Activity, levels: Levels) -> Array:
    """So many rows of one activity; what is not named is zero."""
    made = np.zeros((size, len(COLUMNS)))
    made[:, AT["activity"]] = CODE[activity]
    for name, values in levels.items():
        made[:, AT[name]] = values
    return made


def pumping(work: Work, level: Array, share: Array | float) -> dict[str, Any]:
    """Flow, pressure and strokes at a share of the full flow; `level` is of drilling (…, level)."""
    strokes = {
        f"stroke_rate_{number}": work.strokes[number - 1] * share for number in range(1, PUMPS + 1)
    }
    return {
        "flow": level[..., FLOW] * share,
        "pressure": level[..., PRESSURE] * share**EXPONENT,
        **strokes,
    }


def turning(level: Array, share: float) -> dict[str, Any]:
    """Speed and torque off bottom at a share of the full speed."""
    return {"rotary_speed": level[:, SPEED] * share, "torque": level[:, TORQUE]}


def interleaved(parts: list[Array]) -> Array:
    """First row of each part, then the second of each, and so on."""
    return np.stack(parts, axis=1).reshape(-1, len(COLUMNS))
