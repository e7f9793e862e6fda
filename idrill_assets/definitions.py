"""The code location: every asset, check, job, sensor and schedule, with its resources.

Every run, tick and server of Dagster loads it, so what is slow to import (tables, databases,
pictures, expectations) is imported in the bodies that use it.
"""

from datetime import UTC, datetime

import dagster as dg

from idrill.settings import TELEMETRY_OFF, export, load_settings
from idrill.store.census import count_rigs, require_few
from idrill_assets import defs as stages
from idrill_assets.defs.automation import depth_job, inbox, large_file, morning, rig_day_job
from idrill_assets.defs.closing import closing
from idrill_assets.defs.data_docs import data_docs, nightly
from idrill_assets.defs.failures import failed_runs
from idrill_assets.defs.maintenance import daily_plan, maintenance_plan, plan_requests
from idrill_assets.defs.prognosis import daily_prognoses, prognoses, rul_training
from idrill_assets.resources import build_resources


@dg.definitions
def definitions() -> dg.Definitions:
    """The lineage graph of this deployment.

    Raises:
        SettingsError: If a setting makes no sense, or makes too many partitions.
    """
    export(TELEMETRY_OFF)
    settings = load_settings()
    resources = build_resources(settings)
    require_few(settings.first_day, datetime.now(UTC).date(), count_rigs(settings.store_url))
    return dg.Definitions(
        assets=dg.load_assets_from_package_module(stages),
        jobs=[
            rig_day_job,
            depth_job,
            large_file,
            data_docs,
            rul_training,
            prognoses,
            maintenance_plan,
        ],
        sensors=[inbox, closing, failed_runs, plan_requests],
        schedules=[morning, nightly, daily_prognoses, daily_plan],
        resources=resources,
    )
