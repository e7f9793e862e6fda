"""The merge rule: one rig-day out of the set of sources that speak of it.

The result depends on which sources there are, never on the order in which they arrived:

1. Sources stand in order of their rank (smaller first), then of how densely they sample that day,
   then of their content hash, so that a channel does not flicker between two sources.
2. Rows of all sources are joined on exact time. For each instant and channel the first source that
   has a value gives it; within one file the later line corrects the earlier one.
3. A row that gave at least one value is *contributing*. A row that gave none is a *duplicate* when
   all its values equal those taken, and *rejected* with the reason `conflict` when one differs. A
   contributing row that lost some of its values is recorded as a conflict too, but still counts as
   contributing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from idrill import frame as frames
from idrill.frame import QUALITY, Origin, channels_in, quality_of
from idrill.readers.reading import Reason, Rejection, median_interval

AGREEMENT = 1e-9
"""Two values agree when they differ by no more than this share: the rounding of a conversion."""


@dataclass(frozen=True, slots=True)
class SourceRows:
    """The rows that one source has for one rig-day."""

    name: str
    content: str
    """Hash of the source's content."""
    rank: int
    table: pl.DataFrame
    """As in `Reading.table`, with `time`."""
    origin: Origin | None = None
    """How they came here, if otherwise than those of the other sources."""


@dataclass(frozen=True, slots=True)
class SourceCount:
    """What became of the rows of one source; the three add up to its rows of that day."""

    content: str
    contributing: int
    duplicate: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """A run of rows of one source that contradict a source standing before it."""

    content: str
    rejection: Rejection
    channel: str | None
    """The channel they differ in; None where it is several."""
    whole: bool
    """False where the rows gave values of other channels."""


@dataclass(frozen=True, slots=True)
class Merged:
    """One rig-day, and what became of every row."""

    frame: pl.DataFrame
    counts: tuple[SourceCount, ...]
    conflicts: tuple[Conflict, ...]

    @property
    def duplicates(self) -> int:
        """Rows of all sources that added nothing."""
        return sum(count.duplicate for count in self.counts)

    @property
    def rejected(self) -> int:
        """Rows of all sources that contradict a source standing before theirs."""
        return sum(count.rejected for count in self.counts)

    @property
    def rows(self) -> int:
        """Rows of all sources."""
        return sum(count.contributing for count in self.counts) + self.duplicates + self.rejected


def merge(sources: Sequence[SourceRows], *, rig_id: str, origin: Origin) -> Merged:
    """The frame of one rig-day, whatever the order of `sources`.

    Args:
        sources: Rows of that rig-day only.
        rig_id: The rig they belong to.
        origin: How they came here; of an instant with several sources that of the first counts.
    """
    ordered = sorted((source for source in sources if source.table.height), key=_precedence)
    if not ordered:
        return Merged(frames.empty(), _nothing_from(sources), ())
    stack = _stack(ordered, origin)
    alone = pl.len().over("time") == 1
    rivals = stack.filter(~alone)
    names = channels_in(stack.columns)
    merged = pl.concat(
        [stack.filter(alone).drop("_source", "line", "_row"), _winners(rivals, names)]
    )
    verdicts = _verdicts(rivals, names)
    counts = _counts(ordered, verdicts)
    return Merged(
        _as_frame(merged.sort("time"), rig_id),
        (*counts, *_nothing_from([source for source in sources if not source.table.height])),
        _conflicts(ordered, verdicts),
    )


def _precedence(source: SourceRows) -> tuple[int, float, str]:
    interval = median_interval(source.table["time"])
    return source.rank, float("inf") if interval is None else interval, source.content


def _nothing_from(sources: Sequence[SourceRows]) -> tuple[SourceCount, ...]:
    return tuple(SourceCount(source.content, 0, 0, 0) for source in sources)


def _stack(ordered: Sequence[SourceRows], origin: Origin) -> pl.DataFrame:
    """All rows below one another, the one that wins an instant before its rivals."""
    tables = [
        source.table.with_columns(
            pl.lit(place, pl.UInt32).alias("_source"),
            pl.lit((source.origin or origin).value, frames.ORIGIN).alias("origin"),
        )
        for place, source in enumerate(ordered)
    ]
    stack = pl.concat(tables, how="diagonal")
    names = channels_in(stack.columns)
    quality = [
        (pl.col(quality_of(name)) if quality_of(name) in stack.columns else pl.lit(0, QUALITY))
        .fill_null(0)
        .alias(quality_of(name))
        for name in names
    ]
    return (
        stack.select("_source", "line", "time", "origin", *names, *quality)
        .sort("time", "_source", "line", descending=[False, False, True])
        .with_row_index("_row")
    )


