"""Readings told as a table, Arrow or Parquet: looked at before anything of it is unpacked.

A column called `time` with instants that know their time zone, and a column of numbers per channel,
called like it, in the unit that the channel is stored in; nothing else. A table so made cannot grow
much when it is unpacked, unless it lies: what it says of itself is held against limits first.

Parquet is read by polars, since pyarrow 25 ends the process over some damaged footers ("Definition
level histogram size mismatch"); Arrow streams by pyarrow, which tells their columns before rows.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from idrill.channels import channel
from idrill.errors import InvalidRequest, OversizedRequest
from idrill.frame import TIME, channels_in
from idrill.readers import arrow_batches, parquet_pages
from idrill.readers.posted import Period, Posted, posted_of, read_columns

if TYPE_CHECKING:
    import pyarrow as pa

MOST_ROWS = 10_000
"""Readings of one request at most."""

MOST_CHANNELS = 200

MOST_UNPACKED = 32 << 20
"""Largest table, unpacked [bytes]; the largest that makes sense takes half of it."""

MOST_FOOTER = 256 << 10
"""Largest footer of a Parquet file [bytes]; reading it takes a multiple of it."""

MOST_GROUPS = 100
"""Groups of rows of a Parquet file at most."""

MOST_PAGES = 10_000
"""Pages of a Parquet file at most."""

_CALENDAR = (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))
_INSTANTS = "%Y-%m-%dT%H:%M:%S%.6fZ"
_TICKS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
"""Per second."""
_LARGEST = 2**63 - 1


def read_arrow(body: bytes, period: Period) -> Posted:
    """What can be used of readings in an Arrow stream.

    Args:
        body: The stream; its batches are not compressed.
        period: When a reading may have been made.

    Raises:
        UnknownChannel: If a channel does not exist.
        InvalidRequest: If it is broken, or no table of instants and numbers.
        OversizedRequest: If it has too many rows.
    """
    import pyarrow as pa

    with _explained("Arrow stream"):
        messages = _messages(pa.ipc.MessageReader.open_stream(pa.BufferReader(body)))
        first = next(messages, None)
        # pyarrow 25 ends the process where the first message is something else.
        if first is None or first.type != "schema":
            raise InvalidRequest("it does not begin with its columns")
        schema = pa.ipc.read_schema(first)
        _check_names(schema.names)
        _check_types({field.name: _kind(field.type) for field in schema})
        batches = [pa.ipc.read_record_batch(one, schema) for one in _small(messages)]
        table = pa.Table.from_batches(batches, schema)
        # What is read off a stream points into the body, and past it if nobody looks.
        table.validate(full=True)
        ticks = _polars(table.column("time").cast(pa.int64()))
        times = _instants(ticks, schema.field("time").type.unit)
        names = channels_in(schema.names)
        numbers = [_polars(table.column(name).cast(pa.float64(), safe=False)) for name in names]
    told = [one.alias(name) for name, one in zip(names, numbers, strict=True)]
    return _posted(pl.DataFrame([times, *told]), period)


def read_parquet(body: bytes, period: Period) -> Posted:
    """What can be used of readings in a Parquet file.

    Args:
        body: The file.
        period: When a reading may have been made.

    Raises:
        UnknownChannel: If a channel does not exist.
        InvalidRequest: If it is broken, or no table of instants and numbers.
        OversizedRequest: If it has too many rows, or is too large unpacked.
    """
    with _explained("Parquet"):
        _check_size(body)
        schema = pl.Schema(pl.read_parquet_schema(io.BytesIO(body)))
        _check_names(schema.names())
        _check_types(schema)
        table = pl.read_parquet(io.BytesIO(body), parallel="none", use_statistics=False)
        kind = table["time"].dtype
        unit = kind.time_unit if isinstance(kind, pl.Datetime) else "us"
        times = _instants(table["time"].to_physical(), unit)
        numbers = table.select(pl.col(name).cast(pl.Float64) for name in channels_in(table.columns))
    return _posted(pl.DataFrame([times, *numbers]), period)


@contextmanager
def _explained(kind: str) -> Iterator[None]:
    """Say of an error what it was that is wrong.

    Raises:
        UnknownChannel: If a channel does not exist.
        InvalidRequest: If anything else is wrong.
    """
    import pyarrow as pa

    broken = (
        pa.ArrowException, OSError, ValueError, pl.exceptions.PolarsError,
        pl.exceptions.PanicException,
    )  # fmt: skip
    try:
        yield
    except OversizedRequest:
        raise
    except InvalidRequest as error:
        raise InvalidRequest(f"the body is no {kind} of readings: {error}") from error
    except broken as error:
        cause = _cause(error)
        raise InvalidRequest(f"the body is no sound {kind}: {cause}") from error


def _cause(error: BaseException) -> str:
    """Why a table could not be read; where polars gave up, in our words."""
    told = str(error).strip()
    if "time zone" in told:
        return "its time zone is not known: tell UTC"
    # What a panic says, itself or inside an error of a task, is about polars' code alone.
    if isinstance(error, pl.exceptions.PanicException) or "panic" in told.lower():
        return "what it holds is not what its columns and pages say"
    return told.partition("\n")[0][:200]


def _check_names(names: Sequence[str]) -> None:
    """See that there are instants and channels, and nothing else.

    Raises:
        UnknownChannel: If a channel does not exist.
        InvalidRequest: If there is no `time`, a column twice, or there are too many.
    """
    if len(names) > MOST_CHANNELS + 1:
        raise InvalidRequest(f"a table has at most {MOST_CHANNELS} channels")
    if len(set(names)) != len(names):
        raise InvalidRequest("two columns are called alike")
    if "time" not in names:
        raise InvalidRequest("no column is called time")
    for name in names:
        if name != "time":
            channel(name[:64])


def _kind(told: Any) -> pl.DataType:
    """What polars calls a type of Arrow; polars knows no time zones that are offsets."""
    import pyarrow as pa

    if pa.types.is_timestamp(told):
        return pl.Datetime("us", "UTC" if told.tz else None)
    return pl.Series(pl.from_arrow(pa.nulls(0, told))).dtype


def _check_types(kinds: Mapping[str, pl.DataType]) -> None:
    """See that there are instants with a time zone and numbers, and nothing else.

    Raises:
        InvalidRequest: If there is anything else.
    """
    for name, kind in kinds.items():
        if name == "time":
            if not isinstance(kind, pl.Datetime) or kind.time_zone is None:
                wanted = "instants with a time zone, such as UTC"
                raise InvalidRequest(f"time is {str(kind)[:64]}: tell {wanted}")
        elif not (kind.is_integer() or kind.is_float() or kind == pl.Null):
            raise InvalidRequest(f"{name} is {str(kind)[:64]}: tell numbers")


def _small(messages: Iterator["pa.Message"]) -> Iterator["pa.Message"]:
    """The messages of a stream that hold rows, as long as they are not too many.

    Raises:
        InvalidRequest: If one holds something else, or is compressed.
        OversizedRequest: If they hold too many rows.
    """
    rows = 0
    for number, message in enumerate(messages):
        if message.type != "record batch":
            raise InvalidRequest(f"it holds a {message.type}: tell plain numbers")
        told = arrow_batches.batch_of(message.metadata.to_pybytes())
        if told.is_compressed:
            packed = "send it plain, or pack the whole body (Content-Encoding: gzip)"
            raise InvalidRequest(f"it is compressed inside: {packed}")
        rows += told.rows
        _check_rows(max(rows, number))
        yield message


def _messages(reader: Any) -> Iterator["pa.Message"]:
    while True:
        try:
            yield reader.read_next_message()
        except (StopIteration, EOFError):
            return


def _check_rows(rows: int) -> None:
    if rows > MOST_ROWS:
        raise OversizedRequest(f"a table has at most {MOST_ROWS} rows")


def _check_size(body: bytes) -> None:
    """See that a Parquet file stays small when it is unpacked.

    Raises:
        InvalidRequest: If it is none.
        OversizedRequest: If it does not.
    """
    if parquet_pages.footer_length(body) > MOST_FOOTER:
        raise OversizedRequest(f"the footer of a Parquet has at most {MOST_FOOTER} bytes")
    groups = parquet_pages.groups(body)
    if len(groups) > MOST_GROUPS:
        raise OversizedRequest(f"a Parquet has at most {MOST_GROUPS} groups of rows")
    _check_rows(sum(group.rows for group in groups))
    unpacked = number = 0
    for chunk in (chunk for group in groups for chunk in group.chunks):
        values = 0
        for page in parquet_pages.pages(body, chunk):
            values += 0 if page.is_dictionary else page.values
            _check_rows(max(page.values, values))
            unpacked, number = unpacked + page.unpacked, number + 1
            if unpacked > MOST_UNPACKED or number > MOST_PAGES:
                limits = f"{MOST_UNPACKED} bytes, unpacked, in {MOST_PAGES} pages"
                raise OversizedRequest(f"a Parquet has at most {limits}")


def _polars(column: "pa.ChunkedArray[Any]") -> pl.Series:
    return pl.Series(pl.from_arrow(column))


def _instants(ticks: pl.Series, unit: str) -> pl.Series:
    """Instants, cut to microseconds; null where no calendar has them.

    Args:
        ticks: Since 1970 (Int64).
        unit: Of them.
    """
    first, last = (int(one.timestamp()) * _TICKS[unit] for one in _CALENDAR)
    sane = ticks.is_between(max(first, -_LARGEST), min(last, _LARGEST)).fill_null(value=False)
    known = ticks.zip_with(sane, pl.Series([None], dtype=pl.Int64()))
    scale = _TICKS["us"] / _TICKS[unit]
    micro = known * int(scale) if scale >= 1 else known // (_TICKS[unit] // _TICKS["us"])
    return micro.cast(TIME).alias("time")


def _posted(frame: pl.DataFrame, period: Period) -> Posted:
    """What can be used of a table, row by row only where something of it cannot."""
    _check_rows(frame.height)
    found = posted_of(frame, period)
    if found is not None:
        return found
    times = frame["time"].dt.strftime(_INSTANTS).to_list()
    columns = {name: frame[name].to_list() for name in channels_in(frame.columns)}
    return read_columns(times, columns, period)
