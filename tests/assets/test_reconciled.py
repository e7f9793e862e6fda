"""Reconciled rig-days in the graph: calibrations, what a day leaves, gates, pictures."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from idrill.cli import run
from idrill.dvr import rig_days as core
from idrill.dvr.calibration import Approval, Calibration
from idrill.dvr.report import report
from idrill.dvr.rig_days import RigDayReconciliation, RigState
from idrill.frame import Quality
from idrill.settings import Settings
from idrill.store import approvals, calibrations, reconciliations, rig_days
from idrill.store.intake import Refused, Taken
from idrill.store.rig_days import State
from idrill.store.tables import DATA_QUALITY, KPIS, MINUTE, RECONCILED, RECONCILIATIONS, VALIDATED
from idrill_assets.execution import Outcome, Workplace
from idrill_assets.partitions import RigDay
from idrill_assets.resources import build_platform

TakeIn = Callable[..., list[Taken | Refused]]
WriteLog = Callable[..., Path]
RunStale = Callable[[Workplace], list[Outcome]]
TablesOf = Callable[..., dict[str, list[str]]]
Change = Callable[[RigDayReconciliation, RigState | None], RigDayReconciliation]

DAYS = [date(2024, 3, day) for day in (1, 2, 3, 4)]
FIRST, SECOND, THIRD, FOURTH = (RigDay("R1", day) for day in DAYS)
START = datetime(2024, 3, 2, 4, tzinfo=UTC)
MORNING = datetime(2024, 3, 1, 1, tzinfo=UTC)
STEP = timedelta(minutes=5)


def workplace_in(home: Path) -> Workplace:
    settings = Settings(home=home, database_url=None, lake_url=None, inbox=None)
    return Workplace(dg.DagsterInstance.ephemeral(), build_platform(settings))


@pytest.fixture(scope="module")
def published(
    template: Path,
    tmp_path_factory: pytest.TempPathFactory,
    take_in: TakeIn,
    write_log: WriteLog,
    run_stale: RunStale,
) -> Iterator[Workplace]:
    """A workplace in which four days are published; only to be looked at."""
    home = tmp_path_factory.mktemp("published") / "home"
    shutil.copytree(template, home)
    workplace = workplace_in(home)
    for day in range(4):
        log = write_log(home / f"{day}.csv", MORNING + timedelta(days=day), 60, step=STEP)
        take_in(workplace, log)
    assert all(outcome.error is None for outcome in run_stale(workplace))
    yield workplace
    workplace.instance.dispose()


@pytest.fixture
def four_days(published: Workplace, tmp_path: Path) -> Iterator[Workplace]:
    """A copy of it to work in, whose Dagster instance remembers nothing."""
    home = tmp_path / "home"
    shutil.copytree(published.platform.settings.home, home)
    workplace = workplace_in(home)
    yield workplace
    workplace.platform.database.dispose()
    workplace.instance.dispose()


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> Callable[[Change], None]:
    """Changes what reconciliation of a rig-day comes to."""
    honest = core.reconcile_rig_day

    def change(to: Change) -> None:
        def reconcile(
            validated: pl.DataFrame,
            *,
            history: pl.DataFrame | None = None,
            state: RigState | None = None,
            calibrations: list[Calibration],
        ) -> RigDayReconciliation:
            return to(honest(validated, history=history, calibrations=calibrations), state)

        monkeypatch.setattr(core, "reconcile_rig_day", reconcile)

    return change


def counted(done: RigDayReconciliation, state: RigState | None) -> RigDayReconciliation:
    """What leaves the number of hook loads of all days so far, the heavy ones twice."""
    before = state.networks.get("counted", {}).get("rows", 0) if state else 0
    heavy = int((done.frame["torque"] > 15.0).sum())
    counted = before + done.frame.height + heavy
    return replace(done, state=RigState({"counted": {"rows": counted}}))


def states(workplace: Workplace) -> list[State]:
    with workplace.platform.database.session() as session:
        return [day.state for day in rig_days.between(session, "R1", DAYS[0], DAYS[-1])]


def approve(workplace: Workplace, calibration: Calibration) -> int:
    with workplace.platform.database.session() as session:
        [one] = calibrations.propose(session, "R1", SECOND.day, [calibration])
        approvals.decide(session, one.id, Approval.APPROVED, by="Ada")
    return one.id


def materialized(workplace: Workplace, table: str) -> Counter[str]:
    found = workplace.instance.fetch_materializations(dg.AssetKey(table), limit=100).records
    return Counter(str(record.partition_key) for record in found)


def metadata_of(workplace: Workplace, table: str, rig_day: RigDay) -> dict[str, object]:
    """Of the last materialization of a partition."""
    wanted = dg.AssetRecordsFilter(dg.AssetKey(table), asset_partitions=[str(rig_day.key)])
    [record] = workplace.instance.fetch_materializations(wanted, limit=1).records
    assert record.asset_materialization is not None
    return {key: value.value for key, value in record.asset_materialization.metadata.items()}


def test_an_approved_calibration_corrects_the_days_from_its_start_on_until_it_is_withdrawn(
    four_days: Workplace, run_stale: RunStale, tables_of: TablesOf
) -> None:
    before = tables_of(four_days, DAYS)
    number = approve(four_days, Calibration("torque", START, None, offset=-2.0))

    run_stale(four_days)

    lake = four_days.platform.lake
    one, two = (lake.read(RECONCILED, rig_day.lake) for rig_day in (FIRST, SECOND))
    assert_frame_equal(
        one.select("torque"), lake.read(VALIDATED, FIRST.lake).select("torque"), check_exact=True
    )
    move = two["torque"] - lake.read(VALIDATED, SECOND.lake)["torque"]
    late = two["time"] >= START
    assert move.filter(late).unique().to_list() == [-2.0]
    assert move.filter(~late).unique().to_list() == [0.0]
    assert ((two["torque_quality"] & int(Quality.CALIBRATED)) != 0).to_list() == late.to_list()
    assert lake.read(MINUTE, THIRD.lake).filter(channel="torque")["max"].max() == 10.0
    said = metadata_of(four_days, RECONCILED.name, THIRD)
    assert said["calibrations applied"] == f"{number} (version 2)"
    assert states(four_days) == [State.PUBLISHED] * 4
    with four_days.platform.database.session() as session:
        approvals.decide(session, number, Approval.WITHDRAWN, by="Ada")
    run_stale(four_days)
    assert tables_of(four_days, DAYS) == before
    assert states(four_days) == [State.PUBLISHED] * 4


def test_a_second_materialization_writes_nothing(four_days: Workplace) -> None:
    lake, tables = four_days.platform.lake, (RECONCILED, RECONCILIATIONS, MINUTE, KPIS)
    versions = [lake.version(table) for table in tables]

    outcomes = list(four_days.materialize_days((FIRST, SECOND), lambda *_: None))

    assert [outcome.error for outcome in outcomes] == [None]
    assert [lake.version(table) for table in tables] == versions
    assert states(four_days) == [State.PUBLISHED] * 4


def test_a_correction_is_followed_through_the_days_it_changes_to_the_last(
    four_days: Workplace,
    changed: Callable[[Change], None],
    take_in: TakeIn,
    run_stale: RunStale,
    write_log: WriteLog,
    tmp_path: Path,
) -> None:
    changed(counted)
    list(four_days.materialize_days([FIRST, SECOND, THIRD, FOURTH], lambda *_: None))
    before = materialized(four_days, RECONCILED.name)
    log = write_log(tmp_path / "0.csv", MORNING, 60, step=STEP, torque=20.0)
    take_in(four_days, log, name="0.csv")
    asked = [day.day for day in stale(four_days)]

    run_stale(four_days)

    after = materialized(four_days, RECONCILED.name)
    assert asked == DAYS[:2]
    assert {str(day): after[day] - before[day] for day in after} == {
        str(rig_day.key): 1 for rig_day in (FIRST, SECOND, THIRD, FOURTH)
    }
    assert states(four_days) == [State.PUBLISHED] * 4
    left = four_days.platform.lake.read(RECONCILIATIONS, FOURTH.lake, columns=["state"]).item()
    assert RigState.from_json(left).networks == {"counted": {"rows": 5 * 60}}


def test_a_correction_that_changes_no_state_stops_after_the_next_day(
    four_days: Workplace,
    take_in: TakeIn,
    run_stale: RunStale,
    write_log: WriteLog,
    tmp_path: Path,
) -> None:
    before = materialized(four_days, RECONCILED.name)
    log = write_log(tmp_path / "0.csv", MORNING, 61, step=STEP)
    take_in(four_days, log, name="0.csv")

    run_stale(four_days)

    after = materialized(four_days, RECONCILED.name)
    assert [after[str(one.key)] - before[str(one.key)] for one in (FIRST, SECOND, THIRD)] == [
        1,
        1,
        0,
    ]


def test_what_a_rig_day_proposes_stands_there_once_however_often_it_is_made(
    four_days: Workplace, changed: Callable[[Change], None]
) -> None:
    fault = Calibration("torque", START, None, offset=-2.0, sd=0.1, reason="2 kN·m too high")

    def proposing(done: RigDayReconciliation, _: RigState | None) -> RigDayReconciliation:
        return replace(done, report=replace(done.report, proposals=(fault,)))

    changed(proposing)
    for _ in range(2):
        list(four_days.materialize_days([SECOND], lambda *_: None))

    with four_days.platform.database.session() as session:
        [one] = calibrations.audit_of_rig(session, "R1")
    assert (one.state, one.by, one.calibration) == (Approval.PROPOSED, "reconciliation", fault)
    assert states(four_days) == [State.PUBLISHED] * 4


def test_a_reconciled_day_that_breaks_an_expectation_is_held_and_the_old_one_stays(
    four_days: Workplace, changed: Callable[[Change], None]
) -> None:
    lake = four_days.platform.lake
    before = lake.content_hash(RECONCILED, SECOND.lake)

    def spoilt(done: RigDayReconciliation, _: RigState | None) -> RigDayReconciliation:
        return replace(done, frame=done.frame.with_columns(torque_sd=pl.lit(0.0)))

    changed(spoilt)
    [outcome] = four_days.materialize_days([SECOND], lambda *_: None)

    assert "standard deviation of torque is not above 0" in str(outcome.error)
    assert states(four_days)[1] is State.HELD
    assert lake.content_hash(RECONCILED, SECOND.lake) == before


def test_a_rig_day_says_what_it_was_made_from_and_shows_it_in_small_pictures(
    published: Workplace,
) -> None:
    reconciled = metadata_of(published, RECONCILED.name, SECOND)
    quality = metadata_of(published, DATA_QUALITY.name, SECOND)

    first = metadata_of(published, RECONCILED.name, FIRST)
    assert len(str(reconciled["sources"])) == 64
    assert reconciled["state it started from"] == first["state left"]
    assert first["state it started from"] == "none"
    assert {reconciled["code version"], reconciled["calibrations applied"]} == {"1", "none"}
    for picture in (reconciled["raw against reconciled"], quality["quality by hour"]):
        assert "data:image/png;base64," in str(picture)
        assert len(str(picture)) < 100_000


def test_a_report_that_is_read_later_has_the_words_that_stand_in_the_graph(
    published: Workplace,
) -> None:
    lake = published.platform.lake
    judged = metadata_of(published, VALIDATED.name, SECOND)
    found = metadata_of(published, RECONCILED.name, SECOND)

    validation = report(lake.read(VALIDATED, SECOND.lake))
    reconciliation = reconciliations.report_of(lake, "R1", SECOND.day)

    assert validation.in_words() == judged["what was flagged"]
    assert validation.scores_in_words() == judged["usable share of each hour [%]"]
    assert reconciliation.in_words() == found["what reconciliation found"]


def test_the_quality_of_each_channel_and_hour_is_kept(published: Workplace) -> None:
    hours = published.platform.lake.read(DATA_QUALITY, SECOND.lake)

    readings = published.platform.lake.read(RECONCILED, SECOND.lake)
    assert hours["values"].sum() == 3 * readings.height
    assert hours["channel"].n_unique() == 3
    assert hours["score"].is_between(0.0, 1.0).all()


def stale(workplace: Workplace) -> list[rig_days.RigDay]:
    with workplace.platform.database.session() as session:
        return rig_days.stale(session, "R1")


def test_a_person_approves_from_the_command_line_and_the_report_tells_it(
    four_days: Workplace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("IDRILL_HOME", str(four_days.platform.settings.home))
    monkeypatch.setenv("DAGSTER_HOME", "")
    with four_days.platform.database.session() as session:
        proposal = Calibration("torque", START, None, offset=-2.0, sd=0.1, reason="too high")
        [one] = calibrations.propose(session, "R1", SECOND.day, [proposal])
    period = ["--from", "2024-03-01", "--to", "2024-03-04"]
    capsys.readouterr()

    assert run(["dvr", "approve", str(one.id), "--by", "Ada", "--note", "weighed"]) == 0
    assert "idrill backfill --rig R1 --failed" in capsys.readouterr().out
    assert run(["backfill", "--rig", "R1", "--failed"]) == 0
    assert run(["dvr", "approve", str(one.id), "--by", "Ada"]) == 2
    assert "is approved and cannot become approved" in capsys.readouterr().err
    page, folder = tmp_path / "pages" / "report.html", tmp_path / "csv"
    assert run(["dvr", "report", "R1", *period, "--html", str(page), "--csv", str(folder)]) == 0
    assert "4 rig-days" in capsys.readouterr().out
    assert "weighed" in page.read_text()
    assert "https://" not in page.read_text()
    said = pl.read_csv(folder / "calibrations.csv")
    assert said.select("state", "by").rows() == [
        ("proposed", "reconciliation"),
        ("approved", "Ada"),
    ]
    made = pl.read_csv(folder / "versions.csv")["calibrations"].to_list()
    assert made[0] == ""
    assert set(made[1:]) == {f"{one.id} (version 2)"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["report", "NOPE", "--from", "2024-03-01", "--to", "2024-03-02"], "no rig is called"),
        (["report", "R1", "--from", "2023-03-01", "--to", "2023-03-02"], "none was ever"),
        (["report", "R1", "--from", "2024-03-02", "--to", "2024-03-01"], "the period is empty"),
        (["calibrations", "NOPE"], "no rig is called"),
        (["reject", "7", "--by", "Ada"], "no calibration has the number 7"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(
    opened: Workplace,
    arguments: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    opened.platform.intake.register("R1", synthetic=False)

    assert run(["dvr", *arguments]) == 2
    assert said in capsys.readouterr().err
