"""Rows that changed, as plain columns: for a few rows a frame costs more than they do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

import polars as pl

from idrill.frame import channels_in

Values = list[float | None]


@dataclass(frozen=True, slots=True)
class ChangedRows:
    """Readings of a rig, one row of each instant, and a column of each channel that is told.

    Example:
        >>> rows = ChangedRows.read([(datetime(2026, 1, 1), 7, 4.5, None)], ("torque", "rop"))
        >>> rows.revisions, rows.columns
        ([7], {'torque': [4.5]})
    """

    times: list[datetime] = field(default_factory=list)
    revisions: list[int] = field(default_factory=list)
    columns: dict[str, Values] = field(default_factory=dict)

    @classmethod
    def read(cls, found: Sequence[Sequence[Any]], names: Iterable[str]) -> Self:
        """What a store answered: instant, revision, then a value of each of some channels."""
        if not found:
            return cls()
        times, revisions, *values = map(list, zip(*found, strict=True))
        told = zip(names, values, strict=True)
        columns = {name: one for name, one in told if any(value is not None for value in one)}
        return cls(times, revisions, columns)

    @classmethod
    def of(cls, frame: pl.DataFrame) -> Self:
        """The rows of a raw frame with `revision`."""
        columns = {name: frame[name].to_list() for name in channels_in(frame.columns)}
        return cls(frame["time"].to_list(), frame["revision"].to_list(), columns)

    def __len__(self) -> int:
        return len(self.times)

    def until(self, revision: int) -> "ChangedRows":
        """Those that did not change after a revision."""
        return self._some([place for place, at in enumerate(self.revisions) if at <= revision])

    def newest(self, name: str) -> tuple[datetime, float] | None:
        """The latest value of a channel and its instant; None if there is none."""
        told = (
            (at, value)
            for at, value in zip(self.times, self.columns[name], strict=True)
            if value is not None
        )
        return max(told, default=None)

    def _some(self, places: Sequence[int]) -> "ChangedRows":
        if len(places) == len(self.times):
            return self
        return ChangedRows(
            [self.times[place] for place in places],
            [self.revisions[place] for place in places],
            {name: [one[place] for place in places] for name, one in self.columns.items()},
        )


def merged(parts: Sequence[ChangedRows]) -> ChangedRows:
    """Rows that follow each other; of an instant that changed twice, the later row."""
    names = dict.fromkeys(name for part in parts for name in part.columns)
    rows = ChangedRows(columns={name: [] for name in names})
    for part in parts:
        rows.times.extend(part.times)
        rows.revisions.extend(part.revisions)
        for name, column in rows.columns.items():
            column.extend(part.columns.get(name) or [None] * len(part))
    latest = {at: place for place, at in enumerate(rows.times)}
    return rows._some(sorted(latest.values()))
