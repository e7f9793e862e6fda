"""Sensors of a rig that are switched off and on; readings of the time in between are refused."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path

from idrill.sources import controlling
from idrill.store import rigs, sensor_switches
from idrill.store.sensor_switches import Switch
from idrill_serving.dependencies import ActorDependency, PlatformDependency, RigInPath
from idrill_serving.doors import ClosedRoute
from idrill_serving.schemas.sensors import SwitchAnswer, SwitchList, SwitchRequest

router = APIRouter(prefix="/api/v1/rigs/{rig_id}/sensors", tags=["rigs"], route_class=ClosedRoute)

Channel = Annotated[str, Path(max_length=64, examples=["torque"])]


@router.get("")
def list_switches(rig_id: RigInPath, platform: PlatformDependency) -> SwitchList:
    """Which sensors of a rig are switched off, since when and why, and every switch before."""
    with platform.database.session() as session:
        rigs.get(session, rig_id)
        switches = sensor_switches.of_rig(session, rig_id)
    now = datetime.now(UTC)
    last = {one.channel: one for one in switches if one.at <= now}
    inactive = sorted(name for name, one in last.items() if not one.active)
    return SwitchList(rig_id=rig_id, inactive=inactive, switches=[_answer(one) for one in switches])


@router.post("/{channel}/deactivate")
def deactivate_sensor(
    rig_id: RigInPath,
    channel: Channel,
    body: SwitchRequest,
    platform: PlatformDependency,
    actor: ActorDependency,
) -> SwitchAnswer:
    """Refuse the readings of a sensor from an instant on; they are kept among the rejected."""
    told = _switch(channel, body, actor.name, active=False)
    with platform.database.session() as session:
        return _answer(controlling.switch(session, rig_id, told, actor))


@router.post("/{channel}/activate")
def activate_sensor(
    rig_id: RigInPath,
    channel: Channel,
    body: SwitchRequest,
    platform: PlatformDependency,
    actor: ActorDependency,
) -> SwitchAnswer:
    """Take the readings of a sensor from an instant on."""
    told = _switch(channel, body, actor.name, active=True)
    with platform.database.session() as session:
        return _answer(controlling.switch(session, rig_id, told, actor))


def _switch(channel: str, body: SwitchRequest, by: str, *, active: bool) -> Switch:
    now = datetime.now(UTC)
    return Switch(channel, (body.at or now).astimezone(UTC), active, body.reason, by, now)


def _answer(one: Switch) -> SwitchAnswer:
    return SwitchAnswer.model_validate(one)
