"""From lives of components to champions, and every day how long what is installed lasts."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import dagster as dg

from idrill.rigs import COMPONENT_KINDS
from idrill_assets.defs.aggregation import hourly_sensor_data
from idrill_assets.learning import Histories, Judging, RulTraining, Windowing
from idrill_assets.partitions import RigDay
from idrill_assets.publication import Published, rig_day_asset
from idrill_assets.resources import Platform

if TYPE_CHECKING:
    from idrill.registry.component_models import Workshop
    from idrill.store.lake import Written

COMPONENTS = dg.StaticPartitionsDefinition([kind.name for kind in COMPONENT_KINDS])

GATE = "gate"
LEAKAGE = "tells_not_too_much"

RUN_BY = "dagster"
"""Who trains, judges and releases."""

Event = dg.AssetCheckResult | dg.MaterializeResult[None]
Metadata = dict[str, dg.MetadataValue | str | int | float]


@dg.asset(
    group_name="rul",
    kinds={"deltalake", "polars"},
    partitions_def=COMPONENTS,
    deps=[dg.AssetDep(hourly_sensor_data, partition_mapping=dg.AllPartitionMapping())],
    code_version="1",
)
def component_histories(
    context: dg.AssetExecutionContext, config: Histories, platform: dg.ResourceParam[Platform]
) -> dg.MaterializeResult[None]:
    """Lives of a component, of simulated fleets and of every rig whose components are on record.

    One row is one row of a life, a step of the component's own clock: its age, what the sensors
    told in that step, and when and how the life ended. The features are those of the daily
    prognosis.
    """
    from idrill.registry.histories import made_histories
    from idrill.rul.components import framing_of
    from idrill.store.tables import COMPONENT_HISTORIES

    component = context.partition_key
    made = made_histories(
        platform.database, platform.lake, component,
        fleets=framing_of(component).fleets if config.fleets is None else config.fleets,
        rigs=config.rigs, first_seed=config.first_seed,
        heard=lambda done, of: platform.tell("simulated fleets", done, of),
    )  # fmt: skip
    written = platform.lake.write(COMPONENT_HISTORIES, {"component": component}, made.frame)
    return dg.MaterializeResult(
        data_version=dg.DataVersion(written.content_hash),
        metadata=_written(written) | dict(made.figures),
    )


@dg.asset(
    group_name="rul",
    kinds={"deltalake"},
    partitions_def=COMPONENTS,
    deps=[component_histories],
    code_version="1",
    check_specs=[
        dg.AssetCheckSpec(
            LEAKAGE,
            asset="rul_windows",
            blocking=True,
            description="One row does not tell the remaining life, nor does what is missing.",
        )
    ],
)
def rul_windows(
    context: dg.AssetExecutionContext, config: Windowing, platform: dg.ResourceParam[Platform]
) -> Iterator[Event]:
    """The windows that a model learns from, is watched by and is calibrated with.

    One row is one window: its part, the unit and the row of its life that it ends with, and what is
    known of the unit's end. No rig is in two parts. A data set that gives its target away is not
    written.
    """
    from idrill.registry.histories import cut_windows
    from idrill.store.tables import RUL_WINDOWS

    component = context.partition_key
    cut = cut_windows(platform.lake, component, config.seed)
    yield dg.AssetCheckResult(
        check_name=LEAKAGE,
        passed=not cut.leakage.findings,
        severity=dg.AssetCheckSeverity.ERROR if cut.gives_away else dg.AssetCheckSeverity.WARN,
        metadata={"findings": "; ".join(cut.leakage.findings), **cut.told},
    )
    if cut.gives_away:
        raise dg.Failure("; ".join(cut.leakage.findings))
    written = platform.lake.write(RUL_WINDOWS, {"component": component}, cut.frame)
    yield dg.MaterializeResult(
        data_version=dg.DataVersion(written.content_hash),
        metadata=_written(written) | dict(cut.figures),
    )


@dg.asset(
    group_name="rul",
    kinds={"pytorch", "mlflow", "onnx"},
    partitions_def=COMPONENTS,
    deps=[rul_windows],
    code_version="1",
)
def rul_model(
    context: dg.AssetExecutionContext, config: RulTraining, platform: dg.ResourceParam[Platform]
) -> dg.MaterializeResult[None]:
    """A candidate for a component: networks and trees of its windows, exported and registered.

    It serves nobody until `rul_evaluation` has judged it. The run, its curves and the model card
    are in MLflow. A run that was killed goes on where it was if it is launched again with the same
    settings.
    """
    from idrill.registry.candidates import train_candidate
    from idrill.registry.histories import material
    from idrill.rul.learning import Plan
    from idrill.rul.training import Training
    from idrill_assets.plots import as_markdown

    component = context.partition_key
    given = material(platform.lake, component)
    settings = Training(
        epochs=config.epochs, learning_rate=config.learning_rate,
        patience=config.patience, seed=config.seed,
    )  # fmt: skip
    if config.trials:
        platform.tell("settings tried", 0, config.trials)
    trained = train_candidate(
        _workshop(platform), given.problem, given.parts,
        Plan(config.network, config.members, settings, pairs=config.pairs), given.data,
        by=RUN_BY, trials=config.trials,
        heard_of_trials=lambda one: platform.tell("settings tried", one.number, config.trials),
        heard=lambda member, epoch, _: platform.tell(*config.told(member, epoch)),
    )  # fmt: skip
    return dg.MaterializeResult(
        data_version=dg.DataVersion(trained.registered.digest),
        metadata={
            "model": f"{trained.registered.model}/{trained.registered.version}",
            "MLflow run": trained.run_id,
            "settings": str(trained.plan),
            **{name: as_markdown(png, component) for name, png in trained.pictures.items()},
            **trained.figures,
        },
    )


@dg.asset(
    group_name="rul",
    kinds={"deltalake", "onnx"},
    partitions_def=COMPONENTS,
    deps=[rul_model],
    code_version="1",
    check_specs=[
        dg.AssetCheckSpec(
            GATE,
            asset="rul_evaluation",
            blocking=True,
            description="The candidate beats the champion and every baseline, its intervals hold.",
        )
    ],
)
def rul_evaluation(
    context: dg.AssetExecutionContext, config: Judging, platform: dg.ResourceParam[Platform]
) -> Iterator[Event]:
    """How the candidate of a component, the champion and every baseline do on lives never seen.

    One row is one answer: who gave it, to which window of which unit, and by how much it was off.
    Its check is the gate. A candidate that does not pass is refused in the ledger with the reasons,
    and the champion stays.
    """
    from idrill.registry.assessments import assessment_frame
    from idrill.registry.judging import judged_on_fresh_fleets
    from idrill.store.tables import RUL_EVALUATION
    from idrill_assets.plots import as_markdown

    component = context.partition_key
    judged = judged_on_fresh_fleets(
        _workshop(platform), component,
        fleets=config.fleets, rigs=config.rigs, first_seed=config.first_seed,
        trials=config.trials, by=RUN_BY, heard=platform.tell,
    )  # fmt: skip
    written = platform.lake.write(
        RUL_EVALUATION, {"component": component}, assessment_frame(component, judged.assessment)
    )
    pictures: Metadata = {
        name: as_markdown(png, component) for name, png in judged.pictures.items()
    }
    yield dg.MaterializeResult(
        data_version=dg.DataVersion(written.content_hash),
        metadata=_written(written) | dict(judged.figures) | pictures,
    )
    yield dg.AssetCheckResult(
        check_name=GATE,
        passed=judged.verdict.released,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"reasons": "; ".join(judged.verdict.reasons), "looks": judged.verdict.looks},
    )


@dg.asset(
    group_name="rul",
    kinds={"mlflow", "onnx"},
    partitions_def=COMPONENTS,
    deps=[rul_evaluation],
    code_version="1",
)
def rul_champion(
    context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
) -> dg.MaterializeResult[None]:
    """The model that serves a component: the judged candidate, released through the ledger.

    Released only where the champion is still the one that the candidate was judged against.
    """
    from idrill.registry.assessments import assessment_from
    from idrill.registry.releases import release
    from idrill.store.tables import RUL_EVALUATION

    found = platform.lake.read(RUL_EVALUATION, {"component": context.partition_key})
    assessment = assessment_from(found)
    shop = _workshop(platform)
    verdict = release(
        platform.database, shop.models_folder, assessment, by=RUN_BY, mlflow=shop.mlflow
    )
    if not verdict.released:
        raise dg.Failure(f"{assessment.model}/{assessment.version} is refused: {verdict.reason}")
    return dg.MaterializeResult(
        data_version=dg.DataVersion(assessment.digest),
        metadata={
            "champion": f"{assessment.model}/{assessment.version}",
            "took the place of": assessment.champion or "none",
            "shown": verdict.reason,
        },
    )


@rig_day_asset(
    group="rul",
    kinds=("onnx", "sql"),
    deps=[
        hourly_sensor_data,
        dg.AssetDep(rul_champion, partition_mapping=dg.AllPartitionMapping()),
    ],
    code_version="1",
)
def equipment_rul(platform: Platform, rig_day: RigDay) -> Published:
    """How long each installed component lasts, as known at the end of the day.

    One row of the `predictions` table is one component of one rig: quantiles of its remaining life
    in own hours, its age, the model, and whether the data under it are good, doubtful, or such
    that the prognosis is withheld.
    """
    from idrill.registry.daily_prognoses import end_of, keep_prognoses
    from idrill.registry.prognoses import Bench
    from idrill.store.predictions import PredictionSource

    bench = Bench(platform.database, platform.lake, platform.settings.models_folder)
    kept = keep_prognoses(bench, rig_day.rig_id, end_of(rig_day.day), PredictionSource.DAILY)
    return Published(kept.written, {**kept.figures, "prognoses": dg.MetadataValue.md(kept.table)})


def _written(written: "Written") -> Metadata:
    return {"dagster/row_count": written.rows, "table version": written.version}


def _workshop(platform: Platform) -> "Workshop":
    from idrill.registry.component_models import Workshop
    from idrill.registry.connection import MLflow

    settings = platform.settings
    mlflow = MLflow(settings.tracking_url, settings.artifacts_folder)
    return Workshop(
        platform.database, platform.lake, mlflow, settings.models_folder, settings.training_folder
    )
