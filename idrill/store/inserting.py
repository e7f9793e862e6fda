"""Inserts that leave a row alone that is there already, in the words of either dialect."""

from collections.abc import Mapping, Sequence

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from idrill.store.orm.columns import Row


def insert_absent(session: Session, table: type[Row], rows: Sequence[Mapping[str, object]]) -> None:
    """Insert those of `rows` whose key, or other unique columns, no row of `table` has yet."""
    if not rows:
        return
    dialect = session.get_bind().dialect.name
    if dialect == "postgresql":
        session.execute(postgresql.insert(table).on_conflict_do_nothing(), rows)
    else:
        session.execute(sqlite.insert(table).on_conflict_do_nothing(), rows)
