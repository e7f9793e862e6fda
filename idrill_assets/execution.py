"""Running the graph in this process: what `idrill ingest`, `idrill backfill` and the demo do.

Runs are entered in the Dagster instance like any other, so the UI shows them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache

import dagster as dg

from idrill.settings import Settings
from idrill.store import rig_days
from idrill.store.census import count_rigs, require_few
from idrill_assets.definitions import definitions
from idrill_assets.defs.automation import depth_job, rig_day_job
from idrill_assets.defs.prognosis import rul_training
from idrill_assets.home import enter_home
from idrill_assets.partitions import FIRST_DAY, RigDay, stretches
from idrill_assets.resources import Platform, build_platform

QUIET: Mapping[str, object] = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}

RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one run ended."""

    keys: tuple[str, ...]
    run_id: str
    error: str | None
    """What went wrong, in one line; None if nothing did."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """A Dagster instance and the platform it works on."""

    instance: dg.DagsterInstance
    platform: Platform

    def materialize_days(
        self, wanted: Iterable[RigDay], heard: Callable[[str, str, date], None]
    ) -> Iterator[Outcome]:
        """Materialize rig-days, a run per stretch of consecutive days.

        Days that were published and are stale afterwards, because what the day before left to them
        has changed, follow: each time twice as many at once, since what they leave changes too.

        Args:
            wanted: The rig-days.
            heard: Called with table, rig and day after each commit.
        """
        due, tried, most = sorted(set(wanted)), set[RigDay](), 1
        finished = self._published({rig_day.rig_id for rig_day in due})
        while due:
            for stretch in stretches(due):
                yield self._run_stretch(stretch, heard)
            tried.update(due)
            rest = [rig_day for rig_day in finished if rig_day not in tried]
            due, most = self._followers(rest, most), 2 * most

    def _run_stretch(
        self, stretch: list[RigDay], heard: Callable[[str, str, date], None]
    ) -> Outcome:
        self._make_known("rig", stretch[0].rig_id)
        tags = {RANGE_START: str(stretch[0].key), RANGE_END: str(stretch[-1].key)}
        keys = tuple(str(rig_day.key) for rig_day in stretch)
        return self._run(rig_day_job.name, keys, replace(self.platform, heard=heard), tags=tags)

    def _make_known(self, dimension: str, key: str) -> None:
        """Add a partition key; one process at a time, as Dagster fails if another was faster."""
        from idrill.store.locks import rig_lock

        with rig_lock(self.platform.lake.folder, f"{dimension} keys", self.platform.database):
            self.instance.add_dynamic_partitions(dimension, [key])

    def _published(self, rigs: Iterable[str]) -> list[RigDay]:
        """The published days of rigs, by rig and day."""
        with self.platform.database.session() as session:
            return [
                RigDay(rig, known.day)
                for rig in sorted(rigs)
                for known in rig_days.between(session, rig, FIRST_DAY, date.max)
                if known.state is rig_days.State.PUBLISHED
            ]

    def _followers(self, rest: list[RigDay], most: int) -> list[RigDay]:
        """Those of `rest` that are stale now, each with the next ones up to `most` in all."""
        with self.platform.database.session() as session:
            stale = {RigDay(known.rig_id, known.day) for known in rig_days.stale(session)}
        chosen: list[RigDay] = []
        for place, rig_day in enumerate(rest):
            if rig_day in stale and rig_day not in chosen:
                following = rest[place : place + most]
                chosen += [one for one in following if one.rig_id == rig_day.rig_id]
        return sorted(set(chosen))

    def materialize_wells(self, wells: Iterable[str]) -> Iterator[Outcome]:
        """Materialize the depth logs of wells, a run per well."""
        for well in wells:
            self._make_known("well", well)
            yield self._run(depth_job.name, (well,), self.platform, partition_key=well)

    def train(
        self, component: str, config: Mapping[str, dg.Config], told: Callable[[str, int, int], None]
    ) -> Outcome:
        """Train and judge a model of a component, and release it if it passes the gate.

        Args:
            component: Whose remaining life is foreseen.
            config: Of the assets of the job, by their names.
            told: Called with what is done, so many, of so many.
        """
        platform = replace(self.platform, told=told)
        ops = {"ops": {name: {"config": dict(one)} for name, one in config.items()}}
        return self._run(
            rul_training.name, (component,), platform, partition_key=component, config=ops
        )

    def _run(
        self,
        job: str,
        keys: tuple[str, ...],
        platform: Platform,
        *,
        tags: Mapping[str, str] | None = None,
        partition_key: str | None = None,
        config: Mapping[str, object] | None = None,
    ) -> Outcome:
        result = (
            _graph()
            .resolve_job_def(job)
            .execute_in_process(
                run_config={**(config or {}), **QUIET},
                instance=self.instance,
                resources={"platform": platform},
                tags=tags,
                partition_key=partition_key,
                raise_on_error=False,
            )
        )
        return Outcome(keys, result.run_id, None if result.success else _first_error(result))


def open_workplace(settings: Settings) -> Workplace:
    """The instance and the platform of this deployment, migrated and ready.

    Raises:
        SettingsError: If a folder cannot be written, or there would be too many partitions.
        StoreError: If the database cannot be reached.
    """
    enter_home(settings)
    platform = build_platform(settings)
    platform.database.migrate()
    require_few(settings.first_day, datetime.now(UTC).date(), count_rigs(settings.store_url))
    return Workplace(dg.DagsterInstance.get(), platform)


@cache
def _graph() -> dg.Definitions:
    return definitions()


def _first_error(result: dg.ExecuteInProcessResult) -> str:
    """The message of the step that failed first, without its stack."""
    for event in result.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
            while error is not None and error.cause is not None:
                error = error.cause
            if error is not None:
                return error.message.strip()
    return "the run failed before its first step"
