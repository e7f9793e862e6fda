"""Tables of rigs, wells, and who drilled what when."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from idrill.store.orm.columns import Key, Position, RigId, RigKey, Row, WellId, WellKey


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


class EquipmentRow(Row):
    """A piece of equipment of a rig."""

    __tablename__ = "equipment"

    rig_id: Mapped[RigKey]
    name: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    position: Mapped[int]


class WellRow(Row):
    """A well."""

    __tablename__ = "wells"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    field: Mapped[str | None]
    operator: Mapped[str | None]
    water_depth: Mapped[float | None]
    air_gap: Mapped[float | None]


class SectionRow(Row):
    """A stretch of casing, liner, riser or open hole."""

    __tablename__ = "well_sections"

    well_id: Mapped[WellKey]
    position: Mapped[Position]
    kind: Mapped[str]
    top: Mapped[float]
    bottom: Mapped[float]
    inner_diameter: Mapped[float | None]
    outer_diameter: Mapped[float | None]


class StationRow(Row):
    """A survey of a well's direction."""

    __tablename__ = "survey_stations"

    well_id: Mapped[WellKey]
    position: Mapped[Position]
    measured_depth: Mapped[float]
    inclination: Mapped[float]
    azimuth: Mapped[float]
    vertical_depth: Mapped[float | None]


class FormationRow(Row):
    """A rock layer of a well."""

    __tablename__ = "formations"

    well_id: Mapped[WellKey]
    position: Mapped[Position]
    name: Mapped[str]
    top: Mapped[float]
    lithology: Mapped[str | None]


class StringRow(Row):
    """A drill string of a well."""

    __tablename__ = "drill_strings"

    well_id: Mapped[WellKey]
    position: Mapped[Position]
    name: Mapped[str]


class ComponentRow(Row):
    """A part of a drill string."""

    __tablename__ = "string_components"
    __table_args__ = (
        ForeignKeyConstraint(
            ["well_id", "string_position"],
            ["drill_strings.well_id", "drill_strings.position"],
            ondelete="CASCADE",
        ),
    )

    well_id: Mapped[str] = mapped_column(primary_key=True)
    string_position: Mapped[Position]
    position: Mapped[Position]
    sequence: Mapped[int]
    kind: Mapped[str]
    length: Mapped[float]
    outer_diameter: Mapped[float | None]
    inner_diameter: Mapped[float | None]
    linear_mass: Mapped[float | None]


class SessionRow(Row):
    """A rig drilled a well from one instant to another."""

    __tablename__ = "drilling_sessions"
    __table_args__ = (Index(None, "rig_id", "start"),)

    id: Mapped[Key]
    rig_id: Mapped[RigId]
    well_id: Mapped[WellId]
    start: Mapped[datetime]
    end: Mapped[datetime | None]
