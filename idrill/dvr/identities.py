"""Channels that a rig reckons from others: they repeat what is known and check nothing.

A weight on bit is often the tare less the hook load, a pit total the sum of its pits, a flow in the
strokes times a constant. Such identities hold far more closely than two sensors ever agree; that is
how they are told from redundancy. A derived channel must not be counted as a measurement, and an
identity that breaks is a fault of the system that reckons, not of a sensor.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import linprog

from idrill.channels import PITS, PUMPS, channel
from idrill.dvr.sampling import SLOWEST

Array = NDArray[np.float64]

CLOSER = 0.25
"""Share of the noise of sensors below which they agree too well to be sensors [-]."""
MOVING = 4.0
"""How much more than the identity misses by the channel must move, for it to say anything [-]."""
LEAST_ROWS = 100
"""Rows that hold all of an identity's channels, below which nothing is said. An hour must tell, and
pits come every 30 s."""
MOST_ROWS = 20_000
"""Rows that are looked at; evenly chosen where there are more."""
LOADED = 5.0
"""Weight from which the bit is on bottom [kN]."""

_PITS = tuple(f"pit_volume_{number}" for number in range(1, PITS + 1))
_STROKES = tuple(f"pump_{number}_stroke_rate" for number in range(1, PUMPS + 1))


@dataclass(frozen=True, slots=True)
class Identity:
    """A channel that is reckoned from others."""

    channel: str
    sources: tuple[tuple[str, float], ...]
    """What it is reckoned from, and how much of each counts, in the channel's unit per source."""
    constant: bool
    """Whether a constant stands beside the sources: a tare, anew after each connection."""
    missed_by: float
    """Median distance of the channel from what its sources come to, in its unit."""
    noise: float
    """Standard deviation of that distance, were the channel itself a sensor."""
    rows: int
    """That were looked at."""

    def __str__(self) -> str:
        terms = " ".join(
            f"{'-' if factor < 0 else '+'} {abs(factor):.4g} {name}"
            for name, factor in self.sources
        )
        tare = "a constant " if self.constant else ""
        return f"{self.channel} = {tare}{terms.removeprefix('+ ')}"


def find_identities(table: pl.DataFrame) -> tuple[Identity, ...]:
    """The channels of a source that are reckoned from its others.

    Args:
        table: `time` and a column per channel, of one source.

    Returns:
        In the order of the channels; nothing about channels with too few rows or too little
        movement to tell.
    """
    candidates = (
        _tare(table),
        _strokes(table),
        _sum_of_pits(table, "pit_volume_total"),
        _sum_of_pits(table, "pit_volume_active"),
    )
    return tuple(found for found in candidates if found is not None)


def derived(identities: Iterable[Identity]) -> frozenset[str]:
    """The channels that carry no redundancy."""
    return frozenset(identity.channel for identity in identities)


def broken(table: pl.DataFrame, identity: Identity) -> pl.Series:
    """Rows in which an identity does not hold: the system that reckons is at fault.

    Args:
        table: Of the same source.
        identity: Found in earlier rows; one with a constant is judged by its changes from row to
            row, so that a new tare counts as one broken row.

    Returns:
        Boolean (row); null where a channel is missing.
    """
    reckoned = pl.sum_horizontal(
        (pl.col(name) * factor for name, factor in identity.sources), ignore_nulls=False
    )
    missed = pl.col(identity.channel) - reckoned
    if identity.constant:
        loaded = (pl.col(identity.channel) > LOADED) & (pl.col(identity.channel).shift() > LOADED)
        missed = pl.when(loaded).then(missed.diff())
    return table.select((missed.abs() > 3.0 * identity.noise).alias("broken")).to_series()


def _tare(table: pl.DataFrame) -> Identity | None:
    """Weight on bit as the tare less the hook load: what one gains the other loses."""
    names = ("weight_on_bit", "hook_load")
    if not set(names) <= set(table.columns):
        return None
    loaded = pl.col("weight_on_bit") > LOADED
    near = pl.col("time").diff().dt.total_seconds() <= SLOWEST
    changes = table.select("time", *names).drop_nulls().filter(loaded & loaded.shift())
    changes = changes.select(near, *(pl.col(name).diff() for name in names)).filter("time")
    weight, load = (changes[name].to_numpy() for name in names)
    noise = 2.0**0.5 * channel("weight_on_bit").sigma
    return _judged("weight_on_bit", (("hook_load", -1.0),), weight + load, load, noise, tare=True)


