"""Quality of the data, and corrections of sensors, which a person decides."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

import polars as pl
from fastapi import APIRouter, Header, Path, Query
from starlette.responses import Response

from idrill.dvr.calibration import Approval
from idrill.errors import InvalidRequest, NotFound
from idrill.store import approvals, audit, calibrations, gross_errors, hourly_quality, rigs
from idrill.store.audit import Actor, Change
from idrill.store.calibrations import CalibrationVersion
from idrill.store.gross_errors import FaultKind, Place
from idrill_serving import reports
from idrill_serving.dependencies import (
    ActorDependency,
    Number,
    PlatformDependency,
    PrincipalDependency,
    RigInPath,
    RigInQuery,
)
from idrill_serving.doors import ClosedRoute, Principal
from idrill_serving.paging import parts_of, token_of
from idrill_serving.platform import Platform
from idrill_serving.representations import (
    ARROW,
    CSV,
    FORMATS,
    HTML,
    JSON,
    MARKDOWN,
    PARQUET,
    REPORTS,
    negotiated,
    represented,
)
from idrill_serving.schemas.dvr import (
    CalibrationAnswer,
    CalibrationHistory,
    CalibrationList,
    DecisionAnswer,
    DecisionRequest,
    GrossErrorPage,
    ReportAnswer,
)
from idrill_serving.schemas.sensor_data import QualityAnswer

router = APIRouter(prefix="/api/v1/dvr", tags=["dvr"], route_class=ClosedRoute)

LONGEST = 92
"""Most days of a report."""

YEARS = range(1971, 2200)
"""When anything can have been measured."""

_TEXT: dict[str, Any] = {"schema": {"type": "string"}}
_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_TABLE: dict[int | str, dict[str, Any]] = {
    200: {"model": QualityAnswer, "content": {CSV: _TEXT, PARQUET: _BINARY, ARROW: _BINARY}}
}
_PAGE: dict[int | str, dict[str, Any]] = {
    200: {
        "model": GrossErrorPage,
        "content": {CSV: _TEXT, PARQUET: _BINARY, ARROW: _BINARY},
        "headers": {"X-Next-Cursor": {"schema": {"type": "string"}}},
    }
}
_REPORT: dict[int | str, dict[str, Any]] = {
    200: {"model": ReportAnswer, "content": {MARKDOWN: _TEXT, HTML: _TEXT}}
}

First = Annotated[date, Query(examples=["2024-03-01"])]
Last = Annotated[date, Query(description="Included.", examples=["2024-03-01"])]
Accept = Annotated[str, Header(max_length=200, description=", ".join(FORMATS))]
Form = Annotated[str, Header(max_length=200, description=", ".join(REPORTS))]


@router.get("/quality", responses=_TABLE, response_class=Response)
def show_quality(
    rig_id: RigInQuery,
    first: First,
    last: Last,
    platform: PlatformDependency,
    accept: Accept = JSON,
) -> Response:
    """Usable share of each channel, and how many values got which quality bit."""
    _require_period(first, last)
    channels = hourly_quality.channel_quality(platform.lake, rig_id, first, last)
    envelope = {"rig_id": rig_id, "first": first, "last": last}
    return represented(accept, channels, envelope)


@router.get("/gross-errors", responses=_PAGE, response_class=Response)
def list_gross_errors(
    rig_id: RigInQuery,
    first: First,
    last: Last,
    platform: PlatformDependency,
    kind: Annotated[FaultKind | None, Query(description="Only of this kind.")] = None,
    cursor: Annotated[str | None, Query(max_length=400, description="`next` of a page.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    accept: Accept = JSON,
) -> Response:
    """What rig-days of a period told to be wrong with sensors or the well, the earliest first.

    Each once, as it was last told; it may have begun before the period.
    """
    _require_period(first, last)
    after = _place(cursor) if cursor else None
    found = gross_errors.gross_errors(platform.lake, rig_id, first, last, kind=kind)
    if after is not None:
        found = gross_errors.behind(found, after)
    page = found.head(limit)
    with platform.database.session() as session:
        synthetic = rigs.get(session, rig_id).synthetic
    following = _cursor(page) if found.height > limit else None
    envelope = {"rig_id": rig_id, "synthetic": synthetic, "first": first, "last": last}
    return represented(accept, page, envelope | {"next": following})


@router.get("/reports/{rig_id}/{day}", responses=_REPORT, response_class=Response)
def show_report(
    rig_id: RigInPath,
    day: Annotated[date, Path(examples=["2024-03-01"])],
    platform: PlatformDependency,
    accept: Form = JSON,
) -> Response:
    """What became of a rig-day: flagged, moved, found, to be calibrated; also as a page."""
    return reports.report_of(platform, rig_id, day, negotiated(accept, REPORTS))


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


def _require_period(first: date, last: date) -> None:
    """See that a period makes sense.

    Raises:
        InvalidRequest: If it is empty, too long, or when nothing was measured.
    """
    if first.year not in YEARS or last.year not in YEARS or not 0 <= (last - first).days < LONGEST:
        raise InvalidRequest(f"a period has 1 to {LONGEST} days, from first to last")


def _cursor(page: pl.DataFrame) -> str:
    last = gross_errors.place_of(page.row(-1, named=True))
    return token_of([last.start.isoformat(), last.kind, last.name, last.network])


def _place(cursor: str) -> Place:
    start, *rest = parts_of(cursor, 4)
    try:
        return Place(datetime.fromisoformat(start).astimezone(UTC), *rest)
    except (ValueError, OverflowError) as error:
        raise InvalidRequest("this cursor is none of ours: use `next` of an answer") from error


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
