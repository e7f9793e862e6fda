"""How hard it is to foresee failures of a simulated fleet: neither given away nor hopeless.

A data set whose remaining life follows from one row by least squares flatters every model; one that
tells nothing humbles every model alike. The oracle sees what no model may, so none may beat it.
Only lives that ended by failure have a remaining life; under a preventive policy the failures that
are left are mostly the sudden ones, so fleets that run to failure are judged beside mixed ones.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from idrill.errors import InvalidSimulation
from idrill.rigs import EquipmentKind
from idrill.simulator.fleet import SimulatedFleet, SimulatedRig
from idrill.simulator.oracle import WORKING, nearest, projection
from idrill.simulator.upkeep import EndedBy

Array = NDArray[np.float64]

SHARE = 0.05
"""Share of the steps in which a slot runs throughout that are taken as rows."""
FOLDS = 5
"""Groups of rigs, each held out once."""
REPLACED = (EndedBy.PREVENTIVE, EndedBy.OPPORTUNISTIC)
"""Ends that leave a life censored."""

_COMMON = (
    "hole_depth", "bit_depth", "hook_load", "weight_on_bit", "rotary_speed", "torque",
    "standpipe_pressure", "flow_in", "flow_out", "rate_of_penetration",
)  # fmt: skip
_PREFIXES = {"mud_pump": "pump", "top_drive": "top_drive", "drawworks": "drawworks"}


@dataclass(frozen=True, slots=True)
class Difficulty:
    """What was found for one component, rigs held out."""

    component: str
    lives: int
    """That ended by failure."""
    censored: float
    """Share of the lives ended that were cut short by a replacement [-]."""
    median_life: float
    """Of those [own hours]."""
    constant: float
    """RMSE of the constant that suits best [own hours]."""
    single_row: float
    """R² of the capped remaining life by least squares on the channels of one row [-]."""
    oracle: float
    """RMSE of an oracle, as share of the constant's [-].

    It sees the wear, the load borne since installation, and how hard the unit works at the moment:
    what a model can at best infer. It sees neither thresholds nor what the rig will do.
    """


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of lives that ended by failure (row)."""

    rig: NDArray[np.int64]
    channels: Array
    """(row, channel)"""
    wear: Array
    borne: Array
    """Load since installation [own hours at reference load]."""
    rate: Array
    """Load of the step by its own hours, relative to the reference [-]."""
    remaining: Array
    """[own hours]"""
    life: Array
    """Length of each life [own hours] (life)."""


def difficulty(fleet: SimulatedFleet, components: Collection[str]) -> tuple[Difficulty, ...]:
    """How hard each of these components of a fleet is, rigs held out.

    Raises:
        InvalidSimulation: If fewer rigs saw failures of a component than there are folds.
    """
    found: dict[str, list[Rows]] = {component: [] for component in components}
    replaced = dict.fromkeys(components, 0)
    for number, rig in enumerate(fleet):
        for component, rows in _rows_of(rig, number, components):
            found[component].append(rows)
        for life in rig.lives:
            component = rig.slots[life.slot].component
            if component in replaced and life.ended_by in REPLACED:
                replaced[component] += 1
    return tuple(_judged(name, found[name], replaced[name]) for name in components)


def _rows_of(
    rig: SimulatedRig, number: int, components: Collection[str]
) -> Iterator[tuple[str, Rows]]:
    measured, random = rig.measured(), np.random.default_rng(number)
    for life in rig.lives:
        slot = rig.slots[life.slot]
        if life.ended_by is not EndedBy.FAILURE or slot.component not in components:
            continue
        hours = rig.own_hours(life)
        worked = np.diff(hours, prepend=0.0)
        taken = np.flatnonzero(
            (worked > WORKING * np.median(worked[worked > 0.0]))
            & (random.random(hours.size) < SHARE)
        )
        names = _channels_of(slot.equipment, measured.columns)
        load = rig.loads.load[life.slot, life.first : life.last + 1]
        yield (
            slot.component,
            Rows(
                np.full(taken.size, number),
                measured.select(names)[rig.calendar.when(life.first + taken)].to_numpy(),
                life.wear[taken],
                np.cumsum(load)[taken],
                load[taken] / worked[taken],
                hours[-1] - hours[taken],
                np.array([hours[-1]]),
            ),
        )


def _channels_of(equipment: str, columns: Sequence[str]) -> list[str]:
    """Channels that may tell about a piece of equipment, alike for all of its kind."""
    kind = next(kind for kind in EquipmentKind if equipment.startswith(kind))
    prefix = _PREFIXES[kind] + equipment.removeprefix(kind)
    own = [name for name in columns if name.startswith(f"{prefix}_")]
    return [*_COMMON, *(name for name in own if not name.endswith("_quality"))]


def _judged(component: str, parts: list[Rows], replaced: int) -> Difficulty:
    if (
        len(parts) < FOLDS
        or len({number for part in parts for number in part.rig.tolist()}) < FOLDS
    ):
        raise InvalidSimulation(
            f"rigs: {component} failed on fewer than {FOLDS} rigs; simulate more or longer"
        )
    joined = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in Rows.__slots__
    }
    rows = Rows(**joined)
    median = float(np.median(rows.life))
    target = np.minimum(rows.remaining, median / 2.0)
    folds = rows.rig % FOLDS
    spread = _rmse(_held_out(_mean, np.zeros((target.size, 1)), target, folds), target)
    linear = _held_out(_least_squares, rows.channels, target, folds)
    oracle = _held_out(nearest, projection(rows.wear, rows.borne, rows.rate), target, folds)
    return Difficulty(
        component,
        len(parts),
        replaced / (replaced + len(parts)),
        median,
        spread,
        1.0 - (_rmse(linear, target) / spread) ** 2,
        _rmse(oracle, target) / spread,
    )


def _rmse(predicted: Array, target: Array) -> float:
    return float(np.sqrt(np.mean((predicted - target) ** 2)))


class _Model(Protocol):
    def __call__(self, known: Array, target: Array, asked: Array) -> Array: ...


def _held_out(model: _Model, inputs: Array, target: Array, folds: NDArray[np.int64]) -> Array:
    """What a model that has not seen a row's group says about it (row)."""
    predicted = np.empty_like(target)
    for fold in range(FOLDS):
        out = folds == fold
        if out.any():
            predicted[out] = model(inputs[~out], target[~out], inputs[out])
    return predicted


def _mean(known: Array, target: Array, asked: Array) -> Array:
    del known
    return np.full(asked.shape[0], target.mean())


def _least_squares(known: Array, target: Array, asked: Array) -> Array:
    centre, scale = known.mean(axis=0), known.std(axis=0) + 1e-12
    design = np.column_stack([np.ones(target.size), (known - centre) / scale])
    weights = np.linalg.lstsq(design, target, rcond=None)[0]
    return np.asarray(np.column_stack([np.ones(len(asked)), (asked - centre) / scale]) @ weights)
