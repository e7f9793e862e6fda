"""What the profile of a well consists of, part by part, in the order of their positions."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields, replace
from typing import Any, TypeVar

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from idrill.store.orm import (
    CasingRow,
    ComponentRow,
    FormationRow,
    LimitRow,
    MudRow,
    SectionRow,
    StationRow,
    StringRow,
)
from idrill.wells import (
    Casing,
    DrillString,
    Formation,
    Limit,
    Mud,
    Section,
    Station,
    StringComponent,
    Well,
)

Part = TypeVar("Part", Section, Station, Formation, Casing, Mud, Limit)
PartRow = SectionRow | StationRow | FormationRow | CasingRow | MudRow | LimitRow

_FRESH = {"populate_existing": True}


def filled(session: Session, well: Well) -> Well:
    """The well with all its parts."""
    return replace(
        well,
        sections=_read(session, SectionRow, well.id, Section),
        trajectory=_read(session, StationRow, well.id, Station),
        formations=_read(session, FormationRow, well.id, Formation),
        strings=tuple(_strings(session, well.id)),
        casing=_read(session, CasingRow, well.id, Casing),
        muds=_read(session, MudRow, well.id, Mud),
        limits=_read(session, LimitRow, well.id, Limit),
    )


def merge(session: Session, well: Well) -> None:
    """Replace those parts that `well` has, and of its drill strings those of the same name."""
    if well.sections:
        _replace(session, SectionRow, well.id, well.sections)
    if well.trajectory:
        _replace(session, StationRow, well.id, well.trajectory)
    if well.formations:
        _replace(session, FormationRow, well.id, well.formations)
    if well.strings:
        _replace_strings(session, well)


def replace_profile(session: Session, well: Well) -> None:
    """Replace the parts of a profile; survey and drill strings stay."""
    _replace(session, SectionRow, well.id, well.sections)
    _replace(session, FormationRow, well.id, well.formations)
    _replace(session, CasingRow, well.id, well.casing)
    _replace(session, MudRow, well.id, well.muds)
    _replace(session, LimitRow, well.id, well.limits)


def remove(session: Session, well_id: str) -> None:
    """Remove all parts of a well."""
    for table in (
        SectionRow,
        StationRow,
        FormationRow,
        CasingRow,
        MudRow,
        LimitRow,
        ComponentRow,
        StringRow,
    ):
        session.execute(delete(table).where(table.well_id == well_id))


def _read(
    session: Session, table: type[PartRow], well_id: str, part: type[Part]
) -> tuple[Part, ...]:
    query = select(table).where(table.well_id == well_id).order_by(table.position)
    names = [field.name for field in fields(part)]
    rows = session.scalars(query, execution_options=_FRESH)
    return tuple(part(**{name: getattr(row, name) for name in names}) for row in rows)


def _replace(session: Session, table: type[PartRow], well_id: str, parts: Iterable[Any]) -> None:
    session.execute(delete(table).where(table.well_id == well_id))
    rows = _placed({"well_id": well_id}, [asdict(part) for part in parts])
    if rows:
        session.execute(insert(table), rows)


def _strings(session: Session, well_id: str) -> list[DrillString]:
    parts: dict[int, list[StringComponent]] = {}
    components = select(ComponentRow).where(ComponentRow.well_id == well_id)
    for row in session.scalars(
        components.order_by(ComponentRow.string_position, ComponentRow.position),
        execution_options=_FRESH,
    ):
        parts.setdefault(row.string_position, []).append(_component(row))
    strings = select(StringRow).where(StringRow.well_id == well_id).order_by(StringRow.position)
    return [
        DrillString(row.name, tuple(parts.get(row.position, ())))
        for row in session.scalars(strings, execution_options=_FRESH)
    ]


def _component(row: ComponentRow) -> StringComponent:
    return StringComponent(
        row.sequence,
        row.kind,
        row.length,
        row.outer_diameter,
        row.inner_diameter,
        row.linear_mass,
    )


def _replace_strings(session: Session, well: Well) -> None:
    named = {string.name for string in well.strings}
    kept = [string for string in _strings(session, well.id) if string.name not in named]
    strings = sorted([*kept, *well.strings], key=lambda string: string.name)
    session.execute(delete(StringRow).where(StringRow.well_id == well.id))
    session.execute(
        insert(StringRow), _placed({"well_id": well.id}, [{"name": item.name} for item in strings])
    )
    for position, string in enumerate(strings):
        if string.components:
            place = {"well_id": well.id, "string_position": position}
            parts = _placed(place, [asdict(part) for part in string.components])
            session.execute(insert(ComponentRow), parts)


def _placed(
    place: dict[str, object], parts: Sequence[dict[str, object]]
) -> list[dict[str, object]]:
    return [place | {"position": position} | part for position, part in enumerate(parts)]
