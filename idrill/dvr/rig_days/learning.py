"""What earlier windows say of a rig's circulation: displacement, meters, pressure, habits."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from idrill.dvr.rig_days.circulation import INSTRUMENTS, LEAST, RETURNS, Learned, Meter
from idrill.dvr.rig_days.instruments import ENOUGH, Array, Habit, habit, middle
from idrill.dvr.rig_days.pressure_law import PressureLaw, learn_pressure
from idrill.dvr.rig_days.rock import ROCK, growth

DOUBT = {"flow_in": 1.0, "flow_out": 60.0, "flow_out_fraction": 3.0}
"""How far a meter's zero may be off, in its unit [e]."""
AREA = 0.05
"""Cross-section of a hole: as far as the share of rock is doubted [m²] [e]."""


def learn(memory: pl.DataFrame, reference: str, derived: Mapping[str, float]) -> Learned | None:
    """What the windows of a memory say; None where there are too few.

    Args:
        memory: Earlier windows, with `run` and, by instrument, `<name>_sound`.
        reference: `strokes` or `flow_in`.
        derived: Channels that are reckoned from others, with their litres per stroke.
    """
    settled = memory.filter(pl.col("settled") & pl.col(reference).is_not_null())
    if settled.height < ENOUGH:
        return None
    litres = _litres(settled, reference, derived)
    flow = litres * settled[reference].to_numpy()
    level = Meter(0.0, 1.0)
    bare = Learned(litres, reference, {}, None, level, {}, 0.0)
    meters = {
        name: meter
        for name in ("flow_in", *RETURNS)
        if name != reference and name not in derived
        and (meter := _meter(name, memory, litres, reference)) is not None
    }  # fmt: skip
    level = _level(_sound(settled, "pits"))
    bare = Learned(litres, reference, meters, _pressure(settled, memory, bare), level, {}, 0.0)
    usual = float(np.median(flow))
    shown = [*meters, "pits", *(["standpipe_pressure"] if bare.pressure else [])]
    habits = {
        name: found
        for name in INSTRUMENTS
        if name in shown and (found := _habit(name, settled, bare, LEAST[name] * usual)) is not None
    }
    counted = COUNTED
    if reference != "strokes":
        variance = middle(settled[f"{reference}_noise"])
        counted = float(np.hypot(np.sqrt(variance), 2.0 * LEAST["flow_in"] * usual))
    return Learned(
        litres, reference, meters, bare.pressure, level, habits,
        _shared(settled, bare, habits), counted,
    )  # fmt: skip


COUNTED = 1.0
"""Standard deviation of a flow that is counted in strokes [L/min] [e]."""


def _level(rows: pl.DataFrame) -> Meter:
    """The usual rise of the pits, and what a growing hole takes from it."""
    rows = rows.drop_nulls("pit_rate")
    rate = rows["pit_rate"].to_numpy()
    usual = float(np.median(rate)) if rate.size else 0.0
    if rate.size < ENOUGH:
        return Meter(usual, 1.0)
    columns = np.column_stack([np.ones(rate.size), growth(rows)])
    found = _fitted(rate, columns, [usual] + [0.0] * len(ROCK), [np.inf] + [1e3 * AREA] * len(ROCK))
    return Meter(float(found[0]), 1.0, tuple(map(float, found[1:])))


def _fitted(shown: Array, columns: Array, start: list[float], doubt: list[float]) -> Array:
    """Robust least squares, each factor held near its start by how far it is doubted."""
    begin, precision = np.array(start), np.array(doubt) ** -2.0
    found = begin
    for _ in range(4):
        missed = shown - columns @ found
        spread = max(1.4826 * float(np.median(np.abs(missed - np.median(missed)))), 1e-9)
        near = np.abs(missed - np.median(missed)) < 4.0 * spread
        matrix = columns[near] / spread
        normal = matrix.T @ matrix + np.diag(precision)
        found = np.linalg.solve(normal, matrix.T @ (shown[near] / spread) + precision * begin)
    return np.asarray(found)


def _sound(memory: pl.DataFrame, name: str) -> pl.DataFrame:
    return memory.filter(pl.col(f"{name}_sound"))


