"""Pages about what was expected of the last rig-days, built every night."""

from datetime import UTC, date, datetime, timedelta

import dagster as dg

from idrill_assets.partitions import RigDay
from idrill_assets.resources import Platform

SHOWN = timedelta(days=7)
"""How far back the rig-days of the pages lie."""


@dg.op
def write_data_docs(context: dg.OpExecutionContext, platform: dg.ResourceParam[Platform]) -> None:
    """Check the reconciled rig-days of the last days again, and write a page about each."""
    from idrill.expectations.data_docs import build_data_docs
    from idrill.store.tables import RECONCILED

    since = (datetime.now(UTC) - SHOWN).date()
    places = platform.lake.partitions(RECONCILED)
    known = [RigDay(str(one["rig_id"]), date.fromisoformat(str(one["day"]))) for one in places]
    shown = [rig_day for rig_day in known if rig_day.day >= since]
    page = build_data_docs(
        platform.settings.home / "data_docs",
        ((each.rig_id, each.day, platform.lake.read(RECONCILED, each.lake)) for each in shown),
    )
    context.log.info("%d rig-days: %s", len(shown), page.as_uri())
    context.add_output_metadata({"page": dg.MetadataValue.url(page.as_uri())})


@dg.job(
    executor_def=dg.in_process_executor,
    description="Data Docs of the last rig-days, in the folder data_docs of the home.",
)
def data_docs() -> None:
    """What was expected of the last rig-days, and what was found."""
    write_data_docs()


nightly = dg.ScheduleDefinition(
    name="nightly",
    job=data_docs,
    cron_schedule="45 4 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Writes the Data Docs of the last days anew.",
)
