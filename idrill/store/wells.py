"""The wells that are known, and which rig drilled which of them when."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from idrill.errors import NotFound
from idrill.store import rigs
from idrill.store.inserting import insert_absent
from idrill.store.orm import (
    ComponentRow,
    FormationRow,
    SectionRow,
    SessionRow,
    StationRow,
    StringRow,
    WellRow,
)
from idrill.wells import (
    DrillingSession,
    DrillString,
    Formation,
    Section,
    Station,
    StringComponent,
    Well,
)

PAUSE = timedelta(days=1)
"""How long a rig may be silent on a well and still be taken to be on it."""

_FOREVER = datetime.max.replace(tzinfo=UTC)
_FRESH = {"populate_existing": True}


def merge_well(session: Session, well: Well) -> Well:
    """The well as it is known once `well` was added to it.

    What `well` knows wins over what was known: a field that is set, and sections, trajectory and
    formations as a whole. Drill strings are kept by name, because each stands in a file of its own.
    """
    insert_absent(session, WellRow, [{"id": well.id, "name": well.name}])
    lock(session, well.id)
    _fill_in(session.get_one(WellRow, well.id, populate_existing=True), well)
    session.flush()
    if well.sections:
        _replace(session, SectionRow, well.id, [asdict(item) for item in well.sections])
    if well.trajectory:
        _replace(session, StationRow, well.id, [asdict(item) for item in well.trajectory])
    if well.formations:
        _replace(session, FormationRow, well.id, [asdict(item) for item in well.formations])
    if well.strings:
        _replace_strings(session, well)
    return get(session, well.id)


def get(session: Session, well_id: str) -> Well:
    """The well called `well_id`.

    Raises:
        NotFound: If there is none; the message names those there are.
    """
    row = session.get(WellRow, well_id, populate_existing=True)
    if row is None:
        raise _unknown(session, well_id)
    return _well(session, row)


def all_wells(session: Session) -> list[Well]:
    """Every well, by identifier."""
    rows = session.scalars(select(WellRow).order_by(WellRow.id)).all()
    return [_well(session, row) for row in rows]


def lock(session: Session, well_id: str) -> None:
    """Hold the records of a well until the transaction ends, so that its writers take turns.

    Raises:
        NotFound: If there is no such well.
    """
    touch = update(WellRow).where(WellRow.id == well_id).values(field=WellRow.field)
    options = {"synchronize_session": False}
    if session.scalar(touch.returning(WellRow.id), execution_options=options) is None:
        raise _unknown(session, well_id)


def record_session(session: Session, drilled: DrillingSession) -> None:
    """Remember that a rig drilled a well; what overlaps or touches on the same well is united.

    Two wells may overlap where one log ends and the next begins: both are kept, and
    `well_drilled` takes the one that began last. The result does not depend on the order in
    which sessions are recorded.

    Raises:
        NotFound: If there is no such rig or well.
    """
    rigs.lock(session, drilled.rig_id)
    if session.get(WellRow, drilled.well_id) is None:
        raise _unknown(session, drilled.well_id)
    same = (SessionRow.rig_id == drilled.rig_id, SessionRow.well_id == drilled.well_id)
    touching = [or_(SessionRow.end.is_(None), SessionRow.end >= drilled.start)]
    if drilled.end is not None:
        touching.append(SessionRow.start <= drilled.end)
    rows = session.scalars(select(SessionRow).where(*same, *touching)).all()
    united = [*map(_session, rows), drilled]
    session.execute(delete(SessionRow).where(SessionRow.id.in_([row.id for row in rows])))
    session.execute(insert(SessionRow), [asdict(_unite(united))])


def sessions(session: Session, rig_id: str) -> list[DrillingSession]:
    """When a rig drilled which well, by start.

    A well goes on through a pause of up to a day, unless the rig was on another well meanwhile.
    """
    rows = session.scalars(
        select(SessionRow)
        .where(SessionRow.rig_id == rig_id)
        .order_by(SessionRow.start, SessionRow.well_id)
    )
    found: list[DrillingSession] = []
    for drilled in map(_session, rows):
        if found and _goes_on(found[-1], drilled):
            found[-1] = _unite([found[-1], drilled])
        else:
            found.append(drilled)
    return found


def well_drilled(session: Session, rig_id: str, at: datetime) -> Well | None:
    """The well that a rig was on at an instant; None where nothing says so."""
    inside = [
        drilled
        for drilled in sessions(session, rig_id)
        if drilled.start <= at <= (drilled.end or _FOREVER)
    ]
    return get(session, inside[-1].well_id) if inside else None


def _unknown(session: Session, well_id: str) -> NotFound:
    known = session.scalars(select(WellRow.id).order_by(WellRow.id).limit(20)).all()
    return NotFound(f"no well is called {well_id!r}; known wells: {', '.join(known) or 'none yet'}")


def _fill_in(row: WellRow, well: Well) -> None:
    if well.name != well.id:  # until told, a well is named by its identifier
        row.name = well.name
    row.field = well.field or row.field
    row.operator = well.operator or row.operator
    row.water_depth = row.water_depth if well.water_depth is None else well.water_depth
    row.air_gap = row.air_gap if well.air_gap is None else well.air_gap


def _replace(
    session: Session,
    table: type[SectionRow | StationRow | FormationRow],
    well_id: str,
    parts: list[dict[str, object]],
) -> None:
    session.execute(delete(table).where(table.well_id == well_id))
    session.execute(insert(table), _placed({"well_id": well_id}, parts))


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


def _well(session: Session, row: WellRow) -> Well:
    known = Well(row.id, row.name, row.field, row.operator, row.water_depth, row.air_gap)
    return replace(
        known,
        sections=_sections(session, row.id),
        trajectory=_trajectory(session, row.id),
        formations=_formations(session, row.id),
        strings=tuple(_strings(session, row.id)),
    )


def _sections(session: Session, well_id: str) -> tuple[Section, ...]:
    query = select(SectionRow).where(SectionRow.well_id == well_id).order_by(SectionRow.position)
    return tuple(
        Section(row.kind, row.top, row.bottom, row.inner_diameter, row.outer_diameter)
        for row in session.scalars(query, execution_options=_FRESH)
    )


def _trajectory(session: Session, well_id: str) -> tuple[Station, ...]:
    query = select(StationRow).where(StationRow.well_id == well_id).order_by(StationRow.position)
    return tuple(
        Station(row.measured_depth, row.inclination, row.azimuth, row.vertical_depth)
        for row in session.scalars(query, execution_options=_FRESH)
    )


def _formations(session: Session, well_id: str) -> tuple[Formation, ...]:
    query = select(FormationRow).where(FormationRow.well_id == well_id)
    return tuple(
        Formation(row.name, row.top, row.lithology)
        for row in session.scalars(query.order_by(FormationRow.position), execution_options=_FRESH)
    )


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


def _session(row: SessionRow) -> DrillingSession:
    return DrillingSession(row.rig_id, row.well_id, row.start, row.end)


def _goes_on(earlier: DrillingSession, later: DrillingSession) -> bool:
    if earlier.well_id != later.well_id:
        return False
    return earlier.end is None or later.start - earlier.end <= PAUSE


def _unite(drilled: Sequence[DrillingSession]) -> DrillingSession:
    ends = [one.end for one in drilled if one.end is not None]
    end = max(ends) if len(ends) == len(drilled) else None
    return replace(drilled[0], start=min(one.start for one in drilled), end=end)
