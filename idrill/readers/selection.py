"""Which column of a file feeds which channel, where several could."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from idrill.channels import CHANNELS, Channel, channel
from idrill.errors import UnitError
from idrill.readers.columns import ColumnMap
from idrill.readers.headings import Match, heading_unit, recognise
from idrill.units import Conversion, conversion

AGREEMENT = 0.95
"""Share of rows in which two columns must agree to be called the same."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A column that could feed a channel."""

    column: str
    values: pl.Series
    """As they stand in the file."""
    channel: Channel
    to_channel: Conversion
    rank: int
    """How good its name is: -1 where the user said so."""
    derived: bool = False
    note: str = ""

    @property
    def converted(self) -> pl.Series:
        """The values in the unit of the channel."""
        if self.to_channel.is_identity:
            return self.values
        return self.values * self.to_channel.factor + self.to_channel.shift

    @property
    def information(self) -> int:
        """How many values it holds; none where they are all the same."""
        present = self.values.drop_nulls().drop_nans()
        return len(present) if present.min() != present.max() else 0


@dataclass(frozen=True, slots=True)
class Selection:
    """The columns that became channels, and what became of the others."""

    chosen: tuple[Candidate, ...]
    """At most one per channel, in the order of `CHANNELS`."""
    unmapped: Mapping[str, str]
    notes: tuple[str, ...]


def candidate(
    name: str,
    values: pl.Series,
    unit: str | None,
    description: str,
    columns: ColumnMap,
    heading: str | None = None,
) -> Candidate | str:
    """The column as a candidate for its channel, or why it is for none.

    Args:
        name: Its name, which no other column of the file has.
        values: As they stand in the file.
        unit: What the file states apart from the heading.
        description: What the file says about it.
        columns: The user's map; what it says of a heading holds for each column headed so.
        heading: Its name as it stands in the file, if `name` is not.
    """
    heading = heading or name
    entry = columns.entry(name, heading)
    if entry.ignore:
        return "ignored by the map of columns"
    if entry.channel is None:
        found = recognise(heading, entry.unit or unit, description)
    else:
        wanted = channel(entry.channel)
        found = _told(wanted, entry.unit or unit or heading_unit(heading), name)
    if isinstance(found, str):
        return found
    to_channel = conversion(found.unit, found.channel.unit)
    return Candidate(name, values, found.channel, to_channel, found.rank, entry.derived, found.note)


def _told(wanted: Channel, unit: str | None, name: str) -> Match | str:
    """What the user's map says the column is."""
    if unit is None:
        note = f"{name!r} states no unit: taken as {wanted.unit}"
        return Match(wanted, wanted.unit, -1, note)
    try:
        conversion(unit, wanted.unit)
    except UnitError as error:
        return f"{error}: name its unit in the map of columns"
    return Match(wanted, unit, -1)


def select(candidates: Iterable[Candidate]) -> Selection:
    """The best column of each channel.

    Names that the user gave go first; then a column that varies beats one that does not, a better
    name a worse one, more values fewer, and the first the second. The losers are compared with the
    winner after conversion: a quantity written in two unit systems checks the conversion for free.
    """
    groups: dict[str, list[Candidate]] = {}
    for one in candidates:
        groups.setdefault(one.channel.name, []).append(one)
    chosen: list[Candidate] = []
    unmapped: dict[str, str] = {}
    notes: list[str] = []
    for name in (each.name for each in CHANNELS if each.name in groups):
        best, *others = sorted(groups[name], key=_order)
        if best.values.null_count() == len(best.values):
            unmapped |= {one.column: "no values" for one in (best, *others)}
            continue
        chosen.append(best)
        unmapped |= {one.column: _compared(one, best) for one in others}
        notes += [
            f"{one.column!r}: {_compared(one, best)}" for one in others if _differs(one, best)
        ]
    return Selection(tuple(chosen), unmapped, (*(one.note for one in chosen if one.note), *notes))


def _order(one: Candidate) -> tuple[bool, bool, int, int]:
    information = one.information
    return (one.rank >= 0, information == 0, one.rank, -information)


def _compared(one: Candidate, best: Candidate) -> str:
    """What is to be said of a column that another was preferred to."""
    text = f"another column of {best.channel.name} beside {best.column!r}"
    if one.values.null_count() == len(one.values):
        return "no values"
    share, ratio = agreement(one.converted, best.converted, best.channel)
    if share is None:
        return f"{text}: no row in common"
    if share >= AGREEMENT:
        return f"{text}, which it agrees with in {share:.1%} of the rows after conversion"
    times = "" if ratio is None else f"; it is typically {ratio:.4g} times as large"
    return f"{text}, which it agrees with in only {share:.1%} of the rows after conversion{times}"


def _differs(one: Candidate, best: Candidate) -> bool:
    """Whether two columns of the same rank, so of the same heading but for the unit, disagree."""
    if one.rank != best.rank or one.to_channel == best.to_channel:
        return False
    share, _ = agreement(one.converted, best.converted, best.channel)
    return share is not None and share < AGREEMENT


def agreement(one: pl.Series, other: pl.Series, of: Channel) -> tuple[float | None, float | None]:
    """Share of the rows in which two columns agree, and the typical ratio of the first.

    They agree where they differ by less than one percent or three standard deviations of the
    sensor's noise; None where no row holds both.
    """
    pair = pl.DataFrame({"one": one, "other": other}).drop_nulls()
    if pair.is_empty():
        return None, None
    apart = (pl.col("one") - pl.col("other")).abs()
    close = apart <= pl.max_horizontal(0.01 * pl.col("other").abs(), pl.lit(3 * of.sigma))
    ratio = (pl.col("one") / pl.col("other")).filter(pl.col("other") != 0).median()
    row: Sequence[float | None] = pair.select(close.mean().alias("share"), ratio.alias("r")).row(0)
    return row[0], row[1]
