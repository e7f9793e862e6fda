"""Rules that raise alerts: who reads them, and who decides them."""

from typing import Annotated

from fastapi import APIRouter, Path

from idrill.errors import AccessDenied, NotFound
from idrill.maintenance.rules import channels_of
from idrill.store import alert_rules
from idrill.store.alert_rules import StoredRule
from idrill_serving.dependencies import (
    ActorDependency,
    PlatformDependency,
    PrincipalDependency,
    require_rig,
)
from idrill_serving.doors import ClosedRoute, Principal
from idrill_serving.schemas.alert_rules import (
    RuleAnswer,
    RuleChange,
    RuleHistory,
    RuleList,
    RuleRequest,
    RuleVersionAnswer,
)

router = APIRouter(
    prefix="/api/v1/maintenance/alert-rules", tags=["maintenance"], route_class=ClosedRoute
)

RuleName = Annotated[str, Path(max_length=64, examples=["high-pressure"])]


@router.get("")
def list_rules(platform: PlatformDependency, principal: PrincipalDependency) -> RuleList:
    """The rules of the rigs that I may see, and those of every rig."""
    with platform.database.session() as session:
        found = alert_rules.listed(session)
    return RuleList(rules=[_answer(one) for one in found if _may_see(principal, one)])


@router.post("", status_code=201)
def add_rule(
    body: RuleRequest,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> RuleAnswer:
    """Enter a rule; it is judged from the next readings on."""
    _require_scope(principal, body.rig)
    with platform.database.session() as session:
        return _answer(alert_rules.add(session, body.definition(), actor))


@router.get("/{rule}")
def show_rule(
    rule: RuleName, platform: PlatformDependency, principal: PrincipalDependency
) -> RuleAnswer:
    """A rule as it stands."""
    with platform.database.session() as session:
        return _answer(_seen(principal, alert_rules.get(session, rule)))


@router.put("/{rule}")
def change_rule(
    rule: RuleName,
    body: RuleChange,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> RuleAnswer:
    """Write a rule anew, or switch it off; alerts that it no longer covers return."""
    _require_scope(principal, body.rig)
    with platform.database.session() as session:
        _require_scope(principal, _seen(principal, alert_rules.get(session, rule)).rule.rig_id)
        definition = body.definition()
        changed = alert_rules.change(
            session, rule, definition, actor, seen=body.version, note=body.note
        )
    return _answer(changed)


@router.get("/{rule}/history")
def show_rule_history(
    rule: RuleName, platform: PlatformDependency, principal: PrincipalDependency
) -> RuleHistory:
    """Every version of a rule, the first one first."""
    with platform.database.session() as session:
        _seen(principal, alert_rules.get(session, rule))
        found = alert_rules.versions(session, rule)
    return RuleHistory(name=rule, versions=[RuleVersionAnswer.model_validate(one) for one in found])


def _may_see(principal: Principal, rule: StoredRule) -> bool:
    rig_id = rule.rule.rig_id
    return rig_id is None or principal.user.sees(rig_id)


def _seen(principal: Principal, rule: StoredRule) -> StoredRule:
    if not _may_see(principal, rule):
        raise NotFound(f"no alert rule is called {rule.name!r}")
    return rule


def _require_scope(principal: Principal, rig_id: str | None) -> None:
    """See that somebody may decide what is judged on a rig, or on every one.

    Raises:
        AccessDenied: If they do not see every rig that it is judged on.
        NotFound: If they may not know of the rig.
    """
    if rig_id is not None:
        require_rig(principal, rig_id)
    elif principal.user.rigs is not None:
        raise AccessDenied("a rule of every rig is for those who see every rig: name a rig")


def _answer(rule: StoredRule) -> RuleAnswer:
    return RuleAnswer(
        name=rule.name,
        version=rule.version,
        enabled=rule.enabled,
        definition=dict(rule.definition),
        channels=list(channels_of(rule.rule)),
        changed_by=rule.changed_by,
        changed_at=rule.changed_at,
    )
