"""Candidates of components: where they are made and kept, and how they do on lives never seen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from idrill.errors import NotFound
from idrill.registry.champions import folder_of, model_name, open_version
from idrill.registry.connection import MLflow
from idrill.registry.gate import Assessment, Rules
from idrill.registry.releases import assess
from idrill.rul.baselines import BASELINES, Baseline
from idrill.rul.golden import drift
from idrill.rul.held_out import random_ends
from idrill.rul.learning import Parts
from idrill.rul.prediction import FrozenModel
from idrill.rul.problem import Array, Predictor, Problem
from idrill.rul.scaling import fit_scaler
from idrill.rul.sealed import SealedTest
from idrill.store import promotions
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.releases import Promotion, Release
from idrill.windows import Lives, Windows, windows_at

ROWS_EACH = 5
"""Random rows at which each held-out unit is asked about."""
CALIBRATED = "calibration units"
PARITY = "parity"
"""Figures of a card that the gate asks for."""

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
    training_folder: Path
    """Of what unfinished training jobs go on from."""


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
    by: str,
    seeds: tuple[int, ...] = (),
    leaks: tuple[str, ...] = (),
    oracle: Seer | None = None,
    baselines: Mapping[str, Baseline] = BASELINES,
    rules: Rules | None = None,
    heard: Told | None = None,
) -> Assessment:
    """Measure a candidate, the champion and every baseline on lives never seen.

    The labels are told only once the candidate's digest and the look stand in the ledger. How many
    units it was calibrated on is counted again. How far its graph is from torch cannot be measured
    without torch: it is what the card says, which the digest binds to the graph, and what the graph
    has drifted since from its golden windows; the assessment says so.

    Args:
        workshop: Where models are kept.
        candidate: Its row in the ledger.
        parts: What it was trained on; baselines are fitted on the same.
        test: Lives of rigs that no choice rested on.
        test_set: What they are called; looks are counted by it.
        by: Who looks.
        seeds: Of the fleets that they are of; none if they were measured.
        leaks: What the check of leakage found in the training data.
        oracle: Whoever sees the hidden state; None where nobody can.
        baselines: That it must beat.
        rules: Of the gate.
        heard: Told how many baselines are fitted.

    Raises:
        InvalidModel: If the candidate was changed since or has no golden windows, or no remaining
            life is known.
        IllegalMove: If it has been judged already.
    """
    frozen = open_version(workshop.models_folder, candidate)
    problem = frozen.problem
    sealed = SealedTest(problem, test, random_ends(test, seed=0, count=ROWS_EACH))
    predicted = frozen.predict(sealed.windows)
    drifted = drift(frozen, folder_of(workshop.models_folder, candidate.model, candidate.version))
    rivals = _fitted(problem, parts, baselines, heard)
    champion = _champion(workshop, candidate.model)
    with workshop.database.session() as session:
        promotions.look(session, candidate.model, candidate.version, test_set, by=by)
    labelled = sealed.score(frozen.digest, predicted).windows
    measured = {figure.name: figure.value for figure in frozen.card.figures}
    return assess(
        frozen,
        candidate.version,
        test_set,
        labelled,
        rivals,
        champion,
        calibrated=_calibration_units(problem, parts.calibration),
        parity=measured.get(PARITY, float("nan")) + drifted,
        parity_from="its card and golden windows",
        oracle=None if oracle is None else oracle(labelled),
        leaks=leaks,
        seeds=seeds,
        rules=rules,
    )


def _calibration_units(problem: Problem, lives: Lives) -> int:
    """Units of which a random row has a known remaining life, as calibration takes them."""
    return int(problem.known(windows_at(lives, problem.length, random_ends(lives, seed=0))).sum())


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
