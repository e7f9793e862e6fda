"""Marks what is wrong with each value of a frame, without changing any.

Duplicate and backward times were settled when the sources were merged, so a frame that still has
them is refused.

A verdict looks back no further than `tracks.HISTORY` and ahead no further than `tracks.AHEAD`,
never over a UTC midnight. Activities follow limits that change at midnight. So a day validated with
the end of the day before and the limits that it left gives the same as a stream that never stops,
and `stepping.Validator` is that stream.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from idrill import frame as frames
from idrill.activity import ActivityThresholds
from idrill.channels import channel
from idrill.dvr import contradictions, limits
from idrill.dvr.activities import DailyActivities, came_late
from idrill.dvr.conditions import Conditions, conditions, standing
from idrill.dvr.frozen import frozen
from idrill.dvr.interruptions import SILENCE, Presence
from idrill.dvr.jumps import other_unit, too_fast
from idrill.dvr.no_sensor import no_sensor
from idrill.dvr.report import ValidationReport, report
from idrill.dvr.spikes import spikes
from idrill.dvr.tracks import HISTORY, Instants, Mask, Track, there, track
from idrill.errors import FrameError
from idrill.frame import Quality, channels_in, quality_of

NO_ZERO = "block_position"
"""Its zero is where the crew set it, so a ratio of two values says nothing of units."""


@dataclass(frozen=True, slots=True)
class Validated:
    """A frame with its quality bits and activities, and what was found."""

    frame: pl.DataFrame
    report: ValidationReport
    thresholds: ActivityThresholds
    """The limits between activities that the next day starts from."""


def validate(
    frame: pl.DataFrame,
    *,
    history: pl.DataFrame | None = None,
    thresholds: ActivityThresholds | None = None,
) -> Validated:
    """The frame with bits for what is wrong, its activities, and a report.

    Bits that are there stay. A null is `MISSING` once 1.5 of the channel's own intervals have
    passed since its last value; before that the channel is only slower than the rows. The first
    value after an interruption of ten intervals and a minute, or of eight minutes, has the bit
    `GAP`. A row that came `LATE` is judged by itself alone, and has no part in the verdicts on
    others. What the other bits mean is in `report.MEANINGS`.

    Args:
        frame: Canonical rows of one rig.
        history: The raw rows of the 15 minutes before; empty if there were none. None says that
            nothing is known of the time before, so the first values follow no gap.
        thresholds: The limits between activities that the day before left. Those of the first day
            of the frame; what it shows sets those of the next. The field's usual ones unless given.

    Raises:
        FrameError: If a table is no canonical frame, holds more than one rig, or the history does
            not come before the frame.
    """
    known = _with_history(frame, history)
    found = marked(known, _observed_since(known, history))
    due = pl.int_range(found.height, eager=True) >= found.height - frame.height
    activities = DailyActivities(thresholds)
    columns = [name for name in frame.columns if name != "activity"]
    rows = found.filter(due).select(*columns, activities.tell(found, due))
    return Validated(rows, report(rows), activities.thresholds)


def history_before(day: date, earlier: pl.DataFrame) -> pl.DataFrame | None:
    """The rows that `validate` needs as the history of a day.

    Args:
        day: The UTC day to be validated.
        earlier: The raw rows of the day before.

    Returns:
        Those of its last 15 minutes; None where that day has no rows at all, so that a rig's first
        values follow no gap.
    """
    if earlier.is_empty():
        return None
    midnight = datetime.combine(day, time.min, UTC)
    return earlier.filter(pl.col("time").is_between(midnight - HISTORY, midnight, closed="left"))


def marked(known: pl.DataFrame, since: datetime | None) -> pl.DataFrame:
    """Canonical rows of one rig with their bits.

    Args:
        known: The rows, after those that decide about the first of them.
        since: From when on a silent channel would have been noticed; the first row unless given.
    """
    within = known.with_columns(_ranged(name) for name in channels_in(known.columns))
    late = came_late(known)
    if not late.any():
        return _marked(within, since)
    return pl.concat([_marked(within.filter(~late), since), within.filter(late)]).sort("time")


@lru_cache(maxsize=256)
def _ranged(name: str) -> pl.Expr:
    return pl.col(quality_of(name)) | _mark(limits.out_of_range(name), Quality.OUT_OF_RANGE)


def _marked(within: pl.DataFrame, since: datetime | None) -> pl.DataFrame:
    """Rows that are marked where they are out of range, with all their bits."""
    held = standing(within)
    doing = conditions(held)
    against = held.select(**_against())
    columns = {name: within[name] for name in within.columns}
    for name in channels_in(columns):
        values, bits = columns[name], columns[quality_of(name)].to_numpy()
        columns[quality_of(name)] = pl.Series(
            quality_of(name),
            _from_its_values(name, track(doing.times, values.to_numpy(), bits), doing)
            | _from_its_absence(doing.times, there(values), since)
            | (against[name].to_numpy() if name in against.columns else 0)
            | bits,
        )
    return pl.DataFrame(columns)


def _from_its_absence(
    times: Instants, measured: Mask, since: datetime | None
) -> NDArray[np.uint16]:
    """Bits for where a channel has no value, and where it has one again (row)."""
    bits = np.zeros(times.size, dtype=np.uint16)
    if times.size:
        noticed = times[0] if since is None else (since - EPOCH) // timedelta(microseconds=1)
        presence = Presence(times, measured, int(noticed))
        bits[presence.missing()] |= int(Quality.MISSING)
        bits[presence.gaps()] |= int(Quality.GAP)
    return bits


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _mark(condition: pl.Expr, bit: Quality) -> pl.Expr:
    return pl.when(condition).then(int(bit)).otherwise(0).cast(frames.QUALITY)


@lru_cache(maxsize=1)
def _against() -> dict[str, pl.Expr]:
    """Bits by channel for what contradicts others."""
    impossible, still = contradictions.impossible(), contradictions.standing_still()
    return {
        name: _mark(impossible.get(name, pl.lit(value=False)), Quality.IMPOSSIBLE)
        | _mark(still.get(name, pl.lit(value=False)), Quality.FROZEN)
        for name in {**impossible, **still}
    }


def _from_its_values(name: str, values: Track, doing: Conditions) -> NDArray[np.uint16]:
    """Bits for what a channel's own values give away (row)."""
    limit = channel(name)
    fast = too_fast(values, limit)
    unexplained = doing.settled[values.rows] if name in limits.DRIVEN else np.ones_like(fast)
    found = {
        Quality.TOO_FAST: fast,
        Quality.UNIT_SUSPECT: other_unit(
            values, limit, unexplained if name in limits.DRIVEN else fast & (name != NO_ZERO)
        ),
        Quality.FROZEN: _frozen(name, values, doing),
        Quality.SPIKE: unexplained & spikes(values, limit.sigma, limits.least_spike(name)),
        Quality.SENTINEL: no_sensor(name, values, doing),
    }
    bits = np.zeros(doing.times.size, dtype=np.uint16)
    for bit, marks in found.items():
        bits[values.rows[marks]] |= int(bit)
    return bits


