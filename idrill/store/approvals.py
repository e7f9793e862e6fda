"""What a person says of a proposed calibration, and the rig-days that have to be made anew."""

from dataclasses import dataclass
from datetime import UTC, date

from sqlalchemy.orm import Session

from idrill.dvr.calibration import Approval
from idrill.errors import StoreError
from idrill.store import calibrations, handovers, rig_days
from idrill.store.calibrations import CalibrationVersion


@dataclass(frozen=True, slots=True)
class Decision:
    """What was said, and what follows from it."""

    version: CalibrationVersion
    stale: tuple[date, ...]
    """The rig-days that are no longer what they should be; those after them may follow."""


def decide(
    session: Session, calibration_id: int, to: Approval, *, by: str, note: str = ""
) -> Decision:
    """Approve, reject or withdraw a calibration.

    Args:
        session: An open session.
        calibration_id: Its number.
        to: What it becomes.
        by: Who says so.
        note: Why.

    Raises:
        NotFound: If there is no such calibration.
        IllegalMove: If it cannot become that.
        StoreError: If nobody says so.
    """
    if not by.strip():
        raise StoreError("a calibration is decided by somebody: give a name")
    version = calibrations.decide(session, calibration_id, to, by=by.strip(), note=note.strip())
    first = version.calibration.start.astimezone(UTC).date()
    end = version.calibration.end
    last = date.max if end is None else (end + handovers.WARM_UP).date()
    days = [day.day for day in rig_days.between(session, version.rig_id, first, last)]
    wanted = rig_days.want(session, version.rig_id, days)
    stale = tuple(day.day for day in wanted if day.state is rig_days.State.STALE)
    return Decision(version, stale)
