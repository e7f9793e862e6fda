"""Tables of what maintenance plans are made from, and of the plans."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from idrill.maintenance.plan_states import PlanState
from idrill.maintenance.tasks import Activity
from idrill.rigs import FailureMode
from idrill.store.orm.columns import Key, Position, RigKey, Row, one_of


class CrewRow(Row):
    """A crew, and when it works."""

    __tablename__ = "crews"
    __table_args__ = (CheckConstraint("size >= 1", name="size"),)

    name: Mapped[str] = mapped_column(primary_key=True)
    skills: Mapped[str]
    """With commas between."""
    rigs: Mapped[str | None]
    """That they go to, with commas between; null: every one."""
    size: Mapped[int]
    first_shift: Mapped[datetime]
    shift_hours: Mapped[float]
    days_on: Mapped[int]
    days_off: Mapped[int]
    version: Mapped[int]


class PartRow(Row):
    """A kind of spare part, and how many there are."""

    __tablename__ = "spare_parts"
    __table_args__ = (CheckConstraint("stock >= 0", name="stock"),)

    name: Mapped[str] = mapped_column(primary_key=True)
    stock: Mapped[int]
    lead_days: Mapped[float]
    version: Mapped[int]


class DeliveryRow(Row):
    """Spare parts that are under way."""

    __tablename__ = "part_deliveries"

    part: Mapped[str] = mapped_column(
        ForeignKey("spare_parts.name", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[Position]
    at: Mapped[datetime]
    count: Mapped[int]


class UpkeepRow(Row):
    """A component of which somebody said what its failures cost and what work on it takes."""

    __tablename__ = "upkeep"

    component: Mapped[str] = mapped_column(primary_key=True)
    """Or the class of equipment, for work on a piece as a whole."""
    version: Mapped[int]


class ConsequenceRow(Row):
    """What a failure of a component costs."""

    __tablename__ = "failure_consequences"
    __table_args__ = (one_of("failure_mode", "", *FailureMode),)

    component: Mapped[str] = mapped_column(
        ForeignKey("upkeep.component", ondelete="CASCADE"), primary_key=True
    )
    failure_mode: Mapped[str] = mapped_column(primary_key=True)
    """"" where none is told apart."""
    cost: Mapped[float]
    lost_hours: Mapped[float]


class NormRow(Row):
    """What a kind of work on a component takes."""

    __tablename__ = "work_norms"
    __table_args__ = (one_of("activity", *Activity),)

    component: Mapped[str] = mapped_column(
        ForeignKey("upkeep.component", ondelete="CASCADE"), primary_key=True
    )
    activity: Mapped[str] = mapped_column(primary_key=True)
    hours: Mapped[float]
    cost: Mapped[float]
    skill: Mapped[str]
    part: Mapped[str | None]
    stops: Mapped[bool]
    """Whether the rig stands meanwhile."""


class RigPlanRow(Row):
    """A rig of which somebody said what it is to do, and what an hour costs that it stands."""

    __tablename__ = "rig_plans"

    rig_id: Mapped[RigKey]
    hour_cost: Mapped[float]
    version: Mapped[int]


class PhaseRow(Row):
    """A stretch of a rig's plan."""

    __tablename__ = "rig_phases"
    __table_args__ = (CheckConstraint('"end" > start', name="order"),)

    rig_id: Mapped[str] = mapped_column(
        ForeignKey("rig_plans.rig_id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[Position]
    name: Mapped[str]
    equipment: Mapped[str | None]
    start: Mapped[datetime]
    end: Mapped[datetime]
    duty: Mapped[float]


class PlanRow(Row):
    """A maintenance plan that was asked for, and what came of it."""

    __tablename__ = "maintenance_plans"
    __table_args__ = (Index(None, "state"), one_of("state", *PlanState))

    id: Mapped[Key]
    state: Mapped[str]
    rigs: Mapped[str | None]
    """With commas between; null: every one."""
    wish: Mapped[dict[str, object]]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    inputs: Mapped[str]
    """Hash of what it was made from; "" while that is not known."""
    told: Mapped[dict[str, object] | None]
    """The plan."""
    problem: Mapped[str]
    """Why there is none; "" if there is one, or may be."""
