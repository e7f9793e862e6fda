"""Numbers that stand for "no value" without the file saying so.

A number counts as one when no instrument can have measured it (`1e30`, or a customary sentinel
outside the physical limits of its channel), or when it is `-999.25`, which nobody measures by
chance. What this cannot see: a sentinel inside the limits of its channel (`0` for an absent sensor,
`-999` newtons of weight on bit). A channel that is 0 throughout is reported, its values stay.
"""

from dataclasses import dataclass

import polars as pl

from idrill.channels import Channel
from idrill.units import Conversion

CERTAIN = (-999.25, -9999.25)
"""The null of LAS and WITSML, written where none was declared."""

CUSTOMARY = (
    -999.0, -9999.0, -99999.0, -999999.0, -32768.0, -32767.0, 32767.0, 65535.0, -2147483648.0,
    2147483647.0, 999.25, 999.0, 9999.0, 9999.25, 99999.0, 999999.0, 999.9, 999.99, 9999.9, 9999.99,
    99999.99, -999.9, -999.99, -9999.9, -9999.99, 0.0,
)  # fmt: skip
"""Nulls of loggers and PLCs, believed only outside the physical limits and when they repeat."""

ABSURD = 1e19
"""No reading of a rig is larger in any unit."""


@dataclass(frozen=True, slots=True)
class Sentinels:
    """Which values of a column stand for "no value"."""

    rows: pl.Series
    """Whether a row holds one (Boolean, no nulls)."""
    counts: tuple[tuple[float, int], ...]
    """Each such number as the file writes it, the most frequent first."""


def find_sentinels(values: pl.Series, channel: Channel, to_channel: Conversion) -> Sentinels:
    """The sentinels among the values of a column, in the unit of the file.

    Example:
        >>> from idrill.channels import channel
        >>> from idrill.units import conversion
        >>> column = pl.Series([101.0, -32768.0, 102.0, -32768.0])
        >>> find_sentinels(column, channel("hook_load"), conversion("t", "kN")).counts
        ((-32768.0, 2),)
    """
    suspects = _suspects(values, channel, to_channel)
    numbers = [number for number, _ in suspects]
    return Sentinels(values.is_in(numbers).fill_null(value=False), tuple(suspects))


def _suspects(
    values: pl.Series, channel: Channel, to_channel: Conversion
) -> list[tuple[float, int]]:
    known = values.is_in([*CERTAIN, *CUSTOMARY]) | (values.abs() >= ABSURD)
    counts = values.filter(known.fill_null(value=False)).value_counts(sort=True)
    constant = values.min() == values.max()
    return [
        (number, count)
        for number, count in counts.iter_rows()
        if _stands_for_nothing(number, count, channel, to_channel)
        and not (number == 0.0 and constant)
    ]


def _stands_for_nothing(
    number: float, count: int, channel: Channel, to_channel: Conversion
) -> bool:
    if number in CERTAIN or abs(number) >= ABSURD:
        return True
    value = number * to_channel.factor + to_channel.shift
    return count > 1 and not channel.low <= value <= channel.high
