"""The table of what was installed on rigs, and when and why it was taken out."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from idrill.rigs import FailureMode
from idrill.rul.components import EndedBy
from idrill.store.orm.columns import RigId, Row, one_of


class ComponentLifeRow(Row):
    """One unit from its installation to its removal."""

    __tablename__ = "component_lives"
    __table_args__ = (
        UniqueConstraint("rig_id", "equipment", "component", "start"),
        Index(None, "rig_id", "component"),
        one_of("ended_by", *EndedBy),
        one_of("failure_mode", *FailureMode),
        CheckConstraint("(\"end\" IS NULL) = (ended_by = 'in_service')", name="end"),
        CheckConstraint("(failure_mode IS NULL) OR (ended_by = 'failure')", name="mode"),
    )

    unit: Mapped[str] = mapped_column(primary_key=True)
    """Rig, equipment, component and number, such as `RIG_01/mud_pump_2/liner/3`."""
    rig_id: Mapped[RigId]
    equipment: Mapped[str]
    component: Mapped[str]
    number: Mapped[int]
    start: Mapped[datetime]
    end: Mapped[datetime | None]
    ended_by: Mapped[str]
    failure_mode: Mapped[str | None]
    variant: Mapped[str | None]
    own_hours: Mapped[float | None]
    """At the end, by the rig's own count."""
    source: Mapped[str]
    recorded_at: Mapped[datetime]
