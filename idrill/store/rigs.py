"""The rigs that are known, and what they are made of."""

from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from idrill.errors import NotFound, StoreError
from idrill.rigs import Equipment, EquipmentKind, Rig
from idrill.store.inserting import insert_absent
from idrill.store.orm import EquipmentRow, RigRow


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
    insert_absent(session, EquipmentRow, _equipment_values(rig))
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

    An update that changes nothing locks the row on PostgreSQL and the file on SQLite, which knows
    no `SELECT … FOR UPDATE`.

    Raises:
        NotFound: If there is no such rig.
    """
    touch = update(RigRow).where(RigRow.id == rig_id).values(retired_at=RigRow.retired_at)
    options = {"synchronize_session": False}
    if session.scalar(touch.returning(RigRow.id), execution_options=options) is None:
        raise _unknown(session, rig_id)


def _unknown(session: Session, rig_id: str) -> NotFound:
    known = session.scalars(select(RigRow.id).order_by(RigRow.id).limit(20)).all()
    return NotFound(f"no rig is called {rig_id!r}; known rigs: {', '.join(known) or 'none yet'}")


def _fill_in(row: RigRow, rig: Rig) -> None:
    if row.name == row.id:  # until told, a rig is named by its identifier
        row.name = rig.name
    row.owner = row.owner or rig.owner
    row.kind = row.kind or rig.kind
    row.block_weight = rig.block_weight if row.block_weight is None else row.block_weight


def _equipment_values(rig: Rig) -> list[dict[str, object]]:
    return [
        {"rig_id": rig.id, "name": item.id, "kind": item.kind.value, "position": position}
        for position, item in enumerate(rig.equipment)
    ]


def _rig(session: Session, row: RigRow) -> Rig:
    carried = session.scalars(
        select(EquipmentRow)
        .where(EquipmentRow.rig_id == row.id)
        .order_by(EquipmentRow.position, EquipmentRow.name)
    )
    equipment = tuple(Equipment(item.name, EquipmentKind(item.kind)) for item in carried)
    return Rig(row.id, row.name, row.synthetic, row.owner, row.kind, row.block_weight, equipment)
