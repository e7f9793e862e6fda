"""The clocks that components live by, read from hours of telemetry.

A counter tells how long it ran by how uneven it was: where a pump strokes at one rate for a share f
of the hour and stands otherwise, mean² / mean of squares is f. The brake's clock is the energy that
it turns into heat while the string is run in: what hangs on the hook times the way down.
"""

import numpy as np
from numpy.typing import NDArray

from idrill.errors import InvalidWindows
from idrill.rul.hours import Hours

Array = NDArray[np.float64]

REFERENCE_POWER = 150.0
"""Braking power at which the brake's clock keeps pace with the time [kW]; 540 MJ are one hour."""

STANDING = {"stroke_rate": 3.0, "rotary_speed": 2.0, "standpipe_pressure": 1_000.0}
"""Means of an hour below which a pump, the string or the mud stands [1/min, rpm, kPa]."""

_TRIPPING = 5.0
"""Way down beyond what was drilled from which an hour ran the string in [m]."""
_WEIGHED = 24.0
"""Hours of drilling from which the string's weight by depth is known [h]."""


def own_hours(component: str, equipment: str, hours: Hours) -> Array:
    """Own hours in each hour [own hours] (hour); none where nothing was measured.

    Args:
        component: Name in `rigs.COMPONENT_KINDS`.
        equipment: Where it is installed, such as `mud_pump_2`.
        hours: Since the unit was installed: of the brake, what is known of the string's weight
            depends on them.

    Raises:
        InvalidWindows: If the component has no clock.
    """
    if component in ("liner", "piston", "valve"):
        return running(hours, f"{pump_of(equipment)}_stroke_rate")
    turning = running(hours, "rotary_speed")
    if component == "gearbox":
        return turning
    if component == "washpipe":
        return np.minimum(turning, running(hours, "standpipe_pressure"))
    if component == "brake":
        return braking_energy(hours) / (REFERENCE_POWER * 3.6)
    raise InvalidWindows(f"no clock is known for component {component!r}")


def clock_channels(component: str, equipment: str) -> tuple[str, ...]:
    """Channels without which the clock of a component stands still, though it may be at work.

    Raises:
        InvalidWindows: If the component has no clock.

    Example:
        >>> clock_channels("valve", "mud_pump_2")
        ('pump_2_stroke_rate',)
    """
    if component in ("liner", "piston", "valve"):
        return (f"{pump_of(equipment)}_stroke_rate",)
    if component in _READ:
        return _READ[component]
    raise InvalidWindows(f"no clock is known for component {component!r}")


_READ = {
    "gearbox": ("rotary_speed",),
    "washpipe": ("rotary_speed", "standpipe_pressure"),
    "brake": ("bit_depth", "hook_load"),
}


def told(component: str, equipment: str, hours: Hours) -> NDArray[np.bool_]:
    """Whether all that the clock of a component is read from was measured (hour).

    Raises:
        InvalidWindows: If the component has no clock.
    """
    there = [np.isfinite(hours.of(name)) for name in clock_channels(component, equipment)]
    return np.asarray(np.all(there, axis=0))


def pump_of(equipment: str) -> str:
    """The prefix of a mud pump's channels.

    Example:
        >>> pump_of("mud_pump_2")
        'pump_2'
    """
    return equipment.removeprefix("mud_")


def running(hours: Hours, channel: str) -> Array:
    """Share of each hour in which a channel was above rest [-] (hour)."""
    mean, square = np.nan_to_num(hours.of(channel)), np.nan_to_num(hours.of(channel, "square"))
    rest = next(low for name, low in STANDING.items() if channel.endswith(name))
    share = np.divide(mean**2, square, out=np.zeros_like(mean), where=square > 0.0)
    return np.where(mean > rest, np.clip(share, 0.0, 1.0), 0.0)


def lowered(hours: Hours) -> Array:
    """How far the string was run in during each hour, drilled metres left out [m] (hour)."""
    bit, hole = (_standing(hours.of(name, "last")) for name in ("bit_depth", "hole_depth"))
    down = _steps(bit)
    tripped = down - np.maximum(_steps(hole), 0.0)
    return np.where(tripped > _TRIPPING, down, 0.0)


def braking_energy(hours: Hours) -> Array:
    """Energy that the brake takes up while the string is run in [MJ] (hour)."""
    return hanging(hours) * lowered(hours) / 1e3


def hanging(hours: Hours) -> Array:
    """What hangs on the hook while the string is run in [kN] (hour).

    While running in, an hour's hook load mixes moving with waiting in slips, differently at each
    sampling interval. So block and string are weighed at other times: the block while the bit is
    out of the hole, the string, by depth, while it turns; a straight line by least squares over the
    hours so far. Until `_WEIGHED` hours of drilling are known, the hour's largest hook load stands
    in.
    """
    load, bit = hours.of("hook_load"), hours.of("bit_depth", "last")
    high = np.nan_to_num(hours.of("hook_load", "high"))
    block = _mean_so_far(load, np.nan_to_num(bit, nan=np.inf) < 1.0)
    depth = np.nan_to_num(bit) / 1e3
    near = np.nan_to_num(hours.of("hole_depth", "last")) / 1e3 - depth < 0.05
    weighed = (running(hours, "rotary_speed") > 0.0) & near & (depth > 0.2) & (high > 0.0)
    offset, slope, count = _line_so_far(depth, high - block, weighed & np.isfinite(block))
    middle = depth - lowered(hours) / 2e3
    string = offset * np.minimum(middle / 0.3, 1.0) + slope * middle
    return np.where(count >= _WEIGHED, np.nan_to_num(block) + np.maximum(string, 0.0), high)


def _mean_so_far(values: Array, counted: NDArray[np.bool_]) -> Array:
    counted = counted & np.isfinite(values)
    count = np.cumsum(counted)
    total = np.cumsum(np.where(counted, values, 0.0))
    return np.asarray(np.divide(total, count, out=np.full(values.size, np.nan), where=count > 0))


def _line_so_far(
    at: Array, values: Array, counted: NDArray[np.bool_]
) -> tuple[Array, Array, NDArray[np.int64]]:
    """Offset and slope by least squares over the counted values so far, and their number.

    A tenth of the values is added as if the offset were nil, so that depths that are all alike
    settle it too.
    """
    x, y, one = (np.where(counted, each, 0.0) for each in (at, values, np.ones_like(at)))
    n, sx, sxx, sy, sxy = (np.cumsum(each) for each in (one, x, x * x, y, x * y))
    n_kept = 1.1 * n
    size = n_kept * sxx - sx * sx
    known = size > 0.0
    offset = np.divide(sxx * sy - sx * sxy, size, out=np.zeros_like(size), where=known)
    slope = np.divide(n_kept * sxy - sx * sy, size, out=np.zeros_like(size), where=known)
    return np.maximum(offset, 0.0), np.maximum(slope, 0.0), np.cumsum(counted)


def _steps(values: Array) -> Array:
    return np.nan_to_num(np.diff(values, prepend=values[:1]))


def _standing(values: Array) -> Array:
    """Each value until the next one."""
    at = np.maximum.accumulate(np.where(np.isfinite(values), np.arange(values.size), 0))
    return values[at]
