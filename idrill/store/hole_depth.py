"""How deep the hole of a rig is, as far as its live readings tell."""

from datetime import datetime

from sqlalchemy.orm import Session

from idrill.store import latest_readings, live_readings


def measured(session: Session, rig_id: str, at: datetime) -> float | None:
    """The depth of the hole that a rig drills [m].

    Args:
        session: Of the store.
        rig_id: Which rig.
        at: Now.

    Returns:
        None where nothing usable was told of it within `latest_readings.WINDOW`.
    """
    rig = live_readings.mark_of(session, rig_id)
    if rig is None:
        return None
    for reading in latest_readings.latest(session, rig).readings:
        recent = abs(at - reading.time) <= latest_readings.WINDOW
        if reading.channel == "hole_depth" and reading.usable and recent:
            return reading.value
    return None
