"""From lives to a candidate: settings tried, members trained, one graph exported and registered."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version as version_of
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from idrill.registry.champions import model_name
from idrill.registry.component_models import CALIBRATED, PARITY, Workshop
from idrill.registry.models import Registered, register
from idrill.registry.releases import CLAIMED
from idrill.registry.tracker import MLflowTracker
from idrill.registry.unfinished import job_of, take_over, unfinished
from idrill.rul import pictures
from idrill.rul.card import Card, Covered, Figure, TrainingSet
from idrill.rul.coverage import resplit_coverage
from idrill.rul.export import export, parity
from idrill.rul.intervals import LEAST
from idrill.rul.learning import Heard, Learned, Parts, Plan, bounded, learn
from idrill.rul.prediction import FrozenModel
from idrill.rul.problem import Problem
from idrill.rul.search import Heard as HeardOfTrials
from idrill.rul.tuning import tune

_WHERE = {
    "validation rmse": "windows of validation rigs at all ages, own hours",
    CALIBRATED: "rigs that ran everything to failure",
    PARITY: "graph against torch on validation windows, share of the cap",
}


@dataclass(frozen=True, eq=False)
class Trained:
    """A candidate, and how it came about."""

    registered: Registered
    learned: Learned
    plan: Plan
    """With the settings that were chosen."""
    figures: Mapping[str, float]
    """On validation and calibration lives."""
    pictures: Mapping[str, bytes]
    """PNG by name: `curves`, how the members learned; `search`, how the settings were chosen."""
    run_id: str
    """Of MLflow."""


def train_candidate(
    workshop: Workshop,
    problem: Problem,
    parts: Parts,
    plan: Plan,
    data: TrainingSet,
    *,
    by: str,
    trials: int = 0,
    heard_of_trials: HeardOfTrials | None = None,
    heard: Heard | None = None,
) -> Trained:
    """Train a model of a component, export it and register it as a candidate.

    A job that was killed goes on where it was when the same one is started again: its search with
    the next trial, its members with the next epoch.

    Args:
        workshop: Where it is kept.
        problem: Of the component.
        parts: Lives to learn from, to watch and to calibrate with.
        plan: How it is trained.
        data: What the lives are, for card and run.
        by: Who trains.
        trials: Settings that are tried before members are trained, those of the plan first; 0
            takes them as they are.
        heard_of_trials: Told each trial that ended, those of a killed run first.
        heard: Told each epoch, those of a killed run first.

    Raises:
        InvalidModel: If training or export fails, or calibration units are too few.
        LakeBusy: If another process is at the same job.
        StoreError: If MLflow or the store refuse.
    """
    code, name = version_of("idrill"), plan.title
    job, drawn = job_of(problem, parts, plan, trials, data), dict[str, bytes]()
    with (
        unfinished(workshop.database, workshop.training_folder, job) as kept,
        MLflowTracker(workshop.mlflow, model_name(problem.name), name, code) as run,
    ):
        take_over(workshop.mlflow, kept, run.run_id)
        described = {"lake_version": data.lake_version, "lives": data.lives}
        run.data_set(data.name, data.digest, described)
        if trials:
            found = tune(problem, parts, plan, trials, kept / "search.db", run, heard_of_trials)
            plan, drawn["search"] = found.plan, pictures.trials(problem, found.best.tried)
        run.parameters({"network": plan.network, "sizes": repr(plan.built), "trials": trials})
        run.parameters(asdict(plan.training))
        learned = learn(problem, parts, plan, run, kept, heard)
        drawn["curves"] = pictures.curves(problem, learned.curves)
        figures = _figures(learned, parts)
        figures |= {PARITY: _parity(learned, parts, _card(learned, plan, data, figures))}
        _report(run, figures, drawn)
        card = _card(learned, plan, data, figures)
        registered = _registered(workshop, learned, parts, card, run.run_id, by)
        return Trained(registered, learned, plan, figures, drawn, run.run_id)


def _report(run: MLflowTracker, figures: Mapping[str, float], drawn: Mapping[str, bytes]) -> None:
    run.metrics({name.replace(" ", "_"): value for name, value in figures.items()})
    with TemporaryDirectory(prefix="idrill-pictures-") as scratch:
        for name, picture in drawn.items():
            file = Path(scratch) / f"{name}.png"
            file.write_bytes(picture)
            run.file(file)


def _registered(
    workshop: Workshop, learned: Learned, parts: Parts, card: Card, run_id: str, by: str
) -> Registered:
    example = bounded(learned.problem, parts.validation)
    with TemporaryDirectory(prefix="idrill-model-") as scratch:
        folder = Path(scratch) / "model"
        export(learned.members, learned.interval, card, folder)
        return register(
            workshop.database, workshop.mlflow, workshop.models_folder, folder, example,
            by=by, run_id=run_id, lake=workshop.lake,
        )  # fmt: skip


def _figures(learned: Learned, parts: Parts) -> dict[str, float]:
    watched = bounded(learned.problem, parts.validation)
    watched = watched[learned.problem.known(watched)]
    left = learned.predict(watched) - learned.problem.target(watched)
    return {
        "validation rmse": float(np.sqrt(np.mean(left**2))),
        CALIBRATED: float(learned.calibration_units),
    }


def _parity(learned: Learned, parts: Parts, card: Card) -> float:
    """Difference of the exported graph from torch on real windows, as share of the cap [-]."""
    watched = bounded(learned.problem, parts.validation)[:512]
    with TemporaryDirectory(prefix="idrill-model-") as scratch:
        folder = Path(scratch) / "tried"
        export(learned.members, learned.interval, card, folder)
        return parity(FrozenModel.open(folder), learned.members, watched)


def _card(learned: Learned, plan: Plan, data: TrainingSet, figures: Mapping[str, float]) -> Card:
    problem = learned.problem
    return Card(
        model=model_name(problem.name),
        purpose=(
            f"Remaining useful life of a {problem.name} in {problem.clock}, from its last "
            f"{problem.length} rows of telemetry, up to {problem.cap:.0f}: above, it says that "
            "much or more."
        ),
        network=plan.title if plan.sizes is None else f"{plan.title}: {plan.sizes}",
        trained_on=data,
        figures=tuple(Figure(name, value, _WHERE[name]) for name, value in figures.items()),
        intervals=_covered(learned),
        not_for=(
            "Sudden failures without a precursor: the interval allows for them, the middle does "
            "not.",
            "A unit whose installation is not recorded, or whose telemetry begins later.",
            "Rigs whose sensors or loads differ from those it was trained on: watch the drift.",
        ),
        problem=problem,
        code_version=version_of("idrill"),
        created=datetime.now(UTC),
    )


def _covered(learned: Learned) -> tuple[Covered, ...]:
    """How intervals from one half of the calibration units hold in the other half."""
    predicted, actual = learned.calibration
    units = np.arange(predicted.size)
    if units.size < 2 * LEAST:
        return ()
    cap = learned.problem.cap
    return tuple(
        Covered(
            level,
            resplit_coverage(predicted, actual, units, cap, level=level).mean,
            int(units.size),
        )
        for level in CLAIMED
    )
