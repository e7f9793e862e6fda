"""Validated readings as rules read them: row by row, with what is usable of each channel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any, Self

import polars as pl

from idrill.frame import quality_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

SECOND = 1_000_000
"""[µs]"""


def micros(at: datetime) -> int:
    """An instant in microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


def instant(at: int) -> datetime:
    """The instant of some microseconds since 1970."""
    return _EPOCH + at * _MICROSECOND


@dataclass(frozen=True, slots=True)
class Score:
    """What a model says of a component from an instant on."""

    name: str
    """Such as `rul_p10`."""
    at: datetime
    value: float | None
    """None: withheld."""
    equipment: str | None = None
    component: str | None = None

    @property
    def key(self) -> str:
        """What it is said of, such as `mud_pump_1/liner`."""
        return "/".join(part for part in (self.equipment, self.component) if part)

    def as_state(self) -> list[Any]:
        """The score as plain JSON."""
        return [self.name, micros(self.at), self.value, self.equipment, self.component]

    @classmethod
    def of_state(cls, state: Sequence[Any]) -> Self:
        """The score that was put into plain JSON."""
        name, at, value, equipment, component = state
        return cls(name, instant(at), value, equipment, component)


class Rows:
    """The rows of a frame.

    Args:
        frame: A canonical frame with `activity`, of one rig, in order of time.
    """

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame
        self._usable: dict[tuple[str, int], Sequence[float | None]] = {}
        self.times: list[int] = frame["time"].to_physical().to_list()
        self.activities: list[str | None] = (
            frame["activity"].cast(pl.String).to_list()
            if "activity" in frame.columns
            else [None] * frame.height
        )

    def usable(self, channel: str, unusable: int) -> Sequence[float | None]:
        """The values of a channel by row; None where none is there, or it has one of the bits."""
        wanted = channel, unusable
        if wanted not in self._usable:
            self._usable[wanted] = self._read(channel, unusable)
        return self._usable[wanted]

    def _read(self, channel: str, unusable: int) -> Sequence[float | None]:
        if channel not in self._frame.columns:
            return [None] * len(self.times)
        values = self._frame[channel].to_list()
        bits = self._frame[quality_of(channel)].to_list()
        return [
            value if value is not None and isfinite(value) and not bad & unusable else None
            for value, bad in zip(values, bits, strict=True)
        ]
