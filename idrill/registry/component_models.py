"""Models of components: from lives to a candidate, and from lives never seen to its assessment."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version as version_of
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from idrill.errors import NotFound
from idrill.registry.champions import model_name, open_version
from idrill.registry.connection import MLflow
from idrill.registry.gate import Assessment, Rules
from idrill.registry.models import Registered, register
from idrill.registry.releases import CLAIMED, assess
from idrill.registry.tracker import MLflowTracker
from idrill.rul.baselines import BASELINES, Baseline
from idrill.rul.card import Card, Covered, Figure, TrainingSet
from idrill.rul.coverage import resplit_coverage
from idrill.rul.export import export, parity
from idrill.rul.held_out import random_ends
from idrill.rul.intervals import LEAST
from idrill.rul.learning import Heard, Learned, Parts, Plan, bounded, learn
from idrill.rul.pictures import curves
from idrill.rul.prediction import FrozenModel
from idrill.rul.problem import Array, Predictor, Problem
from idrill.rul.scaling import fit_scaler
from idrill.rul.sealed import SealedTest
from idrill.store import promotions
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.releases import Promotion, Release
from idrill.windows import Lives, Windows

ROWS_EACH = 5
"""Random rows at which each held-out unit is asked about."""
CALIBRATED = "calibration units"
PARITY = "parity"
"""Figures of a card that the gate asks for."""

_WHERE = {
    "validation rmse": "windows of validation rigs at all ages, own hours",
    CALIBRATED: "rigs that ran everything to failure",
    PARITY: "graph against torch on validation windows, share of the cap",
}

Seer = Callable[[Windows], Array]
"""Says the remaining life of labelled windows (window)."""
Told = Callable[[str, int, int], None]
"""Told what is done, so many, of so many."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where models are made and kept."""

    database: Database
    lake: Lake
    mlflow: MLflow
    models_folder: Path


@dataclass(frozen=True, eq=False)
class Trained:
    """A candidate, and how it came about."""

    registered: Registered
    learned: Learned
    figures: Mapping[str, float]
    """On validation and calibration lives."""
    curves: bytes
    """Picture of how the members learned (PNG)."""
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
    heard: Heard | None = None,
) -> Trained:
    """Train a model of a component, export it and register it as a candidate.

    Args:
        workshop: Where it is kept.
        problem: Of the component.
        parts: Lives to learn from, to watch and to calibrate with.
        plan: How it is trained.
        data: What the lives are, for card and run.
        by: Who trains.
        heard: Told each epoch.

    Raises:
        InvalidModel: If training or export fails, or calibration units are too few.
        StoreError: If MLflow or the store refuse.
    """
    code = version_of("idrill")
    name = f"{plan.network}, {plan.members} members"
    with MLflowTracker(workshop.mlflow, model_name(problem.name), name, code) as run:
        described = {"lake_version": data.lake_version, "lives": data.lives}
        run.data_set(data.name, data.digest, described)
        run.parameters({"network": plan.network, **asdict(plan.training)})
        learned = learn(problem, parts, plan, run, heard)
        figures = _figures(learned, parts)
        drawn = curves(problem, learned.curves)
        with TemporaryDirectory(prefix="idrill-model-") as scratch:
            (Path(scratch) / "curves.png").write_bytes(drawn)
            run.file(Path(scratch) / "curves.png")
            figures |= {PARITY: _exported(learned, parts, _card(learned, plan, data, figures),
                                          Path(scratch) / "tried")}  # fmt: skip
            _exported(learned, parts, _card(learned, plan, data, figures), Path(scratch) / "model")
            run.metrics({name.replace(" ", "_"): value for name, value in figures.items()})
            registered = register(
                workshop.database, workshop.mlflow, workshop.models_folder,
                Path(scratch) / "model", bounded(problem, parts.validation),
                by=by, run_id=run.run_id, lake=workshop.lake,
            )  # fmt: skip
        return Trained(registered, learned, figures, drawn, run.run_id)


