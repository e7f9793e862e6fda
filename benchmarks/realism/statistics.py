"""One number each that says what a rig's record looks like.

Every function takes a canonical frame, so a real and a simulated record go through the same code.
A statistic that a frame does not have is NaN.
"""

import numpy as np
import polars as pl

from benchmarks.realism.windows import (
    Mask,
    Values,
    autocorrelation,
    column,
    drilling,
    drilling_runs,
    hours,
    interval,
    kurtosis,
    means,
    off_bottom,
    spread,
    windows,
)
from idrill.physics.bit import mechanical_specific_energy

FLOWING = 50.0
"""Flow above which the pumps run [L/min]."""
LOADS = (
    ("weight_on_bit", "N"),
    ("torque", "N.m"),
    ("rotary_speed", "1/s"),
    ("rate_of_penetration", "m/s"),
)
"""What the specific energy is reckoned from, in the units of its law."""
CLEAR = 0.5
"""Distance from the bottom beyond which rotating is off bottom [m]."""
LONGEST_LAG = 120.0
"""[s]"""
ADVANCE_OVER = 64.0
"""Time over which the hole's own advance is taken, centred [s]."""


def drilling_share(frame: pl.DataFrame) -> float:
    """Share of the rows in which the bit drills [%]."""
    return 100 * float(drilling(frame).mean())


def gross_rate(frame: pl.DataFrame) -> float:
    """Metres by all hours [m/h]."""
    depth = column(frame, "hole_depth")
    return float(depth[-1] - depth[0]) / hours(frame)


def window_median(frame: pl.DataFrame, name: str, unit: str | None = None) -> float:
    """Median of the minute means of a channel while drilling.

    Args:
        frame: Canonical rows.
        name: Of the channel.
        unit: Wanted; the channel's own unless given.
    """
    return _median(means(column(frame, name, unit), windows(frame)))


def window_variation(frame: pl.DataFrame, name: str) -> float:
    """Median over the minutes of a channel's spread by its mean [%]."""
    values = column(frame, name)
    parts = [values[part] for part in windows(frame)]
    return 100 * _median([spread(part) / abs(part.mean()) for part in parts if part.mean() != 0.0])


def variation_between_minutes(frame: pl.DataFrame, name: str) -> float:
    """Standard deviation of the minute means of a channel while drilling by their mean [%]."""
    found = means(column(frame, name), windows(frame))
    return 100 * float(found.std() / found.mean()) if found.size else float("nan")


def window_spread(frame: pl.DataFrame, name: str, unit: str | None = None) -> float:
    """Median over the minutes of a channel's spread, in its unit or the one wanted."""
    values = column(frame, name, unit)
    return _median([spread(values[part]) for part in windows(frame)])


def window_autocorrelation(frame: pl.DataFrame, name: str) -> float:
    """Median over the minutes of a channel's correlation with itself a row later [-]."""
    values = column(frame, name)
    return _median([autocorrelation(values[part]) for part in windows(frame)])


def difference_kurtosis(frame: pl.DataFrame, name: str) -> float:
    """Kurtosis of the steps of a channel from row to row within runs of drilling [-]."""
    values = column(frame, name)
    steps = [np.diff(values[run]) for run in drilling_runs(frame)]
    return kurtosis(_known(np.concatenate(steps))) if steps else float("nan")


def flow_exponent(frame: pl.DataFrame) -> float:
    """Slope of the standpipe pressure on the flow, both as logarithms, rotating and pumping [-]."""
    flow, pressure = column(frame, "flow_in"), column(frame, "standpipe_pressure")
    turning = (column(frame, "rotary_speed") > 20.0) & (flow > 1_000.0) & (pressure > 0.0)
    if turning.sum() < 3:
        return float("nan")
    across, along = np.log(flow[turning]), np.log(pressure[turning])
    variance = float(across.var())
    return float(np.cov(across, along, bias=True)[0, 1]) / variance if variance else float("nan")


def pumps_off_share(frame: pl.DataFrame) -> float:
    """Share of the rows without flow [%]."""
    return 100 * float((column(frame, "flow_in") < FLOWING).mean())


def rotating_off_bottom_share(frame: pl.DataFrame) -> float:
    """Share of the rows with the string rotating clear of the bottom [%]."""
    turning = column(frame, "rotary_speed") > 20.0
    return 100 * float((turning & (off_bottom(frame) > CLEAR)).mean())


def window_correlation(frame: pl.DataFrame, one: str, other: str) -> float:
    """Correlation of the minute means of two channels while drilling [-]."""
    parts = windows(frame)
    return _correlation(means(column(frame, one), parts), means(column(frame, other), parts))


def rate_lag(frame: pl.DataFrame) -> float:
    """Delay at which the shown rate of penetration fits the hole's own advance best [s].

    The advance is taken over a minute around each instant, while drilling; delays up to two minutes
    are tried.
    """
    step, depth = interval(frame), column(frame, "hole_depth")
    half = round(ADVANCE_OVER / step / 2)
    advance = np.full(depth.size, np.nan)
    advance[half:-half] = depth[2 * half :] - depth[: -2 * half]
    shown, counts = column(frame, "rate_of_penetration"), drilling(frame)
    delays = range(round(LONGEST_LAG / step))
    fits = [_fit(shown, advance, counts, delay) for delay in delays]
    return float("nan") if np.isnan(fits).all() else step * int(np.nanargmax(fits))


def _fit(shown: Values, advance: Values, counts: Mask, delay: int) -> float:
    rows = np.flatnonzero(counts)
    rows = rows[rows >= delay]
    return _correlation(shown[rows], advance[rows - delay])


def repeated_rate_share(frame: pl.DataFrame) -> float:
    """Share of the drilling rows whose rate of penetration equals the one before [%]."""
    on, rate = drilling(frame), column(frame, "rate_of_penetration")
    both = on[1:] & on[:-1]
    return 100 * float((np.diff(rate)[both] == 0.0).mean()) if both.any() else float("nan")


def specific_energy(frame: pl.DataFrame, bit_diameter: float) -> Values:
    """Mechanical specific energy of each minute of drilling (window) [MPa].

    Args:
        frame: Canonical rows.
        bit_diameter: [m]
    """
    parts = windows(frame)
    loads = [means(column(frame, name, unit), parts) for name, unit in LOADS]
    return 1e-6 * np.array(
        [
            mechanical_specific_energy(weight, torque, speed, rate, bit_diameter)
            for weight, torque, speed, rate in zip(*loads, strict=True)
        ]
    )


def _correlation(one: Values, other: Values) -> float:
    both = ~(np.isnan(one) | np.isnan(other))
    if both.sum() < 3 or one[both].std() == 0.0 or other[both].std() == 0.0:
        return float("nan")
    return float(np.corrcoef(one[both], other[both])[0, 1])


def _median(values: Values | list[float]) -> float:
    known = _known(np.asarray(values, dtype=np.float64))
    return float(np.median(known)) if known.size else float("nan")


def _known(values: Values) -> Values:
    return values[~np.isnan(values)]
