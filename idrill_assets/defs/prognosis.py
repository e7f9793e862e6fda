"""Jobs about remaining life: training on request, prognoses every morning."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg

from idrill_assets.defs.rul import (
    component_histories,
    equipment_rul,
    rul_champion,
    rul_evaluation,
    rul_model,
    rul_windows,
)
from idrill_assets.partitions import RigDay
from idrill_assets.resources import Platform

rul_training = dg.define_asset_job(
    "rul_training",
    selection=[component_histories, rul_windows, rul_model, rul_evaluation, rul_champion],
    executor_def=dg.in_process_executor,
    description="A model of a component: histories, windows, training, the gate, release.",
)

prognoses = dg.define_asset_job(
    "prognoses",
    selection=[equipment_rul],
    executor_def=dg.in_process_executor,
    description="How long the components of a rig last, as known at the end of a day.",
)


@dg.schedule(
    job=prognoses,
    cron_schedule="45 6 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def daily_prognoses(
    context: dg.ScheduleEvaluationContext, platform: dg.ResourceParam[Platform]
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Asks for the prognoses of yesterday for each rig that was measured then."""
    from idrill.store import rig_days, rigs

    now = context.scheduled_execution_time
    yesterday = (now - timedelta(days=1)).date()
    with platform.database.session() as session:
        measured = [
            day.rig_id
            for rig in rigs.all_rigs(session)
            for day in rig_days.between(session, rig.id, yesterday, yesterday)
            if day.state is rig_days.State.PUBLISHED
        ]
    if not measured:
        yield dg.SkipReason(f"No rig-day of {yesterday} is published.")
    for rig_id in measured:
        key = RigDay(rig_id, yesterday).key
        yield dg.RunRequest(run_key=f"prognoses {key}@{now:%Y-%m-%d}", partition_key=key)
