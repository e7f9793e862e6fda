"""What rigs are made of and how that is connected, as people say it."""

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from idrill.errors import InUse, VersionConflict
from idrill.layouts import Layout, Link, LinkKind, Sensor
from idrill.maintenance.alerts import State as AlertState
from idrill.maintenance.tasks import OVER
from idrill.store import rigs
from idrill.store.orm import (
    AlertRow,
    ComponentLifeRow,
    EquipmentRow,
    LinkRow,
    RigRow,
    SensorRow,
    TaskRow,
)

_FRESH = {"populate_existing": True}


def get(session: Session, rig_id: str) -> Layout:
    """What a rig is made of.

    Raises:
        NotFound: If there is no such rig.
    """
    carried = rigs.get(session, rig_id).equipment
    sensors = select(SensorRow).where(SensorRow.rig_id == rig_id).order_by(SensorRow.position)
    links = select(LinkRow).where(LinkRow.rig_id == rig_id)
    return Layout(
        carried,
        tuple(
            Sensor(row.name, row.channel, row.equipment, row.component)
            for row in session.scalars(sensors, execution_options=_FRESH)
        ),
        tuple(
            Link(LinkKind(row.kind), row.source, row.target)
            for row in session.scalars(links.order_by(LinkRow.position), execution_options=_FRESH)
        ),
    )


def replace(session: Session, rig_id: str, layout: Layout, *, seen: int) -> Layout:
    """Replace what is said of a rig's equipment, its sensors and links.

    Args:
        session: Of the store.
        rig_id: Which rig.
        layout: What it is made of now.
        seen: The version of the rig that was looked at.

    Raises:
        NotFound: If there is no such rig.
        VersionConflict: If it is another version by now.
        InUse: If equipment would go, or become another, that something is recorded of.
    """
    claim(session, rig_id, seen)
    before = {item.id: item.kind for item in rigs.get(session, rig_id).equipment}
    after = {item.id: item.kind for item in layout.equipment}
    gone = [name for name, kind in before.items() if after.get(name) != kind]
    for name in gone:
        _require_idle(session, rig_id, name)
    for table in (SensorRow, LinkRow, EquipmentRow):
        session.execute(delete(table).where(table.rig_id == rig_id))
    _insert(session, rig_id, layout)
    return get(session, rig_id)


def claim(session: Session, rig_id: str, seen: int) -> None:
    """Begin a change of a rig that was looked at as version `seen`.

    Raises:
        NotFound: If there is no such rig.
        VersionConflict: If it is another version by now.
    """
    rigs.lock(session, rig_id)
    version = rigs.standing(session, rig_id).version
    if version != seen:
        raise VersionConflict(f"rig {rig_id} is at version {version} by now, not {seen}")
    session.execute(update(RigRow).where(RigRow.id == rig_id).values(version=version + 1))


def _require_idle(session: Session, rig_id: str, name: str) -> None:
    """See that nothing is recorded of a piece of equipment."""
    lives = select(ComponentLifeRow.unit).where(
        ComponentLifeRow.rig_id == rig_id, ComponentLifeRow.equipment == name
    )
    alerts = select(AlertRow.id).where(
        AlertRow.rig_id == rig_id,
        AlertRow.equipment == name,
        AlertRow.state != AlertState.CLOSED.value,
    )
    tasks = select(TaskRow.id).where(
        TaskRow.rig_id == rig_id,
        TaskRow.equipment == name,
        TaskRow.state.not_in([state.value for state in OVER]),
    )
    for what, query in (("lives", lives), ("open alerts", alerts), ("open tasks", tasks)):
        if session.execute(query.limit(1)).first() is not None:
            raise InUse(f"{name} stays on {rig_id} as it is: there are {what} of it")


def _insert(session: Session, rig_id: str, layout: Layout) -> None:
    equipment = [rigs.equipment_values(rig_id, *one) for one in enumerate(layout.equipment)]
    sensors = [
        {"rig_id": rig_id, "position": position, "name": one.name, "channel": one.channel,
         "equipment": one.equipment, "component": one.component}
        for position, one in enumerate(layout.sensors)
    ]  # fmt: skip
    links = [
        {"rig_id": rig_id, "position": position, "kind": one.kind.value,
         "source": one.source, "target": one.target}
        for position, one in enumerate(layout.links)
    ]  # fmt: skip
    for table, rows in (
        (EquipmentRow, equipment),
        (SensorRow, sensors),
        (LinkRow, links),
    ):
        if rows:
            session.execute(insert(table), rows)
