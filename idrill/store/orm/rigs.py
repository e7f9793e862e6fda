"""Tables of rigs, what they are made of, and how that is connected."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from idrill.layouts import LinkKind
from idrill.store.orm.columns import Position, RigKey, Row, one_of


class RigRow(Row):
    """A rig."""

    __tablename__ = "rigs"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    synthetic: Mapped[bool]
    owner: Mapped[str | None]
    kind: Mapped[str | None]
    block_weight: Mapped[float | None]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    """Counts the changes that people made of it or its equipment."""


class EquipmentRow(Row):
    """A piece of equipment of a rig."""

    __tablename__ = "equipment"

    rig_id: Mapped[RigKey]
    name: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    position: Mapped[int]
    manufacturer: Mapped[str | None]
    model: Mapped[str | None]
    serial_number: Mapped[str | None]


class SensorRow(Row):
    """A sensor on a piece of equipment."""

    __tablename__ = "sensors"
    __table_args__ = (
        ForeignKeyConstraint(["rig_id", "equipment"], ["equipment.rig_id", "equipment.name"]),
    )

    rig_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    channel: Mapped[str]
    equipment: Mapped[str]
    component: Mapped[str | None]


class LinkRow(Row):
    """What passes from one piece of equipment to another."""

    __tablename__ = "equipment_links"
    __table_args__ = (
        one_of("kind", *LinkKind),
        ForeignKeyConstraint(["rig_id", "source"], ["equipment.rig_id", "equipment.name"]),
        ForeignKeyConstraint(["rig_id", "target"], ["equipment.rig_id", "equipment.name"]),
    )

    rig_id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[Position]
    kind: Mapped[str]
    source: Mapped[str]
    target: Mapped[str]
