"""Corrections of sensors: proposed by reconciliation, applied once a person has approved them."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import polars as pl

from idrill.channels import channel
from idrill.dvr.limits import out_of_range
from idrill.errors import IllegalMove, InvalidCalibration
from idrill.frame import QUALITY, Quality, quality_of


class Approval(StrEnum):
    """How a proposed calibration stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    """Applied to every rig-day from its start on."""
    REJECTED = "rejected"
    """For good: the same proposal is not made again."""
    WITHDRAWN = "withdrawn"
    """Approved once and no longer applied; proposed again if the fault is still found."""
    LAPSED = "lapsed"
    """The rig-day that proposed it no longer does."""


_MOVES = {
    Approval.PROPOSED: {Approval.APPROVED, Approval.REJECTED, Approval.LAPSED},
    Approval.APPROVED: {Approval.WITHDRAWN},
    Approval.REJECTED: set[Approval](),
    Approval.WITHDRAWN: {Approval.PROPOSED},
    Approval.LAPSED: {Approval.PROPOSED},
}


def moved(state: Approval, to: Approval) -> Approval:
    """The state `to`, where it may follow `state`.

    Example:
        >>> moved(Approval.PROPOSED, Approval.APPROVED).value
        'approved'

    Raises:
        IllegalMove: If it may not.
    """
    if to not in _MOVES[state]:
        may = " or ".join(sorted(_MOVES[state])) or "nothing else"
        raise IllegalMove(f"it is {state} and cannot become {to}: {state} can become {may}")
    return to


@dataclass(frozen=True, slots=True)
class Calibration:
    """What makes of a sensor's reading the value that it should have shown."""

    channel: str
    start: datetime
    """From when on (UTC)."""
    end: datetime | None
    """Until when, that instant left out; None: for as long as nothing else is said."""
    gain: float = 1.0
    offset: float = 0.0
    """In the channel's unit: the value is gain times reading, plus offset."""
    sd: float | None = None
    """Standard deviation of the offset, where it was estimated, in the channel's unit."""
    reason: str = ""

    def __post_init__(self) -> None:
        channel(self.channel)
        if not (math.isfinite(self.gain) and math.isfinite(self.offset) and self.gain != 0.0):
            raise InvalidCalibration(
                f"{self.channel}: a gain of {self.gain:g} with an offset of {self.offset:g} "
                "corrects nothing"
            )
        if self.sd is not None and not (math.isfinite(self.sd) and self.sd >= 0.0):
            raise InvalidCalibration(f"{self.channel}: a standard deviation of {self.sd:g} is none")
        if any(each is not None and each.tzinfo is None for each in (self.start, self.end)):
            raise InvalidCalibration(
                f"{self.channel}: its times must have a time zone, such as UTC"
            )
        if self.end is not None and self.end <= self.start:
            raise InvalidCalibration(
                f"{self.channel}: it would end {self.end:%F %T}, before it starts"
            )


def calibrate(frame: pl.DataFrame, calibrations: Iterable[Calibration]) -> pl.DataFrame:
    """The frame with calibrated values, which have the bit `CALIBRATED`.

    What a calibration takes beyond the limits of its channel is out of range, as a reading would
    be; the other verdicts are those of the reading.

    Args:
        frame: Canonical rows.
        calibrations: Applied one after the other; those of absent channels do nothing.
    """
    for each in calibrations:
        if each.channel not in frame.columns:
            continue
        time, value = pl.col("time"), pl.col(each.channel)
        inside = (time >= each.start) & value.is_not_null()
        if each.end is not None:
            inside &= time < each.end
        quality = pl.col(quality_of(each.channel))
        corrected = pl.when(inside).then(value * each.gain + each.offset).otherwise(value)
        marked = pl.when(inside).then(quality | int(Quality.CALIBRATED)).otherwise(quality)
        frame = frame.with_columns(
            corrected.alias(each.channel), marked.cast(QUALITY).alias(quality_of(each.channel))
        )
        beyond = pl.when(inside & out_of_range(each.channel)).then(int(Quality.OUT_OF_RANGE))
        frame = frame.with_columns((quality | beyond.otherwise(0)).cast(QUALITY))
    return frame
