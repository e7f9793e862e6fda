"""Validators of live rows that go on where one stopped, from what the store kept."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
from sqlalchemy.orm import Session

from idrill import frame as frames
from idrill.activity import ActivityThresholds
from idrill.dvr.activities import came_late
from idrill.dvr.stepping import LONG_AGO, Memory, Validator
from idrill.dvr.tracks import HISTORY
from idrill.frame import Quality, channels_in, quality_of
from idrill.store import live_readings, states
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.live_days import ONE_DAY
from idrill.store.live_readings import LiveRig, midnight
from idrill.store.live_verdicts import INSTANT, judged_between
from idrill.store.tables import THRESHOLDS


def begun(lake: Lake, rig_id: str, day: date) -> Validator:
    """A validator of a rig that was not validated live before.

    Args:
        lake: Knows the limits between activities that the days before left.
        rig_id: The rig.
        day: Of its first row.
    """
    learned = states.left_to(lake, rig_id, day, THRESHOLDS)
    return Validator(ActivityThresholds.from_json(learned) if learned else None)


def resumed(
    database: Database, session: Session, rig: LiveRig, state: Mapping[str, Any]
) -> Validator:
    """A validator that goes on from a state, as `state_of` gave it.

    Args:
        database: Is asked for the rows of the day when that is over.
        session: Of the same store.
        rig: As it is now.
        state: Of the validator before.
    """
    memory = _memory(state)
    before = max(memory.judged_to, LONG_AGO) + INSTANT
    judged = judged_between(session, rig, memory.judged_to - HISTORY, before)
    rows = _before_validation(judged)
    if memory.waiting:
        end = max(memory.waiting) + INSTANT
        coming = live_readings.between(session, rig, memory.waiting[0], end)
        waiting = coming.filter(pl.col("time").is_in(memory.waiting)).drop("revision")
        rows = pl.concat([rows, waiting], how="diagonal")

    def earlier() -> pl.DataFrame:
        if memory.day == date.min:
            return frames.empty()
        with database.session() as later:
            end = min(before, midnight(memory.day) + ONE_DAY)
            today = judged_between(later, rig, midnight(memory.day), end)
        return today.filter(~came_late(today))

    return Validator.resumed(memory, rows, earlier)


def state_of(validator: Validator) -> dict[str, object]:
    """What the store keeps of a validator, as plain JSON."""
    memory = validator.memory
    return {
        "since": memory.since and memory.since.isoformat(),
        "settled_to": memory.settled_to.isoformat(),
        "judged_to": memory.judged_to.isoformat(),
        "day": memory.day.isoformat(),
        "thresholds": memory.thresholds.as_json(),
        "channels": list(memory.channels),
        "waiting": [one.isoformat() for one in memory.waiting],
        "late": [one.isoformat() for one in memory.late],
    }


def _memory(state: Mapping[str, Any]) -> Memory:
    return Memory(
        since=_instant(state["since"]) if state["since"] else None,
        settled_to=_instant(state["settled_to"]),
        judged_to=_instant(state["judged_to"]),
        day=date.fromisoformat(state["day"]),
        thresholds=ActivityThresholds.from_json(state["thresholds"]),
        channels=tuple(state["channels"]),
        waiting=tuple(map(_instant, state["waiting"])),
        late=tuple(map(_instant, state["late"])),
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _before_validation(judged: pl.DataFrame) -> pl.DataFrame:
    """Judged rows as they came: of their bits only that they were late."""
    late = (pl.col(quality_of(name)) & int(Quality.LATE) for name in channels_in(judged.columns))
    return judged.drop("activity").with_columns(late)
