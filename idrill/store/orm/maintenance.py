"""Tables of alerts, of the work that follows from them, and of what became of both."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text, true
from sqlalchemy.orm import Mapped, mapped_column

from idrill.maintenance.alerts import Action, Priority
from idrill.maintenance.alerts import State as AlertState
from idrill.maintenance.tasks import Activity
from idrill.maintenance.tasks import State as TaskState
from idrill.store.orm.columns import Key, Large, RigId, Row, one_of

OPEN = "state <> 'closed'"
"""What the alerts have in common of which a rule may have one for each thing on a rig."""


class AlertRow(Row):
    """Something on a rig that somebody has to look at."""

    __tablename__ = "alerts"
    __table_args__ = (
        Index(None, "rig_id", "state"),
        Index(None, "shelved_until"),
        Index(None, "escalate_at"),
        Index(
            "ix_alerts_one_open",
            "rig_id",
            "rule_id",
            "key",
            unique=True,
            sqlite_where=text(OPEN),
            postgresql_where=text(OPEN),
        ),
        one_of("priority", *Priority),
        one_of("state", *AlertState),
        CheckConstraint("(shelved_until IS NOT NULL) = (state = 'shelved')", name="shelved"),
    )

    id: Mapped[Key]
    rig_id: Mapped[RigId]
    equipment: Mapped[str | None]
    component: Mapped[str | None]
    channel: Mapped[str | None]
    priority: Mapped[str]
    message: Mapped[str]
    raised_by: Mapped[str]
    raised_at: Mapped[datetime]
    state: Mapped[str]
    version: Mapped[int]
    """Counts what was done to it, from 1."""
    shelved_until: Mapped[datetime | None]
    rule_id: Mapped[Large | None] = mapped_column(ForeignKey("alert_rules.id"))
    """The rule that raised it; null: a person did."""
    rule_version: Mapped[int | None]
    key: Mapped[str] = mapped_column(default="", server_default="")
    """What of the rig the rule speaks of; "": the rig itself."""
    active: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Whether its condition holds, whatever became of the alert."""
    value: Mapped[float | None]
    event_at: Mapped[datetime | None]
    """When its condition began, in time of the rig; null: a person raised it."""
    turned_at: Mapped[datetime | None]
    """When its condition last began or ended, in time of the rig."""
    base_priority: Mapped[str | None]
    """The priority before it was escalated; null: it was not."""
    escalations: Mapped[dict[str, object] | None]
    """The steps that are left."""
    escalate_at: Mapped[datetime | None]
    """When the next one is due, in time of the rig, or of the clock where a person raised it."""


class AlertHistoryRow(Row):
    """What was done to an alert; triggers refuse to change or delete it."""

    __tablename__ = "alert_history"
    __table_args__ = (
        UniqueConstraint("alert_id", "number"),
        one_of("action", "raise", *Action),
        one_of("state", *AlertState),
    )

    id: Mapped[Key]
    alert_id: Mapped[Large] = mapped_column(ForeignKey("alerts.id"))
    number: Mapped[int]
    action: Mapped[str]
    state: Mapped[str]
    """The state that came of it."""
    by: Mapped[str]
    note: Mapped[str]
    at: Mapped[datetime]
    shelved_until: Mapped[datetime | None]
    event_at: Mapped[datetime | None]
    """When it was so, in time of the rig; null: a person did it."""
    priority: Mapped[str | None]
    """The priority that came of it; null: an earlier version did not note it."""


class TaskRow(Row):
    """Work on a rig's equipment."""

    __tablename__ = "maintenance_tasks"
    __table_args__ = (
        Index(None, "rig_id", "state"),
        Index(None, "planned_start"),
        Index(None, "alert_id"),
        one_of("activity", *Activity),
        one_of("priority", *Priority),
        one_of("state", *TaskState),
        CheckConstraint("(planned_start IS NULL) = (planned_end IS NULL)", name="planned"),
        CheckConstraint("planned_end > planned_start", name="order"),
        CheckConstraint(
            "planned_start IS NOT NULL OR state IN ('proposed', 'approved', 'cancelled')",
            name="scheduled",
        ),
    )

    id: Mapped[Key]
    rig_id: Mapped[RigId]
    equipment: Mapped[str | None]
    component: Mapped[str | None]
    activity: Mapped[str]
    title: Mapped[str]
    priority: Mapped[str]
    due: Mapped[datetime | None]
    planned_start: Mapped[datetime | None]
    planned_end: Mapped[datetime | None]
    assigned_to: Mapped[str | None]
    alert_id: Mapped[Large | None] = mapped_column(ForeignKey("alerts.id"))
    created_by: Mapped[str]
    proposer_id: Mapped[Large | None] = mapped_column(ForeignKey("users.id"))
    """Who does not approve it; null: the platform itself proposed it."""
    author_id: Mapped[Large | None] = mapped_column(ForeignKey("users.id"))
    """Who last wrote what is approved, and does not approve it; null: the platform itself."""
    created_at: Mapped[datetime]
    state: Mapped[str]
    version: Mapped[int]
    """Counts its changes, from 1."""


class TaskHistoryRow(Row):
    """What was done to a task; triggers refuse to change or delete it."""

    __tablename__ = "task_history"
    __table_args__ = (UniqueConstraint("task_id", "number"), one_of("state", *TaskState))

    id: Mapped[Key]
    task_id: Mapped[Large] = mapped_column(ForeignKey("maintenance_tasks.id"))
    number: Mapped[int]
    state: Mapped[str]
    by: Mapped[str]
    note: Mapped[str]
    at: Mapped[datetime]
    changed: Mapped[dict[str, object]]
    """What became of which field."""
