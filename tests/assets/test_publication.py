"""Each rig-day is published, or held, on its own; Dagster is told of each exactly once."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from idrill.errors import PartitionFault
from idrill.store import rig_days
from idrill.store.intake import Refused, Taken
from idrill.store.rig_days import State
from idrill.store.tables import (
    DAILY,
    DATA_QUALITY,
    HOURLY,
    KPIS,
    MINUTE,
    RAW,
    RECONCILED,
    VALIDATED,
)
from idrill_assets.execution import Outcome, Workplace
from idrill_assets.partitions import RigDay
from idrill_assets.publication import CHECK, require_released

TakeIn = Callable[..., list[Taken | Refused]]
WriteLog = Callable[..., Path]
RunStale = Callable[[Workplace], list[Outcome]]

TABLES = (RAW, VALIDATED, RECONCILED, DATA_QUALITY, MINUTE, HOURLY, DAILY, KPIS)
DAYS = [date(2024, 3, day) for day in (1, 2, 3)]
RIG_DAYS = [RigDay("R1", day) for day in DAYS]
FIRST, BAD, _ = RIG_DAYS

UNKNOWN_BIT = 1 << 15


def spoil(archive: Path, day: date) -> Path:
    """Give a quality bit that has no meaning to the readings of one day, as they were parsed."""
    [path] = (archive / "parsed").rglob("*.parquet")
    quality = pl.when(pl.col("time").dt.date() == day).then(UNKNOWN_BIT).otherwise(0)
    spoilt = pl.read_parquet(path).with_columns(quality.cast(pl.UInt16).alias("torque_quality"))
    spoilt.write_parquet(path)
    return path


def state_of(workplace: Workplace, rig_day: RigDay) -> rig_days.RigDay:
    with workplace.platform.database.session() as session:
        return rig_days.get(session, rig_day.rig_id, rig_day.day)


def published(workplace: Workplace, table: str) -> Counter[str]:
    """How often each partition of an asset was materialized."""
    found = workplace.instance.fetch_materializations(dg.AssetKey(table), limit=100).records
    return Counter(str(record.partition_key) for record in found)


def events_of(
    workplace: Workplace, run_id: str, kind: dg.DagsterEventType
) -> list[dg.DagsterEvent]:
    entries = workplace.instance.all_logs(run_id, of_type=kind)
    return [entry.dagster_event for entry in entries if entry.dagster_event]


@pytest.fixture
def three_days(
    workplace: Workplace, take_in: TakeIn, write_log: WriteLog, tmp_path: Path, noon: datetime
) -> Workplace:
    """A workplace with a file of three days, taken in and not run yet."""
    take_in(workplace, write_log(tmp_path / "a.csv", noon, 110, step=timedelta(minutes=20)))
    return workplace


def test_each_committed_partition_is_one_materialization_with_its_own_metadata(
    three_days: Workplace, run_stale: RunStale
) -> None:
    [outcome] = run_stale(three_days)

    assert outcome.error is None
    once = Counter({str(rig_day.key): 1 for rig_day in RIG_DAYS})
    for table in TABLES:
        assert published(three_days, table.name) == once
    for event in events_of(three_days, outcome.run_id, dg.DagsterEventType.ASSET_MATERIALIZATION):
        made = event.step_materialization_data.materialization
        rig_day = RigDay.of(str(made.partition))
        [table] = [table for table in TABLES if table.name == made.label]
        rows = three_days.platform.lake.read(table, rig_day.lake)
        content = three_days.platform.lake.content_hash(table, rig_day.lake)
        assert made.tags is not None
        assert made.tags["dagster/data_version"] == content
        assert made.metadata["dagster/row_count"].value == rows.height
        assert isinstance(made.metadata["table version"].value, int)


def test_progress_is_told_after_each_commit_and_the_day_is_shown_in_a_small_plot(
    three_days: Workplace,
) -> None:
    told: list[tuple[str, str, date]] = []

    list(three_days.materialize_days([FIRST], lambda *commit: told.append(commit)))

    assert len(told) == len(TABLES)
    assert set(told) == {(table.name, "R1", FIRST.day) for table in TABLES}
    asset = dg.AssetKey(MINUTE.name)
    [record] = three_days.instance.fetch_materializations(asset, limit=10).records
    assert record.asset_materialization is not None
    picture = str(record.asset_materialization.metadata["day at a glance"].value)
    assert "data:image/png;base64," in picture
    assert len(picture) < 100_000


def verdicts_of(workplace: Workplace, run_id: str) -> dict[str, bool]:
    """Per asset, whether the run passed the check that each rig-day was published."""
    evaluated = events_of(workplace, run_id, dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    found = [event.asset_check_evaluation_data for event in evaluated]
    return {one.asset_key.to_user_string(): one.passed for one in found if one.check_name == CHECK}


def test_a_partition_fault_holds_its_rig_day_and_lets_the_others_go_on(
    three_days: Workplace, run_stale: RunStale
) -> None:
    lake = three_days.platform.lake
    run_stale(three_days)
    before = lake.content_hash(VALIDATED, BAD.lake)
    spoil(three_days.platform.settings.archive_folder, BAD.day)

    [outcome] = three_days.materialize_days(RIG_DAYS, lambda *_: None)

    assert outcome.error is None
    found = state_of(three_days, BAD)
    assert found.state is State.HELD
    assert "unknown bits" in str(found.reason)
    assert lake.content_hash(VALIDATED, BAD.lake) == before
    for table in TABLES[1:]:
        counts = published(three_days, table.name)
        assert [counts[str(rig_day.key)] for rig_day in RIG_DAYS] == [2, 1, 2]
    verdicts = verdicts_of(three_days, outcome.run_id)
    assert verdicts == {table.name: table is RAW for table in TABLES}


def test_a_run_in_which_every_rig_day_is_held_fails_with_the_reason(
    three_days: Workplace,
) -> None:
    spoil(three_days.platform.settings.archive_folder, FIRST.day)

    [outcome] = three_days.materialize_days([FIRST], lambda *_: None)

    assert outcome.error is not None
    assert str(FIRST.key) in outcome.error
    assert "unknown bits" in outcome.error
    assert state_of(three_days, FIRST).state is State.HELD
    assert published(three_days, VALIDATED.name) == Counter()
    assert verdicts_of(three_days, outcome.run_id) == {RAW.name: True, VALIDATED.name: False}


def test_a_mended_rig_day_is_released_and_published(three_days: Workplace) -> None:
    path = spoil(three_days.platform.settings.archive_folder, FIRST.day)
    list(three_days.materialize_days([FIRST], lambda *_: None))

    path.unlink()
    [outcome] = three_days.materialize_days([FIRST], lambda *_: None)

    assert outcome.error is None
    assert state_of(three_days, FIRST).state is State.PUBLISHED
    assert three_days.platform.lake.read(VALIDATED, FIRST.lake).height == 36


def test_nothing_is_built_upon_a_held_rig_day(three_days: Workplace) -> None:
    with three_days.platform.database.session() as session:
        wanted = rig_days.get(session, "R1", BAD.day).wanted
        rig_days.hold(session, "R1", BAD.day, version=wanted, reason="a bit is unknown")

    with pytest.raises(PartitionFault, match="a bit is unknown"):
        require_released(three_days.platform, BAD)


def test_a_file_that_arrives_during_a_run_leaves_the_rig_day_stale(
    three_days: Workplace, take_in: TakeIn, write_log: WriteLog, tmp_path: Path, noon: datetime
) -> None:
    late = write_log(tmp_path / "late.csv", noon + timedelta(minutes=1), 5)

    def arrive(table: str, _rig: str, day: date) -> None:
        if table == MINUTE.name and day == DAYS[0]:
            take_in(three_days, late)

    list(three_days.materialize_days([FIRST], arrive))

    assert state_of(three_days, FIRST).state is State.STALE
    assert three_days.platform.lake.read(RAW, FIRST.lake).height == 36
