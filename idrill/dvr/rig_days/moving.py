"""Readings of the circulation moved, row by row, until its balances close."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from idrill.dvr.reconciliation import Reconciler
from idrill.dvr.rig_days.circulation import (
    BALANCES,
    INSTRUMENTS,
    QUANTITIES,
    RETURNS,
    Learned,
)
from idrill.dvr.rig_days.fault import Fault
from idrill.dvr.rig_days.instruments import Array, Mask
from idrill.dvr.rig_days.rock import ROCK, growth
from idrill.dvr.rig_days.settling import MEMORY, METERS, WINDOW

LEAST_GAIN = 0.05
"""Adjustability below which a channel keeps its values, bit for bit [-]."""
FREED = {
    "pump_stroke_rates": ("strokes",), "pump_wear": ("pumps",), "flow_in": ("flow_in",),
    "flow_out": ("flow_out",), "flow_out_fraction": ("flow_out_fraction",),
    "standpipe_pressure": ("standpipe_pressure",), "washout": ("hydraulics",),
    "plugged_nozzle": ("hydraulics",), "influx": ("well",), "losses": ("well",),
    "pit_volume": ("pits",), "pit_gain": ("surface",), "pit_loss": ("surface",),
}  # fmt: skip
"""By what may be wrong: the quantities that no longer count as measured."""


@dataclass
class Moves:
    """What became of the channels of some rows."""

    values: dict[str, Array] = field(default_factory=dict)
    """By channel: reconciled values; not a number where they stay as measured (row)."""
    sd: dict[str, Array] = field(default_factory=dict)
    ratios: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    """By channel: rows, and the share of the standard deviation that was left [-]."""
    spreads: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    """By channel: rows, and the standard deviation of a minute's mean, in its unit."""
    imbalance: dict[str, list[tuple[int, float, float]]] = field(default_factory=dict)
    """By instrument: rows, and mean squares before and after [(L/min)²]."""


def filtered(rows: pl.DataFrame) -> pl.DataFrame:
    """Means of the readings over the last minute, where the flow has settled."""
    names = ("strokes", *METERS)
    return rows.with_columns(
        pl.when("settled").then(pl.col(name).rolling_mean_by("time", MEMORY)).alias(name)
        for name in names
    )


def moved(
    rows: pl.DataFrame, windows: pl.DataFrame, learned: Learned, faults: Sequence[Fault]
) -> Moves:
    """The readings of settled rows, reconciled.

    Args:
        rows: From `filtered`.
        windows: Judged ones: they say how the pits rise.
        learned: What earlier windows say of the rig.
        faults: Those under way, and those that are over.
    """
    height = rows.height
    flow = learned.litres * rows[learned.reference].to_numpy().astype(np.float64)
    samples = np.full((height, len(QUANTITIES)), np.nan)
    samples[:, QUANTITIES.index("strokes")] = flow if learned.reference == "strokes" else np.nan
    rated = rows.join_asof(
        windows.select("time", "pit_rate", *ROCK).set_sorted("time"), on="time",
        strategy="backward", tolerance=5 * WINDOW,
    )  # fmt: skip
    for name in INSTRUMENTS:
        if name == learned.reference:
            samples[:, QUANTITIES.index(name)] = flow
        elif name in learned.habits:
            samples[:, QUANTITIES.index(name)] = learned.as_flow(name, rated)
    samples[:, QUANTITIES.index("pumps") : QUANTITIES.index("surface") + 1] = 0.0
    measured = np.isfinite(samples)
    if learned.reference != "strokes":
        measured[:, QUANTITIES.index("pumps")] = False
    wrong = _free(measured, rows, faults)
    measured &= rows["settled"].to_numpy()[:, None]
    return _moved(rated, samples, measured, learned, flow, wrong)


def _free(measured: Mask, rows: pl.DataFrame, faults: Iterable[Fault]) -> dict[str, Mask]:
    """Leave out what is suspected, while it is; tells what is suspected alone, by row."""
    times, wrong = rows["time"], dict[str, Mask]()
    for fault in faults:
        during = times >= fault.detected
        if fault.end is not None:
            during &= times < fault.end
        for name in fault.suspects:
            places = [QUANTITIES.index(quantity) for quantity in FREED.get(name, ())]
            for place in places:
                measured[during.to_numpy(), place] = False
        if len(fault.suspects) == 1:
            (name,) = fault.suspects
            wrong[name] = wrong.get(name, np.zeros(rows.height, np.bool_)) | during.to_numpy()
    return wrong


