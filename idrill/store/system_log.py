"""What the platform did by itself, and what it refused. It is only ever added to.

People's changes stand in the audit trail; here stand runs that failed, rig-days that are held,
files that were refused, the service's starts and ends, and tries that were turned away.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from idrill.store.orm.system_log import Level as Level
from idrill.store.orm.system_log import SystemLogRow


class Kind(StrEnum):
    """What happened; a word never changes."""

    SERVICE_STARTED = "service.started"
    SERVICE_STOPPED = "service.stopped"
    RUN_FAILED = "run.failed"
    RIG_DAY_HELD = "rig_day.held"
    READINGS_UNJUDGED = "readings.unjudged"
    SOURCE_REFUSED = "source.refused"
    LOGIN_REFUSED = "login.refused"
    TOKEN_REUSED = "token.reused"  # noqa: S105  no password
    REQUESTS_REFUSED = "requests.refused"
    REQUEST_FAILED = "request.failed"


LEVELS = {
    Kind.SERVICE_STARTED: Level.INFO,
    Kind.SERVICE_STOPPED: Level.INFO,
    Kind.RUN_FAILED: Level.ERROR,
    Kind.RIG_DAY_HELD: Level.WARNING,
    Kind.READINGS_UNJUDGED: Level.WARNING,
    Kind.SOURCE_REFUSED: Level.WARNING,
    Kind.LOGIN_REFUSED: Level.WARNING,
    Kind.TOKEN_REUSED: Level.WARNING,
    Kind.REQUESTS_REFUSED: Level.WARNING,
    Kind.REQUEST_FAILED: Level.ERROR,
}
"""How much each kind matters."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened."""

    kind: Kind
    subject: str
    """What it happened to, such as `run 3f0c…` or `address 10.0.0.7`."""
    message: str
    rig_id: str | None = None
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in the log."""

    id: int
    at: datetime
    level: Level
    kind: str
    subject: str
    rig_id: str | None
    message: str
    request_id: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are wanted."""

    before: int | None = None
    """Only those with a smaller number."""
    level: Level | None = None
    kind: str | None = None
    rig_id: str | None = None
    visible: tuple[str, ...] | None = None
    """Rigs that may be told of, besides what is about no rig; None: every one."""


def record(session: Session, event: Event) -> None:
    """Add what happened."""
    session.add(
        SystemLogRow(
            at=datetime.now(UTC),
            level=LEVELS[event.kind].value,
            kind=event.kind.value,
            subject=event.subject,
            rig_id=event.rig_id,
            message=event.message,
            request_id=event.request_id,
        )
    )
    session.flush()


def record_once(session: Session, event: Event) -> None:
    """Add what happened unless the same was said last of its subject."""
    said = (
        select(SystemLogRow.message)
        .where(SystemLogRow.kind == event.kind.value, SystemLogRow.subject == event.subject)
        .order_by(SystemLogRow.id.desc())
        .limit(1)
    )
    if session.scalar(said) != event.message:
        record(session, event)


def listed(session: Session, wanted: Wanted, limit: int) -> list[Entry]:
    """Entries, the newest first, `limit` at most."""
    query = select(SystemLogRow).order_by(SystemLogRow.id.desc()).limit(limit)
    if wanted.before is not None:
        query = query.where(SystemLogRow.id < wanted.before)
    if wanted.level is not None:
        query = query.where(SystemLogRow.level == wanted.level.value)
    if wanted.kind is not None:
        query = query.where(SystemLogRow.kind == wanted.kind)
    if wanted.rig_id is not None:
        query = query.where(SystemLogRow.rig_id == wanted.rig_id)
    if wanted.visible is not None:
        about_none = SystemLogRow.rig_id.is_(None)
        query = query.where(or_(about_none, SystemLogRow.rig_id.in_(wanted.visible)))
    return [_entry(row) for row in session.scalars(query)]


def _entry(row: SystemLogRow) -> Entry:
    return Entry(
        id=row.id,
        at=row.at,
        level=Level(row.level),
        kind=row.kind,
        subject=row.subject,
        rig_id=row.rig_id,
        message=row.message,
        request_id=row.request_id,
    )
