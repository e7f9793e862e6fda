"""The latest value of each channel of a rig, judged as the batch path judges."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl
from sqlalchemy.orm import Session

from idrill.dvr.tracks import HISTORY
from idrill.dvr.validation import validate
from idrill.frame import INFORMATIVE, Activity, Quality, channels_in, quality_of
from idrill.store import live_readings
from idrill.store.live_readings import LiveRig

WINDOW = timedelta(minutes=15)
"""How old the latest value of a channel may be, against the newest of the rig."""

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Reading:
    """The latest value of a channel, in its unit."""

    channel: str
    time: datetime
    value: float
    quality: Quality

    @property
    def usable(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.quality & ~INFORMATIVE

    @property
    def flags(self) -> list[str]:
        """The names of its bits."""
        return [str(bit.name).lower() for bit in self.quality]


@dataclass(frozen=True, slots=True)
class Latest:
    """What a rig told last."""

    rig: LiveRig
    activity: Activity | None
    readings: tuple[Reading, ...]

    @property
    def silent(self) -> list[str]:
        """Channels that told something earlier, and nothing within `WINDOW`."""
        heard = {reading.channel for reading in self.readings}
        return [name for name in self.rig.channels if name not in heard]


def latest(session: Session, rig: LiveRig) -> Latest:
    """The latest value of each channel of a rig.

    `dvr.validation.validate` judges the last quarter of an hour before the newest reading by the
    quarter of an hour before it. A verdict that waits for values to follow may still change.
    """
    if rig.last_time is None:
        return Latest(rig, None, ())
    start, end = rig.last_time - WINDOW, rig.last_time + _INSTANT
    rows = live_readings.between(session, rig, start - HISTORY, end).drop("revision")
    before = rows.filter(pl.col("time") < start)
    frame = rows.filter(pl.col("time") >= start)
    judged = validate(frame, history=before if before.height else None).frame
    if judged.is_empty():
        return Latest(rig, None, ())
    names = channels_in(judged.columns)
    readings = [_last(judged, name) for name in names]
    doing = Activity(str(judged["activity"][-1]))
    return Latest(rig, doing, tuple(reading for reading in readings if reading is not None))


def _last(judged: pl.DataFrame, name: str) -> Reading | None:
    found = judged.select("time", name, quality_of(name)).filter(pl.col(name).is_not_null())
    if found.is_empty():
        return None
    time, value, quality = found.row(-1)
    return Reading(name, time, value, Quality(quality))
