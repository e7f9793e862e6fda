"""The audit trail: who changed what."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from idrill.store.orm.columns import Key, Row


class AuditRow(Row):
    """One change; triggers refuse to change or delete it."""

    __tablename__ = "audit_trail"
    __table_args__ = (Index(None, "action"), Index(None, "actor"))

    id: Mapped[Key]
    at: Mapped[datetime]
    actor: Mapped[str]
    """Email of a person, `key 3 of EMAIL`, or who ran the command line."""
    action: Mapped[str]
    subject: Mapped[str]
    request_id: Mapped[str]
    """"" where no request brought it about."""
    address: Mapped[str]
    """Network address; "" where no request brought it about."""
    details: Mapped[dict[str, object]]
