"""The rigs that are known, and what they are made of."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from idrill.errors import AlreadyExists, StoreError, UnknownRig
from idrill.rigs import Equipment, EquipmentKind, FixtureKind, Rig
from idrill.store.holding import held
from idrill.store.inserting import insert_absent
from idrill.store.orm import EquipmentRow, RigRow


@dataclass(frozen=True, slots=True)
class Standing:
    """How the record of a rig stands."""

    version: int
    """Counts the changes that people made of it or its equipment, from 1."""
    retired_at: datetime | None


def create(session: Session, rig: Rig) -> Rig:
    """Enter a new rig.

    Raises:
        AlreadyExists: If there is a rig called so.
    """
    if session.get(RigRow, rig.id, populate_existing=True) is not None:
        raise AlreadyExists(f"there is a rig called {rig.id} already")
    return register(session, rig)


def register(session: Session, rig: Rig) -> Rig:
    """The rig as it is known once `rig` filled in what was unknown of it.

    Raises:
        StoreError: If the rig is known and one of them is simulated, the other not.
    """
    values = {"id": rig.id, "name": rig.name, "synthetic": rig.synthetic}
    insert_absent(session, RigRow, [values | {"created_at": datetime.now(UTC)}])
    lock(session, rig.id)
    require_kind(session, rig.id, synthetic=rig.synthetic)
    row = session.get_one(RigRow, rig.id, populate_existing=True)
    _fill_in(row, rig)
    if row.version == 1:  # afterwards it carries what a person said
        carried = [equipment_values(rig.id, *one) for one in enumerate(rig.equipment)]
        insert_absent(session, EquipmentRow, carried)
    session.flush()
    return get(session, rig.id)


def require_kind(session: Session, rig_id: str, *, synthetic: bool) -> None:
    """See that a rig, if it is known, is simulated or not as it is said to be.

    Raises:
        StoreError: If it is of the other kind.
    """
    row = session.get(RigRow, rig_id, populate_existing=True)
    if row is not None and row.synthetic != synthetic:
        known, told = ("simulated", "real") if row.synthetic else ("real", "simulated")
        raise StoreError(
            f"rig {rig_id} was created as a {known} rig and cannot become a {told} one: "
            "give the other one a rig name of its own"
        )


def get(session: Session, rig_id: str) -> Rig:
    """The rig called `rig_id`.

    Raises:
        NotFound: If there is none; the message names those there are.
    """
    row = session.get(RigRow, rig_id, populate_existing=True)
    if row is None:
        raise _unknown(session, rig_id)
    return _rig(session, row)


def standing(session: Session, rig_id: str) -> Standing:
    """How the record of a rig stands.

    Raises:
        NotFound: If there is no such rig.
    """
    row = session.get(RigRow, rig_id, populate_existing=True)
    if row is None:
        raise _unknown(session, rig_id)
    return Standing(row.version, row.retired_at)


def describe(session: Session, rig: Rig, retired_at: datetime | None) -> Rig:
    """Say anew what a rig is called, who owns it, of what kind it is, and what its block weighs.

    Args:
        session: Of the store.
        rig: With all of it; its equipment is left as it is.
        retired_at: Since when it is in use no longer.

    Raises:
        NotFound: If there is no such rig.
    """
    lock(session, rig.id)
    changed = update(RigRow).where(RigRow.id == rig.id)
    changed = changed.values(name=rig.name, owner=rig.owner, kind=rig.kind)
    session.execute(changed.values(block_weight=rig.block_weight, retired_at=retired_at))
    return get(session, rig.id)


def equipment_values(rig_id: str, position: int, item: Equipment) -> dict[str, object]:
    """The row of a piece of equipment."""
    return {
        "rig_id": rig_id,
        "name": item.id,
        "kind": item.kind.value,
        "position": position,
        "manufacturer": item.manufacturer,
        "model": item.model,
        "serial_number": item.serial_number,
    }


def all_rigs(session: Session) -> list[Rig]:
    """Every rig, retired ones included, by name."""
    rows = session.scalars(select(RigRow).order_by(RigRow.id)).all()
    return [_rig(session, row) for row in rows]


def retire(session: Session, rig_id: str, at: datetime) -> None:
    """Mark that a rig is no longer in use; its data stays.

    Raises:
        NotFound: If there is no such rig.
    """
    lock(session, rig_id)
    session.execute(update(RigRow).where(RigRow.id == rig_id).values(retired_at=at))


def lock(session: Session, rig_id: str) -> None:
    """Hold the records of a rig until the transaction ends, so that its writers take turns.

    Raises:
        NotFound: If there is no such rig.
    """
    if held(session, RigRow, rig_id) is None:
        raise _unknown(session, rig_id)


def _unknown(session: Session, rig_id: str) -> UnknownRig:
    known = session.scalars(select(RigRow.id).order_by(RigRow.id).limit(20)).all()
    return UnknownRig(rig_id, known)


def _fill_in(row: RigRow, rig: Rig) -> None:
    if row.name == row.id:  # until told, a rig is named by its identifier
        row.name = rig.name
    row.owner = row.owner or rig.owner
    row.kind = row.kind or rig.kind
    row.block_weight = rig.block_weight if row.block_weight is None else row.block_weight


def _rig(session: Session, row: RigRow) -> Rig:
    carried = session.scalars(
        select(EquipmentRow)
        .where(EquipmentRow.rig_id == row.id)
        .order_by(EquipmentRow.position, EquipmentRow.name)
    )
    equipment = tuple(_equipment(item) for item in carried)
    return Rig(row.id, row.name, row.synthetic, row.owner, row.kind, row.block_weight, equipment)


def _equipment(row: EquipmentRow) -> Equipment:
    watched = row.kind in set(EquipmentKind)
    kind = EquipmentKind(row.kind) if watched else FixtureKind(row.kind)
    return Equipment(row.name, kind, row.manufacturer, row.model, row.serial_number)
