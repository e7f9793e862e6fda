"""The wells that are known, and which rig drilled which of them when.

What files say of a well is merged into what is known; what a person says of it, its profile, is
checked and replaces what was said before.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session

from idrill.errors import AlreadyExists, InUse, NotFound, VersionConflict
from idrill.store import rigs, well_parts
from idrill.store.holding import held
from idrill.store.inserting import insert_absent
from idrill.store.orm import SessionRow, WellLogRow, WellRow
from idrill.well_profiles import check_profile
from idrill.wells import DrillingSession, Well

PAUSE = timedelta(days=1)
"""How long a rig may be silent on a well and still be taken to be on it."""

_FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Known:
    """A well as it stands."""

    well: Well
    version: int
    """Counts its profiles, from 1."""
    rig_ids: frozenset[str]
    """The rigs that drilled it, or are to; who sees one of them sees the well."""


def merge_well(session: Session, well: Well) -> Well:
    """The well as it is known once `well` was added to it.

    What `well` knows wins over what was known: a field that is set, and sections, trajectory and
    formations as a whole. Drill strings are kept by name, because each stands in a file of its own.
    """
    insert_absent(session, WellRow, [{"id": well.id, "name": well.name}])
    lock(session, well.id)
    _fill_in(session.get_one(WellRow, well.id, populate_existing=True), well)
    session.flush()
    well_parts.merge(session, well)
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


def create(session: Session, well: Well) -> Known:
    """Enter a new well with its profile.

    Raises:
        InvalidWell: If it cannot be so.
        AlreadyExists: If there is a well called so.
        NotFound: If the rig that is to drill it is unknown.
    """
    check_profile(well)
    values = {"id": well.id, "name": well.name}
    if session.get(WellRow, well.id) is not None:
        raise AlreadyExists(f"there is a well called {well.id} already")
    insert_absent(session, WellRow, [values])
    lock(session, well.id)
    if known(session, well.id).well != Well(well.id, well.name):
        raise AlreadyExists(f"there is a well called {well.id} already")
    return _write(session, well, 1)


def replace_profile(session: Session, well: Well, *, seen: int) -> Known:
    """Replace all that is said of a well, but its survey and its drill strings.

    Args:
        session: Of the store.
        well: What is said of it now.
        seen: The version that was looked at.

    Raises:
        NotFound: If there is no such well, or no such rig to drill it.
        InvalidWell: If it cannot be so.
        VersionConflict: If it is another version by now.
    """
    check_profile(well)
    lock(session, well.id)
    version = known(session, well.id).version
    if version != seen:
        raise VersionConflict(f"well {well.id} is at version {version} by now, not {seen}")
    return _write(session, well, version + 1)


def remove(session: Session, well_id: str) -> None:
    """Remove a well that nothing was recorded of.

    Raises:
        NotFound: If there is no such well.
        InUse: If a rig drilled it, or it has a log.
    """
    lock(session, well_id)
    if session.scalar(select(SessionRow.id).where(SessionRow.well_id == well_id).limit(1)):
        raise InUse(f"well {well_id} stays: a rig drilled it; remove its drilling sessions first")
    if session.get(WellLogRow, well_id) is not None:
        raise InUse(f"well {well_id} stays: it has a log in the lake")
    well_parts.remove(session, well_id)
    session.execute(delete(WellRow).where(WellRow.id == well_id))


def known(session: Session, well_id: str) -> Known:
    """The well called `well_id`, with who may know of it.

    Raises:
        NotFound: If there is none.
    """
    row = session.get(WellRow, well_id, populate_existing=True)
    if row is None:
        raise absent(well_id)
    drilled = select(SessionRow.rig_id).where(SessionRow.well_id == well_id).distinct()
    rig_ids = {*session.scalars(drilled), *([row.rig_id] if row.rig_id else [])}
    return Known(_well(session, row), row.version, frozenset(rig_ids))


def listed(
    session: Session, rig_ids: Collection[str] | None, *, after: str, limit: int
) -> list[Well]:
    """Wells by identifier, without their parts.

    Args:
        session: Of the store.
        rig_ids: Only wells of these rigs; None: every one.
        after: Only those behind this identifier.
        limit: How many at most.
    """
    query = select(WellRow).where(WellRow.id > after).order_by(WellRow.id).limit(limit)
    if rig_ids is not None:
        drilled = select(SessionRow.well_id).where(SessionRow.rig_id.in_(rig_ids))
        query = query.where(or_(WellRow.rig_id.in_(rig_ids), WellRow.id.in_(drilled)))
    return [_bare(row) for row in session.scalars(query)]


def absent(well_id: str) -> NotFound:
    """What is told where there is no such well, or none that one may see."""
    return NotFound(f"no well that you may see is called {well_id!r}")


def lock(session: Session, well_id: str) -> None:
    """Hold the records of a well until the transaction ends, so that its writers take turns.

    Raises:
        NotFound: If there is no such well.
    """
    if held(session, WellRow, well_id) is None:
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
    row.total_depth = row.total_depth if well.total_depth is None else well.total_depth


def _write(session: Session, well: Well, version: int) -> Known:
    if well.rig_id is not None:
        rigs.get(session, well.rig_id)
    row = session.get_one(WellRow, well.id, populate_existing=True)
    for name in ("name", "field", "operator", "water_depth", "air_gap", "total_depth", "rig_id"):
        setattr(row, name, getattr(well, name))
    row.version = version
    session.flush()
    well_parts.replace_profile(session, well)
    return known(session, well.id)


def _well(session: Session, row: WellRow) -> Well:
    return well_parts.filled(session, _bare(row))


def _bare(row: WellRow) -> Well:
    known = Well(row.id, row.name, row.field, row.operator, row.water_depth, row.air_gap)
    return replace(known, total_depth=row.total_depth, rig_id=row.rig_id)


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
