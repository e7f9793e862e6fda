"""`GET historical`: a rig-day and thirty, page by page, against a bare read of the same rows.

The history lies in the lake, the last day in SQL. The service answers over HTTP, in Arrow, with a
login checked for each page; the peer reads the same rows with polars or SQL in its own process, at
once, and writes the same format.
"""

import io
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import numpy as np
import polars as pl
from sqlalchemy import create_engine, text

from benchmarks.harness import Comparison, Result, interleaved
from benchmarks.serving import Served, served
from idrill import frame as frames
from idrill.frame import Activity, quality_of
from idrill.readers.posted import Period, read_columns
from idrill.rigs import Rig
from idrill.store import live_intake, rigs
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.live_intake import Batch
from idrill.store.tables import RECONCILED

CHANNELS = ("hook_load", "torque", "standpipe_pressure", "flow_in")
DAYS = 30
LIVE_HOURS = 6
PAGE = 100_000
"""Rows of a page: the most that the service gives."""
ROUNDS = 7
ARROW = "application/vnd.apache.arrow.stream"
HISTORICAL = "/api/v1/sensor-data/historical"

Span = tuple[datetime, datetime]
Read = Callable[[Span], pl.DataFrame]


def run() -> Result:
    """Each stretch over HTTP and bare, in turn."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        day = _fill(home, today)
        lake = [("an hour", (day, day + timedelta(hours=1)), ROUNDS)]
        lake += [("a rig-day", (day, day + timedelta(days=1)), ROUNDS)]
        lake += [(f"{DAYS} days", (day - timedelta(days=DAYS - 1), day + timedelta(days=1)), 3)]
        live = (today - timedelta(hours=LIVE_HOURS), today)
        with served(home, "uvicorn") as service:
            found = [
                _compared(f"{name} from the lake", service, _bare_lake(home), span, rounds)
                for name, span, rounds in lake
            ]
            found.append(
                _compared(f"{LIVE_HOURS} h from SQL", service, _bare_sql(home), live, ROUNDS)
            )
    return Result(
        promise="",
        title="Readings over HTTP: GET historical",
        against="a bare read of the same rows (polars from the Delta table; SQL), at once",
        comparisons=tuple(found),
        notes=(
            f"{len(CHANNELS)} channels at 1 Hz with their quality; pages of {PAGE:,} rows in "
            "Arrow, one connection; both sides write the Arrow stream.",
            "What lies in SQL is validated as it is read, which the bare read does not do.",
        ),
    )


def _compared(label: str, service: Served, bare: Read, span: Span, rounds: int) -> Comparison:
    expected = bare(span)
    given = _pages(service, span)
    same = expected.select(*CHANNELS).equals(given.select(*CHANNELS))
    if not same:
        raise RuntimeError(f"{label}: the service answers other rows than the bare read")

    def peer(_: int) -> None:
        bare(span).write_ipc_stream(io.BytesIO())

    ours, theirs = interleaved(lambda _: _pages(service, span), peer, rounds=rounds)
    return Comparison(f"{label}, {given.height:,} rows", ours, theirs)


def _pages(service: Served, span: Span) -> pl.DataFrame:
    """All rows of a stretch over HTTP.

    Raises:
        RuntimeError: If an answer is no success.
    """
    connection = HTTPConnection(urlsplit(service.url).netloc)
    wanted = [("rig_id", "R1"), ("limit", str(PAGE)), *(("channels", one) for one in CHANNELS)]
    wanted += [("start", span[0].isoformat()), ("end", span[1].isoformat())]
    found: list[pl.DataFrame] = []
    cursor: str | None = None
    while cursor is not None or not found:
        asked = urlencode(wanted + ([("cursor", cursor)] if cursor else []))
        headers = {**service.headers, "Accept": ARROW}
        connection.request("GET", f"{HISTORICAL}?{asked}", headers=headers)
        answer = connection.getresponse()
        told = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"answered {answer.status}: {told[:200]!r}")
        found.append(pl.read_ipc_stream(told))
        cursor = answer.headers.get("X-Next-Cursor")
    connection.close()
    return pl.concat(found)


def _bare_lake(home: Path) -> Read:
    columns = ["time", "origin", *(column for name in CHANNELS for column in _pair(name))]

    def read(span: Span) -> pl.DataFrame:
        within = (
            pl.col("rig_id") == "R1",
            pl.col("day").is_between(span[0].date(), (span[1] - timedelta(seconds=1)).date()),
            pl.col("time").is_between(*span, closed="left"),
        )
        table = pl.scan_delta(str(home / "lake" / RECONCILED.name))
        return table.filter(*within).select(columns).sort("time").collect()

    return read


def _bare_sql(home: Path) -> Read:
    engine = create_engine(f"sqlite:///{home / 'idrill.db'}")
    query = text(
        f"SELECT time, {', '.join(CHANNELS)} FROM live_readings "  # noqa: S608  our own names
        "WHERE rig_id = 'R1' AND time >= :start AND time < :end ORDER BY time"
    )

    def read(span: Span) -> pl.DataFrame:
        with engine.connect() as connection:
            rows = connection.execute(query, {"start": _naive(span[0]), "end": _naive(span[1])})
            return pl.DataFrame(rows.all(), schema=["time", *CHANNELS], orient="row")

    return read


def _naive(instant: datetime) -> str:
    """As SQLite keeps instants."""
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _pair(name: str) -> tuple[str, str]:
    return name, quality_of(name)


def _fill(home: Path, today: datetime) -> datetime:
    """Days in the lake and hours in SQL; the start of the last day in the lake."""
    database = Database(f"sqlite:///{home / 'idrill.db'}")
    database.migrate()
    with database.session() as session:
        rigs.register(session, Rig("R1", "R1"))
    lake, drawn = Lake(str(home / "lake"), database), np.random.default_rng(0)
    last = today - timedelta(days=2)
    for number in range(DAYS):
        day = (last - timedelta(days=number)).date()
        lake.write(RECONCILED, {"rig_id": "R1", "day": day}, _rig_day(day, drawn))
    _tell(database, today, drawn)
    database.dispose()
    return last


def _rig_day(day: date, drawn: np.random.Generator) -> pl.DataFrame:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    times = pl.datetime_range(
        midnight, midnight + timedelta(days=1), "1s", closed="left", eager=True, time_unit="us"
    )
    table = pl.DataFrame({"time": times}).with_columns(
        pl.lit("R1").alias("rig_id"),
        pl.lit("file").alias("origin"),
        *(pl.Series(name, _walk(times.len(), drawn)) for name in CHANNELS),
        *(pl.lit(0).alias(quality_of(name)) for name in CHANNELS),
    )
    typed = table.cast(pl.Schema(frames.schema(CHANNELS)))
    return typed.with_columns(
        pl.lit(Activity.STATIC.value, RECONCILED.schema["activity"]).alias("activity")
    )


def _walk(count: int, drawn: np.random.Generator) -> np.ndarray:
    """A channel that wanders, with the digits that a sensor gives."""
    return np.round(50.0 + np.cumsum(drawn.normal(0.0, 0.05, count)), 2)


def _tell(database: Database, today: datetime, drawn: np.random.Generator) -> None:
    """What came in live in the last hours before midnight."""
    count = LIVE_HOURS * 3600
    times = [(today - timedelta(seconds=count - second)).isoformat() for second in range(count)]
    columns = {name: [float(one) for one in _walk(count, drawn)] for name in CHANNELS}
    period = Period.until(today, (today - timedelta(days=2)).date())
    posted = read_columns(times, columns, period)
    with database.session() as session:
        live_intake.write(session, Batch("R1", None, posted, "a benchmark"))