def _frozen(name: str, values: Track, doing: Conditions) -> Mask:
    """Where a channel that the rig keeps moving stands still (value)."""
    if name in limits.MOVED_BY_DRILLING:
        moved = doing.steadily_drilling[values.rows]
    elif name in limits.MOVED_BY_FLOW:
        moved = doing.steadily_pumping[values.rows]
    else:
        return np.zeros(values.times.size, dtype=np.bool_)
    moved &= np.abs(values.values) > limits.NOISE * channel(name).sigma
    return frozen(values, moved, moved & (name in limits.ALWAYS_MOVING))


def _with_history(frame: pl.DataFrame, history: pl.DataFrame | None) -> pl.DataFrame:
    frames.check(frame)
    if history is None or history.is_empty():
        known = frame
    else:
        frames.check(history)
        known = pl.concat([history, frame], how="diagonal")
    if known["rig_id"].n_unique() > 1:
        raise FrameError("the rows are those of more than one rig: validate one rig at a time")
    if known.height > frame.height and not known["time"].is_sorted():
        raise FrameError("the history does not end before the frame begins")
    qualities = [quality_of(name) for name in channels_in(known.columns)]
    return known.with_columns(pl.col(qualities).fill_null(int(Quality.GOOD)))


def _observed_since(known: pl.DataFrame, history: pl.DataFrame | None) -> datetime | None:
    """From when on a silent channel would have been noticed."""
    first = known.filter(~came_late(known))["time"].min()
    if not isinstance(first, datetime):
        return None
    return first if history is None else first - HISTORY - SILENCE
