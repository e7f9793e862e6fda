"""How much alarms ask of those who answer them."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from idrill.errors import InvalidRequest
from idrill.store import alert_figures
from idrill_serving.dependencies import PlatformDependency, RigsWanted
from idrill_serving.doors import ClosedRoute
from idrill_serving.schemas.alert_figures import (
    AlarmFigures,
    FrequentAlarm,
    OperatorFigures,
    RigFigures,
    StandingFigures,
)
from idrill_serving.schemas.fields import Instant

router = APIRouter(
    prefix="/api/v1/maintenance/alert-figures", tags=["maintenance"], route_class=ClosedRoute
)

LONGEST = timedelta(days=92)
USUAL = timedelta(days=7)

Since = Annotated[
    Instant | None, Query(description="7 days before `until`.", examples=["2024-03-01T00:00:00Z"])
]
Until = Annotated[
    Instant | None, Query(description="Not included; now.", examples=["2024-03-08T00:00:00Z"])
]


@router.get("")
def show_alert_figures(
    platform: PlatformDependency, rigs: RigsWanted, since: Since = None, until: Until = None
) -> AlarmFigures:
    """Alarms per hour and day by rig and operator, standing, stale, chattering, most frequent."""
    now = datetime.now(UTC)
    last = until or now
    first = since or last - USUAL
    if not timedelta() < last - first <= LONGEST:
        raise InvalidRequest(f"since comes before until, by at most {LONGEST.days} days")
    with platform.database.session() as session:
        rates = alert_figures.rates(session, rigs, first, last)
        standing = alert_figures.standing(session, rigs, now)
    return AlarmFigures(
        since=first,
        until=last,
        count=rates.count,
        priorities=dict(rates.priorities),
        rigs=[RigFigures.model_validate(one) for one in rates.rigs],
        operators=[OperatorFigures.model_validate(one) for one in rates.operators],
        frequent=[FrequentAlarm.model_validate(one) for one in rates.frequent],
        chattering=rates.chattering,
        standing=StandingFigures.model_validate(standing),
    )
