"""Tables of the rules that raise alerts."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from idrill.maintenance.alerts import Priority
from idrill.store.orm.columns import Key, Large, Row, one_of


class AlertRuleRow(Row):
    """A rule as it is judged now; it is switched off, never removed."""

    __tablename__ = "alert_rules"
    __table_args__ = (one_of("priority", *Priority),)

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)
    version: Mapped[int]
    """Counts its changes, from 1."""
    rig_id: Mapped[str | None] = mapped_column(ForeignKey("rigs.id"))
    """Null: every rig."""
    enabled: Mapped[bool]
    priority: Mapped[str]
    definition: Mapped[dict[str, object]]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]


class AlertRuleVersionRow(Row):
    """A rule as it was judged from some time on."""

    __tablename__ = "alert_rule_versions"

    rule_id: Mapped[Large] = mapped_column(ForeignKey("alert_rules.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    definition: Mapped[dict[str, object]]
    by: Mapped[str]
    note: Mapped[str]
    at: Mapped[datetime]
