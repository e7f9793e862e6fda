"""Pictures of a model: small, and of what is there."""

import io

import matplotlib.image
import numpy as np
import pytest

from idrill.errors import InvalidModel
from idrill.rul import pictures
from idrill.rul.intervals import calibrate
from idrill.rul.search import Tried
from idrill.windows import windows
from tests.worn_units import PROBLEM, worn

EVERY = windows(worn(30), PROBLEM.length)
SAID = np.clip(
    PROBLEM.target(EVERY) + np.random.default_rng(0).normal(0.0, 5.0, len(EVERY)), 0.0, PROBLEM.cap
)
QUANTILES = calibrate(SAID, PROBLEM.target(EVERY), PROBLEM.cap).quantiles(SAID)
TRIALS = enumerate((7.0, 6.0, 6.5, 5.0, 9.0, float("inf")), start=1)


def inked(picture: bytes) -> float:
    """Share of the picture that is not white."""
    shown = matplotlib.image.imread(io.BytesIO(picture), format="png")
    return float((shown[..., :3].min(axis=2) < 0.97).mean())


def test_each_picture_is_small_and_shows_something() -> None:
    found = {
        "courses": pictures.courses(PROBLEM, EVERY, SAID, QUANTILES),
        "errors": pictures.errors(PROBLEM, EVERY, SAID),
        "reliability": pictures.reliability(PROBLEM, EVERY, QUANTILES),
        "curves": pictures.curves(
            PROBLEM,
            [[{"training_rmse": 9.0 - n, "validation_rmse": 9.5 - n} for n in range(5)]] * 3,
        ),
        "trials": pictures.trials(
            PROBLEM, [Tried(n, error, given_up=n > 4, settings={}) for n, error in TRIALS]
        ),
    }

    assert max(len(picture) for picture in found.values()) < 100_000
    assert min(inked(picture) for picture in found.values()) > 0.02


def test_a_few_units_leave_the_other_places_empty() -> None:
    few = windows(worn(2), PROBLEM.length)
    said = PROBLEM.target(few)

    picture = pictures.courses(PROBLEM, few, said, np.repeat(said[:, None], 5, axis=1))

    assert 0.01 < inked(picture) < inked(pictures.courses(PROBLEM, EVERY, SAID, QUANTILES))


def test_without_a_failure_there_is_no_truth_to_draw() -> None:
    cut = EVERY[~EVERY.failed]

    with pytest.raises(InvalidModel, match="no unit failed"):
        pictures.courses(PROBLEM, cut, np.zeros(0), np.zeros((0, 5)))