def _first(name: str) -> pl.Expr:
    return pl.col(name).is_not_null()


def _winners(rivals: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """One row per contested instant: for each channel the first value, with its quality."""
    values = [pl.col(name).filter(_first(name)).first() for name in names]
    quality = [pl.col(quality_of(name)).filter(_first(name)).first().fill_null(0) for name in names]
    first = pl.col("origin").first()
    return rivals.group_by("time", maintain_order=True).agg(first, *values, *quality)


def _verdicts(rivals: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """For each contested row: does it contribute, and in which channels is it contradicted?

    Columns: `_source`, `line`, `time`, `gives` (bool), `differs` (names of the channels).
    """
    gives, differs = [], []
    for name in names:
        has = _first(name)
        provider = pl.col("_row").filter(has).first().over("time")
        taken = pl.col(name).filter(has).first().over("time")
        gives.append(has & (provider == pl.col("_row")))
        apart = (pl.col(name) - taken).abs() > AGREEMENT * taken.abs()
        differs.append(pl.when(has & apart).then(pl.lit(name)))
    return rivals.select(
        "_source",
        "line",
        "time",
        pl.any_horizontal(gives).alias("gives"),
        pl.concat_list(differs).list.drop_nulls().alias("differs"),
    )


def _counts(ordered: Sequence[SourceRows], verdicts: pl.DataFrame) -> tuple[SourceCount, ...]:
    contradicted = pl.col("differs").list.len() > 0
    tally = {
        place: (rejected, duplicate)
        for place, rejected, duplicate in verdicts.filter(~pl.col("gives"))
        .group_by("_source")
        .agg(contradicted.sum().alias("rejected"), (~contradicted).sum().alias("duplicate"))
        .iter_rows()
    }
    counts = []
    for place, source in enumerate(ordered):
        rejected, duplicate = tally.get(place, (0, 0))
        rows = source.table.height
        counts.append(SourceCount(source.content, rows - rejected - duplicate, duplicate, rejected))
    return tuple(counts)


def _conflicts(ordered: Sequence[SourceRows], verdicts: pl.DataFrame) -> tuple[Conflict, ...]:
    """Contradicted rows, consecutive rows of a source with the same quarrel in one run."""
    quarrels = (
        verdicts.sort("_source", "line")
        .with_row_index("_place")
        .filter(pl.col("differs").list.len() > 0)
        .with_columns(pl.col("differs").list.join(", ").alias("channels"))
        .with_columns(pl.struct("_source", "channels", "gives").alias("_quarrel"))
        .with_columns(
            (
                (pl.col("_place").diff().fill_null(2) != 1)
                | (pl.col("_quarrel") != pl.col("_quarrel").shift(1)).fill_null(value=True)
            )
            .cum_sum()
            .alias("_run")
        )
    )
    runs = quarrels.group_by("_run", maintain_order=True).agg(
        pl.col("_source", "gives", "channels").first(),
        pl.col("line").first().alias("first"),
        pl.col("line").last().alias("last"),
        pl.col("time").first(),
        pl.len().alias("rows"),
    )
    return tuple(_conflict(ordered, run) for run in runs.iter_rows(named=True))


def _conflict(ordered: Sequence[SourceRows], run: dict[str, object]) -> Conflict:
    source = ordered[int(str(run["_source"]))]
    channels = str(run["channels"])
    return Conflict(
        content=source.content,
        rejection=Rejection(
            first_line=int(str(run["first"])),
            last_line=int(str(run["last"])),
            rows=int(str(run["rows"])),
            reason=Reason.CONFLICT,
            detail=f"{channels} contradicted by a source that stands before {source.name}, "
            f"or by a later line of it, from {run['time']}",
        ),
        channel=None if ", " in channels else channels,
        whole=not run["gives"],
    )


def _as_frame(table: pl.DataFrame, rig_id: str) -> pl.DataFrame:
    return table.select(
        pl.lit(rig_id).alias("rig_id"),
        "time",
        "origin",
        *(names := channels_in(table.columns)),
        *map(quality_of, names),
    )
