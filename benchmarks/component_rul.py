"""Models of the rig's components beside all baselines and the oracle, on fleets never seen."""

import json
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch

from benchmarks.harness import RESULTS, Comparison, Result, Sample
from idrill.registry.champions import model_name
from idrill.registry.gate import Assessment, judge
from idrill.registry.judging import seen_by_oracle
from idrill.registry.releases import assess
from idrill.rul.baselines import BASELINES
from idrill.rul.card import Card, TrainingSet
from idrill.rul.components import median_life, problem_of
from idrill.rul.costs import Lead, cost_table, watched
from idrill.rul.drawn_lives import HELD_OUT, Fleets, lives_of_fleets
from idrill.rul.evaluation import asked_windows
from idrill.rul.export import export, parity
from idrill.rul.intervals import mean_width, winkler
from idrill.rul.leakage import leakage
from idrill.rul.learning import Learned, Parts, Plan, bounded, learn, parts_of
from idrill.rul.pictures import courses
from idrill.rul.prediction import FrozenModel
from idrill.rul.problem import Array, Problem
from idrill.rul.prognostic_metrics import attainable_gain
from idrill.rul.scaling import fit_scaler
from idrill.rul.training import Training
from idrill.windows import Lives, Windows, windows

COMPONENTS = ("liner", "piston", "valve", "washpipe")
TAUGHT_BY = Fleets(tuple(range(1, 17)), 6)
JUDGED_BY = Fleets(tuple(range(1_000_000, 1_000_008)), 4, HELD_OUT)
PLAN = Plan("summary", 5, Training(epochs=15, learning_rate=5e-3, patience=6))
WORKERS = 2
SHOWN = 20
"""Failed units in the picture."""
LEAD = 0.1
"""Time until a unit can be replaced, as share of the median life [-]."""
STRIDE = 2
"""Rows between two looks at a unit that is watched."""
PARTS = RESULTS / "component_rul"
PICTURES = Path(__file__).parents[1] / "docs" / "pictures"


@dataclass(frozen=True, eq=False)
class Judged:
    """A trained model and what was found of it."""

    problem: Problem
    parts: Parts
    model: FrozenModel
    assessment: Assessment


def run() -> Result:
    """Every component that has no stored part, then all of them."""
    PARTS.mkdir(parents=True, exist_ok=True)
    missing = [name for name in COMPONENTS if not _part(name).exists()]
    with ProcessPoolExecutor(WORKERS, get_context("spawn")) as pool:
        list(pool.map(measure, missing))
    return composed({name: json.loads(_part(name).read_text()) for name in COMPONENTS})


def composed(found: Mapping[str, Mapping[str, Any]]) -> Result:
    """What was found of each component, as one result."""
    return Result(
        promise="",
        title="Remaining useful life of the rig's components",
        against="the best baseline by its error on the same windows",
        comparisons=tuple(_compared(name, one) for name, one in found.items()),
        notes=(
            f"learned from {TAUGHT_BY.name}, every second rig of which replaces only what failed; "
            f"judged by {JUDGED_BY.name}, all of which do: {PLAN.network}, mean of "
            f"{PLAN.members}; choices were made on rigs of the first and on fleets 91 and 92",
            "root of the mean squared error against the remaining life capped at half the median "
            "life [own hours], at five random rows of each unit",
            "the gate asks for less error than each baseline with p at most 0.05 by a paired "
            "bootstrap over units, and for intervals that cover",
            "costs per hour of work as share of those of running to failure, with a lead time of "
            f"{LEAD:.0%} of the median life: by age, and by a prognosis at its 10 % quantile",
        ),
        figures={
            f"{name}, {what}": figure
            for name, one in found.items()
            for what, figure in one["figures"].items()
        },
    )


def _compared(name: str, found: Mapping[str, Any]) -> Comparison:
    rmse = found["rmse"]
    best = min(BASELINES, key=lambda rival: rmse[rival])
    return Comparison(
        f"{name}: RMSE beside {best}",
        Sample((rmse["network"],), "h"),
        Sample((rmse[best],), "h"),
        floor=1.0,
        bound="at most",
    )


def _part(component: str) -> Path:
    return PARTS / f"{component}.json"


def measure(component: str) -> None:
    """Train, judge and draw one component, and store what was found."""
    torch.set_num_threads(1)
    start = time.perf_counter()
    taught = lives_of_fleets(component, TAUGHT_BY)
    test = lives_of_fleets(component, JUDGED_BY)
    simulated = time.perf_counter() - start
    judged, seconds = _judged(component, taught, test)
    found = _found(judged, test)
    found["figures"]["seconds"] = f"{simulated:.0f} of simulation, " + seconds
    PICTURES.mkdir(parents=True, exist_ok=True)
    (PICTURES / f"rul_{component}.png").write_bytes(_picture(judged, test))
    _part(component).write_text(json.dumps(found, indent=1) + "\n")
    print(component, json.dumps(found, indent=1), flush=True)


