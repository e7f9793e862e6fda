"""`idrill query`, as a person types it."""

import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from idrill.aggregation import downsample, roll_up
from idrill.cli import run
from idrill.frame import Activity, schema
from idrill.rigs import Rig
from idrill.settings import load_settings
from idrill.store import rigs
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.tables import DAILY, HOURLY, MINUTE, RECONCILED

START = datetime(2024, 3, 1, tzinfo=UTC)
RANGE = ["--rig", "R1", "--from", "2024-03-01", "--to", "2024-03-02"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose lake holds two minutes of torque, and their statistics."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DATABASE_URL", "LAKE_URL"):
            patch.delenv(f"IDRILL_{name}", raising=False)
        patch.setenv("IDRILL_HOME", str(home))
        settings = load_settings()
    database = Database(settings.store_url)
    database.migrate()
    with database.session() as session:
        rigs.register(session, Rig("R1", "R1"))
    rows = [("R1", START + timedelta(seconds=s), "file", float(s % 60), 0) for s in range(120)]
    frame = pl.DataFrame(rows, schema=schema(["torque"]), orient="row")
    drilling = pl.lit(Activity.STATIC.value, RECONCILED.schema["activity"]).alias("activity")
    minutes = downsample(frame.with_columns(drilling), "1m")
    hours = roll_up(minutes, "1h", finer="1m")
    lake = Lake(settings.lake_folder, database)
    day: dict[str, str | date] = {"rig_id": "R1", "day": START.date()}
    lake.write(RECONCILED, day, frame.with_columns(drilling))
    lake.write(MINUTE, day, minutes)
    lake.write(HOURLY, day, hours)
    lake.write(DAILY, day, roll_up(hours, "1d", finer="1h"))
    database.dispose()
    return home


@pytest.fixture(autouse=True)
def _at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "LAKE_URL"):
        monkeypatch.delenv(f"IDRILL_{name}", raising=False)
    monkeypatch.setenv("IDRILL_HOME", str(home))
    monkeypatch.setenv("COLUMNS", "200")


@pytest.mark.parametrize(("resolution", "rows"), [("raw", 120), ("1m", 2), ("1h", 1), ("1d", 1)])
def test_csv_holds_every_row_of_the_resolution(
    resolution: str, rows: int, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["query", "torque", *RANGE, "--resolution", resolution, "--format", "csv"])

    answer = pl.read_csv(io.StringIO(capsys.readouterr().out))
    assert code == 0
    if resolution == "raw":
        assert (answer.height, answer["torque"].max()) == (rows, 59.0)
    else:
        # The last value stands for itself a moment longer, in a bucket that counts none.
        measured = answer.filter(pl.col("count") > 0)
        assert measured["count"].sum() == 120
        assert measured["mean"].to_list() == pytest.approx([29.5] * rows)


@pytest.mark.parametrize("resolution", ["raw", "1m", "1h", "1d"])
def test_parquet_holds_what_the_lake_holds(resolution: str, tmp_path: Path) -> None:
    target = tmp_path / "answer.parquet"
    named = ["--format", "parquet", "--output", str(target)]

    assert run(["query", "torque", *RANGE, "--resolution", resolution, *named]) == 0

    answer = pl.read_parquet(target)
    assert answer.schema["time"] == pl.Datetime("us", "UTC")
    assert answer["time"].min() == START


def test_a_table_shows_the_first_rows_and_says_how_many_follow(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["query", "torque", *RANGE, "--resolution", "raw"]) == 0

    out = capsys.readouterr().out
    assert out.splitlines()[0].split() == ["time", "torque", "torque_quality"]
    assert "2024-03-01 00:00:39" in out
    assert "80 more rows" in out


@pytest.mark.parametrize(
    ("resolution", "instant"), [("1m", "2024-03-01 00:01"), ("1d", "2024-03-01")]
)
def test_at_80_columns_times_channels_and_numbers_stand_whole(
    resolution: str,
    instant: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    assert run(["query", "torque", *RANGE, "--resolution", resolution]) == 0

    out = capsys.readouterr().out
    assert "…" not in out
    assert out.splitlines()[0].split()[-1] == "coverage"
    assert f"{instant} torque" in " ".join(out.split())


def test_on_a_narrow_screen_digits_go_and_instants_stay(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "52")

    assert run(["query", "torque", *RANGE, "--resolution", "1d"]) == 0

    words = capsys.readouterr().out.split()
    assert {"2024-03-01", "29.5", "17.4", "coverage"} <= set(words)


def test_an_unknown_channel_is_one_line_that_names_the_nearest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = run(["query", "torqe", *RANGE])

    [line] = capsys.readouterr().err.splitlines()
    assert code == 2
    assert "torqe" in line
    assert "torque" in line


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["torque", "--rig", "R9", "--from", "2024-03-01", "--to", "2024-03-02"], "R9"),
        (["torque", "--rig", "R1", "--from", "2024-03-02", "--to", "2024-03-01"], "empty"),
        (["torque", *RANGE, "--format", "parquet"], "--output"),
        (["torque", *RANGE, "--resolution", "5m"], "5m"),
        (["torque", *RANGE, "--output", "x.txt"], "csv"),
        (["torque", *RANGE, "--format", "csv", "--output", "/nowhere/at/all.csv"], "/nowhere"),
    ],
)
def test_what_cannot_be_answered_ends_with_2_and_says_why(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["query", *arguments])

    assert code == 2
    assert said in capsys.readouterr().err