def _moved(
    rows: pl.DataFrame, samples: Array, measured: Mask, learned: Learned, flow: Array,
    wrong: Mapping[str, Mask],
) -> Moves:  # fmt: skip
    moves = Moves()
    channels = [
        name
        for name in METERS
        if name in learned.meters
        or name == learned.reference
        or (name == "standpipe_pressure" and learned.pressure is not None)
    ]
    for name in channels:
        moves.values[name] = np.full(rows.height, np.nan)
        moves.sd[name] = np.full(rows.height, np.nan)
    variances = _variances(learned)
    coded = measured @ (1 << np.arange(len(QUANTITIES))[::-1])
    _, first, which = np.unique(coded, return_index=True, return_inverse=True)
    for number, pattern in enumerate(measured[first]):
        if not pattern[: len(INSTRUMENTS) + 1].any():
            continue
        reconciler = Reconciler(BALANCES, variances, pattern)
        if not reconciler.degrees_of_freedom:
            continue
        here = np.flatnonzero(which == number)
        values = reconciler.values(samples[here])
        _imbalance(moves, samples[here], values, pattern)
        for name in channels:
            _move(moves, name, rows[here], here, samples[here], values, reconciler, learned, flow)
            if name in wrong and not pattern[QUANTITIES.index(name)]:
                lost = here[wrong[name][here]]
                found = values[wrong[name][here], QUANTITIES.index(name)]
                _recover(moves, name, rows[lost], lost, found, reconciler, learned, flow)
    return moves


def _move(
    moves: Moves, name: str, rows: pl.DataFrame, here: NDArray[np.intp], samples: Array,
    values: Array, reconciler: Reconciler, learned: Learned, flow: Array,
) -> None:  # fmt: skip
    """Put one channel's values of one pattern of measurements to the moves, if they are surer."""
    place = QUANTITIES.index(name)
    if not reconciler.mask[place]:
        return
    sd, own = reconciler.sd[place], float(np.sqrt(reconciler.covariance[place, place]))
    scale = learned.scale(name, flow[here], rows)
    left = min(float(sd) / own, 1.0)
    moves.ratios.setdefault(name, []).append((here.size, left))
    moves.spreads.setdefault(name, []).append((here.size, own * float(scale.mean())))
    # The law of the pressure is learned from the gauge: it tells a fault, it adds no reading.
    if 1.0 - left < LEAST_GAIN or name == "standpipe_pressure":
        return
    shown = rows[name].to_numpy()
    moves.values[name][here] = shown + scale * (values[:, place] - samples[:, place])
    moves.sd[name][here] = sd * scale


def _recover(
    moves: Moves, name: str, rows: pl.DataFrame, lost: NDArray[np.intp], found: Array,
    reconciler: Reconciler, learned: Learned, flow: Array,
) -> None:  # fmt: skip
    """Put what the others know of a channel that is wrong in its place, if they know it."""
    sd = reconciler.sd[QUANTITIES.index(name)]
    if np.isfinite(sd):
        moves.values[name][lost] = _recovered(name, learned, found, rows)
        moves.sd[name][lost] = sd * learned.scale(name, flow[lost], rows)


def _recovered(name: str, learned: Learned, flow: Array, rows: pl.DataFrame) -> Array:
    """What an instrument should show at a flow that the others know (row)."""
    if name == "standpipe_pressure" and learned.pressure is not None:
        return learned.pressure.at(flow, rows)
    meter = learned.meters.get(name)
    if meter is None:
        return flow
    return np.asarray(meter.zero + meter.gain * (flow + growth(rows) @ meter.rock))


def _imbalance(moves: Moves, samples: Array, values: Array, pattern: Mask) -> None:
    for name in INSTRUMENTS:
        place = QUANTITIES.index(name)
        against = QUANTITIES.index("q")
        if pattern[place] and name != "pits":
            before = float(np.mean((samples[:, place] - samples[:, 0]) ** 2))
            after = float(np.mean((values[:, place] - values[:, against]) ** 2))
            if np.isfinite(before):
                moves.imbalance.setdefault(name, []).append((len(samples), before, after))


def _variances(learned: Learned) -> Array:
    """Variances of all quantities [(L/min)²]; a minute's mean is noisier than a window's."""
    usual = WINDOW / MEMORY
    found = np.ones(len(QUANTITIES))
    extra = {"flow_in": "pumps", "standpipe_pressure": "hydraulics", "pits": "surface"}
    for name in INSTRUMENTS:
        habit = learned.habits.get(name)
        if habit is None:
            continue
        noise, slow = usual * habit.noise**2, max(habit.sd**2 - habit.noise**2, 0.0)
        if name in extra:
            slow = max(habit.rough**2 - habit.noise**2, 0.0)
            found[QUANTITIES.index(extra[name])] = max(slow, 1e-4 * habit.sd**2)
            slow = 0.0
        elif name in RETURNS:
            slow = max(slow - learned.shared**2, 0.0)
        found[QUANTITIES.index(name)] = max(noise + slow, 1e-6 * habit.sd**2, 1e-6)
    found[QUANTITIES.index("well")] = max(learned.shared**2, 1e-6)
    found[QUANTITIES.index(learned.reference)] = learned.counted**2
    if "flow_in" not in learned.habits:
        found[QUANTITIES.index("pumps")] = learned.counted**2
    return found