def _judged(component: str, taught: Lives, test: Lives) -> tuple[Judged, str]:
    parts = parts_of(taught, seed=0)
    failed = [life.end for life in parts.training.failed()]
    problem = problem_of(component, median_life(failed))
    start = time.perf_counter()
    learned = learn(problem, parts, PLAN)
    trained = time.perf_counter() - start
    start = time.perf_counter()
    scaler = fit_scaler(problem, parts.training)
    rivals = {
        name: baseline.fit(problem, scaler, parts.training, parts.validation, 0)
        for name, baseline in BASELINES.items()
    }
    fitted = time.perf_counter() - start
    asked = asked_windows(problem, test)
    with TemporaryDirectory() as scratch:
        folder = Path(scratch) / "model"
        export(learned.members, learned.interval, _card(problem, taught), folder)
        model = FrozenModel.open(folder)
    assessment = assess(
        model, 1, f"{component}: {JUDGED_BY.name}", asked, rivals, None,
        calibrated=learned.calibration_units,
        parity=_parity(learned, model, parts),
        seeds=JUDGED_BY.seeds,
        oracle=seen_by_oracle(component, JUDGED_BY, test, asked, problem.cap),
        leaks=leakage(problem, parts.training).findings,
    )  # fmt: skip
    seconds = f"{trained:.0f} of training, {fitted:.0f} of baselines"
    return Judged(problem, parts, model, assessment), seconds


def _parity(learned: Learned, model: FrozenModel, parts: Parts) -> float:
    return parity(model, learned.members, bounded(learned.problem, parts.validation)[:512])


def _card(problem: Problem, taught: Lives) -> Card:
    seeds = TAUGHT_BY.seeds
    data = TrainingSet(TAUGHT_BY.name, "", 0, seeds, len(taught.groups), len(taught))
    return Card(
        model=model_name(problem.name),
        purpose="Measured, not served.",
        network=f"{PLAN.network}, mean of {PLAN.members}",
        trained_on=data,
        figures=(),
        intervals=(),
        not_for=("Anything but this benchmark.",),
        problem=problem,
        code_version=version("idrill"),
        created=datetime.now(UTC),
    )


def _found(judged: Judged, test: Lives) -> dict[str, Any]:
    found, problem = judged.assessment, judged.problem
    rmse = {name: _rms(errors) for name, errors in found.baselines.items()}
    rmse |= {"network": _rms(found.errors)}
    if found.oracle is not None:
        rmse |= {"oracle": _rms(found.oracle)}
    verdict = judge(found, looks=1)
    asked = asked_windows(problem, test)
    quantiles, target = judged.model.quantiles(asked), problem.target(asked)
    age = min(rmse["age_weibull"], rmse["age_kaplan_meier"])
    gain = attainable_gain(age, rmse["network"], rmse["oracle"])
    covered = ", ".join(f"{one.found:.1%} of {one.claimed:.0%}" for one in found.covered)
    figures = {
        "lives": "; ".join(
            f"{len(part)} for {name}, of which {len(part.failed())} failed"
            for name, part in judged.parts.by_name.items()
        ),
        "judged on": f"{len(set(found.units))} units, {len(found.units)} windows",
        "cap [own hours]": round(problem.cap, 1),
        "RMSE": ", ".join(f"{name} {value:.2f}" for name, value in rmse.items()),
        "share of the attainable gain": round(gain, 3),
        "intervals": f"hold {covered}; 90 % are {mean_width(quantiles):.1f} wide, "
        f"Winkler {winkler(quantiles, target):.1f}",
        "gate": ("released: " if verdict.released else "refused: ") + verdict.reason,
        "costs": _costs(judged, test),
        "latency": f"{1e3 * found.latency:.2f} ms",
    }
    return {"rmse": rmse, "figures": figures}


def _rms(errors: Array) -> float:
    return float(np.sqrt(np.mean(np.square(errors))))


def _costs(judged: Judged, test: Lives) -> str:
    """By age and by prognosis, at each ratio."""
    failed = judged.parts.training.failed()
    lives = np.array([life.end for life in failed])
    lead = LEAD * float(np.median(lives))
    dense = windows(test.failed(), judged.problem.length, stride=STRIDE)
    watch = watched(dense, _quantiles(judged.model, dense))
    table = cost_table(watch, lives, Lead(lead, lead), levels=(0.1,))
    told = []
    for (ratio,), rows in table.group_by("ratio", maintain_order=True):
        costs = dict(zip(rows["policy"], rows["cost"], strict=True))
        told.append(f"ratio {ratio:g}: age {costs['age']:.2f}, {costs['prognosis 0.1']:.2f}")
    return "; ".join(told)


def _quantiles(model: FrozenModel, asked: Windows) -> Array:
    starts = range(0, len(asked), 2_000)
    return np.concatenate([model.quantiles(asked[start : start + 2_000]) for start in starts])


def _picture(judged: Judged, test: Lives) -> bytes:
    failed = test.failed()
    shown = replace(failed, lives=failed.lives[:: max(len(failed) // SHOWN, 1)][:SHOWN])
    dense = bounded(judged.problem, shown)
    return courses(
        judged.problem, dense, judged.model.predict(dense), judged.model.quantiles(dense)
    )
