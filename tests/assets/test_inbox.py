"""The sensor over the inbox: what it takes in, what it asks for, and what it does not ask twice."""

import os
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from idrill.store import rig_days, sources
from idrill.store.tables import RAW
from idrill_assets.defs import automation
from idrill_assets.defs.automation import depth_job, inbox, large_file, rig_day_job
from idrill_assets.execution import Workplace
from idrill_assets.inbox import NOTE, misnamed
from idrill_assets.partitions import RigDay

WriteLog = Callable[..., Path]


class Watch:
    """The inbox of a workplace, tick after tick."""

    def __init__(self, workplace: Workplace) -> None:
        self.workplace = workplace
        self.folder = workplace.platform.settings.inbox_folder
        self.folder.mkdir(parents=True)
        self.cursor: str | None = None

    def tick(self) -> dg.SensorResult:
        """One evaluation of the sensor, with the cursor of the one before."""
        with dg.build_sensor_context(
            instance=self.workplace.instance,
            cursor=self.cursor,
            resources={"platform": self.workplace.platform},
        ) as context:
            result = inbox(context)
        assert isinstance(result, dg.SensorResult)
        self.cursor = result.cursor
        return result


@pytest.fixture
def watch(workplace: Workplace) -> Watch:
    return Watch(workplace)


def asked(result: dg.SensorResult) -> list[str]:
    return [str(request.partition_key) for request in result.run_requests or []]


def keys(result: dg.SensorResult) -> list[str]:
    return [str(request.run_key) for request in result.run_requests or []]


def added(result: dg.SensorResult) -> list[tuple[str, list[str]]]:
    requests = result.dynamic_partitions_requests or []
    return [(request.partitions_def_name, list(request.partition_keys)) for request in requests]


def touch_later(path: Path) -> None:
    """A later time of change, as the file of a rig that goes on writing has."""
    stat = path.stat()
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1_000_000))


def test_a_new_file_registers_its_rig_and_asks_for_exactly_its_rig_days(
    watch: Watch, write_log: WriteLog, noon: datetime
) -> None:
    write_log(watch.folder / "RIG_7" / "a.csv", noon, 200)

    result = watch.tick()

    assert asked(result) == ["2024-03-01|RIG_7", "2024-03-02|RIG_7"]
    assert {request.job_name for request in result.run_requests or []} == {rig_day_job.name}
    assert added(result) == [("rig", ["RIG_7"])]
    with watch.workplace.platform.database.session() as session:
        wanted = rig_days.get(session, "RIG_7", date(2024, 3, 1)).wanted
    assert wanted in keys(result)[0]


def test_an_unchanged_inbox_asks_for_nothing(
    watch: Watch, write_log: WriteLog, noon: datetime
) -> None:
    write_log(watch.folder / "R1" / "a.csv", noon, 10)
    watch.tick()

    result = watch.tick()

    assert asked(result) == []
    assert added(result) == []


def test_a_file_that_has_grown_is_asked_for_again_with_another_key(
    watch: Watch, write_log: WriteLog, noon: datetime
) -> None:
    path = watch.folder / "R1" / "a.csv"
    write_log(path, noon, 10)
    first = watch.tick()

    write_log(path, noon, 30)
    second = watch.tick()

    assert asked(second) == asked(first) == ["2024-03-01|R1"]
    assert keys(second) != keys(first)


def test_a_file_that_is_changed_back_gets_a_run_key_never_used_before(
    watch: Watch, write_log: WriteLog, noon: datetime
) -> None:
    path = watch.folder / "R1" / "a.csv"
    used = []
    for rows in (10, 30, 10):
        touch_later(write_log(path, noon, rows))
        used += keys(watch.tick())

    assert len(used) == 3
    assert len(set(used)) == 3


def test_a_touched_file_of_the_same_content_asks_for_nothing(
    watch: Watch, write_log: WriteLog, noon: datetime
) -> None:
    path = write_log(watch.folder / "R1" / "a.csv", noon, 10)
    watch.tick()

    touch_later(path)

    assert asked(watch.tick()) == []


def test_a_refused_file_gets_a_note_that_goes_when_it_is_mended(
    watch: Watch, write_log: WriteLog, noon: datetime
) -> None:
    path = watch.folder / "R1" / "log.xml"
    path.parent.mkdir()
    path.write_text("<logs><log><logHeader></log>")
    note = path.with_name(path.name + NOTE)

    refused = watch.tick()
    said = note.read_text()
    write_log(path, noon, 10)
    mended = watch.tick()

    assert asked(refused) == []
    assert "log.xml" in said
    assert not note.exists()
    assert asked(mended) == ["2024-03-01|R1"]


def test_a_refused_file_does_not_keep_the_next_one_from_going_in(
    watch: Watch, write_log: WriteLog, noon: datetime
) -> None:
    write_log(watch.folder / "R1" / "b.csv", noon, 10)
    (watch.folder / "R1" / "a.csv").write_bytes(b"\x00\x01\x02garbage" * 100)

    assert asked(watch.tick()) == ["2024-03-01|R1"]


def test_the_map_of_a_folder_is_applied_to_its_files_and_again_when_it_changes(
    watch: Watch, noon: datetime
) -> None:
    folder = watch.folder / "R1"
    folder.mkdir()
    rows = [f"{noon + timedelta(seconds=s):%Y-%m-%d %H:%M:%S},{s}" for s in range(0, 300, 10)]
    (folder / "a.csv").write_text("\n".join(["when,mystery", *rows]) + "\n")
    (folder / "source.toml").write_text(
        '[columns]\nmystery = { channel = "torque", unit = "kN.m" }\n'
    )
    first = watch.tick()
    (folder / "source.toml").write_text(
        '[columns]\nmystery = { channel = "hook_load", unit = "kN" }\n'
    )
    second = watch.tick()

    assert asked(first) == asked(second) == ["2024-03-01|R1"]
    day = RigDay("R1", noon.date())
    [_] = watch.workplace.materialize_days([day], lambda *_: None)
    raw = watch.workplace.platform.lake.read(RAW, day.lake)
    assert "hook_load" in raw.columns
    assert "torque" not in raw.columns


