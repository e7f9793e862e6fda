"""How an asset of rig-days publishes: one partition after the other, each reported once committed.

A run may hold many rig-days. Each is committed on its own and its materialization logged at once,
so that a run that is killed leaves exactly the finished rig-days green. A rig-day with a partition
fault is held: its table keeps the old version, no materialization is logged, the asset's check
fails, and the other rig-days of the run go on. Where nothing is left to go on with, the run fails.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from inspect import getdoc
from typing import TYPE_CHECKING

import dagster as dg
from dagster._core.definitions.source_asset import SYSTEM_METADATA_KEY_SOURCE_ASSET_OBSERVATION

from idrill.errors import PartitionFault
from idrill_assets.partitions import MANY_PER_RUN, RIG_DAYS, RigDay
from idrill_assets.resources import Platform

if TYPE_CHECKING:
    from idrill.store.lake import Written

CHECK = "rig_days_are_sound"

ALREADY_REPORTED: Mapping[str, bool] = {SYSTEM_METADATA_KEY_SOURCE_ASSET_OBSERVATION: True}
"""Metadata by which Dagster knows that the body logged its own events, and adds none for the whole
range. The key is internal to Dagster: a test holds it to this meaning."""


@dataclass(frozen=True, slots=True)
class Published:
    """One committed partition, and what to show beside it."""

    written: "Written"
    metadata: Mapping[str, dg.MetadataValue | str | int | float] = field(default_factory=dict)


Event = dg.AssetCheckResult | dg.MaterializeResult[None]
"""What an asset tells Dagster once its rig-days are through."""

Work = Callable[[Platform, RigDay], Published]
"""Reads, makes one library call and commits one rig-day."""


def rig_day_asset(
    *,
    group: str,
    kinds: Sequence[str] = ("deltalake", "polars"),
    deps: Sequence[dg.AssetsDefinition | dg.AssetDep] = (),
    code_version: str = "1",
) -> Callable[[Work], dg.AssetsDefinition]:
    """An asset that writes a lake table, a partition per rig and day.

    The decorated function is called as the table is; it gives the asset name and description.

    Args:
        group: Stage of the graph.
        kinds: What the asset is made with.
        deps: The assets it reads.
        code_version: Changes when the same input would give another table.
    """

    def decorate(work: Work) -> dg.AssetsDefinition:
        @dg.asset(
            name=work.__name__,
            description=getdoc(work),
            group_name=group,
            kinds=set(kinds),
            deps=deps,
            partitions_def=RIG_DAYS,
            backfill_policy=MANY_PER_RUN,
            code_version=code_version,
            check_specs=[
                dg.AssetCheckSpec(
                    CHECK,
                    asset=work.__name__,
                    description="Each rig-day of the run was published.",
                )
            ],
        )
        def asset(
            context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
        ) -> Iterator[Event]:
            yield from _publish_each(context, platform, work)

        return asset

    return decorate


def require_released(platform: Platform, rig_day: RigDay) -> None:
    """See that a rig-day is not held, so that what stands upstream may be built upon.

    Raises:
        PartitionFault: If it is held.
    """
    from idrill.store import rig_days

    with platform.database.session() as session:
        states = rig_days.between(session, rig_day.rig_id, rig_day.day, rig_day.day)
    for state in states:
        if state.state is rig_days.State.HELD:
            raise PartitionFault(state.reason or "it is held")


def plotted(figures: Mapping[str, float | int]) -> dict[str, float | int]:
    """Those of the figures that can be plotted over time and say something: moves of nothing go."""
    return {
        name: figure
        for name, figure in figures.items()
        if math.isfinite(figure) and (figure or not name.startswith("move/"))
    }


def _publish_each(
    context: dg.AssetExecutionContext, platform: Platform, work: Work
) -> Iterator[Event]:
    from idrill.store.locks import rig_lock

    keys = [RigDay.of(str(key)) for key in context.partition_keys]
    held: dict[str, str] = {}
    for rig_day in keys:
        try:
            with rig_lock(platform.lake.folder, rig_day.rig_id, platform.database):
                published = work(platform, rig_day)
        except PartitionFault as fault:
            held[str(rig_day.key)] = str(fault)
            _hold(platform, rig_day, fault)
            context.log.warning("%s is held: %s", rig_day.key, fault)
        else:
            context.log_event(_materialization(context, rig_day, published))
            if platform.heard:
                platform.heard(work.__name__, rig_day.rig_id, rig_day.day)
    yield _verdict(keys, held)
    if len(held) == len(keys):
        raise dg.Failure("; ".join(f"{key} is held: {reason}" for key, reason in held.items()))
    yield dg.MaterializeResult(metadata=ALREADY_REPORTED)


def _hold(platform: Platform, rig_day: RigDay, fault: PartitionFault) -> None:
    from idrill.store import handovers, rig_days

    with platform.database.session() as session:
        version = handovers.tried_version(session, rig_day.rig_id, rig_day.day)
        rig_days.hold(session, rig_day.rig_id, rig_day.day, version=version, reason=str(fault))


def _verdict(keys: Sequence[RigDay], held: Mapping[str, str]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=CHECK,
        passed=not held,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"published": len(keys) - len(held), "held": dg.MetadataValue.json(held)},
    )


def _materialization(
    context: dg.AssetExecutionContext, rig_day: RigDay, published: Published
) -> dg.AssetMaterialization:
    written = published.written
    return dg.AssetMaterialization(
        asset_key=context.asset_key,
        partition=rig_day.key,
        tags={"dagster/data_version": written.content_hash},
        metadata={
            "dagster/row_count": written.rows,
            "table": context.asset_key.to_user_string(),
            "table version": written.version,
            "written anew": written.written,
            **published.metadata,
        },
    )
