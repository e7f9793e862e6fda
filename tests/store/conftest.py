"""A migrated, empty store on each of the two databases."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from idrill.store.database import Database
from idrill.store.orm import METADATA

DIALECTS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.service))


def with_driver(url: str) -> str:
    """The URL of libpq's form with the driver that the store uses."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file."""
    path = tmp_path_factory.mktemp("store") / "template.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.dispose()
    return path


@pytest.fixture(scope="session")
def sqlite_store(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """One migrated SQLite store for all tests: an engine of its own compiles each query anew."""
    path = tmp_path_factory.mktemp("store") / "store.db"
    shutil.copy(sqlite_template, path)
    opened = Database(f"sqlite:///{path}")
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def postgresql_store(postgres_server: str) -> Iterator[Database]:
    """One migrated PostgreSQL database for all tests; making one for each takes long."""
    name = f"idrill_test_{uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        server.execute(
            sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(sql.Identifier(name))
        )
        opened = Database(with_driver(postgres_server.rsplit("/", 1)[0] + f"/{name}"))
        opened.migrate()
        yield opened
        opened.dispose()
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    """Name of the database that a test runs on."""
    return str(request.param)


@pytest.fixture
def empty_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a store that was never migrated."""
    if dialect == "sqlite":
        return f"sqlite:///{tmp_path / 'a folder' / 'store.db'}"
    return with_driver(request.getfixturevalue("postgres_database"))


@pytest.fixture
def database(dialect: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A migrated, empty store."""
    store: Database = request.getfixturevalue(f"{dialect}_store")
    yield store
    with store.engine.begin() as connection:
        for table in reversed(METADATA.sorted_tables):
            connection.execute(table.delete())
