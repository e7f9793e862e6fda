"""Calibrations of a rig's sensors: what was proposed, what became of it, who said so and why.

Rows are only ever added: the last version of a calibration is what counts. What the reconciliation
proposes is entered once; a person approves or rejects it, and may withdraw what was approved.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from idrill.dvr.calibration import Approval, Calibration, moved
from idrill.errors import NotFound
from idrill.store import rigs
from idrill.store.orm import CalibrationRow, CalibrationVersionRow

PROPOSER = "reconciliation"
"""Who proposes."""

SAME_FAULT = timedelta(hours=1)
"""Proposals for a channel that start no further apart are about the same fault."""


@dataclass(frozen=True, slots=True)
class CalibrationVersion:
    """What was last said of a calibration, or at some time before."""

    id: int
    rig_id: str
    number: int
    """Counts what was said of it, from 1."""
    state: Approval
    day: date
    """The rig-day that proposed it last."""
    calibration: Calibration
    by: str
    note: str
    at: datetime


def propose(
    session: Session, rig_id: str, day: date, proposals: Iterable[Calibration]
) -> list[CalibrationVersion]:
    """Enter what a rig-day proposes, in place of what it proposed before.

    What is known already is not entered again, and what was rejected is not asked again.

    Returns:
        What was entered.

    Raises:
        NotFound: If there is no such rig.
    """
    rigs.lock(session, rig_id)
    known = of_rig(session, rig_id)
    entered: list[CalibrationVersion] = []
    meant: set[int] = set()
    for proposal in proposals:
        same = _same(known, proposal)
        if same is None:
            entered.append(_begin(session, rig_id, day, proposal))
            continue
        meant.add(same.id)
        if _is_news(same, proposal, day):
            entered.append(_add(session, same, Approval.PROPOSED, PROPOSER, "", day, proposal))
    for one in known:
        if one.day == day and one.state is Approval.PROPOSED and one.id not in meant:
            note = f"no longer proposed by {day}"
            _add(session, one, moved(one.state, Approval.LAPSED), PROPOSER, note, day)
    session.flush()
    return entered


def decide(
    session: Session, calibration_id: int, to: Approval, *, by: str, note: str
) -> CalibrationVersion:
    """Enter what a person says of a calibration.

    Raises:
        NotFound: If there is no such calibration.
        IllegalMove: If it cannot become that.
    """
    rigs.lock(session, get(session, calibration_id).rig_id)
    current = get(session, calibration_id)
    return _add(session, current, moved(current.state, to), by, note, current.day)


def get(session: Session, calibration_id: int) -> CalibrationVersion:
    """What was last said of a calibration.

    Raises:
        NotFound: If there is no such calibration.
    """
    said = audit(session, calibration_id)
    return said[-1]


def audit(session: Session, calibration_id: int) -> list[CalibrationVersion]:
    """All that was ever said of a calibration, oldest first.

    Raises:
        NotFound: If there is no such calibration.
    """
    found = _found(session, CalibrationRow.id == calibration_id)
    if not found:
        raise NotFound(
            f"no calibration has the number {calibration_id}: idrill dvr calibrations RIG"
        )
    return found


def of_rig(session: Session, rig_id: str) -> list[CalibrationVersion]:
    """What was last said of each calibration of a rig, by number."""
    newest = {one.id: one for one in _found(session, CalibrationRow.rig_id == rig_id)}
    return [newest[id_] for id_ in sorted(newest)]


def audit_of_rig(session: Session, rig_id: str) -> list[CalibrationVersion]:
    """All that was ever said of the calibrations of a rig, by calibration, oldest first."""
    return _found(session, CalibrationRow.rig_id == rig_id)


def approved(session: Session, rig_id: str) -> list[CalibrationVersion]:
    """The calibrations that are applied to a rig, in the order in which they are."""
    return [one for one in of_rig(session, rig_id) if one.state is Approval.APPROVED]


def within(
    applied: Sequence[CalibrationVersion], start: datetime, end: datetime
) -> list[CalibrationVersion]:
    """Those of the calibrations that apply to any instant from `start` until before `end`."""
    return [
        one
        for one in applied
        if one.calibration.start < end
        and (one.calibration.end is None or one.calibration.end > start)
    ]


def version(applied: Sequence[CalibrationVersion]) -> str:
    """Hash of what calibrations do; "" where there are none."""
    if not applied:
        return ""
    told = [(one.id, *_effect(one.calibration)) for one in applied]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _same(known: Iterable[CalibrationVersion], proposal: Calibration) -> CalibrationVersion | None:
    """The calibration that was proposed for the same fault before; none that is applied already."""
    near = [
        (abs(one.calibration.start - proposal.start), one)
        for one in known
        if one.calibration.channel == proposal.channel and one.state is not Approval.APPROVED
    ]
    found = min(near, key=lambda pair: pair[0], default=None)
    return found[1] if found and found[0] <= SAME_FAULT else None


def _is_news(same: CalibrationVersion, proposal: Calibration, day: date) -> bool:
    if same.state is Approval.PROPOSED:
        return day >= same.day and _effect(same.calibration) != _effect(proposal)
    return same.state is not Approval.REJECTED


def _effect(calibration: Calibration) -> tuple[object, ...]:
    end = calibration.end and calibration.end.isoformat()
    start = calibration.start.isoformat()
    return calibration.channel, start, end, calibration.gain, calibration.offset, calibration.sd


def _begin(session: Session, rig_id: str, day: date, proposal: Calibration) -> CalibrationVersion:
    row = CalibrationRow(rig_id=rig_id, channel=proposal.channel)
    session.add(row)
    session.flush()
    version = _row(row.id, 1, Approval.PROPOSED, PROPOSER, "", day, proposal)
    session.add(version)
    session.flush()
    return _version(version, row)


def _add(
    session: Session,
    current: CalibrationVersion,
    state: Approval,
    by: str,
    note: str,
    day: date,
    calibration: Calibration | None = None,
) -> CalibrationVersion:
    said = calibration or current.calibration
    version = _row(current.id, current.number + 1, state, by, note, day, said)
    session.add(version)
    session.flush()
    return _version(version, session.get_one(CalibrationRow, current.id))


def _row(
    calibration_id: int,
    number: int,
    state: Approval,
    by: str,
    note: str,
    day: date,
    said: Calibration,
) -> CalibrationVersionRow:
    return CalibrationVersionRow(
        calibration_id=calibration_id,
        number=number,
        state=state.value,
        day=day,
        start=said.start,
        end=said.end,
        gain=said.gain,
        offset=said.offset,
        sd=said.sd,
        reason=said.reason,
        by=by,
        note=note,
        at=datetime.now(UTC),
    )


def _found(session: Session, which: ColumnElement[bool]) -> list[CalibrationVersion]:
    query = (
        select(CalibrationVersionRow, CalibrationRow)
        .join(CalibrationRow, CalibrationRow.id == CalibrationVersionRow.calibration_id)
        .where(which)
        .order_by(CalibrationRow.id, CalibrationVersionRow.number)
    )
    rows = session.execute(query, execution_options={"populate_existing": True})
    return [_version(version, row) for version, row in rows]


def _version(version: CalibrationVersionRow, row: CalibrationRow) -> CalibrationVersion:
    return CalibrationVersion(
        id=row.id,
        rig_id=row.rig_id,
        number=version.number,
        state=Approval(version.state),
        day=version.day,
        calibration=Calibration(
            row.channel,
            version.start,
            version.end,
            gain=version.gain,
            offset=version.offset,
            sd=version.sd,
            reason=version.reason,
        ),
        by=version.by,
        note=version.note,
        at=version.at,
    )