def _figures(learned: Learned, parts: Parts) -> dict[str, float]:
    watched = bounded(learned.problem, parts.validation)
    watched = watched[learned.problem.known(watched)]
    left = learned.predict(watched) - learned.problem.target(watched)
    return {
        "validation rmse": float(np.sqrt(np.mean(left**2))),
        CALIBRATED: float(learned.calibration_units),
    }


def _exported(learned: Learned, parts: Parts, card: Card, folder: Path) -> float:
    """Difference of the exported graph from torch on real windows, as share of the cap [-]."""
    export(learned.members, learned.interval, card, folder)
    watched = bounded(learned.problem, parts.validation)[:512]
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
        network=f"{plan.network}, mean of {plan.members}",
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


def candidate_of(workshop: Workshop, component: str) -> Promotion:
    """The newest version of a component's model that nobody has judged.

    Raises:
        NotFound: If there is none.
    """
    model = model_name(component)
    with workshop.database.session() as session:
        found = promotions.versions(session, model)
    waiting = [one for one in found if one.state is Release.CANDIDATE]
    if not waiting:
        raise NotFound(f"no version of {model} waits to be judged: train one first")
    return waiting[-1]


def assess_candidate(
    workshop: Workshop,
    candidate: Promotion,
    parts: Parts,
    test: Lives,
    test_set: str,
    *,
    seeds: tuple[int, ...] = (),
    leaks: tuple[str, ...] = (),
    oracle: Seer | None = None,
    baselines: Mapping[str, Baseline] = BASELINES,
    rules: Rules | None = None,
    heard: Told | None = None,
) -> Assessment:
    """Measure a candidate, the champion and every baseline on lives never seen.

    The labels are told only once the candidate's digest stands in the ledger.

    Args:
        workshop: Where models are kept.
        candidate: Its row in the ledger.
        parts: What it was trained on; baselines are fitted on the same.
        test: Lives of rigs that no choice rested on.
        test_set: What they are called; looks are counted by it.
        seeds: Of the fleets that they are of; none if they were measured.
        leaks: What the check of leakage found in the training data.
        oracle: Whoever sees the hidden state; None where nobody can.
        baselines: That it must beat.
        rules: Of the gate.
        heard: Told how many baselines are fitted.

    Raises:
        InvalidModel: If the candidate was changed since, or no remaining life is known.
    """
    frozen = open_version(workshop.models_folder, candidate)
    problem = frozen.problem
    sealed = SealedTest(problem, test, random_ends(test, seed=0, count=ROWS_EACH))
    labelled = sealed.score(frozen.digest, frozen.predict(sealed.windows)).windows
    measured = {figure.name: figure.value for figure in frozen.card.figures}
    return assess(
        frozen,
        candidate.version,
        test_set,
        labelled,
        _fitted(problem, parts, baselines, heard),
        _champion(workshop, candidate.model),
        calibrated=int(measured[CALIBRATED]),
        parity=measured[PARITY],
        oracle=None if oracle is None else oracle(labelled),
        leaks=leaks,
        seeds=seeds,
        rules=rules,
    )


def _fitted(
    problem: Problem, parts: Parts, baselines: Mapping[str, Baseline], heard: Told | None
) -> dict[str, Predictor]:
    scaler = fit_scaler(problem, parts.training)
    found: dict[str, Predictor] = {}
    for done, (name, baseline) in enumerate(baselines.items(), start=1):
        found[name] = baseline.fit(problem, scaler, parts.training, parts.validation, 0)
        if heard is not None:
            heard("baselines to beat", done, len(baselines))
    return found


def _champion(workshop: Workshop, model: str) -> tuple[Promotion, FrozenModel] | None:
    with workshop.database.session() as session:
        found = promotions.find_champion(session, model)
    return None if found is None else (found, open_version(workshop.models_folder, found))
