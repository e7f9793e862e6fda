"""The log of the platform: what it did by itself, and what it refused."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from idrill.store.orm.columns import Key, Row, one_of


class Level(StrEnum):
    """How much it matters."""

    INFO = "info"
    WARNING = "warning"
    """Something was refused, or waits for a person."""
    ERROR = "error"
    """Something of ours failed."""


class SystemLogRow(Row):
    """One thing that happened; triggers refuse to change it."""

    __tablename__ = "system_log"
    __table_args__ = (
        one_of("level", *Level),
        Index(None, "kind", "subject"),
        Index(None, "rig_id"),
    )

    id: Mapped[Key]
    at: Mapped[datetime]
    level: Mapped[str]
    kind: Mapped[str]
    """Such as `run.failed`; never changes."""
    subject: Mapped[str]
    """What it happened to, such as `run 3f0c…`."""
    rig_id: Mapped[str | None]
    """Only who may see this rig is shown it; a rig of this name need not be registered."""
    message: Mapped[str]
    request_id: Mapped[str]
    """"" where no request brought it about."""
