"""How many rigs there are, asked of the database directly, and how many rig-days there may be.

Every process that loads the graph asks this once; SQLAlchemy would cost it more time than the
whole graph does.
"""

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

from idrill.errors import SettingsError

MOST_PARTITIONS = 100_000
"""Rig-days beyond which Dagster's pages and backfills become slow."""

COUNT = "SELECT count(*) FROM rigs"


def count_rigs(store_url: str) -> int:
    """How many rigs the store holds; none where it cannot be reached or was not migrated.

    Args:
        store_url: `sqlite:///PATH` or `postgresql+psycopg://…`.
    """
    place = store_url.removeprefix("sqlite:///")
    return _of_postgresql(store_url) if place == store_url else _of_sqlite(place)


def require_few(first_day: date, today: date, rigs: int) -> None:
    """See that the graph stays within the partitions that Dagster can handle.

    Raises:
        SettingsError: If there are more; the message says which setting makes them fewer.
    """
    days = (today - first_day).days + 1
    if days * max(rigs, 1) > MOST_PARTITIONS:
        raise SettingsError(
            f"{days} days since IDRILL_FIRST_DAY={first_day} times {rigs} rigs are more than "
            f"{MOST_PARTITIONS:,} partitions. Set IDRILL_FIRST_DAY to a later day, or run the "
            "older rigs from a home of their own."
        )


def _of_sqlite(path: str) -> int:
    place = Path(path).absolute().as_uri()  # opened as it is: asking must not make an empty store
    try:
        with closing(sqlite3.connect(f"{place}?mode=ro", uri=True)) as connection:
            return int(connection.execute(COUNT).fetchone()[0])
    except sqlite3.Error:
        return 0


def _of_postgresql(store_url: str) -> int:
    import psycopg

    try:
        with psycopg.connect(store_url.replace("+psycopg", "", 1), connect_timeout=10) as server:
            found = server.execute(COUNT).fetchone()
    except psycopg.Error:
        return 0
    return int(found[0]) if found else 0
