"""Bodies of subscriptions to alerts, and of what was told by them."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from idrill.maintenance.alerts import Priority
from idrill.maintenance.notices import Delivery, Means
from idrill_serving.schemas.fields import RigName
from idrill_serving.schemas.strict import Answer, Strict


class SubscriptionRequest(Strict):
    """What I want to be told of."""

    means: Annotated[Means, Field(examples=[Means.WEBHOOK])]
    url: Annotated[
        str | None,
        Field(
            max_length=2048,
            description="Of a webhook; mails go to the address of my account.",
            examples=["https://hooks.example/alerts"],
        ),
    ] = None
    from_priority: Priority = Priority.LOW
    rigs: Annotated[
        list[RigName],
        Field(
            default_factory=list,
            max_length=50,
            description="Empty: every rig that I see.",
            examples=[["RIG_01"]],
        ),
    ]
    returns: Annotated[bool, Field(description="Whether the end of a condition is told too.")] = (
        False
    )


class SubscriptionAnswer(Answer):
    """What I am told of."""

    id: int
    means: Means
    target: str
    from_priority: Priority
    rigs: list[str]
    returns: bool
    created_at: datetime


class NewSubscriptionAnswer(SubscriptionAnswer):
    """A new subscription, with what its webhooks are signed with, which is shown now only."""

    secret: Annotated[str, Field(description='"" for e-mail.')]


class SubscriptionList(Answer):
    """What I am told of, oldest first."""

    subscriptions: list[SubscriptionAnswer]


class NotificationAnswer(Answer):
    """A notice of a change of an alert, and how it stands."""

    id: int
    alert_id: int
    change: Annotated[int, Field(description="Number of the entry in the alert's history.")]
    state: Delivery
    attempts: int
    due_at: Annotated[datetime, Field(description="Not tried again before.")]
    error: Annotated[str, Field(description='Why the last attempt failed; "" if none did.')]
    created_at: datetime
    ended_at: datetime | None


class NotificationPage(Answer):
    """Some notices, the newest first."""

    notifications: list[NotificationAnswer]
    next: Annotated[int | None, Field(description="`before` of the next page.")]
