"""The maintenance plan in the graph: every morning, when asked, and when its inputs change."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from idrill_assets.defs.rul import equipment_rul
from idrill_assets.resources import Platform

LARGEST_PICTURE = 100_000
"""Of what the metadata of a materialisation hold [bytes]."""


class Planning(dg.Config):
    """Which plan is made, and how far it reaches."""

    plan: int | None = None
    """One that was asked for; None: a new one of every rig."""
    days: float = 14.0
    effort: float = 10.0


@dg.asset(
    group_name="maintenance",
    kinds={"sql", "ortools"},
    deps=[dg.AssetDep(equipment_rul, partition_mapping=dg.AllPartitionMapping())],
    code_version="1",
)
def maintenance_schedule(
    config: Planning, platform: dg.ResourceParam[Platform]
) -> dg.MaterializeResult[None]:
    """What is done to which equipment when, proposed to people who approve it.

    One row of the `maintenance_tasks` table is one piece of work. Where no plan keeps to every
    limit the run fails and says which limit would have to give, and by how much.
    """
    from idrill.maintenance.plan_states import PlanState
    from idrill.store.maintenance_plans import Request
    from idrill.store.planning import answered, plan_now

    if config.plan is None:
        wish = {"days": config.days, "effort": config.effort}
        made = plan_now(platform.database, Request(None, wish, "the graph"))
    else:
        made = answered(platform.database, config.plan)
    if made.state in (PlanState.IMPOSSIBLE, PlanState.FAILED):
        raise dg.Failure(f"plan {made.id} is {made.state}: {made.problem}", allow_retries=False)
    return dg.MaterializeResult(
        data_version=dg.DataVersion(f"{made.id}:{made.inputs}"),
        metadata={"plan": made.id, **_figures(made.told or {}), **_picture(platform, made.told)},
    )


maintenance_plan = dg.define_asset_job(
    "maintenance_plan",
    selection=[maintenance_schedule],
    executor_def=dg.in_process_executor,
    description="The maintenance plan of every rig, or one that was asked for.",
)


@dg.schedule(
    job=maintenance_plan,
    cron_schedule="30 7 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def daily_plan(
    context: dg.ScheduleEvaluationContext, platform: dg.ResourceParam[Platform]
) -> dg.RunRequest | dg.SkipReason:
    """Plans every morning, once the prognoses of the day before are there."""
    from idrill.store import maintenance_inputs

    with platform.database.session() as session:
        if not maintenance_inputs.crews(session):
            return dg.SkipReason("No crew is known, so there is nobody to plan for.")
    return dg.RunRequest(run_key=f"plan@{context.scheduled_execution_time:%Y-%m-%d}")


@dg.sensor(
    job=maintenance_plan,
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def plan_requests(
    context: dg.SensorEvaluationContext, platform: dg.ResourceParam[Platform]
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Makes plans that were asked for and that nobody makes, and plans anew when inputs change."""
    from idrill.store import maintenance_inputs, maintenance_plans
    from idrill.store.planned_from import inputs_mark

    with platform.database.session() as session:
        late = maintenance_plans.unmade(session, datetime.now(UTC))
        mark = inputs_mark(session) if maintenance_inputs.crews(session) else ""
        planned = maintenance_plans.latest(session) is not None
    for number in late:
        config = dg.RunConfig(ops={maintenance_schedule.op.name: Planning(plan=number)})
        yield dg.RunRequest(run_key=f"plan {number}", run_config=config)
    if planned and mark and context.cursor and context.cursor != mark:
        yield dg.RunRequest(run_key=f"inputs {mark}")
    elif not late:
        yield dg.SkipReason("No plan is asked for, and what plans are made from is as it was.")
    if mark:
        context.update_cursor(mark)


def _figures(told: Any) -> dict[str, Any]:
    if not told:
        return {}
    risk, search = told["risk"], told["search"]
    return {
        "pieces of work": len(told["entries"]),
        "left alone": len(told["left_out"]),
        "expected failures": risk["failures"],
        "expected failures if nothing were done": risk["failures_if_nothing"],
        "chance of any failure": risk["any_failure"],
        "components of which nothing is known": risk["unknown"],
        "gap": search["gap"],
        "seconds": search["seconds"],
        "found": search["status"],
        "notes": "; ".join(told["notes"]) or "none",
    }


def _picture(platform: Platform, told: Any) -> dict[str, Any]:
    from idrill.maintenance.gantt import gantt
    from idrill.store.schedule import planned_bars

    if not told:
        return {}
    with platform.database.session() as session:
        bars, start, end = planned_bars(session, told)
    drawn = gantt(bars, start, end, f"Maintenance from {start:%Y-%m-%d} to {end:%Y-%m-%d}")
    coded = base64.b64encode(drawn.encode()).decode()
    if len(coded) > LARGEST_PICTURE:
        return {"schedule": f"{len(bars)} bars: too many to draw here; the service draws them"}
    return {"schedule": dg.MetadataValue.md(f"![schedule](data:image/svg+xml;base64,{coded})")}
