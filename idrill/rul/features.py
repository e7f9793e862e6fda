"""What telemetry says of a unit: rows on its own clock, loads and health against its own start.

A row covers a step of the unit's own clock, so that a row weighs the same whatever the rig did
meanwhile. Each health sign (`signs`) stands as it is, and against its own mean over the unit's
first hours, since rigs and sensors differ more than wear shows. What is left of the load, a model
takes out by the conditions.

Liner, piston and valve of a pump show in the same sensors. So their rows also hold how old the two
others are, and each sign's growth without the jumps where one of them was replaced.

Everything is causal: a row is made of hours up to its own last hour alone, so the rows of half a
life are the first rows of the whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import polars as pl
from numpy.typing import NDArray

from idrill.rul.clocks import own_hours, told
from idrill.rul.hours import AN_HOUR, Hours
from idrill.rul.signs import SIGNS, Sign, Signs

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

BESIDE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "liner": ("piston", "valve"),
        "piston": ("liner", "valve"),
        "valve": ("liner", "piston"),
        "washpipe": (),
        "gearbox": (),
        "brake": (),
    }
)
"""Components that show in the same sensors and live by the same clock."""

RATED = ("liner",)
"""Components whose makes live so differently that the make is among the channels."""

PLACES: Mapping[str, str] = MappingProxyType(
    {
        "liner": "mud_pump_1",
        "piston": "mud_pump_1",
        "valve": "mud_pump_1",
        "washpipe": "top_drive",
        "gearbox": "top_drive",
        "brake": "drawworks",
    }
)
"""Where such a component is found; all places of a kind have the same channels."""

NO_HOURS = Hours(np.zeros(0, dtype=np.int64), pl.DataFrame())

_ANCHOR = 4
"""Rows after a replacement beside it to which a sign's growth refers."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of one unit, each a step of its own clock."""

    values: NDArray[np.float32]
    """(row, channel)"""
    clock: Array
    """Age at the end of each row [own hours] (row)."""
    time: Indices
    """End of each row [µs since 1970] (row)."""
    coverage: Array
    """Share of the time since the row before in which the clock's sensors were measured [-]
    (row)."""
    age: float
    """At the end of the hours [own hours]."""
    last: int
    """End of the last hour in which they were measured; if there is none, the start [µs]."""
    measured: int
    """Time since the installation in which they were [µs]."""


@dataclass(frozen=True, slots=True)
class Place:
    """A unit at work, and the units beside it that show in the same sensors."""

    component: str
    """Name in `rigs.COMPONENT_KINDS`."""
    equipment: str
    """Where it is installed, such as `mud_pump_2`."""
    start: int
    """When it was installed [µs since 1970]."""
    rated: float
    """Life that its make is sold for [own hours]; NaN if that is not known."""
    beside: Mapping[str, NDArray[np.int64]]
    """When units of the other components of the equipment were installed [µs since 1970]."""


def rows_of(place: Place, hours: Hours, step: float, settled: float) -> Rows:
    """The rows of a unit.

    Args:
        place: What is installed where.
        hours: Of its rig; those before its installation tell the age of what stands beside it.
        step: Own hours of a row.
        settled: Own hours at the start of the life that the unit is later held against.

    Raises:
        InvalidWindows: If the component has no clock.
    """
    since = hours.since(place.start)
    known = told(place.component, place.equipment, since)
    age = np.cumsum(own_hours(place.component, place.equipment, since))
    row, closing = _rows(age, step)
    signs = SIGNS[place.component](place.equipment, since)
    replaced = _replaced(place, since, closing)
    early, beside = _settled(age[closing], settled), bool(BESIDE[place.component])
    columns = _columns(signs, row, early, replaced, beside=beside)
    columns |= _extent(signs.load, age, closing)
    columns |= _ages_beside(place, hours, since.start[closing])
    if place.component in RATED:
        columns["rated_life"] = np.full(closing.size, place.rated)
    values = np.column_stack([*columns.values()]).astype(np.float32)
    return Rows(
        values.reshape(closing.size, len(columns)),
        age[closing],
        since.start[closing] + AN_HOUR,
        _coverage(since, known, place.start, closing),
        float(age[-1]) if age.size else 0.0,
        int(since.start[known][-1]) + AN_HOUR if known.any() else place.start,
        int(known.sum()) * AN_HOUR,
    )


