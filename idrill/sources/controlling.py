"""Doing what a control message says, if whoever signed it may have it done."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from idrill.access import Permission, may
from idrill.errors import (
    AccessDenied,
    InvalidMessage,
    InvalidRequest,
    NotAuthenticated,
    NotFound,
)
from idrill.readers.instants import FIRST_YEAR
from idrill.readers.posted import TOLERANCE
from idrill.rigs import Rig
from idrill.store import api_keys, audit, facilities, rigs, sensor_switches, users
from idrill.store.audit import Actor, Change
from idrill.store.audit_actions import Action
from idrill.store.facilities import Facility
from idrill.store.sensor_switches import Switch
from idrill.store.users import User
from idrill.streams import control_messages
from idrill.streams.control_messages import Order, RegisterFacility, RegisterRig, SwitchSensor


def carry_out(session: Session, body: bytes, secret: str | None) -> str:
    """Do what a message says; the same again changes nothing.

    Args:
        session: Of the store.
        body: Of the message.
        secret: Of the service; None: signatures cannot be checked.

    Returns:
        What was done, in words.

    Raises:
        InvalidMessage: If it is no control message, or is not signed.
        NotAuthenticated: If the key that signs is unknown, revoked or expired, or its owner gone.
        AccessDenied: If its owner, or the key, may not have that done.
        NotFound: If there is no such rig or facility, or the owner may not see it.
        UnknownChannel: If there is no such channel.
        Overlap: If the opposite was told of the same instant.
    """
    message = control_messages.read(body)
    if not secret:
        raise InvalidMessage(
            "control messages cannot be checked: set IDRILL_SECRET_KEY as the service has it"
        )
    user, key = _signer(session, message.key_id, secret)
    order = control_messages.order_of(message, key)
    actor = Actor(f"key {message.key_id} of {user.email}", message.message_id)
    return _carried_out(session, order, user, actor)


def signing_key_of(session: Session, key_id: int, secret: str) -> bytes:
    """The signing key of an API key.

    Raises:
        NotFound: If there is no such key.
    """
    created_at = api_keys.get(session, key_id).created_at
    return control_messages.signing_key(secret, key_id, created_at)


def switch(session: Session, rig_id: str, told: Switch, actor: Actor) -> Switch:
    """Switch a sensor off or on, and enter who did; the same again changes nothing.

    Raises:
        NotFound: If there is no such rig.
        UnknownChannel: If there is no such channel.
        InvalidRequest: If it lies in the future, or nowhere near any rig's time.
        Overlap: If the opposite was told of the same instant.
    """
    if told.at.year < FIRST_YEAR or told.at > datetime.now(UTC) + TOLERANCE:
        raise InvalidRequest(f"at: lies before {FIRST_YEAR} or in the future")
    kept = sensor_switches.tell(session, rig_id, told)
    if kept is told:
        action = Action.SENSOR_ACTIVATED if told.active else Action.SENSOR_DEACTIVATED
        details: dict[str, object] = {"at": told.at.isoformat(), "reason": told.reason}
        subject = f"rig {rig_id} {told.channel}"
        audit.record(session, actor, Change(action, subject, details))
    return kept


def _signer(session: Session, key_id: int, secret: str) -> tuple[User, bytes]:
    """Whose key signs, and its signing key."""
    try:
        key = api_keys.get(session, key_id)
    except NotFound as error:
        raise NotAuthenticated(str(error)) from None
    user = users.get(session, key.user_id)
    expired = key.expires_at <= datetime.now(UTC)
    if key.revoked_at is not None or expired or not user.active:
        raise NotAuthenticated(f"key {key_id} is revoked or expired")
    if Permission.MANAGE_RIG not in key.scopes or not may(user.role, Permission.MANAGE_RIG):
        raise AccessDenied(f"key {key_id} was not given {Permission.MANAGE_RIG}")
    return user, control_messages.signing_key(secret, key_id, key.created_at)


def _carried_out(session: Session, order: Order, user: User, actor: Actor) -> str:
    if isinstance(order, SwitchSensor):
        if not user.sees(order.rig_id):
            raise NotFound(f"no rig that {actor.name} may see is called {order.rig_id!r}")
        active = order.do == "activate_sensor"
        now = datetime.now(UTC)
        told = Switch(order.channel, order.at, active, order.reason, actor.name, now)
        switch(session, order.rig_id, told, actor)
        return f"{order.channel} of {order.rig_id} is switched {'on' if active else 'off'}"
    if user.rigs is not None:
        raise AccessDenied("a new rig or facility is entered by somebody who sees every rig")
    if isinstance(order, RegisterFacility):
        return _facility(session, order, actor)
    return _rig(session, order, actor)


def _facility(session: Session, order: RegisterFacility, actor: Actor) -> str:
    known = {one.id for one in facilities.listed(session)}
    facilities.register(session, Facility(order.facility_id, order.name, order.kind))
    if order.facility_id not in known:
        subject = f"facility {order.facility_id}"
        audit.record(session, actor, Change(Action.FACILITY_CREATED, subject))
    return f"facility {order.facility_id} is registered"


def _rig(session: Session, order: RegisterRig, actor: Actor) -> str:
    known = {one.id for one in rigs.all_rigs(session)}
    # One that is known stays of its kind; a real rig is what registers itself.
    synthetic = order.rig_id in known and rigs.get(session, order.rig_id).synthetic
    described = Rig(order.rig_id, order.name, synthetic, order.owner, order.kind)
    rigs.register(session, described)
    if order.facility_id is not None:
        facilities.place_if_nowhere(session, order.rig_id, order.facility_id)
    if order.rig_id not in known:
        audit.record(session, actor, Change(Action.RIG_CREATED, f"rig {order.rig_id}"))
    return f"rig {order.rig_id} is registered"
