"""How many rigs there are, asked of the database directly.

Every process that loads the graph asks this once; SQLAlchemy would cost it more time than the
whole graph does.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

COUNT = "SELECT count(*) FROM rigs"


def count_rigs(store_url: str) -> int:
    """How many rigs the store holds; none where it cannot be reached or was not migrated.

    Args:
        store_url: `sqlite:///PATH` or `postgresql+psycopg://…`.
    """
    place = store_url.removeprefix("sqlite:///")
    return _of_postgresql(store_url) if place == store_url else _of_sqlite(place)


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
