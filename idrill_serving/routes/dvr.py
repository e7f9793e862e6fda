"""Quality of the data, and corrections of sensors, which a person decides."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from starlette.responses import Response

from idrill.dvr.calibration import Approval
from idrill.errors import InvalidRequest, NotFound
from idrill.store import approvals, audit, calibrations, hourly_quality, rigs
from idrill.store.audit import Actor, Change
from idrill.store.calibrations import CalibrationVersion
from idrill_serving.dependencies import (
    ActorDependency,
    Number,
    PlatformDependency,
    PrincipalDependency,
    RigInQuery,
)
from idrill_serving.doors import ClosedRoute, Principal
from idrill_serving.platform import Platform
from idrill_serving.representations import CSV, FORMATS, JSON, represented
from idrill_serving.schemas.dvr import (
    CalibrationAnswer,
    CalibrationHistory,
    CalibrationList,
    DecisionAnswer,
    DecisionRequest,
)
from idrill_serving.schemas.sensor_data import QualityAnswer

router = APIRouter(prefix="/api/v1/dvr", tags=["dvr"], route_class=ClosedRoute)

LONGEST = 92
"""Most days of a report."""

YEARS = range(1971, 2200)
"""When anything can have been measured."""

_TABLE: dict[int | str, dict[str, Any]] = {
    200: {"model": QualityAnswer, "content": {CSV: {"schema": {"type": "string"}}}}
}


@router.get("/quality", responses=_TABLE, response_class=Response)
def show_quality(
    rig_id: RigInQuery,
    first: Annotated[date, Query(examples=["2024-03-01"])],
    last: Annotated[date, Query(description="Included.", examples=["2024-03-01"])],
    platform: PlatformDependency,
    accept: Annotated[str, Header(max_length=200, description=", ".join(FORMATS))] = JSON,
) -> Response:
    """Usable share of each channel, and how many values got which quality bit."""
    if first.year not in YEARS or last.year not in YEARS or not 0 <= (last - first).days < LONGEST:
        raise InvalidRequest(f"a period has 1 to {LONGEST} days, from first to last")
    channels = hourly_quality.channel_quality(platform.lake, rig_id, first, last)
    envelope = {"rig_id": rig_id, "first": first, "last": last}
    return represented(accept, channels, envelope)


@router.get("/calibrations")
def list_calibrations(rig_id: RigInQuery, platform: PlatformDependency) -> CalibrationList:
    """What reconciliation proposes to correct on a rig, and what became of it."""
    with platform.database.session() as session:
        rigs.get(session, rig_id)
        found = calibrations.of_rig(session, rig_id)
    return CalibrationList(rig_id=rig_id, calibrations=[_answer(one) for one in found])


@router.get("/calibrations/{calibration_id}")
def show_calibration(
    calibration_id: Number, platform: PlatformDependency, principal: PrincipalDependency
) -> CalibrationHistory:
    """All that was ever said of a calibration, oldest first."""
    with platform.database.session() as session:
        versions = calibrations.audit(session, calibration_id)
    _require_sight(principal, versions[-1])
    return CalibrationHistory(versions=[_answer(one) for one in versions])


@router.post("/calibrations/{calibration_id}/approve")
def approve_calibration(
    calibration_id: Number,
    body: DecisionRequest,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> DecisionAnswer:
    """Apply a calibration to every rig-day from its start on."""
    return _decide(platform, principal, actor, calibration_id, Approval.APPROVED, body.note)


@router.post("/calibrations/{calibration_id}/reject")
def reject_calibration(
    calibration_id: Number,
    body: DecisionRequest,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> DecisionAnswer:
    """Refuse a proposed calibration for good."""
    return _decide(platform, principal, actor, calibration_id, Approval.REJECTED, body.note)


@router.post("/calibrations/{calibration_id}/withdraw")
def withdraw_calibration(
    calibration_id: Number,
    body: DecisionRequest,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> DecisionAnswer:
    """Apply an approved calibration no longer."""
    return _decide(platform, principal, actor, calibration_id, Approval.WITHDRAWN, body.note)


def _decide(
    platform: Platform, principal: Principal, actor: Actor, number: int, to: Approval, note: str
) -> DecisionAnswer:
    with platform.database.session() as session:
        _require_sight(principal, calibrations.get(session, number))
        done = approvals.decide(session, number, to, by=actor.name, note=note)
        details: dict[str, object] = {"rig": done.version.rig_id, "note": note}
        change = Change(f"calibration.{to}", f"calibration {number}", details)
        audit.record(session, actor, change)
    return DecisionAnswer(calibration=_answer(done.version), stale=list(done.stale))


def _require_sight(principal: Principal, version: CalibrationVersion) -> None:
    """See that somebody may know of the rig of a calibration.

    Raises:
        NotFound: If not, in the words used of one that is not there.
    """
    if not principal.user.sees(version.rig_id):
        raise NotFound(
            f"no calibration has the number {version.id}: idrill dvr calibrations RIG"
        )  # fmt: skip


def _answer(version: CalibrationVersion) -> CalibrationAnswer:
    does = version.calibration
    return CalibrationAnswer(
        id=version.id,
        rig_id=version.rig_id,
        number=version.number,
        state=version.state,
        day=version.day,
        channel=does.channel,
        start=does.start,
        end=does.end,
        gain=does.gain,
        offset=does.offset,
        sd=does.sd,
        reason=does.reason,
        by=version.by,
        note=version.note,
        at=version.at,
    )
