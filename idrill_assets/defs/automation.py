"""What runs by itself: the inbox is watched, every morning what is missing is asked for again."""

import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import BaseModel

from idrill_assets.defs.aggregation import (
    daily_drilling_kpis,
    daily_sensor_data,
    hourly_sensor_data,
    minute_sensor_data,
)
from idrill_assets.defs.ingestion import depth_data, raw_sensor_data
from idrill_assets.defs.quality import (
    data_quality,
    reconciled_sensor_data,
    validated_sensor_data,
)
from idrill_assets.partitions import RIGS, WELLS, RigDay, has_partition
from idrill_assets.resources import Platform

if TYPE_CHECKING:
    from idrill_assets.inbox import InboxFile

TICK_SECONDS = 40.0
"""A tick may last 60 s; what is not taken in by then waits for the next one."""

LARGE_FILE = 64 << 20
"""A file above this size [bytes] is taken in by a run of its own, not by the sensor."""

MOST_REQUESTS = 100
"""Runs asked for in one tick."""

rig_day_job = dg.define_asset_job(
    "rig_days",
    selection=[
        raw_sensor_data,
        validated_sensor_data,
        reconciled_sensor_data,
        data_quality,
        minute_sensor_data,
        hourly_sensor_data,
        daily_sensor_data,
        daily_drilling_kpis,
    ],
    executor_def=dg.in_process_executor,
    description="One rig-day, or a range of them, from its files to its daily figures.",
)

depth_job = dg.define_asset_job(
    "depth_logs",
    selection=[depth_data],
    executor_def=dg.in_process_executor,
    description="The depth-indexed logs of one well.",
)


JOBS = (rig_day_job.name, depth_job.name)


class Memory(BaseModel):
    """What the sensor remembers from one tick to the next."""

    seen: dict[str, str] = {}
    """Signature of each file of the inbox when it was last looked at."""
    asked: dict[str, str] = {}
    """Version of each partition when it was last asked for, and since when it was wanted."""

    def asked_for(self, key: str, version: str) -> bool:
        """Whether a partition was asked for in this version.

        A rig-day that ran before the day before it was there is left stale, and asked for again.
        """
        return self.asked.get(key, "").partition("@")[0] == version

    def news(self, stale: Mapping[str, str]) -> list[tuple[str, str]]:
        """What is stale in a version not asked for yet, as much as one tick may ask for."""
        new = [item for item in sorted(stale.items()) if self.asked.get(item[0]) != item[1]]
        self.asked.update(new[:MOST_REQUESTS])
        return new[:MOST_REQUESTS]


class LargeFile(dg.Config):
    """A file of the inbox that is too large for a sensor tick."""

    name: str


@dg.op
def take_in_large_file(
    context: dg.OpExecutionContext, config: LargeFile, platform: dg.ResourceParam[Platform]
) -> None:
    """Archive and read one large file; the sensor asks for its rig-days afterwards."""
    from idrill_assets.inbox import scan

    files = [file for file in scan(platform.settings.inbox_folder) if file.name == config.name]
    for file in files:
        _take_in(context, platform, file)


@dg.job(executor_def=dg.in_process_executor)
def large_file() -> None:
    """A large file of the inbox, archived and read."""
    take_in_large_file()


