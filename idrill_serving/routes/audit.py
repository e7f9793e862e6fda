"""The audit trail."""

from typing import Annotated

from fastapi import APIRouter, Query

from idrill.store import audit
from idrill.store.audit import Entry
from idrill_serving.dependencies import LARGEST, PlatformDependency
from idrill_serving.doors import ClosedRoute
from idrill_serving.paging import page_of
from idrill_serving.schemas.audit import AuditPage, EntryAnswer

router = APIRouter(prefix="/api/v1/audit", tags=["audit"], route_class=ClosedRoute)


@router.get("")
def list_entries(
    platform: PlatformDependency,
    before: Annotated[int | None, Query(ge=1, le=LARGEST)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    action: Annotated[str | None, Query(max_length=100, examples=["user.changed"])] = None,
    actor: Annotated[str | None, Query(max_length=300, examples=["ada@rig.example"])] = None,
) -> AuditPage:
    """Who changed what, the newest first."""
    with platform.database.session() as session:
        found = audit.listed(
            session, before=before, limit=limit + 1, action=action, actor=actor
        )  # fmt: skip
    page, following = page_of(found, limit)
    return AuditPage(entries=[_answer(one) for one in page], next=following)


def _answer(entry: Entry) -> EntryAnswer:
    return EntryAnswer(
        id=entry.id,
        at=entry.at,
        actor=entry.actor.name,
        action=entry.change.action,
        subject=entry.change.subject,
        request_id=entry.actor.request_id,
        address=entry.actor.address,
        details=entry.change.details,
    )