def _litres(settled: pl.DataFrame, reference: str, derived: Mapping[str, float]) -> float:
    """Litres of a stroke: from the flow meter, else as the rig reckons, else the usual ones."""
    if reference != "strokes":
        return 1.0
    rows = _sound(settled, "flow_in").drop_nulls("flow_in")
    if rows.height >= ENOUGH or "flow_in" in derived:
        ratios = (rows["flow_in"] / rows["strokes"]).drop_nulls()
        if ratios.len():
            return middle(ratios)
    return LITRES


LITRES = 18.0
"""Of a stroke, where nothing says how many: then flows are right but for a factor [L] [e]."""


def _meter(name: str, memory: pl.DataFrame, litres: float, reference: str) -> Meter | None:
    """Zero and gain by least squares, the zero held near 0 by `DOUBT`; outliers left out."""
    rows = _sound(memory, name).filter(pl.col("settled")).drop_nulls([name, reference])
    if rows.height < ENOUGH:
        return None
    flow, shown = litres * rows[reference].to_numpy(), rows[name].to_numpy()
    ratio = float(np.median(shown / flow))
    if not ratio > 0.0:
        return None
    rock = growth(rows) if name in RETURNS else np.empty((flow.size, 0))
    start = [0.0, ratio, *([0.0] * rock.shape[1])]
    doubt = [DOUBT[name], np.inf, *([1e3 * AREA * ratio] * rock.shape[1])]
    found = _fitted(shown, np.column_stack([np.ones(flow.size), flow, rock]), start, doubt)
    if not rock.shape[1]:
        return Meter(float(found[0]), float(found[1]))
    return Meter(float(found[0]), float(found[1]), tuple(map(float, found[2:] / found[1])))


def _pressure(settled: pl.DataFrame, memory: pl.DataFrame, known: Learned) -> PressureLaw | None:
    needed = ["standpipe_pressure", "bit_depth", known.reference]
    rows = _sound(settled, "standpipe_pressure").drop_nulls(needed)
    return learn_pressure(memory, known.flow(rows), rows)


RECENT = 150
"""Windows from which the habit of a run's pressure is learned: five hours."""


def _habit(name: str, settled: pl.DataFrame, known: Learned, floor: float) -> Habit | None:
    """From residuals as they were foretold where there are enough, else as they are fitted."""
    rows = _sound(settled, name)
    foretold = rows.filter(pl.col(f"{name}_residual").is_not_nan())
    if name == "standpipe_pressure":
        # Each run has its own habit, and a shallow one is foretold worse.
        own = foretold.filter(pl.col("run") == settled["run"].max())
        own = own.tail(min(RECENT, max(own.height - 3 * ENOUGH, 3 * ENOUGH)))
        foretold = own if own.height >= 3 * ENOUGH else foretold
    if foretold.height >= 3 * ENOUGH:
        residuals = foretold[f"{name}_residual"].to_numpy()
    else:
        residuals = 2.0 * known.residual(name, rows)
    noise = 0.0
    if name != "pits":
        variance = rows[f"{name}_noise"].drop_nulls()
        flow = known.flow(rows)
        shown = {*known.meters, *(["standpipe_pressure"] if known.pressure else [])}
        if variance.len() and name in shown:
            scale = known.scale(name, flow, rows)
            noise = float(np.sqrt(middle(variance)) / np.nanmedian(scale))
    return habit(residuals, noise, floor)


def _shared(settled: pl.DataFrame, known: Learned, habits: Mapping[str, Habit]) -> float:
    """Spread of the well balance [L/min]: what return meters share, or what noise leaves."""
    present = [name for name in RETURNS if name in habits]
    if not present:
        return 0.0
    one = habits[present[0]]
    if len(present) == 1:
        return float(np.sqrt(max(one.sd**2 - one.noise**2, 0.0)))
    residuals = [known.residual(name, settled) for name in present]
    spread = [3.0 * habits[name].sd for name in present]
    clipped = [np.clip(each, -top, top) for each, top in zip(residuals, spread, strict=True)]
    together = float(np.nanmean(clipped[0] * clipped[1]))
    return float(np.sqrt(max(together, 0.0)))