@dg.sensor(
    jobs=[rig_day_job, depth_job, large_file],
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def inbox(
    context: dg.SensorEvaluationContext, platform: dg.ResourceParam[Platform]
) -> dg.SensorResult | dg.SkipReason:
    """Takes in new and changed files, and asks for exactly the rig-days and wells they touch."""
    from idrill_assets.inbox import changed, misnamed, scan

    folder = platform.settings.inbox_folder
    if not folder.is_dir():
        return dg.SkipReason(f"There is no inbox at {folder}: make it, with a folder per rig.")
    memory = Memory.model_validate_json(context.cursor or "{}")
    requests: list[dg.RunRequest] = []
    for place, error in misnamed(folder):
        context.log.warning("%s is passed over: %s", place, error)
    deadline = time.monotonic() + TICK_SECONDS
    for file in changed(scan(folder), memory.seen):
        if time.monotonic() > deadline:
            break
        if file.size > LARGE_FILE:
            requests.append(_large_file_request(file))
        else:
            _take_in(context, platform, file)
        memory.seen[file.name] = file.signature
    requests += _stale_days(platform, memory)
    requests += _stale_logs(platform, memory)
    return dg.SensorResult(
        run_requests=requests,
        cursor=memory.model_dump_json(),
        dynamic_partitions_requests=_new_partitions(requests),
    )


@dg.schedule(
    job=rig_day_job,
    cron_schedule="15 6 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def morning(
    context: dg.ScheduleEvaluationContext, platform: dg.ResourceParam[Platform]
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Asks again for every rig-day that is stale, held or was never finished."""
    from idrill.store import rig_days

    with platform.database.session() as session:
        unpublished = {*rig_days.stale(session), *rig_days.held(session)}
    wanted = {state for state in unpublished if has_partition(state.day)}
    if not wanted:
        yield dg.SkipReason("Every rig-day is published.")
    for state in sorted(wanted, key=lambda state: (state.day, state.rig_id)):
        rig_day = RigDay(state.rig_id, state.day)
        yield dg.RunRequest(
            run_key=f"{rig_day.key}@{context.scheduled_execution_time:%Y-%m-%d}",
            partition_key=rig_day.key,
        )


def _take_in(
    context: dg.SensorEvaluationContext | dg.OpExecutionContext,
    platform: Platform,
    file: "InboxFile",
) -> None:
    from idrill.store.intake import Refused
    from idrill_assets.inbox import take_in

    for outcome in take_in(platform.intake, file):
        if isinstance(outcome, Refused):
            context.log.warning(str(outcome.error))
        else:
            report = outcome.reading.report
            context.log.info("%s: %d of %d rows", outcome.name, report.rows_kept, report.rows_read)


def _large_file_request(file: "InboxFile") -> dg.RunRequest:
    return dg.RunRequest(
        run_key=f"{file.name}@{file.signature}",
        job_name=large_file.name,
        run_config=dg.RunConfig(ops={"take_in_large_file": LargeFile(name=file.name)}),
    )


def _stale_days(platform: Platform, memory: Memory) -> list[dg.RunRequest]:
    """Requests for stale rig-days, each in the version that its sources amount to."""
    from idrill.store import rig_days

    with platform.database.session() as session:
        found = [day for day in rig_days.stale(session) if has_partition(day.day)]
    stale = {str(RigDay(day.rig_id, day.day).key): day for day in found}
    due = {
        key: _change(day.wanted, day.updated_at)
        for key, day in stale.items()
        if not memory.asked_for(key, day.wanted) or str(RigDay.of(key).before.key) not in stale
    }
    return [
        dg.RunRequest(
            run_key=f"{key}@{change}",
            partition_key=RigDay.of(key).key,
            job_name=rig_day_job.name,
        )
        for key, change in memory.news(due)
    ]


def _stale_logs(platform: Platform, memory: Memory) -> list[dg.RunRequest]:
    from idrill.store import well_logs

    with platform.database.session() as session:
        stale = {
            log.well_id: _change(log.wanted, log.updated_at) for log in well_logs.stale(session)
        }
    return [
        dg.RunRequest(run_key=f"{well}@{change}", partition_key=well, job_name=depth_job.name)
        for well, change in memory.news(stale)
    ]


def _change(version: str, since: datetime) -> str:
    """The version, and since when: a file may be changed back, and no run key is used twice."""
    return f"{version}@{since:%Y%m%dT%H%M%S.%f}"


def _new_partitions(requests: list[dg.RunRequest]) -> list[dg.AddDynamicPartitionsRequest]:
    keys = {job: {str(r.partition_key) for r in requests if r.job_name == job} for job in JOBS}
    rigs = sorted({RigDay.of(key).rig_id for key in keys[rig_day_job.name]})
    additions = ((RIGS, rigs), (WELLS, sorted(keys[depth_job.name])))
    return [partitions.build_add_request(names) for partitions, names in additions if names]
