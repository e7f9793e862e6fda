"""The application on a migrated store, with a person of each role."""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import polars as pl
import psycopg
import pytest
from psycopg import sql

from idrill.access import Role
from idrill.dvr.calibration import Calibration
from idrill.dvr.hourly_quality import HOURLY_QUALITY
from idrill.dvr.rig_days.report import FAULTS
from idrill.frame import QUALITY, Activity, Quality, schema
from idrill.rigs import Rig
from idrill.settings import Settings
from idrill.store import calibrations, rigs, users
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.passwords import Passwords
from idrill.store.tables import DATA_QUALITY, HOURLY, RECONCILED, RECONCILIATIONS, VALIDATED
from idrill.store.users import NewUser
from tests.own_postgres import OwnPostgres
from tests.served_models import candidate, crown
from tests.service import PASSWORD, Service, email_of, opened, settings_of

MORNING = datetime(2024, 3, 1, tzinfo=UTC)
FAULTS_TOLD = [
    [
        ("sensor", "flow_in", "circulation", ["flow_in"], MORNING, MORNING + timedelta(hours=1),
         None, 40.0, 4.0, "L/min", "mean", "it disagrees"),
        ("unclear", "torque or pump_wear", "rotation", ["torque", "pump_wear"],
         MORNING, MORNING + timedelta(hours=2), MORNING + timedelta(hours=3), -2.0, 0.5, "kN·m",
         "cusum", "=alike()"),
    ],
    [
        ("sensor", "flow_in", "circulation", ["flow_in"], MORNING, MORNING + timedelta(hours=1),
         MORNING + timedelta(hours=30), 42.0, 3.0, "L/min", "mean", "it disagrees"),
        ("process", "influx", "circulation", ["influx"], MORNING + timedelta(hours=26),
         MORNING + timedelta(hours=27), None, 500.0, 50.0, "L/min", "cusum", "it kicks"),
    ],
]  # fmt: skip
"""Faults of each day: as `idrill.dvr.rig_days.report.FAULTS` has them."""
HASH = Passwords(memory=8, passes=1).hashed(PASSWORD)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with people of each role, one who sees R1 only, two rigs, readings, a champion."""
    home = tmp_path_factory.mktemp("serving") / "home"
    database = Database(f"sqlite:///{home / 'idrill.db'}")
    furnish(home, database)
    database.dispose()
    return home


@pytest.fixture(scope="session")
def cloned(
    own_postgres: OwnPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], str]:
    """Makes PostgreSQL databases that hold what the store of the template holds; gives URLs."""
    base = own_postgres.url.rsplit("/", 1)[0].replace("postgresql://", "postgresql+psycopg://", 1)

    def make(like: str, name: str) -> str:
        with psycopg.connect(own_postgres.url, autocommit=True) as server:
            server.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(like)
                )
            )
        return f"{base}/{name}"

    model = Database(make("template1", "model"))
    populate(model)
    candidate(model, tmp_path_factory.mktemp("model") / "models", 1)
    crown(model, 1)
    model.dispose()
    return lambda: make("model", f"idrill_{uuid4().hex[:12]}")


def furnish(home: Path, database: Database) -> None:
    """Everything that the store, the lake and the models of a home hold."""
    populate(database)
    fill(Lake(str(home / "lake"), database))
    candidate(database, home / "models", 1)
    crown(database, 1)


def populate(database: Database) -> None:
    """Migrate, and enter the people, the rigs and what is proposed for them."""
    database.migrate()
    with database.session() as session:
        for role in Role:
            users.create(session, NewUser(email_of(role), "", role, HASH, None))
        users.create(session, NewUser("one@rig.example", "One", Role.ENGINEER, HASH, ("R1",)))
        for name in ("R1", "R2"):
            rigs.register(session, Rig(name, name, synthetic=name == "R2"))
            drift = Calibration("torque", MORNING, None, offset=1.5, reason="=cmd()")
            calibrations.propose(session, name, date(2024, 3, 1), [drift])


def fill(lake: Lake) -> None:
    """Write readings of two days across a midnight, and statistics of some hours."""
    for day in (0, 1):
        start = MORNING + timedelta(days=day)
        times = [start + timedelta(seconds=second) for second in range(50)]
        rows = [("R1", at, "file", float(number), 0) for number, at in enumerate(times)]
        frame = pl.DataFrame(rows, schema=schema(["torque"]), orient="row")
        frame = frame.with_columns(
            pl.lit(Activity.STATIC.value, RECONCILED.schema["activity"]).alias("activity")
        )
        lake.write(RECONCILED, {"rig_id": "R1", "day": start.date()}, frame)
    hours = [MORNING + timedelta(hours=hour) for hour in range(3)]
    statistics = {
        "time": [hour for hour in hours for _ in range(2)],
        "origin": ["file"] * 6,
        "channel": ["hook_load", "torque"] * 3,
        "count": [3600] * 6,
        **{name: [1.0] * 6 for name in ("min", "mean", "max", "last", "std", "coverage")},
    }
    table = pl.DataFrame(statistics, schema_overrides=dict(HOURLY.schema))
    lake.write(HOURLY, {"rig_id": "R1", "day": MORNING.date()}, table)
    counts = {name: [0, 0] for name, dtype in HOURLY_QUALITY.items() if dtype == pl.Int64}
    told = {"channel": ["torque", "hook_load"], "time": [MORNING] * 2, "score": [0.5, 1.0]}
    told |= counts | {"values": [1800, 3600], "frozen": [900, 0]}
    told |= {name: [None, None] for name in ("move", "adjustability", "detectability")}
    judged = pl.DataFrame(told, schema_overrides=dict(HOURLY_QUALITY))
    lake.write(DATA_QUALITY, {"rig_id": "R1", "day": MORNING.date()}, judged)
    report(lake)


def report(lake: Lake) -> None:
    """Write what reconciliation told of the two days, and rows of the first as validated."""
    tell(lake, "R1", FAULTS_TOLD)
    place: dict[str, str | date] = {"rig_id": "R1", "day": MORNING.date()}
    frozen = pl.lit(int(Quality.FROZEN), QUALITY).alias("torque_quality")
    validated = lake.read(RECONCILED, place).with_columns(frozen)
    lake.write(VALIDATED, place, validated)


def tell(lake: Lake, rig_id: str, days: Sequence[Sequence[tuple[object, ...]]]) -> None:
    """Write what reconciliation told of the faults of days in a row."""
    for day, told in enumerate(days):
        at = MORNING.date() + timedelta(days=day)
        rows = [dict(zip(FAULTS, one, strict=True)) for one in told]
        instants = pl.DataFrame(rows, FAULTS).with_columns(pl.col(pl.Datetime).to_physical())
        record = {
            "state": ["{}"], "sources": ["s"], "started_from": [""], "calibrations": ["[]"],
            "code": ["1"], "faults": [json.dumps(instants.to_dicts())],
            "balances": ['[{"balance": "mud", "hours": 2.0, "before": 9.0, "after": 3.0, "unit": '
            '"L/min"}]'], "channels": ["[]"],
        }  # fmt: skip
        lake.write(RECONCILIATIONS, {"rig_id": rig_id, "day": at}, pl.DataFrame(record))


def settings_on(store: str, home: Path, request: pytest.FixtureRequest) -> Settings:
    """Settings of a service on a home, with its store on SQLite or PostgreSQL."""
    if store == "sqlite":
        return settings_of(home)
    url = request.getfixturevalue("cloned")()
    return settings_of(home).model_copy(update={"database_url": url})


@pytest.fixture
def settings(template: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """Settings of a service on a home of its own."""
    home = tmp_path / "home"
    shutil.copytree(template, home)
    return settings_on(request.config.getoption("--store"), home, request)


@pytest.fixture
def service(settings: Settings) -> Iterator[Service]:
    """A service of its own for one test."""
    yield from opened(settings)


@pytest.fixture(scope="module")
def shared_settings(
    template: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Settings:
    """Settings of a service for a module."""
    home = tmp_path_factory.mktemp("shared") / "home"
    shutil.copytree(template, home)
    return settings_on(request.config.getoption("--store"), home, request)


@pytest.fixture(scope="module")
def shared(shared_settings: Settings) -> Iterator[Service]:
    """One service for tests of a module that do not mind each other."""
    yield from opened(shared_settings)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
def on_either(request: pytest.FixtureRequest, template: Path, tmp_path: Path) -> Iterator[Service]:
    """A service of its own on each of the two databases."""
    home = tmp_path / "home"
    shutil.copytree(template, home)
    yield from opened(settings_on(request.param, home, request))


@pytest.fixture(
    scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)]
)
def either(
    request: pytest.FixtureRequest, template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """One service on each of the two databases, for tests that do not mind each other."""
    home = tmp_path_factory.mktemp("either") / "home"
    shutil.copytree(template, home)
    yield from opened(settings_on(request.param, home, request))