def _strokes(table: pl.DataFrame) -> Identity | None:
    """Flow in as strokes by the volumes of a stroke."""
    present = _running(table, _STROKES)
    if "flow_in" not in table.columns or not present:
        return None
    rows = table.select("flow_in", *present).drop_nulls().filter(pl.col("flow_in") > 0.0)
    if rows.height < LEAST_ROWS:
        return None
    flow, strokes = _thinned(rows, "flow_in", present)
    for volumes in _stroke_volumes(flow, strokes):
        sources = tuple(zip(present, map(float, volumes), strict=True))
        missed, moved = flow - strokes @ volumes, np.ptp(flow, keepdims=True)
        found = _judged("flow_in", sources, missed, moved, channel("flow_in").sigma, tare=False)
        if found is not None:
            return found
    return None


def _stroke_volumes(flow: Array, strokes: Array) -> Iterator[Array]:
    """One volume for all pumps, then one for each."""
    total = strokes.sum(axis=1)
    yield np.full(strokes.shape[1], np.median(flow[total > 0.0] / total[total > 0.0]))
    yield _least_absolute(strokes, flow)


def _sum_of_pits(table: pl.DataFrame, total: str) -> Identity | None:
    """A volume as the sum of pits: of all, or of those that move with it."""
    present = _running(table, _PITS)
    if total not in table.columns or len(present) < 2:
        return None
    rows = table.select(total, *present).drop_nulls()
    if rows.height < LEAST_ROWS:
        return None
    volume, pits = _thinned(rows, total, present)
    for chosen in _subsets(volume, pits):
        sources = tuple((name, 1.0) for name, held in zip(present, chosen, strict=True) if held)
        missed = volume - pits[:, chosen].sum(axis=1)
        found = _judged(
            total, sources, missed - np.median(missed), np.ptp(volume, keepdims=True),
            channel(total).sigma, tare=False,
        )  # fmt: skip
        if found is not None:
            return found
    return None


def _subsets(volume: Array, pits: Array) -> Iterator[NDArray[np.bool_]]:
    """All pits, then those that a sum of least absolute distance makes use of."""
    yield np.ones(pits.shape[1], bool)
    shares = _least_absolute(pits - pits.mean(axis=0), volume - volume.mean())
    used = np.round(shares) == 1.0
    if used.any() and not used.all():
        yield used


def _judged(
    name: str,
    sources: tuple[tuple[str, float], ...],
    missed: Array,
    moved: Array,
    noise: float,
    *,
    tare: bool,
) -> Identity | None:
    """The identity, if it holds more closely than sensors would while the channel moves."""
    if not sources or missed.size < LEAST_ROWS:
        return None
    distance = float(np.median(np.abs(missed)))
    movement = float(np.quantile(np.abs(moved), 0.9))
    if distance > CLOSER * noise or movement < MOVING * max(distance, CLOSER * noise / MOVING):
        return None
    return Identity(name, sources, tare, distance, noise, missed.size)


def _running(table: pl.DataFrame, names: Iterable[str]) -> list[str]:
    """The channels that hold anything but one constant number."""
    return [
        name for name in names if name in table.columns and table[name].drop_nulls().n_unique() > 1
    ]


def _thinned(rows: pl.DataFrame, name: str, others: list[str]) -> tuple[Array, Array]:
    thin = rows.gather_every(max(rows.height // MOST_ROWS, 1))
    return thin[name].to_numpy(), thin.select(others).to_numpy()


def _least_absolute(columns: Array, target: Array) -> Array:
    """Factors of the columns with the least sum of absolute distances, by linear programming.

    The dual has a row per column instead of two per row: its multipliers are the factors (H. M.
    Wagner, J. Am. Stat. Assoc. 54 (1959) 206).
    """
    thin = slice(None, None, max(len(target) // 2_000, 1))
    matrix, wanted = columns[thin], target[thin]
    found = linprog(
        -wanted,
        A_eq=matrix.T,
        b_eq=np.zeros(matrix.shape[1]),
        bounds=(-1.0, 1.0),
        # Looking for rows that are alike takes ten times as long as solving.
        options={"presolve": False},
    )
    return np.zeros(matrix.shape[1]) if found.x is None else -np.asarray(found.eqlin.marginals)
