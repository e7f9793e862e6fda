"""Live rows on their way into SQL: new ones by COPY where there is one, others by upsert."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from idrill.frame import channels_in
from idrill.store.binary_copy import HEAD, TAIL, encoded
from idrill.store.orm import LIVE_READINGS

FEW = 64
"""Up to so many rows are upserted as they are, more by way of a table that is copied into."""

_TABLE = LIVE_READINGS.name
_STAGING = "live_staging"
_KEY = ("rig_id", "time", "revision")
_WRITTEN = "%Y-%m-%d %H:%M:%S%.6f"
"""How SQLAlchemy writes an instant in SQLite."""


@dataclass(frozen=True, slots=True)
class LiveRows:
    """Rows of one rig, each of another instant."""

    rig_id: str
    revision: int
    table: pl.DataFrame
    """`time` and channels."""


def add(session: Session, told: Sequence[LiveRows]) -> None:
    """Write rows of instants of which there are none yet.

    Raises:
        DBAPIError: If there is one.
    """
    if not told:
        return
    names = _channels(told)
    if _is_postgresql(session):
        _copy(session, _TABLE, told, names)
    else:
        _execute(session, _inserting(names, "?"), told, names)


def fill(session: Session, told: Sequence[LiveRows]) -> None:
    """Write rows of instants of which there may be one: what they tell replaces what it holds."""
    if not told:
        return
    names = _channels(told)
    replaced = ", ".join(f"{one} = coalesce(excluded.{one}, {_TABLE}.{one})" for one in names)
    settling = f"ON CONFLICT (rig_id, time) DO UPDATE SET revision = excluded.revision, {replaced}"
    if not _is_postgresql(session):
        _execute(session, f"{_inserting(names, '?')} {settling}", told, names)
    elif sum(one.table.height for one in told) <= FEW:
        _execute(session, f"{_inserting(names, '%s')} {settling}", told, names)
    else:
        _stage(session, told, names, settling)


def _stage(session: Session, told: Sequence[LiveRows], names: Sequence[str], settling: str) -> None:
    server = session.connection()
    server.exec_driver_sql(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {_STAGING} (LIKE {_TABLE}) ON COMMIT DELETE ROWS"
    )
    _copy(session, _STAGING, told, names)
    columns = ", ".join((*_KEY, *names))
    staged = f"SELECT {columns} FROM {_STAGING}"  # noqa: S608  names of ours
    server.exec_driver_sql(f"INSERT INTO {_TABLE} ({columns}) {staged} {settling}")
    server.exec_driver_sql(f"DELETE FROM {_STAGING}")  # noqa: S608  a name of ours


def _inserting(names: Sequence[str], place: str) -> str:
    columns = (*_KEY, *names)
    places = ", ".join([place] * len(columns))
    return f"INSERT INTO {_TABLE} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608  our names


def _execute(
    session: Session, statement: str, told: Sequence[LiveRows], names: Sequence[str]
) -> None:
    """Run a statement once for each row."""
    time = pl.col("time") if _is_postgresql(session) else pl.col("time").dt.strftime(_WRITTEN)
    rows: list[tuple[object, ...]] = []
    for one in told:
        known = one.table.columns
        values = (pl.col(name) if name in known else pl.lit(None).alias(name) for name in names)
        place = pl.lit(one.rig_id).alias("rig_id"), time, pl.lit(one.revision).alias("revision")
        rows += one.table.select(*place, *values).rows()
    session.connection().exec_driver_sql(statement, rows)


def _copy(session: Session, into: str, told: Sequence[LiveRows], names: Sequence[str]) -> None:
    """Copy rows into a table.

    Raises:
        DBAPIError: If the server refuses them, or is away.
    """
    from psycopg import Error

    statement = f"COPY {into} ({', '.join((*_KEY, *names))}) FROM STDIN (FORMAT BINARY)"
    server = session.connection().connection.driver_connection
    rows = b"".join(encoded(one.rig_id, one.table, one.revision, names) for one in told)
    try:
        with server.cursor() as cursor, cursor.copy(statement) as copying:  # type: ignore[union-attr]
            copying.write(HEAD + rows + TAIL)
    except Error as error:
        # SQLAlchemy, which would say what this is, was not asked.
        raise DBAPIError.instance(statement, None, error, Error) from error


def _channels(told: Sequence[LiveRows]) -> list[str]:
    return channels_in({name for one in told for name in one.table.columns})


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"
