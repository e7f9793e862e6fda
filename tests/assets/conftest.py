"""Deployments to work in: a migrated home, the graph in this process, small logs of a rig."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from idrill.settings import Settings, load_settings
from idrill.store import rig_days, well_logs
from idrill.store.database import Database
from idrill.store.intake import Order, Refused, Taken
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
from idrill_assets.execution import Outcome, Workplace, open_workplace
from idrill_assets.home import prepare_home
from idrill_assets.partitions import RigDay
from idrill_assets.resources import build_platform

FIRST_DAY = date(2007, 1, 1)

STEP = timedelta(minutes=5)
"""Between two rows of a log written by `write_log`."""


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose store and Dagster instance are migrated; making one for each test takes long."""
    home = tmp_path_factory.mktemp("template") / "home"
    settings = Settings(home=home, database_url=None, lake_url=None, inbox=None)
    database = Database(settings.store_url)
    database.migrate()
    database.dispose()
    with dg.DagsterInstance.from_config(str(prepare_home(settings))) as instance:
        instance.get_runs_count()
        instance.get_dynamic_partitions("rig")
        instance.all_instigator_state()
    return home


@pytest.fixture
def new_workplace(
    template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Workplace]]:
    """Makes workplaces, each in a home of its own, with an instance in memory."""
    opened: list[Workplace] = []

    def make() -> Workplace:
        home = tmp_path_factory.mktemp("home")
        shutil.copy(template / "idrill.db", home)
        settings = Settings(home=home, database_url=None, lake_url=None, inbox=None)
        assert settings.first_day == FIRST_DAY
        opened.append(Workplace(dg.DagsterInstance.ephemeral(), build_platform(settings)))
        return opened[-1]

    yield make
    for workplace in opened:
        workplace.platform.database.dispose()
        workplace.instance.dispose()


@pytest.fixture
def workplace(new_workplace: Callable[[], Workplace]) -> Workplace:
    """A workplace of its own for one test."""
    return new_workplace()


@pytest.fixture
def home(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that the commands of this process work in."""
    folder = tmp_path / "home"
    shutil.copytree(template, folder)
    for name in ("DATABASE_URL", "LAKE_URL", "INBOX"):
        monkeypatch.delenv(f"IDRILL_{name}", raising=False)
    monkeypatch.setenv("IDRILL_HOME", str(folder))
    monkeypatch.setenv("DAGSTER_HOME", "")
    monkeypatch.setenv("COLUMNS", "300")
    return folder


@pytest.fixture
def opened(home: Path) -> Iterator[Workplace]:
    """The workplace of the commands, to look at what they left."""
    workplace = open_workplace(load_settings())
    assert home == workplace.platform.settings.home
    yield workplace
    workplace.platform.database.dispose()


@pytest.fixture(scope="session")
def write_log() -> Callable[..., Path]:
    """Writes a CSV log of hook load, torque and hole depth, a row every five minutes."""

    def write(
        path: Path,
        start: datetime,
        rows: int,
        *,
        step: timedelta = STEP,
        torque: float = 10.0,
        extra: str = "",
    ) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = ["time,Hookload (kN),Torque (kN.m),Hole Depth (m)"]
        for row in range(rows):
            values = f"{1000 + row % 7},{torque + row % 3},{2000 + row / 100:.2f}"
            lines.append(f"{start + row * step:%Y-%m-%d %H:%M:%S},{values}")
        path.write_text("\n".join(lines) + "\n" + extra)
        return path

    return write


@pytest.fixture(scope="session")
def take_in() -> Callable[..., list[Taken | Refused]]:
    """Takes a file into a workplace."""

    def take(
        workplace: Workplace, path: Path, *, rig: str = "R1", name: str | None = None
    ) -> list[Taken | Refused]:
        return list(workplace.platform.intake.take_in(Order(path, rig, name or path.name)))

    return take


@pytest.fixture(scope="session")
def run_stale() -> Callable[[Workplace], list[Outcome]]:
    """Runs the graph over everything that is stale."""

    def run(workplace: Workplace) -> list[Outcome]:
        with workplace.platform.database.session() as session:
            days = [RigDay(state.rig_id, state.day) for state in rig_days.stale(session)]
            wells = [log.well_id for log in well_logs.stale(session)]
        outcomes = list(workplace.materialize_days(days, lambda *_: None))
        return outcomes + list(workplace.materialize_wells(wells))

    return run


@pytest.fixture(scope="session")
def tables_of() -> Callable[..., dict[str, list[str]]]:
    """What each table of a rig's days holds, as content hashes by day."""

    def hashes(workplace: Workplace, days: list[date], rig: str = "R1") -> dict[str, list[str]]:
        lake = workplace.platform.lake
        return {
            table.name: [lake.content_hash(table, {"rig_id": rig, "day": day}) for day in days]
            for table in (RAW, VALIDATED, RECONCILED, DATA_QUALITY, MINUTE, HOURLY, DAILY, KPIS)
        }

    return hashes


@pytest.fixture(scope="session")
def noon() -> datetime:
    """The middle of the first day of most logs."""
    return datetime(2024, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def evening() -> datetime:
    """From which 144 minutes are left of that day: a log over midnight is of few hours."""
    return datetime(2024, 3, 1, 21, 36, tzinfo=UTC)
