"""`idrill simulate`: into the inbox or the lake, one rig or a fleet, and the truth apart."""

import shlex
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from idrill.cli import run
from idrill.cli.recipe import Recipe, keep, require_same
from idrill.cli.simulation import Resolution, Wanted, next_step, simulation_of
from idrill.frame import Origin
from idrill.rigs import Rig
from idrill.settings import load_settings
from idrill.simulator.days import SimulatedDay
from idrill.store import merges, rig_days, rigs, simulated_days
from idrill.store.archive import Archive
from idrill.store.archived_rows import ArchivedRows
from idrill.store.database import Database
from idrill.store.intake import Intake, Order
from idrill.store.lake import Lake
from idrill.store.tables import RAW

FIRST = date(2026, 2, 1)
ONE_DAY = ["simulate", "--rig", "SIM_01", "--seed", "4", "--from", "2026-02-01", "--days", "1"]
FLEET = [
    "simulate", "--resolution", "1min", "--rigs", "1", "--days", "2", "--seed", "4",
    "--from", "2026-02-01",
]  # fmt: skip
RIG = "SIM_0001"
BOTH = (FIRST, date(2026, 2, 2))


def enter(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDRILL_HOME", str(home))
    monkeypatch.setenv("IDRILL_FIRST_DAY", "2025-01-01")
    for name in ("DATABASE_URL", "INBOX", "LAKE_URL"):
        monkeypatch.delenv(f"IDRILL_{name}", raising=False)


def _written(folder: Path) -> list[Path]:
    """The files of a folder, less those SQLite keeps beside a database that is open."""
    return sorted(p for p in folder.rglob("*") if not p.name.endswith((".db-wal", ".db-shm")))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    enter(tmp_path, monkeypatch)
    return tmp_path


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in whose lake the fleet is."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        enter(folder, patch)
        assert run([*FLEET, "--into", "lake"]) == 0
    return folder


@pytest.fixture
def in_lake(home: Path, simulated: Path) -> Path:
    """A home of its own in whose lake the fleet is."""
    shutil.copytree(simulated, home, dirs_exist_ok=True)
    return home


def database() -> Database:
    return Database(load_settings().store_url)


def lake() -> Lake:
    return Lake(load_settings().lake_folder, database())


def archived() -> ArchivedRows:
    settings = load_settings()
    archive = Archive(settings.archive_folder)
    return ArchivedRows(
        Intake(database(), archive, first_day=settings.first_day, max_bytes=1 << 30)
    )


def partition(rig: str, day: date) -> dict[str, str | date]:
    return {"rig_id": rig, "day": day}


def raw(rig: str, day: date) -> pl.DataFrame:
    return lake().read(RAW, partition(rig, day))


def contents() -> list[str]:
    """Hash of each day of the rig of the fleet."""
    opened = lake()
    return [opened.content_hash(RAW, partition(RIG, day)) for day in BOTH]


def test_a_day_lies_in_the_inbox_of_a_synthetic_rig_and_its_truth_elsewhere(home: Path) -> None:
    assert run(ONE_DAY) == 0

    measured = pl.read_csv(home / "inbox" / "SIM_01" / "2026-02-01.csv")
    truth = pl.read_parquet(home / "simulations" / "SIM_01" / "2026-02-01.truth.parquet")
    assert measured.height > 80_000
    assert truth.height == 86_400
    assert truth["time"].dt.date().unique().to_list() == [FIRST]
    assert "influx" not in " ".join(measured.columns).lower()
    with database().session() as session:
        assert rigs.get(session, "SIM_01").synthetic


def test_a_day_in_the_lake_is_what_its_file_would_have_become(in_lake: Path) -> None:
    run([*FLEET, "--into", "inbox"])
    rows = archived()

    file = Order(in_lake / "inbox" / RIG / "2026-02-01.csv", "SIM_02", synthetic=True)
    list(rows.intake.take_in(file))

    from_file = rows.raw_rig_day("SIM_02", FIRST).frame
    assert raw(RIG, FIRST).drop("rig_id").equals(from_file.drop("rig_id"))


def test_the_graph_makes_the_same_of_a_fleet_that_went_into_the_lake(in_lake: Path) -> None:
    version = lake().version(RAW)

    for day in BOTH:
        archived().write_raw(lake(), RIG, day)

    assert lake().version(RAW) == version
    frame = raw(RIG, FIRST)
    assert frame["time"].diff().drop_nulls().unique().to_list() == [timedelta(minutes=1)]
    assert set(frame["origin"]) == {Origin.SYNTHETIC}
    assert (in_lake / "simulations" / RIG / "2026-02-01.histories.parquet").exists()
    assert not (in_lake / "inbox").exists()


@pytest.mark.usefixtures("in_lake")
def test_what_went_into_the_lake_is_in_the_ledger_and_asked_for_downstream() -> None:
    with database().session() as session:
        assert [(day.rig_id, day.day) for day in rig_days.stale(session)] == [
            (RIG, day) for day in BOTH
        ]
        rows = merges.ledger(session, RIG)
        assert [row.name for row in rows] == [f"simulated/{day}" for day in BOTH]
        assert all(row.read == row.contributing == 1440 for row in rows)
        assert rigs.get(session, RIG).equipment


@pytest.mark.usefixtures("in_lake")
def test_the_same_fleet_twice_is_the_same_table() -> None:
    before, version = contents(), lake().version(RAW)

    assert run([*FLEET, "--into", "lake"]) == 0

    assert lake().version(RAW) == version
    assert contents() == before


@pytest.mark.usefixtures("in_lake")
def test_a_simulation_that_was_killed_is_completed_by_running_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = contents()
    monkeypatch.setenv("IDRILL_HOME", str(tmp_path / "other"))
    real = ArchivedRows.write_raw

    def dies(rows: ArchivedRows, lake: Lake, rig: str, day: date) -> object:
        if day == BOTH[1]:
            raise KeyboardInterrupt
        return real(rows, lake, rig, day)

    with monkeypatch.context() as killed:
        killed.setattr(ArchivedRows, "write_raw", dies)
        run([*FLEET, "--into", "lake"])
    assert [each["day"] for each in lake().partitions(RAW)] == [FIRST]

    assert run([*FLEET, "--into", "lake"]) == 0

    assert contents() == whole


@pytest.mark.usefixtures("in_lake")
def test_a_file_that_arrives_for_a_simulated_day_is_merged_and_nothing_is_lost(
    tmp_path: Path,
) -> None:
    before = raw(RIG, FIRST)
    file = tmp_path / "gas.csv"
    file.write_text("time,Total gas [%]\n2026-02-01 00:00:00,1.5\n2026-02-01 00:00:30,2.5\n")

    rows = archived()
    list(rows.intake.take_in(Order(file, RIG)))
    rows.write_raw(lake(), RIG, FIRST)

    after = raw(RIG, FIRST)
    assert after.height == before.height + 1
    assert after["total_gas"].drop_nulls().to_list() == [1.5, 2.5]
    kept = after.filter(pl.col("time").is_in(before["time"].implode()))
    assert kept.select(before.columns).equals(before)
    assert run(["rigs", "ledger", RIG]) == 0


@pytest.mark.parametrize(
    ("different", "option"),
    [
        ([*FLEET, "--seed", "5"], "--seed:"),
        ([*FLEET, "--days", "3"], "--days:"),
        ([*FLEET, "--policy", "run_to_failure"], "--policy:"),
        ([*FLEET, "--from", "2026-02-02"], "--from:"),
        ([*FLEET, "--rigs", "2", "--seed", "5", "--into", "lake"], "--seed:"),
        ([*ONE_DAY, "--rig", RIG], "--resolution:"),
    ],
)
def test_another_simulation_of_a_rig_is_refused_before_anything_is_written(
    in_lake: Path, capsys: pytest.CaptureFixture[str], different: list[str], option: str
) -> None:
    before = _written(in_lake)

    code = run(different)

    said = capsys.readouterr().err
    assert code == 2
    assert option in said
    assert f"{RIG} was simulated with --resolution 1min --seed 4 --from 2026-02-01" in said
    assert _written(in_lake) == before


@pytest.mark.parametrize("option", ["--events", "--faults"])
def test_another_rate_at_1_hz_is_refused_and_the_one_not_said_is_the_same(
    home: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    days = timedelta(days=1)
    recipe: Recipe = {
        "resolution": "1s",
        "seed": 4,
        "from": f"{FIRST}",
        "events": 0.1,
        "faults": 0.01,
    }
    keep(recipe, [Rig("SIM_01", "SIM_01")], home / "simulations")
    wanted = Wanted("SIM_01", 3, 4, datetime(2026, 2, 1), Resolution.SECOND, *[None] * 4)  # noqa: DTZ001  one without a zone is what is tried

    simulation = simulation_of(wanted, FIRST, FIRST + 9 * days)

    require_same(simulation.recipe, simulation.rigs, home / "simulations")
    assert run([*ONE_DAY, option, "2"]) == 2
    assert f"{option}: SIM_01" in capsys.readouterr().err


def test_a_rig_whose_truth_says_not_what_it_was_simulated_with_is_refused(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = home / "simulations" / "SIM_01"
    folder.mkdir(parents=True)
    truth, recipe = folder / "2026-02-01.truth.parquet", folder / "simulation.json"

    truth.touch()
    first = run(ONE_DAY)
    recipe.write_text('["seed"')
    second = run(ONE_DAY)

    unknown, broken = capsys.readouterr().err.splitlines()
    assert (first, second) == (2, 2)
    assert "SIM_01 was simulated by other means" in unknown
    assert "simulation.json" in broken
    assert sorted(folder.iterdir()) == [truth, recipe]


@pytest.mark.usefixtures("in_lake")
def test_the_same_fleet_with_more_rigs_is_not_another_simulation() -> None:
    before = contents()

    assert run([*FLEET, "--rigs", "2", "--into", "lake"]) == 0

    assert contents() == before


def test_an_inbox_that_is_a_file_is_refused_before_anything_is_written(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "inbox").write_text("not a folder")

    code = run(ONE_DAY)

    said = capsys.readouterr().err
    assert code == 2
    assert "--into:" in said
    assert "IDRILL_INBOX" in said
    assert not (home / "simulations").exists()
    with database().session() as session:
        assert not rigs.all_rigs(session)


@pytest.mark.usefixtures("in_lake")
def test_a_source_that_reaches_into_the_next_day_fills_both() -> None:
    late = datetime(2026, 2, 1, 23, 59, 58, tzinfo=UTC)
    times = [late + timedelta(seconds=second) for second in range(5)]
    measured = pl.DataFrame({"time": times, "torque": [10.0 + n for n in range(5)]})

    kept = simulated_days.to_lake(SimulatedDay("SIM_01", FIRST, measured, {}), archived(), lake())

    assert kept == 5
    assert [raw("SIM_01", day).height for day in (FIRST, FIRST + timedelta(days=1))] == [2, 3]


def test_what_comes_next_can_be_pasted(home: Path) -> None:
    inbox = home / "the inbox" / "SIM_01"
    one, two = Rig("SIM_01", "SIM_01"), Rig("SIM_0002", "SIM_0002")

    assert shlex.split(next_step([one], inbox.parent)) == [
        "idrill", "ingest", str(inbox), "--rig", "SIM_01",
    ]  # fmt: skip
    assert next_step([one], None) == "idrill backfill --rig SIM_01 --failed"
    assert "$(seq -f SIM_%04g 1 2)" in next_step([one, two], None)


def test_a_policy_holds_for_every_rig_of_the_fleet(home: Path) -> None:
    run([*FLEET, "--rigs", "2", "--policy", "run_to_failure"])

    folders = (home / "simulations").iterdir()
    lives = pl.concat(
        pl.read_parquet(folder / "2026-02-01.histories.parquet") for folder in folders
    )
    assert lives["rig_id"].n_unique() == 2
    assert set(lives["ended_by"]) <= {"failure", "end_of_data"}


TOMORROW = f"{datetime.now(UTC).date() + timedelta(days=1)}"


@pytest.mark.parametrize(
    ("arguments", "option", "reason"),
    [
        ([], "--rig:", "name the rig"),
        (["--rig", "SIM_01", "--rigs", "2"], "--rigs:", "--resolution 1min"),
        (["--rig", "SIM_01", "--policy", "fixed_interval"], "--policy:", "--resolution 1min"),
        (["--resolution", "1min"], "--rigs:", "how many"),
        (["--resolution", "1min", "--rigs", "2", "--rig", "SIM_01"], "--rig:", "1 Hz"),
        (["--resolution", "1min", "--rigs", "2", "--events", "0"], "--events:", "1 Hz"),
        (["--resolution", "1min", "--rigs", "2", "--faults", "0"], "--faults:", "1 Hz"),
        (
            ["--resolution", "1min", "--rigs", "2", "--policy", "none"],
            "--policy:",
            "fixed_interval",
        ),
        (["--rig", "SIM_01", "--from", "2024-12-31"], "--from:", "IDRILL_FIRST_DAY=2025-01-01"),
        (["--rig", "SIM_01", "--days", "90000"], "--days:", "IDRILL_FIRST_DAY=2025-01-01"),
        (["--rig", "SIM_01", "--days", "99999999999"], "--days:", "more than there are"),
        (["--rig", "SIM_01", "--from", TOMORROW], "--from:", "is not over"),
        (["--resolution", "1min", "--rigs", "9999"], "10000 rigs", "100,000 partitions"),
        (["--rig", "sim 1"], "'sim 1'", "cannot name a rig"),
        (["--rig", "REAL_1"], "--rig:", "real rig"),
        (["--resolution", "1min", "--rigs", "4"], "--rigs:", "SIM_0004 was created as a real"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    in_lake: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    option: str,
    reason: str,
) -> None:
    with database().session() as session:
        rigs.register(session, Rig("REAL_1", "REAL_1"))
        rigs.register(session, Rig("SIM_0004", "a real one, whatever it is called"))
    before = _written(in_lake)

    assert run(["simulate", *arguments]) == 2

    error = capsys.readouterr().err
    assert option in error
    assert reason in error
    assert _written(in_lake) == before
    with database().session() as session:
        assert [rig.id for rig in rigs.all_rigs(session)] == ["REAL_1", RIG, "SIM_0004"]
