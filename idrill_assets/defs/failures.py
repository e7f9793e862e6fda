"""What becomes of a run that failed: the log of the platform says so, for those without the UI."""

from collections.abc import Mapping

import dagster as dg

from idrill_assets.resources import Platform


@dg.run_failure_sensor(default_status=dg.DefaultSensorStatus.RUNNING, minimum_interval_seconds=30)
def failed_runs(context: dg.RunFailureSensorContext, platform: dg.ResourceParam[Platform]) -> None:
    """Enters each run that failed in the log of the platform, with what Dagster says of it."""
    from idrill.store import system_log
    from idrill.store.system_log import Event, Kind

    run = context.dagster_run
    said = f"{run.job_name}: {context.failure_event.message or 'it failed'}"
    event = Event(Kind.RUN_FAILED, f"run {run.run_id}", said, _rig_of(run.tags))
    with platform.database.session() as session:
        system_log.record_once(session, event)


def _rig_of(tags: Mapping[str, str]) -> str | None:
    """The rig whose days a run was about; None if it was about none."""
    rig = tags.get("dagster/partition/rig")
    if rig is None and "|" in (start := tags.get("dagster/asset_partition_range_start", "")):
        rig = start.partition("|")[2]
    return rig
