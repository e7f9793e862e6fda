"""Rows that one transaction holds, so that those who change them take turns."""

from typing import TypeVar

from sqlalchemy import update
from sqlalchemy.orm import Session

from idrill.store.orm import AlertRow, ChangeRow, RigRow, TaskRow, WellRow

Held = TypeVar("Held", AlertRow, ChangeRow, RigRow, TaskRow, WellRow)


def held(session: Session, kind: type[Held], key: int | str) -> Held | None:
    """A row as it is, which nobody else changes until the transaction ends; None: there is none.

    An update that changes nothing locks the row on PostgreSQL and the file on SQLite, which knows
    no `SELECT … FOR UPDATE`.
    """
    touch = update(kind).where(kind.id == key).values(version=kind.version).returning(kind.id)
    if session.scalar(touch, execution_options={"synchronize_session": False}) is None:
        return None
    return session.get_one(kind, key, populate_existing=True)