def test_a_map_that_makes_no_sense_refuses_its_files_and_no_others(
    watch: Watch, write_log: WriteLog, noon: datetime
) -> None:
    path = write_log(watch.folder / "R1" / "a.csv", noon, 10)
    (watch.folder / "R1" / "source.toml").write_text("[columns\n")
    write_log(watch.folder / "R2" / "a.csv", noon, 10)

    result = watch.tick()

    assert asked(result) == ["2024-03-01|R2"]
    assert "source.toml" in path.with_name(path.name + NOTE).read_text()


def test_a_folder_that_cannot_name_a_rig_is_passed_over_and_named(
    watch: Watch, write_log: WriteLog, noon: datetime
) -> None:
    write_log(watch.folder / "my rig" / "a.csv", noon, 10)
    write_log(watch.folder / "R1" / "a.csv", noon, 10)

    assert asked(watch.tick()) == ["2024-03-01|R1"]
    ((folder, error),) = misnamed(watch.folder)
    assert folder.name == "my rig"
    assert "'my rig' cannot name a rig" in str(error)


def test_days_from_before_the_first_day_was_moved_are_not_asked_for(
    watch: Watch, write_log: WriteLog, noon: datetime
) -> None:
    watch.workplace.platform.intake.first_day = date(2000, 1, 1)
    write_log(watch.folder / "R1" / "old.csv", noon.replace(year=2006), 10)
    write_log(watch.folder / "R1" / "new.csv", noon, 10)

    assert asked(watch.tick()) == ["2024-03-01|R1"]
    with watch.workplace.platform.database.session() as session:
        assert [day.day.year for day in rig_days.stale(session, "R1")] == [2006, 2024]


def test_hidden_files_are_left_alone(watch: Watch, write_log: WriteLog, noon: datetime) -> None:
    write_log(watch.folder / "R1" / ".partial.csv", noon, 10)

    assert asked(watch.tick()) == []
    assert list(watch.folder.rglob(f"*{NOTE}")) == []


def test_an_absent_inbox_is_a_reason_to_skip(workplace: Workplace) -> None:
    with dg.build_sensor_context(
        instance=workplace.instance, resources={"platform": workplace.platform}
    ) as context:
        result = inbox(context)

    assert isinstance(result, dg.SkipReason)
    assert "inbox" in str(result.skip_message)


def test_a_large_file_is_taken_in_by_a_run_and_asked_for_in_the_next_tick(
    watch: Watch, write_log: WriteLog, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(automation, "LARGE_FILE", 100)
    write_log(watch.folder / "R1" / "a.csv", noon, 10)

    first = watch.tick()
    [request] = first.run_requests or []
    assert request.job_name == large_file.name
    large_file.execute_in_process(
        run_config=request.run_config,
        resources={"platform": watch.workplace.platform},
        instance=watch.workplace.instance,
    )
    second = watch.tick()

    assert asked(second) == ["2024-03-01|R1"]
    assert asked(watch.tick()) == []


def test_more_rig_days_than_a_tick_may_ask_for_are_asked_for_over_several(
    watch: Watch, write_log: WriteLog, noon: datetime
) -> None:
    write_log(watch.folder / "R1" / "a.csv", noon, 230, step=timedelta(days=1))

    ticks = [asked(watch.tick()) for _ in range(4)]

    assert [len(tick) for tick in ticks] == [100, 100, 30, 0]
    assert len({key for tick in ticks for key in tick}) == 230


def test_a_depth_log_asks_for_its_well(watch: Watch) -> None:
    folder = watch.folder / "R1"
    folder.mkdir()
    rows = [f"{100 + row / 2},{20 + row % 5}" for row in range(40)]
    (folder / "d.csv").write_text("\n".join(["Depth (m),ROP (m/h)", *rows]) + "\n")
    (folder / "source.toml").write_text('well = "W-1"\n')

    result = watch.tick()

    assert [(request.job_name, request.partition_key) for request in result.run_requests or []] == [
        (depth_job.name, "W-1")
    ]
    assert added(result) == [("well", ["W-1"])]


def test_the_inbox_and_the_command_line_know_a_file_by_the_same_name(
    watch: Watch, write_log: WriteLog, noon: datetime
) -> None:
    write_log(watch.folder / "R1" / "deep" / "a.csv", noon, 10)

    watch.tick()

    with watch.workplace.platform.database.session() as session:
        names = [source.name for source in sources.all_of(session, "R1")]
    assert names == ["R1/deep/a.csv"]


def test_a_rig_day_that_ran_before_the_day_before_it_is_asked_for_again(
    watch: Watch, write_log: WriteLog, noon: datetime
) -> None:
    write_log(watch.folder / "R1" / "a.csv", noon, 200)
    watch.tick()
    first, second = RigDay("R1", date(2024, 3, 1)), RigDay("R1", date(2024, 3, 2))

    list(watch.workplace.materialize_days([second], lambda *_: None))
    too_early = asked(watch.tick())
    list(watch.workplace.materialize_days([first], lambda *_: None))
    again = asked(watch.tick())

    assert too_early == []
    assert again == [str(second.key)]
    assert asked(watch.tick()) == []
