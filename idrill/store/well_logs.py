"""What is wanted of the depth data of each well, what is published of it, what is held back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from idrill.errors import NotFound
from idrill.store import wells
from idrill.store.orm import WellLogRow
from idrill.store.publication import State, after_holding, after_publishing, after_wanting
from idrill.store.sources import well_version


@dataclass(frozen=True, slots=True)
class WellLog:
    """The depth data of one well."""

    well_id: str
    state: State
    wanted: str
    """What its current logs amount to, as `sources.well_version` says."""
    published: str | None
    """The same of what the lake holds; None before the first time."""
    rows: int | None
    """That the lake holds."""
    lake_version: int | None
    """Of the table, once those rows were committed."""
    reason: str | None
    """Why it is held."""
    updated_at: datetime


def want(session: Session, well_id: str) -> WellLog:
    """Ask what the current logs of a well amount to.

    Raises:
        NotFound: If there is no such well.
    """
    wells.lock(session, well_id)
    wanted = well_version(session, well_id)
    row = _row(session, well_id, wanted)
    state = after_wanting(State(row.state), row.wanted, wanted, row.published)
    if (row.state, row.wanted) != (state.value, wanted):
        row.state, row.wanted = state.value, wanted
        row.reason, row.updated_at = None, datetime.now(UTC)
    session.flush()
    return _well_log(row)


def publish(
    session: Session, well_id: str, *, version: str, rows: int, lake_version: int
) -> WellLog:
    """Remember that the lake holds `version` of a well's depth data.

    It stays stale where its logs changed while it was being made.

    Raises:
        NotFound: If there is no such well.
    """
    wells.lock(session, well_id)
    row = _row(session, well_id, version)
    row.state = after_publishing(row.wanted, version).value
    row.published, row.rows, row.lake_version = version, rows, lake_version
    row.reason, row.updated_at = None, datetime.now(UTC)
    session.flush()
    return _well_log(row)


def hold(session: Session, well_id: str, *, version: str, reason: str) -> WellLog:
    """Remember why `version` of a well's depth data may not be published.

    Raises:
        NotFound: If there is no such well.
    """
    wells.lock(session, well_id)
    row = _row(session, well_id, version)
    state = after_holding(row.wanted, version)
    row.state, row.updated_at = state.value, datetime.now(UTC)
    row.reason = reason if state is State.HELD else None
    session.flush()
    return _well_log(row)


def get(session: Session, well_id: str) -> WellLog:
    """What is known of the depth data of a well.

    Raises:
        NotFound: If it never had a log.
    """
    row = session.get(WellLogRow, well_id, populate_existing=True)
    if row is None:
        raise NotFound(f"nothing is known of depth data of {well_id}: it never had a log")
    return _well_log(row)


def stale(session: Session) -> list[WellLog]:
    """The wells whose depth data is to be published; those held for what is wanted are not."""
    return _in_state(session, State.STALE)


def held(session: Session) -> list[WellLog]:
    """The wells whose depth data is held back."""
    return _in_state(session, State.HELD)


def _in_state(session: Session, state: State) -> list[WellLog]:
    return _found(session.scalars(select(WellLogRow).where(WellLogRow.state == state.value)))


def _found(rows: Iterable[WellLogRow]) -> list[WellLog]:
    return sorted(map(_well_log, rows), key=lambda found: found.well_id)


def _row(session: Session, well_id: str, wanted: str) -> WellLogRow:
    row = session.get(WellLogRow, well_id, populate_existing=True)
    if row is None:
        row = WellLogRow(
            well_id=well_id,
            state=State.STALE.value,
            wanted=wanted,
            updated_at=datetime.now(UTC),
        )
        session.add(row)
    return row


def _well_log(row: WellLogRow) -> WellLog:
    return WellLog(
        well_id=row.well_id,
        state=State(row.state),
        wanted=row.wanted,
        published=row.published,
        rows=row.rows,
        lake_version=row.lake_version,
        reason=row.reason,
        updated_at=row.updated_at,
    )
