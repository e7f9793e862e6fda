"""The home of the Dagster instance, and the environment that Dagster's processes run in."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit, urlunsplit

import psycopg
import typer

from idrill.errors import SettingsError, StoreError
from idrill.settings import TELEMETRY_OFF, Settings, export, load_settings

MARK = "# Written by i-Drill"
"""How an instance file begins that may be replaced."""

SCHEMA = "dagster"
"""Schema of Dagster's tables in our database; both keep an `alembic_version` table."""

_PACKAGED = Path(__file__).parent / "instance"
_CHECKOUT = Path(__file__).parents[1]


def prepare_home(settings: Settings) -> Path:
    """DAGSTER_HOME, made ready: its folders, its `dagster.yaml` and, on PostgreSQL, its schema.

    Raises:
        SettingsError: If a folder cannot be made or written.
        StoreError: If PostgreSQL cannot be reached.
    """
    home = settings.dagster_home
    try:
        for folder in (home, settings.inbox_folder, settings.archive_folder):
            folder.mkdir(parents=True, exist_ok=True)
        _install(instance_file(settings), home / "dagster.yaml")
    except OSError as error:
        raise SettingsError(
            f"cannot write {error.filename or home}: {error.strerror}; set IDRILL_HOME to a folder "
            "of yours"
        ) from error
    if settings.store_url.startswith("postgresql"):
        _create_schema(settings.store_url)
    return home


def instance_file(settings: Settings) -> Path:
    """The `dagster.yaml` that fits the store: the one on SQLite or the one on PostgreSQL."""
    name = "deploy/dagster.yaml" if settings.store_url.startswith("postgresql") else "dagster.yaml"
    packaged = _PACKAGED / name
    return packaged if packaged.exists() else _CHECKOUT / name


def environment(settings: Settings) -> Mapping[str, str]:
    """What Dagster and the libraries under it find in their environment."""
    variables = {**TELEMETRY_OFF, "DAGSTER_HOME": str(settings.dagster_home)}
    if settings.store_url.startswith("postgresql"):
        variables["DAGSTER_POSTGRES_URL"] = storage_url(settings.store_url)
    return variables


def storage_url(store_url: str) -> str:
    """URL of Dagster's storage: the database of our store, in a schema of its own.

    Raises:
        SettingsError: If the URL sets `options`, where the schema must stand.

    Example:
        >>> storage_url("postgresql+psycopg://rig@db/idrill")
        'postgresql+psycopg2://rig@db/idrill?options=-csearch_path%3Ddagster'
    """
    parts = urlsplit(store_url)
    if "options=" in parts.query:
        raise SettingsError(
            "IDRILL_DATABASE_URL: leave out `options`, it leads Dagster to its schema"
        )
    search_path = f"options=-csearch_path%3D{SCHEMA}"
    query = f"{parts.query}&{search_path}" if parts.query else search_path
    return urlunsplit(parts._replace(scheme="postgresql+psycopg2", query=query))


def enter_home(settings: Settings) -> Path:
    """DAGSTER_HOME, made ready, with this process and its children set to use it.

    Raises:
        SettingsError: If a folder cannot be made or written.
        StoreError: If PostgreSQL cannot be reached.
    """
    folder = prepare_home(settings)
    export(environment(settings))
    return folder


def home(
    command: Annotated[
        list[str] | None, typer.Argument(help="Run this there, such as `-- dagster dev`.")
    ] = None,
) -> None:
    """Prepare the home of the Dagster instance, and run a command in it."""
    folder = enter_home(load_settings())
    if not command:
        typer.echo(folder)
        return
    program = shutil.which(command[0], path=str(Path(sys.executable).parent))
    program = program or shutil.which(command[0])
    if program is None:
        raise SettingsError(
            f"there is no program {command[0]!r}; such as: idrill home -- dagster dev"
        )
    os.execv(program, command)  # noqa: S606  the person named the program


def _install(template: Path, target: Path) -> None:
    text = template.read_text()
    if target.exists() and not target.read_text().startswith(MARK):
        return
    if not target.exists() or target.read_text() != text:
        target.write_text(text)


def _create_schema(store_url: str) -> None:
    try:
        with psycopg.connect(store_url.replace("+psycopg", "", 1), connect_timeout=10) as server:
            server.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    except psycopg.Error as error:
        raise StoreError(
            f"PostgreSQL of IDRILL_DATABASE_URL cannot be used: {str(error).strip()}"
        ) from error
