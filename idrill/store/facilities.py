"""The places that rigs belong to: fields, platforms, yards."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from idrill.errors import AlreadyExists, NotFound
from idrill.rigs import rig_id as named
from idrill.store import rigs
from idrill.store.inserting import insert_absent
from idrill.store.orm import FacilityRigRow, FacilityRow


@dataclass(frozen=True, slots=True)
class Facility:
    """A place that rigs belong to."""

    id: str
    """Named as a rig is."""
    name: str
    kind: str | None = None

    def __post_init__(self) -> None:
        named(self.id)


def register(session: Session, facility: Facility) -> Facility:
    """The facility as it is known; one that is known already stays as it is."""
    values = {"id": facility.id, "name": facility.name, "kind": facility.kind}
    insert_absent(session, FacilityRow, [values | {"created_at": datetime.now(UTC)}])
    return get(session, facility.id)


def create(session: Session, facility: Facility) -> Facility:
    """Enter a new facility.

    Raises:
        AlreadyExists: If there is one called so.
    """
    if session.get(FacilityRow, facility.id, populate_existing=True) is not None:
        raise AlreadyExists(f"there is a facility called {facility.id} already")
    return register(session, facility)


def get(session: Session, facility_id: str) -> Facility:
    """The facility called so.

    Raises:
        NotFound: If there is none.
    """
    row = session.get(FacilityRow, facility_id, populate_existing=True)
    if row is None:
        raise NotFound(f"no facility is called {facility_id!r}")
    return Facility(row.id, row.name, row.kind)


def listed(session: Session) -> list[Facility]:
    """Every facility, by name."""
    rows = session.scalars(select(FacilityRow).order_by(FacilityRow.id))
    return [Facility(row.id, row.name, row.kind) for row in rows]


def rigs_of(session: Session, facility_id: str) -> list[str]:
    """The rigs that belong to a facility, by name."""
    row = FacilityRigRow
    query = select(row.rig_id).where(row.facility_id == facility_id).order_by(row.rig_id)
    return list(session.scalars(query))


def place_if_nowhere(session: Session, rig_id: str, facility_id: str) -> None:
    """The same as `place` for a rig of which nobody said where it belongs; another one stays.

    Raises:
        NotFound: If there is no such rig or facility.
    """
    get(session, facility_id)
    rigs.lock(session, rig_id)
    if session.get(FacilityRigRow, rig_id, populate_existing=True) is None:
        place(session, rig_id, facility_id)


def place(session: Session, rig_id: str, facility_id: str) -> None:
    """Say to which facility a rig belongs; it belongs to one at most.

    Raises:
        NotFound: If there is no such rig or facility.
    """
    get(session, facility_id)
    rigs.lock(session, rig_id)
    session.merge(FacilityRigRow(rig_id=rig_id, facility_id=facility_id))
    session.flush()
