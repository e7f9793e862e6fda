"""Table of messages that told no readings."""

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from idrill.store.orm.columns import Key, Row


class DeadLetterRow(Row):
    """A message of a broker that could not be used as it came; one row however often it came."""

    __tablename__ = "dead_letters"

    id: Mapped[Key]
    digest: Mapped[str] = mapped_column(unique=True)
    """SHA-256 of its bytes, in hexadecimal."""
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    times: Mapped[int]
    """How often it came."""
    backend: Mapped[str]
    """The kind of broker that it came through last."""
    reason: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    replayed_at: Mapped[datetime | None]
    """When what it tells was committed after all."""
