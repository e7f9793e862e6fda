"""A recorded rig-day told again: every row, at its instant, at the pace that is asked for."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event

import polars as pl
import pytest

from idrill.errors import InvalidRequest, NotFound, OriginRefused
from idrill.frame import Origin
from idrill.rigs import Rig
from idrill.sources.pacing import Pace, speed_of
from idrill.sources.replay import (
    Recording,
    recorded,
    replayed,
    require_replay,
    told_until,
)
from idrill.sources.sinks import Address, StoreSink
from idrill.store import live_readings, rigs
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.tables import RAW
from tests.sources.conftest import LIVE

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = date(2026, 3, 1)
Kept = Callable[..., list[tuple[float | None, ...]]]


def table(*seconds: float, channel: str = "torque") -> pl.DataFrame:
    times = [NOON + timedelta(seconds=one) for one in seconds]
    return pl.DataFrame(
        {"time": times, channel: [float(one) for one in seconds]},
        schema={"time": pl.Datetime("us", "UTC"), channel: pl.Float64()},
    )


@pytest.fixture
def lake(tmp_path: Path, database: Database) -> Lake:
    """An empty lake."""
    return Lake(str(tmp_path / "lake"), database)


def play(recording: Recording, sink: StoreSink, speed: float | None = None) -> int:
    ending = Event()
    return sum(replayed(recording, "REPLAY", sink, Pace(speed, ending), print, ending))


def allow(database: Database, *, register: bool = True) -> None:
    with database.session() as session:
        require_replay(session, "R1", "REPLAY", register=register)


def test_live_readings_are_told_again_with_their_instants_to_a_rig_of_its_own(
    database: Database, lake: Lake, sink: StoreSink, kept: Kept
) -> None:
    sink.put_table(LIVE, table(*range(300)))
    sink.put_table(LIVE, table(5, 6, channel="hook_load"))
    allow(database)

    recording = recorded(database, lake, "R1", DAY)
    count = play(recording, sink)

    assert count == 300
    names = ("time", "torque", "hook_load")
    assert kept(*names, rig="REPLAY") == kept(*names)
    with database.session() as session:
        mark = live_readings.mark_of(session, "REPLAY")
    assert mark is not None
    assert mark.origin is Origin.REPLAY


def test_what_lies_in_the_lake_is_told_too_and_stands_before_what_came_live(
    database: Database, lake: Lake, sink: StoreSink
) -> None:
    sink.put_table(LIVE, table(1, 2))
    frame = table(0, 1).with_columns(pl.col("torque") + 100.0, pl.lit("live").alias("origin"))
    lake.write(RAW, {"rig_id": "R1", "day": DAY}, _canonical(frame))

    recording = recorded(database, lake, "R1", DAY)

    assert recording.table["torque"].to_list() == [100.0, 101.0, 2.0]


def _canonical(frame: pl.DataFrame) -> pl.DataFrame:
    missing = [
        pl.lit(None, dtype).alias(name)
        for name, dtype in RAW.schema.items()
        if name not in {*frame.columns, "rig_id", "day"} and not name.endswith("_quality")
    ]
    bits = [
        pl.lit(0, dtype).alias(name)
        for name, dtype in RAW.schema.items()
        if name.endswith("_quality")
    ]
    whole = frame.with_columns(*missing, *bits, pl.lit("R1").alias("rig_id"))
    return whole.select(
        pl.col(name).cast(dtype) for name, dtype in RAW.schema.items() if name in whole.columns
    )


def test_an_interrupted_replay_goes_on_and_leaves_the_same_rows(
    database: Database, lake: Lake, sink: StoreSink, kept: Kept
) -> None:
    sink.put_table(LIVE, table(*range(50)))
    allow(database)
    recording = recorded(database, lake, "R1", DAY)
    ending = Event()
    first = replayed(recording, "REPLAY", sink, Pace(1_000.0, ending), print, ending)
    short = Recording("R1", DAY, recording.table.head(20))

    play(short, sink)
    with database.session() as session:
        known = told_until(session, recording, "REPLAY")
    next(iter(first))

    assert known == NOON + timedelta(seconds=19)
    assert len(kept("torque", rig="REPLAY")) == 50


def test_who_is_told_to_end_tells_no_more(database: Database, sink: StoreSink, kept: Kept) -> None:
    allow(database)
    ending = Event()
    rows = replayed(
        Recording("R1", DAY, table(0, 3_000)), "REPLAY", sink, Pace(0.001, ending), print, ending
    )

    assert next(rows) == 1
    ending.set()
    assert list(rows) == []
    assert len(kept("torque", rig="REPLAY")) == 1


@pytest.mark.parametrize("register", [True, False])
def test_a_rig_that_holds_other_readings_is_refused(
    database: Database, sink: StoreSink, *, register: bool
) -> None:
    with database.session() as session:
        rigs.register(session, Rig("REPLAY", "REPLAY"))
    sink.put_table(Address("REPLAY", Origin.LIVE, "x"), table(1))

    with pytest.raises(OriginRefused, match="holds live readings"):
        allow(database, register=register)
    with database.session() as session, pytest.raises(OriginRefused, match="on itself"):
        require_replay(session, "R1", "R1", register=register)


def test_a_rig_is_entered_only_if_asked_and_never_as_a_simulated_one(database: Database) -> None:
    with pytest.raises(NotFound):
        allow(database, register=False)

    allow(database)

    with database.session() as session:
        assert not rigs.get(session, "REPLAY").synthetic


def test_a_day_without_readings_is_told(database: Database, lake: Lake) -> None:
    with pytest.raises(NotFound, match="nothing of R1 is recorded on 2026-03-01"):
        recorded(database, lake, "R1", DAY)


class Clock:
    """A clock that goes on when somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Ending(Event):
    """Is never set; waiting takes time of a clock."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def wait(self, timeout: float | None = None) -> bool:
        self._clock.now += timeout or 0.0
        return False


@pytest.mark.parametrize(("speed", "took"), [(1.0, 90.0), (10.0, 9.0), (1_000.0, 0.09)])
def test_instants_are_due_as_far_apart_as_they_were_by_the_speed(speed: float, took: float) -> None:
    clock = Clock()
    pace = Pace(speed, Ending(clock), clock)

    due = [NOON + timedelta(seconds=one) for one in (0, 30, 20, 90)]
    assert all(pace.wait(one) for one in due)

    assert clock.now == pytest.approx(took)


def test_without_a_speed_nothing_waits() -> None:
    clock = Clock()
    pace = Pace(None, Ending(clock), clock)

    assert pace.wait(NOON)
    assert pace.wait(NOON + timedelta(days=1))

    assert clock.now == 0.0


@pytest.mark.parametrize("speed", ["0", "-1", "1001", "nan", "fast", "inf"])
def test_a_speed_that_cannot_be_is_refused(speed: str) -> None:
    with pytest.raises(InvalidRequest, match="--speed"):
        Pace(speed_of(speed), Event())
