"""A candidate judged on fleets that nothing has seen: simulated for it, looked at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from idrill.errors import InvalidModel
from idrill.registry.champions import open_version
from idrill.registry.component_models import Workshop, assess_candidate, candidate_of
from idrill.registry.gate import Assessment, Rules, Verdict, judge
from idrill.registry.histories import Material, material
from idrill.registry.models import note_metrics
from idrill.registry.releases import release
from idrill.rul.baselines import tried
from idrill.rul.costs import close_looks, watched, worth
from idrill.rul.drawn_lives import HELD_OUT, Fleets, lives_of_fleets
from idrill.rul.evaluation import evaluate
from idrill.rul.fleets import fleet_for
from idrill.rul.intervals import winkler
from idrill.rul.leakage import Verdict as Leaking
from idrill.rul.leakage import leakage
from idrill.rul.learning import bounded
from idrill.rul.pictures import courses, errors, reliability
from idrill.simulator.oracle import Oracle, sights_by_unit
from idrill.store import promotions
from idrill.store.releases import Promotion
from idrill.windows import Lives, Windows

Array = NDArray[np.float64]

FRESH = 1_000_000
"""Seeds from here on are for judging alone; each candidate has a hundred of its own."""
SHARE = 100
SHOWN = 20
"""Failed units in the pictures, at most."""

Told = Callable[[str, int, int], None]
"""Told what is done, so many, of so many."""


@dataclass(frozen=True, eq=False)
class Judged:
    """What became of a candidate."""

    assessment: Assessment
    verdict: Verdict
    figures: Mapping[str, str | int | float]
    pictures: Mapping[str, bytes]


def judged_on_fresh_fleets(
    workshop: Workshop,
    component: str,
    *,
    fleets: int,
    rigs: int,
    first_seed: int | None,
    trials: int,
    by: str,
    rules: Rules | None = None,
    processes: int = 1,
    heard: Told,
) -> Judged:
    """Measure the newest candidate of a component beside the champion, baselines and the oracle.

    A candidate that does not pass is refused in the ledger; one that does waits for its release.

    Args:
        workshop: Where models are kept, and the lives that it was trained on; baselines are fitted
            on the same.
        component: Name in `rigs.COMPONENT_KINDS`.
        fleets: How many are simulated to judge by.
        rigs: Of each.
        first_seed: Of the fleets; None takes those that are kept for this candidate.
        trials: Settings that each baseline tries.
        by: Who judges.
        rules: Of the gate.
        processes: How many rigs are simulated at once.
        heard: Told how far it is.

    Raises:
        NotFound: If no candidate waits.
        InvalidModel: If the lives have changed since it was trained.
    """
    candidate = candidate_of(workshop, component)
    given = material(workshop.lake, component)
    _require_same(workshop, candidate, given)
    first = FRESH + SHARE * candidate.version if first_seed is None else first_seed
    drawn = Fleets(tuple(range(first, first + fleets)), rigs, HELD_OUT)
    test = lives_of_fleets(
        component, drawn, processes=processes,
        heard=lambda done, of: heard("fleets to judge by", done, of),
    )  # fmt: skip
    assessment = assess_candidate(
        workshop, candidate, given.parts, test, _set_name(component, drawn), seeds=drawn.seeds,
        leaks=_leaks(given), rules=rules,
        baselines=tried(trials), by=by,
        oracle=lambda windows: seen_by_oracle(component, drawn, test, windows, given.problem.cap),
        heard=heard,
    )  # fmt: skip
    with workshop.database.session() as session:
        looks = promotions.look(
            session, candidate.model, candidate.version, assessment.test_set, by=by
        )
    verdict = judge(assessment, looks)
    if not verdict.released:
        verdict = release(
            workshop.database, workshop.models_folder, assessment, by=by, mlflow=workshop.mlflow
        )
    shown, pictures = _shown(workshop, candidate, given.parts.training, test)
    figures = {**_figures(assessment), **shown}
    note_metrics(workshop.mlflow, candidate.model, candidate.version, figures)
    return Judged(assessment, verdict, figures, pictures)


def _set_name(component: str, drawn: Fleets) -> str:
    """The same for fleets of any size: those of more rigs begin with the same ones."""
    return f"{component}: fleets {', '.join(map(str, drawn.seeds))}"


def _leaks(given: Material) -> tuple[str, ...]:
    """What gives the target away; what only looks suspicious is told by `rul_windows`."""
    found = leakage(given.problem, given.parts.training)
    return found.findings if found.verdict is Leaking.FAILED else ()


def _require_same(workshop: Workshop, candidate: Promotion, given: Material) -> None:
    card = open_version(workshop.models_folder, candidate).card
    if card.trained_on.digest != given.data.digest:
        raise InvalidModel(
            f"{candidate.title} was trained on other histories than the lake holds now: "
            "materialize rul_model first"
        )


def seen_by_oracle(
    component: str, drawn: Fleets, test: Lives, windows: Windows, cap: float
) -> Array:
    """What whoever sees the hidden state says of windows, having seen the other fleets' ends.

    Args:
        component: Which.
        drawn: The fleets that the windows are of; of one fleet alone, it has seen that one.
        test: Their lives.
        windows: Cut from them (window).
        cap: Of the remaining life [own hours].
    """
    seen = {
        seed: sights_by_unit(fleet_for(component, drawn.rigs, seed, drawn.policies), component)
        for seed in drawn.seeds
    }
    whole = {life.unit: life.end for life in test}
    found = np.zeros(len(windows))
    of = np.array([int(windows.units[unit].partition("-")[0]) for unit in windows.unit])
    for seed, own in seen.items():
        others = [one for other, units in seen.items() if other != seed for one in units.values()]
        oracle = Oracle(others or own.values(), cap)
        for at in np.flatnonzero(of == seed):
            unit = windows.units[windows.unit[at]]
            passed = np.array([windows.age[at] / whole[unit]])
            found[at] = oracle.remaining(own[unit.partition("-")[2]], passed)[0]
    return found


def _figures(assessment: Assessment) -> dict[str, str | int | float]:
    def rmse(errors: Array) -> float:
        return float(np.sqrt(np.mean(np.square(errors))))

    found: dict[str, str | int | float] = {
        "model": f"{assessment.model}/{assessment.version}",
        "judged on": assessment.test_set,
        "units": len(set(assessment.units)),
        "rmse/candidate": rmse(assessment.errors),
        "latency of a window [ms]": 1e3 * assessment.latency,
    }
    rivals = dict(assessment.baselines)
    others = {"champion": assessment.champion_errors, "oracle": assessment.oracle}
    rivals |= {name: one for name, one in others.items() if one is not None}
    found |= {f"rmse/{name}": rmse(one) for name, one in rivals.items()}
    return found | {f"coverage/{one.claimed:.0%}": one.found for one in assessment.covered}


def _shown(
    workshop: Workshop, candidate: Promotion, training: Lives, test: Lives
) -> tuple[dict[str, float], dict[str, bytes]]:
    """Figures of prognosis over whole lives, what acting on it costs, and pictures of some."""
    frozen = open_version(workshop.models_folder, candidate)
    problem, failed = frozen.problem, test.failed()
    shown = replace(failed, lives=failed.lives[:: max(len(failed) // SHOWN, 1)])
    windows = bounded(problem, shown)
    predicted, quantiles = frozen.predict(windows), frozen.quantiles(windows)
    whole = bounded(problem, failed)
    found = evaluate(problem, whole, frozen.predict(whole))
    said = frozen.quantiles(whole)
    looks = close_looks(failed, problem.length)
    ends = np.array([life.end for life in training.failed()])
    return (
        {
            "phm08": found.phm08,
            "horizon [own hours]": found.horizon,
            "winkler of 90 % [own hours]": winkler(said, problem.target(whole)),
            **worth(watched(looks, frozen.quantiles(looks)), ends),
        }
        | {f"alpha-lambda/{share:g}": good for share, good in found.alpha_lambda.items()}
        | {f"above the cap/{share:g}": share_of for share, share_of in found.capped.items()},
        {
            "courses of some units": courses(problem, windows, predicted, quantiles),
            "errors by remaining life": errors(problem, windows, predicted),
            "reliability": reliability(problem, windows, quantiles),
        },
    )
