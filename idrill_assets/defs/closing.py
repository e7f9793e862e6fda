"""Live days that are over become sources, and their rows leave SQL once they are published."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import dagster as dg

from idrill_assets.defs.automation import rig_day_job
from idrill_assets.partitions import RIGS, RigDay, has_partition
from idrill_assets.resources import Platform

if TYPE_CHECKING:
    from idrill.store.live_days import LiveDay

MOST_DAYS = 20
"""Rig-days closed in one tick, which may last 60 s."""


@dg.sensor(
    job=rig_day_job,
    minimum_interval_seconds=300,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def closing(
    context: dg.SensorEvaluationContext, platform: dg.ResourceParam[Platform]
) -> dg.SensorResult | dg.SkipReason:
    """Closes live days some hours after midnight, asks for them, and prunes those published."""
    from idrill.store import live_days

    pruned = _prune(platform)
    wait = timedelta(hours=platform.settings.close_after)
    with platform.database.session() as session:
        due = [
            one for one in live_days.due(session, datetime.now(UTC), wait) if has_partition(one.day)
        ]
    closed = [_close(context, platform, one) for one in due[:MOST_DAYS]]
    requests = [request for request in closed if request is not None]
    if not requests:
        return dg.SkipReason(f"No live day was closed; {pruned} rows were pruned.")
    rigs = sorted({one.rig_id for one in due[:MOST_DAYS]})
    additions = [RIGS.build_add_request(rigs)]
    return dg.SensorResult(run_requests=requests, dynamic_partitions_requests=additions)


def _close(
    context: dg.SensorEvaluationContext, platform: Platform, one: "LiveDay"
) -> dg.RunRequest | None:
    """A request for a rig-day that was closed; None, and a warning, where it cannot be."""
    from idrill.errors import SourceError
    from idrill.store import closing as store
    from idrill.store import live_days
    from idrill.store.locks import rig_lock

    try:
        with rig_lock(platform.lake.folder, one.rig_id, platform.database):
            rows = store.close(platform.rows, one)
    except SourceError as error:
        context.log.warning("%s on %s stays open: %s", one.rig_id, one.day, error)
        return None
    with platform.database.session() as session:
        watermark = live_days.watermarks(session, one.rig_id)[one.day]
    key = RigDay(one.rig_id, one.day).key
    context.log.info("%s is closed with %d rows", key, rows)
    return dg.RunRequest(run_key=f"{key}@live {watermark}", partition_key=key)


def _prune(platform: Platform) -> int:
    """How many rows left SQL: those of published days, and rejections kept for long enough."""
    from idrill.store import live_days, live_readings

    now, kept = datetime.now(UTC), timedelta(days=platform.settings.keep_rejections)
    with platform.database.session() as session:
        rejections = live_readings.prune_rejections(session, now - kept)
    with platform.database.session() as session:
        done = live_days.published(session, now)
        return rejections + sum(live_days.prune(session, one) for one in done)
