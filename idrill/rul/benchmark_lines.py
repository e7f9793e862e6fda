"""What a method said of the test engines, in figures."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from idrill.rul.intervals import LEAST, calibrate, coverage, mean_width
from idrill.rul.problem import Array
from idrill.rul.prognostic_metrics import phm08, rmse
from idrill.rul.sealed import Score, SealedTest, digest_of

DRAWS = 2_000
"""Of engines, for the interval of the ensemble's error."""


@dataclass(frozen=True, eq=False)
class Answer:
    """What one seed of a method said."""

    test: Array
    """For the last window of each test engine (engine)."""
    held_out: Array
    """For one row of each engine that it had not seen (engine)."""
    actual: Array
    """Remaining life there, capped (engine)."""
    minutes: float


@dataclass(frozen=True, slots=True)
class Errors:
    """On the last window of every test engine."""

    capped: float
    """Root of the mean squared error, true remaining life capped [cycle]."""
    uncapped: float
    """The same, true remaining life as it is [cycle]."""
    score: float
    """Of the PHM08 challenge, true remaining life capped; late costs more than early [-]."""


@dataclass(frozen=True, slots=True)
class Line:
    """One method on one subset."""

    method: str
    seeds: tuple[Errors, ...]
    ensemble: Errors
    low: float
    """Of the ensemble's capped error, 95 % over draws of engines [cycle]."""
    high: float
    coverage: float | None
    """Of the ensemble's 90 % intervals; None if there were too few engines to calibrate on [-]."""
    width: float | None
    """Their mean, from end to end [cycle]."""
    minutes: float
    """Of training, all seeds."""

    def spread(self, figure: str, form: str) -> str:
        """Mean and standard deviation over the seeds of one of `Errors`, in words."""
        found = [float(getattr(one, figure)) for one in self.seeds]
        if len(found) < 2:
            return f"{found[0]:{form}}"
        return f"{statistics.mean(found):{form}} ± {statistics.stdev(found):{form}}"


def line_of(name: str, sealed: SealedTest, answers: Sequence[Answer], folds: int) -> Line:
    """All seeds of a method against what came.

    Args:
        name: Of the method.
        sealed: The test engines.
        answers: One of each seed.
        folds: How many of them, from the first on, held out different engines.
    """
    seeds = tuple(errors_of(_scored(sealed, one.test), one.test) for one in answers)
    together = np.mean([one.test for one in answers], axis=0)
    scored = _scored(sealed, together)
    low, high = _drawn(together - scored.target)
    covered, width = _intervals(answers[:folds], together, scored)
    return Line(
        method=name,
        seeds=seeds,
        ensemble=errors_of(scored, together),
        low=low,
        high=high,
        coverage=covered,
        width=width,
        minutes=sum(one.minutes for one in answers),
    )


def _scored(sealed: SealedTest, predicted: Array) -> Score:
    """What came, beside answers that can no longer change: they are the artefact."""
    return sealed.score(digest_of(predicted), predicted)


def errors_of(scored: Score, predicted: Array) -> Errors:
    """How far answers lie from what came."""
    return Errors(
        capped=rmse(predicted, scored.target),
        uncapped=rmse(predicted, scored.actual),
        score=phm08(predicted, scored.target),
    )


def _drawn(errors: Array) -> tuple[float, float]:
    """Between what the error falls in 95 % of draws of engines."""
    draws = np.random.default_rng(0).integers(0, errors.size, (DRAWS, errors.size))
    low, high = np.quantile(np.sqrt(np.mean(errors[draws] ** 2, axis=1)), (0.025, 0.975))
    return float(low), float(high)


def _intervals(
    answers: Sequence[Answer], together: Array, scored: Score
) -> tuple[float | None, float | None]:
    """Coverage and mean width of the ensemble's 90 % intervals."""
    predicted = np.concatenate([one.held_out for one in answers])
    actual = np.concatenate([one.actual for one in answers])
    if predicted.size < LEAST:
        return None, None
    quantiles = calibrate(predicted, actual, scored.problem.cap).quantiles(together)
    return coverage(quantiles, scored.target), mean_width(quantiles)