def channels_of(component: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the channels of `rows_of`, in order, and of those that are conditions."""
    signs = SIGNS[component](PLACES[component], NO_HOURS)
    beside = BESIDE[component]
    gains = tuple(f"{name}_gain" for name in signs.health)
    grown = tuple(f"{name}_grown" for name in signs.health) if beside else ()
    ages = tuple(f"{name}_hours" for name in beside)
    rated = ("rated_life",) if component in RATED else ()
    names = (*signs.conditions, *signs.health, *gains, *grown, *EXTENT, *ages, *rated)
    return names, tuple(signs.conditions)


def measured_groups(component: str) -> Mapping[str, tuple[int, ...]]:
    """Which of `channels_of` are conditions and which show health; the others are reckoned."""
    names, conditions = channels_of(component)
    first = names.index(EXTENT[0])
    return {
        "working conditions": tuple(range(len(conditions))),
        "health channels": tuple(range(len(conditions), first)),
    }


def _rows(age: Array, step: float) -> tuple[Indices, Indices]:
    """Which row each hour belongs to, -1 after the last full one, and the last hour of each."""
    steps = np.floor(age / step).astype(np.int64)
    closing = np.flatnonzero(np.diff(steps, prepend=0) > 0)
    row = np.searchsorted(closing, np.arange(age.size))
    return np.where(row < closing.size, row, -1), closing


def _replaced(place: Place, since: Hours, closing: Indices) -> Indices:
    """First row that begins after each replacement beside the unit, ascending (replacement)."""
    known = [each[each > place.start] for each in place.beside.values()]
    times = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *known]))
    begins = np.concatenate([[place.start], since.start[closing[:-1]] + AN_HOUR])
    first = np.unique(np.searchsorted(begins, times))
    return first[first < closing.size]


def _columns(
    signs: Signs, row: Indices, early: Indices, replaced: Indices, *, beside: bool
) -> dict[str, Array]:
    """Conditions and health signs of each row, the latter against the start too (row)."""
    size = early.size
    every = {**signs.conditions, **signs.health}
    sums = {name: _sums(sign, row, size) for name, sign in every.items()}
    found = {name: _divided(*each) for name, each in sums.items()}
    start = {
        name: _divided(*(np.cumsum(part)[early] for part in sums[name])) for name in signs.health
    }
    gains = {f"{name}_gain": found[name] - start[name] for name in signs.health}
    grown = {f"{name}_grown": _grown(found[name], replaced) for name in signs.health if beside}
    return found | gains | grown


def _settled(age: Array, settled: float) -> Indices:
    """The last row so far that is one of the unit's first (row)."""
    return np.cumsum((age <= settled) | (np.arange(age.size) == 0)) - 1


def _sums(sign: Sign, row: Indices, size: int) -> tuple[Array, Array]:
    there = (row >= 0) & np.isfinite(sign.above) & np.isfinite(sign.below)
    above = np.bincount(row[there], sign.above[there], size)
    below = np.bincount(row[there], sign.below[there], size)
    return above.astype(np.float64), below.astype(np.float64)


def _divided(above: Array, below: Array) -> Array:
    out = np.full(above.shape, np.nan)
    return np.asarray(np.divide(above, below, out=out, where=np.abs(below) > 1e-9))


def _grown(values: Array, replaced: Indices) -> Array:
    """Growth since the start, without what changed where something beside was replaced (row)."""
    found, behind = np.full(values.size, np.nan), 0.0
    for first, end in pairwise([0, *replaced.tolist(), values.size]):
        part = values[first:end]
        found[first:end] = behind + part - _anchor(part)
        known = found[first:end][np.isfinite(found[first:end])][-_ANCHOR:]
        behind = float(known.mean()) if known.size else behind
    return found


def _anchor(values: Array) -> Array:
    """Mean of the values so far, of at most the first few (row)."""
    counted = np.isfinite(values)
    counted &= np.cumsum(counted) <= _ANCHOR
    count = np.cumsum(counted)
    return _divided(np.cumsum(np.where(counted, values, 0.0)), count.astype(np.float64))


EXTENT = ("load_rate", "load_borne", "own_hours")


def _extent(load: Array, age: Array, closing: Indices) -> dict[str, Array]:
    """How hard the unit is worked, what it has borne, and how old it is (row)."""
    borne = np.cumsum(np.nan_to_num(load))[closing]
    worked = np.maximum(np.diff(age[closing], prepend=0.0), 1e-9)
    rate = np.maximum(np.diff(borne, prepend=0.0) / worked, 1e-3)
    return dict(zip(EXTENT, (np.log(rate), np.log1p(borne), age[closing]), strict=True))


def _ages_beside(place: Place, hours: Hours, last: Indices) -> dict[str, Array]:
    """Age of what stands beside the unit, by the same clock [own hours] (row).

    Args:
        place: The unit.
        hours: Of its rig.
        last: Start of the last hour of each row [µs since 1970] (row).
    """
    if not place.beside:
        return {}
    run = np.concatenate([[0.0], np.cumsum(own_hours(place.component, place.equipment, hours))])
    now = run[np.searchsorted(hours.start, last) + 1]
    return {
        f"{name}_hours": now - _run_at_latest(installed, hours, run, last)
        for name, installed in place.beside.items()
    }


def _run_at_latest(installed: Indices, hours: Hours, run: Array, last: Indices) -> Array:
    """The clock when the latest unit was installed, NaN if that was before the hours (row)."""
    if not last.size:
        return np.zeros(0)
    known = installed > hours.start[0] - AN_HOUR
    begun = np.where(known, run[np.searchsorted(hours.start, installed)], np.nan)
    latest = np.searchsorted(installed, last, side="right")
    return np.concatenate([[np.nan], begun])[latest]


def _coverage(since: Hours, known: NDArray[np.bool_], start: int, closing: Indices) -> Array:
    ends = since.start[closing] + AN_HOUR
    begun = np.concatenate([[start], ends[:-1]])
    counted = np.diff(np.cumsum(known)[closing], prepend=0) * AN_HOUR
    return np.asarray(np.minimum(counted / np.maximum(ends - begun, AN_HOUR), 1.0))
