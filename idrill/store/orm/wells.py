"""Tables of wells, and who drilled what when."""

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from idrill.store.orm.columns import Key, Position, RigId, Row, WellId, WellKey


class WellRow(Row):
    """A well."""

    __tablename__ = "wells"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    field: Mapped[str | None]
    operator: Mapped[str | None]
    water_depth: Mapped[float | None]
    air_gap: Mapped[float | None]
    total_depth: Mapped[float | None]
    rig_id: Mapped[str | None] = mapped_column(ForeignKey("rigs.id"))
    """The rig that is to drill it."""
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    """Counts its profiles."""


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
    bottom: Mapped[float | None]
    pore_density: Mapped[float | None]
    fracture_density: Mapped[float | None]


class CasingRow(Row):
    """A string of casing."""

    __tablename__ = "casing_strings"

    well_id: Mapped[WellKey]
    position: Mapped[Position]
    kind: Mapped[str]
    top: Mapped[float]
    bottom: Mapped[float]
    inner_diameter: Mapped[float]
    outer_diameter: Mapped[float]


class MudRow(Row):
    """A mud and the stretch of a well that is drilled with it."""

    __tablename__ = "mud_sections"

    well_id: Mapped[WellKey]
    position: Mapped[Position]
    kind: Mapped[str]
    top: Mapped[float]
    bottom: Mapped[float]
    density: Mapped[float]
    plastic_viscosity: Mapped[float | None]
    yield_point: Mapped[float | None]


class LimitRow(Row):
    """What a channel may be set to in a stretch of a well."""

    __tablename__ = "well_limits"

    well_id: Mapped[WellKey]
    position: Mapped[Position]
    channel: Mapped[str]
    top: Mapped[float]
    bottom: Mapped[float]
    low: Mapped[float | None]
    high: Mapped[float | None]


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
