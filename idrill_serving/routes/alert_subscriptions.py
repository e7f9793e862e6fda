"""Who is told of alerts by webhook or e-mail: everybody decides that for themselves."""

from typing import Annotated

from fastapi import APIRouter, Query

from idrill.access import Role
from idrill.errors import InvalidRequest, NotFound
from idrill.maintenance.notices import Delivery, Means
from idrill.store import alert_subscriptions, audit, notifications
from idrill.store.alert_subscriptions import NewSubscription, Subscription
from idrill.store.audit import Change
from idrill.store.audit_actions import Action
from idrill_serving.dependencies import (
    LARGEST,
    ActorDependency,
    Before,
    Limit,
    Number,
    PlatformDependency,
    PrincipalDependency,
    require_rig,
)
from idrill_serving.doors import ClosedRoute, Principal
from idrill_serving.paging import page_of
from idrill_serving.platform import Platform
from idrill_serving.schemas.alert_subscriptions import (
    NewSubscriptionAnswer,
    NotificationAnswer,
    NotificationPage,
    SubscriptionAnswer,
    SubscriptionList,
    SubscriptionRequest,
)
from idrill_serving.webhooks import checked_url

router = APIRouter(
    prefix="/api/v1/maintenance/alert-subscriptions", tags=["maintenance"], route_class=ClosedRoute
)

_ANY: list[Delivery] = list(Delivery)


@router.get("")
def list_subscriptions(
    platform: PlatformDependency,
    principal: PrincipalDependency,
    user_id: Annotated[
        int | None, Query(ge=1, le=LARGEST, description="Somebody else; for admins.")
    ] = None,
) -> SubscriptionList:
    """What I am told of."""
    whose = user_id or principal.user.id
    if whose != principal.user.id and principal.user.role is not Role.ADMIN:
        raise NotFound(f"no user that you may see has the number {whose}")
    with platform.database.session() as session:
        found = alert_subscriptions.of_owner(session, whose)
    return SubscriptionList(subscriptions=[_answer(one) for one in found])


@router.post("", status_code=201)
def subscribe(
    body: SubscriptionRequest,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> NewSubscriptionAnswer:
    """Be told of alerts; what webhooks are signed with is shown now and never again."""
    for rig_id in body.rigs:
        require_rig(principal, rig_id)
    target = _target(platform, principal, body)
    rigs = tuple(dict.fromkeys(body.rigs))
    new = NewSubscription(body.means, target, body.from_priority, rigs, body.returns)
    with platform.database.session() as session:
        made = alert_subscriptions.create(session, principal.user.id, new)
        details: dict[str, object] = {"means": new.means.value, "target": target}
        subject = f"alert subscription {made.id}"
        audit.record(session, actor, Change(Action.SUBSCRIPTION_CREATED, subject, details))
    return NewSubscriptionAnswer(**_answer(made).model_dump(), secret=made.secret)


@router.delete("/{subscription_id}", status_code=204)
def unsubscribe(
    subscription_id: Number,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> None:
    """Be told no longer; what waits is not delivered. An admin may remove any."""
    with platform.database.session() as session:
        alert_subscriptions.remove(session, subscription_id, _owner(principal))
        subject = f"alert subscription {subscription_id}"
        audit.record(session, actor, Change(Action.SUBSCRIPTION_REMOVED, subject))


@router.get("/{subscription_id}/notifications")
def list_notifications(
    subscription_id: Number,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    state: Annotated[list[Delivery], Query(description="Any, unless told.")] = _ANY,
    before: Before = None,
    limit: Limit = 100,
) -> NotificationPage:
    """What was told, waits, or was given up, the newest first."""
    with platform.database.session() as session:
        alert_subscriptions.get(session, subscription_id, _owner(principal))
        found = notifications.listed(session, subscription_id, state, before, limit + 1)
    page, following = page_of(found, limit)
    told = [NotificationAnswer.model_validate(one) for one in page]
    return NotificationPage(notifications=told, next=following)


def _owner(principal: Principal) -> int | None:
    """Whose subscriptions somebody may see; None: anybody's."""
    return None if principal.user.role is Role.ADMIN else principal.user.id


def _target(platform: Platform, principal: Principal, body: SubscriptionRequest) -> str:
    """Where it goes.

    Raises:
        InvalidRequest: If it cannot go there.
    """
    if body.means is Means.WEBHOOK:
        if body.url is None:
            raise InvalidRequest("a webhook needs a url")
        return checked_url(body.url)
    if body.url is not None:
        raise InvalidRequest("mails go to the address of your account: leave url out")
    if not platform.mail.is_set:
        raise InvalidRequest("no mail server is set (IDRILL_SMTP_URL)")
    return principal.user.email


def _answer(one: Subscription) -> SubscriptionAnswer:
    return SubscriptionAnswer(
        id=one.id,
        means=one.wanted.means,
        target=one.wanted.target,
        from_priority=one.wanted.from_priority,
        rigs=list(one.wanted.rigs),
        returns=one.wanted.returns,
        created_at=one.created_at,
    )
