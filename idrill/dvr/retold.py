"""Each fault once, as it was last told, of rig-days that each told what went on.

A fault keeps its network, its start and the instant of its detection; its name and suspects may
change while it is young.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

Row = Mapping[str, Any]
Likeness = Callable[[Row, Row], bool]


def as_last_told(told: pl.DataFrame) -> pl.DataFrame:
    """Each fault once, by its start; one that got another name has the last of them.

    Two faults of one rig-day with different names stay two, and so do those of two networks.

    Args:
        told: `day` and the columns of faults (`FAULTS`), the oldest day first.
    """
    known: dict[tuple[object, object], _Told] = {}
    for rows in _by_day(told):
        for place, today in rows.items():
            known.setdefault(place, _Told()).take(today)
    last = [row for faults in known.values() for row in faults.rows]
    return pl.DataFrame(last, schema=told.schema).sort("start", maintain_order=True)


@dataclass
class _Told:
    """Faults of one network that began together."""

    rows: list[Row] = field(default_factory=list)

    def take(self, today: Sequence[Row]) -> None:
        """Let a rig-day tell them anew; what is most alike goes first."""
        rest = list({row["name"]: row for row in today}.values())
        open_to = list(range(len(self.rows)))
        for alike in (_same_name, _overlap, _renamed_wholly):
            for row in list(rest):
                place = next((each for each in open_to if alike(self.rows[each], row)), None)
                if place is not None:
                    self.rows[place] = row
                    open_to.remove(place)
                    rest.remove(row)
        self.rows += rest


def _by_day(told: pl.DataFrame) -> Iterator[dict[tuple[object, object], list[Row]]]:
    """The faults of each day, by network and start."""
    for day in told.partition_by("day", maintain_order=True):
        rows: dict[tuple[object, object], list[Row]] = {}
        for row in day.iter_rows(named=True):
            rows.setdefault((row["network"], row["start"]), []).append(row)
        yield rows


def _same_name(before: Row, now: Row) -> bool:
    return bool(before["name"] == now["name"])


def _overlap(before: Row, now: Row) -> bool:
    return not set(before["suspects"]).isdisjoint(now["suspects"])


def _renamed_wholly(before: Row, now: Row) -> bool:
    """Whether this is what went on, for what goes on is told again by the next rig-day."""
    return before["end"] is None and bool(before["detected"] == now["detected"])
