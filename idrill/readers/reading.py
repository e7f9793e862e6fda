"""What every reader returns, and the report that accounts for each row of the file."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import polars as pl

from idrill.errors import FrameError
from idrill.frame import QUALITY, TIME, channels_in, quality_of
from idrill.rigs import Rig
from idrill.wells import Well


class Kind(StrEnum):
    """What the rows of a source are indexed by."""

    TIME = "time"
    DEPTH = "depth"
    OBJECTS = "objects"
    """No rows at all: a well, a rig, a trajectory."""


class Reason(StrEnum):
    """Why a row was rejected."""

    BAD_TIME = "bad_time"
    BAD_DEPTH = "bad_depth"
    BAD_NUMBER = "bad_number"
    WRONG_FIELDS = "wrong_fields"
    BAD_ENCODING = "bad_encoding"
    REPEATED_HEADER = "repeated_header"
    NO_VALUES = "no_values"
    UNKNOWN_CHANNEL = "unknown_channel"
    BEFORE_FIRST_DAY = "before_first_day"
    IN_THE_FUTURE = "in_the_future"
    CONFLICT = "conflict"
    INACTIVE = "inactive"


@dataclass(frozen=True, slots=True)
class Rejection:
    """A run of consecutive rows that could not be used, for one reason."""

    first_line: int
    last_line: int
    rows: int
    reason: Reason
    detail: str
    """What was wrong, in words."""
    sample: str = ""
    """The first of the rows as it stood in the file, cut at 200 characters."""


@dataclass(frozen=True, slots=True)
class ColumnReading:
    """How one column of the file became a channel."""

    column: str
    """Its name in the file."""
    channel: str
    unit: str
    """The unit its values were taken to be in."""
    factor: float
    shift: float
    interval: float | None
    """Median time between its values [s], or depth between them [m]."""
    derived: bool = False
    """Whether it was computed from other channels, and so carries no redundancy."""


@dataclass(frozen=True, slots=True)
class UnitSuspicion:
    """A column whose values make no sense in the unit it claims."""

    channel: str
    claimed: str
    likely: str
    """The unit in which the values would make sense."""
    factor: float
    """What to multiply the stored values by to make them right."""
    first_line: int
    last_line: int
    evidence: str
    shift: float = 0.0
    """What to add after that, where the zeros of two units differ (temperatures)."""


@dataclass(frozen=True, slots=True)
class ReadReport:
    """What a reader found; `rows_read = rows_kept + rows_rejected`."""

    source: str
    format: str
    """Such as `csv`, `witsml 1.4.1.1`, `wits0`, `las 2.0`."""
    rows_read: int
    rows_kept: int
    columns: tuple[ColumnReading, ...] = ()
    unmapped: Mapping[str, str] = field(default_factory=dict)
    """Columns that became no channel, with the reason."""
    rejections: tuple[Rejection, ...] = ()
    suspicions: tuple[UnitSuspicion, ...] = ()
    constants: Mapping[str, float] = field(default_factory=dict)
    """Channels that hold one value throughout."""
    sentinels: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    """Channels with a value that stands for "no value", and how often."""
    reordered: int = 0
    """Rows whose time (depth) lies before that of the row above."""
    repeated: int = 0
    """Rows whose time (depth) stands in the file before."""
    gaps: tuple[tuple[datetime, datetime], ...] = ()
    """Stretches without a row, longer than ten sampling intervals and a minute."""
    first: datetime | float | None = None
    last: datetime | float | None = None
    interval: float | None = None
    """Median time [s] or depth [m] between rows."""
    notes: tuple[str, ...] = ()

    @property
    def rows_rejected(self) -> int:
        """Rows that could not be used."""
        return sum(rejection.rows for rejection in self.rejections)

    def as_dict(self) -> dict[str, object]:
        """The report as plain data, for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Reading:
    """The content of one source.

    `table` has a row for each row kept, in the order of the file: `line` (Int64: the line or
    element of the file, from 1), `time` or `depth`, one Float64 column per channel, and a
    `<channel>_quality` column where the reader itself saw something wrong (`SENTINEL`,
    `UNIT_SUSPECT`). Instants may repeat: which row wins is decided by `merging`.
    """

    kind: Kind
    table: pl.DataFrame
    report: ReadReport
    wells: tuple[Well, ...] = ()
    rigs: tuple[Rig, ...] = ()

    @property
    def channels(self) -> list[str]:
        """The channels that have a column."""
        return channels_in(self.table.columns)


def table_schema(kind: Kind, channels: list[str]) -> pl.Schema:
    """The columns that the table of a reading has at least."""
    columns: dict[str, pl.DataType] = {"line": pl.Int64()}
    if kind is Kind.TIME:
        columns["time"] = TIME
    elif kind is Kind.DEPTH:
        columns["depth"] = pl.Float64()
    return pl.Schema(columns | dict.fromkeys(channels, pl.Float64()))


def check(reading: Reading) -> None:
    """See that a reader kept its promises.

    Raises:
        FrameError: If a column is missing, unknown or of another type, an index is null, or the
            rows do not add up.
    """
    table, report = reading.table, reading.report
    for name, dtype in table_schema(reading.kind, reading.channels).items():
        if table.schema.get(name) != dtype:
            raise FrameError(f"{report.source}: column {name!r} is {table.schema.get(name)}")
    known = {"line", "time", "depth", *reading.channels, *map(quality_of, reading.channels)}
    if stray := set(table.columns) - known:
        raise FrameError(f"{report.source}: columns {sorted(stray)} are no channels")
    for name in map(quality_of, reading.channels):
        if name in table.columns and table.schema[name] != QUALITY:
            raise FrameError(f"{report.source}: column {name!r} is {table.schema[name]}")
    if reading.kind is not Kind.OBJECTS and table[reading.kind.value].has_nulls():
        raise FrameError(f"{report.source}: a row has no {reading.kind}")
    if report.rows_kept != table.height or report.rows_read != table.height + report.rows_rejected:
        raise FrameError(
            f"{report.source}: {report.rows_read} rows read, {table.height} kept, "
            f"{report.rows_rejected} rejected"
        )


def gaps_in(times: pl.Series, interval: float | None) -> tuple[tuple[datetime, datetime], ...]:
    """Stretches without a row, longer than ten intervals and a minute.

    Args:
        times: Instants, sorted.
        interval: Median time between rows [s].
    """
    if interval is None:
        return ()
    least = timedelta(seconds=max(60.0, 10 * interval))
    pairs = pl.DataFrame({"start": times.shift(1), "end": times}).filter(
        pl.col("end") - pl.col("start") > least
    )
    return tuple((start, end) for start, end in pairs.iter_rows())


def median_interval(index: pl.Series) -> float | None:
    """Median step of a sorted index without repeats: [s] for instants, its own unit otherwise."""
    steps = index.drop_nulls().unique().sort().diff().drop_nulls()
    if steps.is_empty():
        return None
    if steps.dtype == pl.Duration("us"):
        steps = steps.cast(pl.Int64) / 1e6
    median = steps.median()
    return float(median) if isinstance(median, int | float) else None
