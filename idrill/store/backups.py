"""Back-ups of store, lake, archive and models, made while others go on writing.

```
BACKUP/
├── backup.json    when, by which version, what each part came to
├── store.db       SQLite, or store.dump of PostgreSQL's pg_dump
├── lake/          each table up to the version that was its latest
├── archive/       every file ever taken in
└── models/        every registered model
```

The store is copied first: what it cites stands in the lake then. Whatever reaches the lake later is
there without the store knowing of it, which the next run of its rig-day mends. Files of lake,
archive and models never change once they are there.
"""

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError
from sqlalchemy import make_url

from idrill.errors import StoreError
from idrill.store.database import Database

MANIFEST = "backup.json"
SQLITE, POSTGRESQL = "store.db", "store.dump"
FOLDERS = ("archive", "models")

_LOG = "_delta_log"


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are that are backed up, or restored to."""

    store_url: str
    lake: Path
    archive: Path
    models: Path


@dataclass(frozen=True, slots=True)
class Backup:
    """What a back-up holds."""

    made_at: str
    store: str
    """Name of the file."""
    revision: str
    """Of the tables of the store."""
    tables: dict[str, int]
    """Version of each table of the lake."""
    files: int
    """Of the archive and the models."""
    size: int
    """[bytes]"""


def back_up(places: Places, to: Path) -> Backup:
    """Copy everything into a new folder, which appears only once it is whole.

    Args:
        places: What to copy.
        to: The folder; it may not be there yet.

    Raises:
        StoreError: If it is there, the store was never migrated, a program is missing, or what was
            copied of the lake cannot be read.
    """
    if to.exists():
        raise StoreError(f"{to} is there already: name a new folder for each back-up")
    partial = to.with_name(f"{to.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    store, revision = _copy_store(places.store_url, partial)
    tables = {one.name: _copy_table(one, partial / "lake") for one in _tables(places.lake)}
    files = sum(_copy_files(getattr(places, folder), partial / folder) for folder in FOLDERS)
    size = sum(path.stat().st_size for path in partial.rglob("*") if path.is_file())
    made = Backup(datetime.now(UTC).isoformat(), store, revision, tables, files, size)
    (partial / MANIFEST).write_text(json.dumps(asdict(made), indent=1) + "\n")
    partial.rename(to)
    return made


def restore(backup: Path, places: Places) -> Backup:
    """Put a back-up where nothing is yet.

    Returns:
        What it held; tables of an older revision are to be migrated.

    Raises:
        StoreError: If it is none, or is not whole, or there is something in its place.
    """
    made = _manifest(backup)
    _require_nothing(places)
    for name, version in made.tables.items():
        _require_whole(backup / "lake" / name, version)
    _restore_store(backup / made.store, places.store_url)
    for source, target in (
        (backup / "lake", places.lake),
        *((backup / folder, getattr(places, folder)) for folder in FOLDERS),
    ):
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
    return made


def _manifest(backup: Path) -> Backup:
    try:
        return Backup(**json.loads((backup / MANIFEST).read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise StoreError(
            f"{backup} is no back-up: it has no {MANIFEST} that can be read"
        ) from error


def _require_nothing(places: Places) -> None:
    taken = [str(one) for one in (places.lake, places.archive, places.models) if _holds(one)]
    database = Database(places.store_url)
    try:
        url = make_url(places.store_url)
        absent = not database.is_postgresql and not Path(str(url.database)).exists()
        if not absent and database.revision() is not None:
            taken.append("the store")
    finally:
        database.dispose()
    if taken:
        raise StoreError(f"there is something already: {', '.join(taken)}; restore elsewhere")


def _holds(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _copy_store(url: str, to: Path) -> tuple[str, str]:
    database = Database(url)
    try:
        revision = database.revision()
    finally:
        database.dispose()
    if revision is None:
        raise StoreError("the store has no tables yet, so that there is nothing to back up")
    if database.is_postgresql:
        _run("pg_dump", url, "--format=custom", "--no-owner", f"--file={to / POSTGRESQL}")
        return POSTGRESQL, revision
    _copy_sqlite(Path(str(make_url(url).database)), to / SQLITE)
    return SQLITE, revision


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copies a file as of one instant, whoever writes to it meanwhile."""
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as read,
        closing(sqlite3.connect(target)) as written,
    ):
        read.backup(written)
        written.execute("PRAGMA journal_mode = DELETE")


def _restore_store(file: Path, url: str) -> None:
    if (file.name == POSTGRESQL) != url.startswith("postgresql"):
        raise StoreError(f"{file.name} cannot be restored into {make_url(url).get_backend_name()}")
    if file.name == POSTGRESQL:
        _run("pg_restore", url, "--no-owner", "--exit-on-error", "--single-transaction", str(file))
        return
    target = Path(str(make_url(url).database))
    target.parent.mkdir(parents=True, exist_ok=True)
    _copy_sqlite(file, target)


def _run(program: str, url: str, *arguments: str) -> None:
    """Run a program of PostgreSQL's client; the password does not stand on its command line."""
    found = shutil.which(program)
    if found is None:
        raise StoreError(f"{program} is not installed: apt install postgresql-client")
    parsed = make_url(url).set(drivername="postgresql")
    shown = parsed.set(password=None).render_as_string(hide_password=False)
    password = {"PGPASSWORD": str(parsed.password)} if parsed.password else {}
    done = subprocess.run(  # noqa: S603  looked for above, and no shell
        [found, *arguments, f"--dbname={shown}"],
        env=os.environ | password,  # noqa: TID251  the client's own variables stay in force
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise StoreError(f"{program} failed: {' '.join(done.stderr.split())}")


def _tables(lake: Path) -> Iterator[Path]:
    if lake.is_dir():
        yield from sorted(one for one in lake.iterdir() if (one / _LOG).is_dir())


def _copy_table(table: Path, to: Path) -> int:
    """Copies a table as of its latest version; the log says which files that needs.

    Returns:
        The version.
    """
    version = DeltaTable(table).version()
    target = to / table.name
    (target / _LOG).mkdir(parents=True)
    for entry in sorted((table / _LOG).iterdir()):
        number = entry.name.partition(".")[0]
        if number.isdecimal() and int(number) <= version:
            shutil.copy2(entry, target / _LOG / entry.name)
    for path in table.rglob("*.parquet"):
        if _LOG not in path.parts:
            _copy(path, target / path.relative_to(table))
    _require_whole(target, version)
    return version


def _require_whole(table: Path, version: int) -> None:
    """See that a copied table can be read at the version that it was copied at.

    Raises:
        StoreError: If it cannot.
    """
    try:
        wanted = DeltaTable(table, version=version).file_uris()
    except DeltaError as error:
        raise StoreError(f"the copy of {table.name} cannot be read: {error}") from error
    lost = [path for path in wanted if not Path(path).is_file()]
    if lost:
        raise StoreError(f"the copy of {table.name} lacks {len(lost)} files: back up again")


def _copy_files(source: Path, target: Path) -> int:
    """Copies the files of a folder but those that are not finished; how many."""
    found = [path for path in source.rglob("*") if path.is_file() and not _is_hidden(path, source)]
    return sum(_copy(path, target / path.relative_to(source)) for path in found)


def _is_hidden(path: Path, within: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(within).parts)


def _copy(source: Path, target: Path) -> bool:
    """Copies a file; False if it was cleared away meanwhile."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copy2(source, target)
    except FileNotFoundError:
        return False
    return True
