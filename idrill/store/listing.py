"""Pages of what stands in numbered rows of rigs, the newest first."""

from collections.abc import Collection
from enum import StrEnum
from typing import Protocol, TypeVar

from sqlalchemy import Select, select

from idrill.store.orm import AlertRow, ChangeRow, TaskRow

Listed = TypeVar("Listed", AlertRow, ChangeRow, TaskRow)


class Wanted(Protocol):
    """Which rows are asked for."""

    @property
    def rigs(self) -> Collection[str] | None:
        """Of which rigs; None: of every one."""

    @property
    def states(self) -> Collection[StrEnum]:
        """In which states."""

    @property
    def before(self) -> int | None:
        """Only those with a smaller number."""

    @property
    def limit(self) -> int:
        """How many at most."""


def newest(kind: type[Listed], wanted: Wanted) -> Select[tuple[Listed]]:
    """Asks for a page of rows, the newest first."""
    query = select(kind).order_by(kind.id.desc()).limit(wanted.limit)
    query = query.where(kind.state.in_([str(state) for state in wanted.states]))
    if wanted.rigs is not None:
        query = query.where(kind.rig_id.in_(wanted.rigs))
    return query if wanted.before is None else query.where(kind.id < wanted.before)
