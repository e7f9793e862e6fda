"""How scoring is, as the service says it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from idrill.store import live_scoring
from idrill.store.database import Database
from idrill.store.live_scoring import Scoring
from idrill_serving.schemas.health import Condition, ScoringFault, ScoringHealth

SLOW = timedelta(seconds=60)
"""Verdicts that come later are behind; they wait for a quarter of a minute anyway."""


def told(database: Database, sees: Callable[[str], bool], *, in_full: bool) -> ScoringHealth:
    """Who scores, and how far behind.

    Args:
        database: The store.
        sees: Whether a rig may be told of.
        in_full: Whether why something failed may be told.

    Raises:
        StoreError: If the store is away.
    """
    found = _status(database)
    return ScoringHealth(
        holder=found.holder,
        since=found.since,
        seen_at=found.seen_at,
        note=found.note,
        waiting=found.waiting,
        lag=found.lag.total_seconds(),
        faults=[
            ScoringFault(
                rig_id=one.rig_id,
                attempts=one.attempts,
                at=one.at,
                detail=one.detail if in_full else None,
            )
            for one in found.faults
            if sees(one.rig_id)
        ],
    )


def probed(database: Database) -> tuple[Condition, str]:
    """Whether what comes in is scored.

    Raises:
        StoreError: If the store is away.
    """
    found = _status(database)
    if found.faults:
        return Condition.DEGRADED, f"{len(found.faults)} rigs cannot be scored: see health/stream"
    if found.holder is None and found.waiting:
        return Condition.DEGRADED, "nobody scores what comes in: run idrill work"
    if found.lag > SLOW:
        return Condition.DEGRADED, f"scoring is {found.lag.total_seconds():.0f} s behind"
    if found.holder is None:
        return Condition.OK, "nothing waits to be scored"
    return Condition.OK, f"{found.holder} scores" + (f"; {found.note}" if found.note else "")


def _status(database: Database) -> Scoring:
    with database.session() as session:
        return live_scoring.status(session, datetime.now(UTC))
