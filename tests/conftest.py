"""Fixtures that every test may ask for: the folder of real data and a real PostgreSQL."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from tests.own_postgres import OwnPostgres, made, programs

# There is a worker for each core already: threads of more would turn waiting for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")  # noqa: TID251
# The graph reads it at import; the old field data begin in 2007.
os.environ["IDRILL_FIRST_DAY"] = "2007-01-01"  # noqa: TID251  before settings are read

REAL_DATA = Path(os.environ.get("IDRILL_REAL_DATA", Path(__file__).parents[2] / "shared" / "data"))  # noqa: TID251  how tests are told of their surroundings
POSTGRES = os.environ.get("IDRILL_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")  # noqa: TID251  how tests are told of their surroundings
IN_CI = os.environ.get("CI") == "true"  # noqa: TID251  how tests are told of their surroundings


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--store postgresql`, which runs the tests of the service on the other database."""
    parser.addoption("--store", choices=["sqlite", "postgresql"], default="sqlite")


def _absent(what: str, remedy: str) -> None:
    """Skip for want of `what`; in CI that is a failure."""
    if IN_CI:
        pytest.fail(f"CI must have {what}: {remedy}")
    pytest.skip(f"no {what}: {remedy}")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real rig data."""
    if not REAL_DATA.is_dir():
        _absent(f"real data in {REAL_DATA}", "set IDRILL_REAL_DATA")
    return REAL_DATA


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """URL of a PostgreSQL server where databases may be created, in libpq's form."""
    try:
        psycopg.connect(POSTGRES, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        _absent("PostgreSQL", f"set IDRILL_TEST_POSTGRES ({str(error).strip()})")
    return POSTGRES


@pytest.fixture(scope="session")
def own_postgres() -> Iterator[OwnPostgres]:
    """A PostgreSQL server that nobody else uses."""
    found = programs()
    if found is None:
        _absent("initdb", "install PostgreSQL's server programs")
    assert found is not None
    server = made(found)
    yield server
    server.remove()


@pytest.fixture
def postgres_database(postgres_server: str) -> Iterator[str]:
    """URL of a new, empty PostgreSQL database, in libpq's form (`postgresql://…`)."""
    name = f"idrill_test_{uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield postgres_server.rsplit("/", 1)[0] + f"/{name}"
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
