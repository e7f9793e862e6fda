"""Versions of lake tables that something cites, and that housekeeping must leave."""

from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from idrill.store.inserting import insert_absent
from idrill.store.orm import LakePinRow


def pin(session: Session, table: str, version: int, cited_by: str) -> None:
    """Keep a version of a lake table for as long as `cited_by` cites it."""
    cited = {"table_name": table, "version": version, "cited_by": cited_by}
    insert_absent(session, LakePinRow, [cited | {"created_at": datetime.now(UTC)}])


def unpin(session: Session, table: str, version: int, cited_by: str) -> None:
    """Let go of a version that `cited_by` no longer cites; other citations stand."""
    session.execute(
        delete(LakePinRow).where(
            LakePinRow.table_name == table,
            LakePinRow.version == version,
            LakePinRow.cited_by == cited_by,
        )
    )


def pinned(session: Session, table: str) -> list[int]:
    """The versions of a lake table that something cites, oldest first."""
    query = select(LakePinRow.version).where(LakePinRow.table_name == table).distinct()
    return sorted(session.scalars(query))
