"""Alerts: what somebody has to look at, and what was done about it."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from idrill.maintenance.alerts import Action, Priority, State
from idrill.maintenance.escalations import Escalation
from idrill.store import alerts, audit
from idrill.store.alerts import Alert, NewAlert
from idrill.store.audit import Actor, Change
from idrill.store.audit_actions import Action as Audited
from idrill_serving.dependencies import (
    ActorDependency,
    Before,
    Limit,
    Number,
    PlatformDependency,
    PrincipalDependency,
    RigsWanted,
    require_rig,
    require_sight,
)
from idrill_serving.doors import ClosedRoute, Principal
from idrill_serving.paging import page_of
from idrill_serving.platform import Platform
from idrill_serving.schemas.alerts import (
    AlertAnswer,
    AlertEvent,
    AlertHistory,
    AlertNote,
    AlertPage,
    AlertRequest,
    ShelfRequest,
)

router = APIRouter(prefix="/api/v1/maintenance", tags=["maintenance"], route_class=ClosedRoute)

_OPEN: list[State] = [state for state in State if state is not State.CLOSED]
_ANY = list(Priority)
_DONE = {
    Action.ACKNOWLEDGE: Audited.ALERT_ACKNOWLEDGED,
    Action.RETURN: Audited.ALERT_RETURNED,
    Action.RECUR: Audited.ALERT_RECURRED,
    Action.UNSHELVE: Audited.ALERT_UNSHELVED,
    Action.SUPPRESS: Audited.ALERT_SUPPRESSED,
    Action.UNSUPPRESS: Audited.ALERT_UNSUPPRESSED,
    Action.CLOSE: Audited.ALERT_CLOSED,
}


@router.get("/alerts")
def list_alerts(
    platform: PlatformDependency,
    rigs: RigsWanted,
    state: Annotated[list[State], Query(description="Open ones, unless told.")] = _OPEN,
    priority: Annotated[list[Priority], Query(description="Any, unless told.")] = _ANY,
    before: Before = None,
    limit: Limit = 100,
) -> AlertPage:
    """Alerts, the newest first."""
    wanted = alerts.Wanted(rigs, state, priority, before, limit + 1)
    with platform.database.session() as session:
        found = alerts.listed(session, wanted)
    page, following = page_of(found, limit)
    return AlertPage(alerts=[_answer(one) for one in page], next=following)


@router.post("/alerts", status_code=201)
def raise_alert(
    body: AlertRequest,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> AlertAnswer:
    """Tell others of something that they have to look at."""
    require_rig(principal, body.rig_id)
    steps = tuple(Escalation(60.0 * step.minutes, step.to) for step in body.escalate)
    new = NewAlert(**body.model_dump(exclude={"escalate"}), escalations=steps)
    with platform.database.session() as session:
        raised = alerts.raise_alert(session, new, by=actor.name)
        details: dict[str, object] = body.model_dump(mode="json")
        audit.record(session, actor, Change(Audited.ALERT_RAISED, f"alert {raised.id}", details))
    return _answer(raised)


@router.get("/alerts/{alert_id}")
def show_alert(
    alert_id: Number, platform: PlatformDependency, principal: PrincipalDependency
) -> AlertAnswer:
    """An alert as it stands."""
    with platform.database.session() as session:
        return _answer(_seen(principal, alerts.get(session, alert_id)))


@router.get("/alerts/{alert_id}/history")
def show_alert_history(
    alert_id: Number, platform: PlatformDependency, principal: PrincipalDependency
) -> AlertHistory:
    """All that was done to an alert, oldest first."""
    with platform.database.session() as session:
        _seen(principal, alerts.get(session, alert_id))
        events = alerts.history(session, alert_id)
    told = [AlertEvent.model_validate(one) for one in events]
    return AlertHistory(alert_id=alert_id, events=told)


@router.post("/alerts/{alert_id}/acknowledge")
def acknowledge_alert(
    alert_id: Number,
    body: AlertNote,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> AlertAnswer:
    """Say that I saw it; one whose condition is over is closed thereby."""
    return _act(platform, principal, actor, alert_id, Action.ACKNOWLEDGE, body.note)


@router.post("/alerts/{alert_id}/return")
def return_alert(
    alert_id: Number,
    body: AlertNote,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> AlertAnswer:
    """Say that its condition is over; one that was acknowledged is closed thereby."""
    return _act(platform, principal, actor, alert_id, Action.RETURN, body.note)


@router.post("/alerts/{alert_id}/recur")
def recur_alert(
    alert_id: Number,
    body: AlertNote,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> AlertAnswer:
    """Say that its condition is back."""
    return _act(platform, principal, actor, alert_id, Action.RECUR, body.note)


@router.post("/alerts/{alert_id}/shelve")
def shelve_alert(
    alert_id: Number,
    body: ShelfRequest,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> AlertAnswer:
    """Put it aside for a while; then it is unacknowledged again."""
    with platform.database.session() as session:
        _seen(principal, alerts.get(session, alert_id))
        time = timedelta(minutes=body.minutes)
        done = alerts.shelve(session, alert_id, time, by=actor.name, note=body.note)
        details: dict[str, object] = {"rig": done.told.rig_id, **body.model_dump()}
        audit.record(session, actor, Change(Audited.ALERT_SHELVED, f"alert {alert_id}", details))
    return _answer(done)


@router.post("/alerts/{alert_id}/unshelve")
def unshelve_alert(
    alert_id: Number,
    body: AlertNote,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> AlertAnswer:
    """Put it back before its time is up."""
    return _act(platform, principal, actor, alert_id, Action.UNSHELVE, body.note)


@router.post("/alerts/{alert_id}/suppress")
def suppress_alert(
    alert_id: Number,
    body: AlertNote,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> AlertAnswer:
    """Take it out of the list by design, such as for equipment that is out of service."""
    return _act(platform, principal, actor, alert_id, Action.SUPPRESS, body.note)


@router.post("/alerts/{alert_id}/unsuppress")
def unsuppress_alert(
    alert_id: Number,
    body: AlertNote,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> AlertAnswer:
    """Put it back into the list."""
    return _act(platform, principal, actor, alert_id, Action.UNSUPPRESS, body.note)


@router.post("/alerts/{alert_id}/close")
def close_alert(
    alert_id: Number,
    body: AlertNote,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> AlertAnswer:
    """Close one that was acknowledged."""
    return _act(platform, principal, actor, alert_id, Action.CLOSE, body.note)


def _act(
    platform: Platform,
    principal: Principal,
    actor: Actor,
    number: int,
    action: Action,
    note: str,
) -> AlertAnswer:
    with platform.database.session() as session:
        _seen(principal, alerts.get(session, number))
        done = alerts.act(session, number, action, by=actor.name, note=note)
        details: dict[str, object] = {"rig": done.told.rig_id, "note": note}
        audit.record(session, actor, Change(_DONE[action], f"alert {number}", details))
    return _answer(done)


def _seen(principal: Principal, found: Alert) -> Alert:
    require_sight(principal, found.told.rig_id, alerts.absent(found.id))
    return found


def _answer(alert: Alert) -> AlertAnswer:
    told, found = alert.told, alert.found
    return AlertAnswer(
        id=alert.id,
        rig_id=told.rig_id,
        equipment=told.equipment,
        component=told.component,
        channel=told.channel,
        priority=told.priority,
        message=told.message,
        raised_by=alert.raised_by,
        raised_at=alert.raised_at,
        state=alert.state,
        version=alert.version,
        shelved_until=alert.shelved_until,
        active=alert.active,
        base_priority=alert.base_priority,
        rule=found and found.rule,
        rule_version=found and found.rule_version,
        key=found.key if found else "",
        value=found and found.value,
        event_at=found and found.event_at,
        turned_at=found and found.turned_at,
    )
