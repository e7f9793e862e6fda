"""Runs that fail are told of outside the Dagster UI too."""

import dagster as dg
import pytest

from idrill.store import system_log
from idrill.store.system_log import Wanted
from idrill_assets.defs.failures import failed_runs
from idrill_assets.execution import Workplace


@dg.op
def break_down() -> None:
    """Fails."""
    raise ZeroDivisionError("there is nothing to divide by")


@dg.job
def broken() -> None:
    """Fails."""
    break_down()


@pytest.mark.parametrize(
    ("tags", "rig"),
    [
        ({}, None),
        ({"dagster/partition/rig": "R1"}, "R1"),
        ({"dagster/asset_partition_range_start": "2024-03-01|R2"}, "R2"),
    ],
)
def test_a_run_that_failed_stands_in_the_log_of_the_platform_once(
    workplace: Workplace, tags: dict[str, str], rig: str | None
) -> None:
    done = broken.execute_in_process(
        instance=workplace.instance, raise_on_error=False, tags=tags
    )  # fmt: skip
    context = dg.build_run_status_sensor_context(
        sensor_name="failed_runs",
        dagster_event=done.get_run_failure_event(),
        dagster_instance=workplace.instance,
        dagster_run=done.dagster_run,
        resources={"platform": workplace.platform},
    ).for_run_failure()

    for _ in range(2):
        failed_runs(context)

    with workplace.platform.database.session() as session:
        [told] = system_log.listed(session, Wanted(kind="run.failed"), 10)
    assert (told.subject, told.rig_id) == (f"run {done.run_id}", rig)
    assert told.message.startswith("broken: ")
