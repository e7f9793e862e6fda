"""A live day closes: its rows join those of files, and leave SQL once the lake holds them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from idrill.errors import OriginRefused
from idrill.frame import Origin
from idrill.readers.posted import Period, PostedReading, read_rows
from idrill.rigs import Rig
from idrill.store import (
    live_days,
    live_intake,
    live_outlet,
    live_readings,
    rigs,
    sources,
    system_log,
)
from idrill.store.intake import Refused, Taken
from idrill.store.live_days import LiveDay
from idrill.store.live_intake import Batch
from idrill.store.sensor_data import Selection, read_page
from idrill.store.system_log import Kind, Wanted
from idrill.store.tables import RAW
from idrill_assets.defs.closing import closing
from idrill_assets.execution import Outcome, Workplace

TakeIn = Callable[..., list[Taken | Refused]]
RunStale = Callable[[Workplace], list[Outcome]]


def tell(
    workplace: Workplace, readings: dict[datetime, float], origin: Origin | None = None
) -> None:
    posted = [PostedReading(at.isoformat(), {"torque": value}) for at, value in readings.items()]
    period = Period.until(datetime.now(UTC), date(2007, 1, 1))
    with workplace.platform.database.session() as session:
        rigs.register(session, Rig("R1", "R1"))
        live_intake.write(session, Batch("R1", origin, read_rows(posted, period), "a test"))


def tick(workplace: Workplace) -> list[str]:
    """The rig-days that the sensor asks for."""
    with dg.build_sensor_context(
        instance=workplace.instance, resources={"platform": workplace.platform}
    ) as context:
        found = closing(context)
    if isinstance(found, dg.SensorResult):
        return [str(request.partition_key) for request in found.run_requests or []]
    assert isinstance(found, dg.SkipReason)
    return []


def live_rows(workplace: Workplace, noon: datetime) -> int:
    with workplace.platform.database.session() as session:
        rig = live_readings.mark_of(session, "R1")
        assert rig is not None
        return live_readings.between(
            session, rig, noon - timedelta(days=1), noon + timedelta(days=1)
        ).height


def prune(workplace: Workplace, one: LiveDay, later: timedelta) -> int:
    """Prune a rig-day as some time later; how many rows left."""
    with workplace.platform.database.session() as session:
        return live_days.prune(session, one, datetime.now(UTC) + later)


def unjudged(workplace: Workplace) -> list[str]:
    """What the system log says of rows that were never judged."""
    wanted = Wanted(kind=Kind.READINGS_UNJUDGED.value)
    with workplace.platform.database.session() as session:
        return [entry.message for entry in system_log.listed(session, wanted, 10)]


def read(workplace: Workplace, noon: datetime) -> pl.DataFrame:
    span = noon - timedelta(hours=12), noon + timedelta(hours=12)
    wanted = Selection("R1", ("torque", "hook_load"), *span)
    return read_page(workplace.platform.lake, wanted, after=None, limit=10_000)


def test_live_rows_and_a_file_become_one_day_and_late_rows_join_it(
    workplace: Workplace,
    take_in: TakeIn,
    run_stale: RunStale,
    write_log: Callable[..., Path],
    tmp_path: Path,
    noon: datetime,
) -> None:
    minute = timedelta(minutes=1)
    tell(workplace, {noon + minute * n: 20.0 + n % 3 for n in range(30)})
    take_in(workplace, write_log(tmp_path / "a.csv", noon, 10))

    assert tick(workplace) == ["2024-03-01|R1"]
    assert [outcome.error for outcome in run_stale(workplace)] == [None]
    before = live_rows(workplace, noon), read(workplace, noon)
    assert tick(workplace) == []
    after = live_rows(workplace, noon), read(workplace, noon)

    raw = workplace.platform.lake.read(RAW, {"rig_id": "R1", "day": noon.date()})
    assert raw.filter(pl.col("time") == noon).select("origin", "torque", "hook_load").row(0) == (
        "live",
        20.0,
        raw["hook_load"][0],
    )
    assert raw["hook_load"][0] is not None
    assert raw.height == 30 + 4
    assert (before[0], after[0]) == (30, 0)
    assert before[1].equals(after[1])

    tell(workplace, {noon: 50.0, noon + minute / 2: 21.0})
    assert read(workplace, noon).height == 35
    assert tick(workplace) == ["2024-03-01|R1"]
    run_stale(workplace)
    tick(workplace)

    raw = workplace.platform.lake.read(RAW, {"rig_id": "R1", "day": noon.date()})
    assert (raw.height, raw["torque"][0], live_rows(workplace, noon)) == (35, 50.0, 0)
    with workplace.platform.database.session() as session:
        ledgers = sources.ledger(session, "R1")
    assert all(one.is_balanced for one in ledgers)
    assert {one.name: one.read for one in ledgers} == {
        "a.csv": 10,
        "live readings of 2024-03-01": 31,
    }


def test_a_day_that_is_not_over_stays_open_and_one_not_published_keeps_its_rows(
    workplace: Workplace, noon: datetime
) -> None:
    tell(workplace, {datetime.now(UTC) - timedelta(seconds=1): 5.0, noon: 5.0})
    one = LiveDay("R1", noon.date())

    assert tick(workplace) == ["2024-03-01|R1"]
    tick(workplace)

    with workplace.platform.database.session() as session:
        assert live_days.prune(session, one) == 0
        assert live_days.due(session, noon + timedelta(hours=17), timedelta(hours=6)) == []
    assert live_rows(workplace, noon) == 1


def test_what_comes_while_a_day_is_closed_is_not_pruned(
    workplace: Workplace, run_stale: RunStale, noon: datetime
) -> None:
    tell(workplace, {noon: 5.0, noon + timedelta(seconds=1): 6.0})
    tick(workplace)
    run_stale(workplace)
    tell(workplace, {noon: 7.0, noon + timedelta(seconds=2): 8.0})

    with workplace.platform.database.session() as session:
        gone = live_days.prune(session, LiveDay("R1", noon.date()))

    assert (gone, live_rows(workplace, noon)) == (1, 2)


def test_rows_that_scoring_has_not_judged_stay_for_some_days_and_go_with_a_word(
    workplace: Workplace, run_stale: RunStale, noon: datetime
) -> None:
    one, minute = LiveDay("R1", noon.date()), timedelta(minutes=1)
    tell(workplace, {noon + minute * n: 5.0 for n in range(3)})
    with workplace.platform.database.session() as session:
        live_outlet.note_scored(session, "R1", 1, {})
    tell(workplace, {noon + minute * n: 6.0 for n in range(3, 5)})
    tick(workplace)
    run_stale(workplace)

    judged = prune(workplace, one, timedelta(days=2.9))
    again = prune(workplace, one, timedelta(days=2.9))
    said_before = unjudged(workplace)
    rest = prune(workplace, one, timedelta(days=3.1))

    assert (judged, again, rest, live_rows(workplace, noon)) == (3, 0, 2, 0)
    assert said_before == []
    assert unjudged(workplace) == [
        "2 live rows of 2024-03-01 left without a verdict: scoring stood still"
    ]


def test_readings_that_nobody_could_use_leave_when_they_were_kept_for_long_enough(
    workplace: Workplace, noon: datetime
) -> None:
    tell(workplace, {noon: 5.0})
    for value in (6.0, 7.0):
        tell(workplace, {noon: value})
    kept = timedelta(days=workplace.platform.settings.keep_rejections)
    with workplace.platform.database.session() as session:
        old, young = live_readings.rejections(session, "R1", limit=9)
        old.received_at = datetime.now(UTC) - kept - timedelta(minutes=1)
        young.received_at = datetime.now(UTC) - kept + timedelta(hours=1)

    tick(workplace)

    with workplace.platform.database.session() as session:
        left = live_readings.rejections(session, "R1", limit=9)
    assert [one.id for one in left] == [young.id]


def test_files_do_not_go_to_a_rig_that_holds_a_replay(
    workplace: Workplace,
    take_in: TakeIn,
    write_log: Callable[..., Path],
    tmp_path: Path,
    noon: datetime,
) -> None:
    tell(workplace, {noon: 5.0}, Origin.REPLAY)

    with pytest.raises(OriginRefused, match="replay"):
        take_in(workplace, write_log(tmp_path / "a.csv", noon, 10))
    assert tick(workplace) == ["2024-03-01|R1"]
