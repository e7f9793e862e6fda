"""Can a learner tell real minutes of drilling from simulated ones?

Two samples are as alike as the best learner finds them (Lopez-Paz and Oquab, *Revisiting classifier
two-sample tests*, ICLR 2017). A section and its simulated twin are held out together, so nothing
that only tells one file from another helps.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.random import Generator
from sklearn.ensemble import RandomForestClassifier  # type: ignore[import-untyped]  # no stubs

from benchmarks.realism.windows import Mask, Values, autocorrelation, column, spread, windows

CHANNELS = (
    "hook_load", "weight_on_bit", "rotary_speed", "torque", "standpipe_pressure", "flow_in",
    "rate_of_penetration", "block_position",
)  # fmt: skip
PAIRS = (
    ("torque", "weight_on_bit"), ("hook_load", "weight_on_bit"),
    ("rate_of_penetration", "weight_on_bit"), ("standpipe_pressure", "torque"),
)  # fmt: skip

SHUFFLES = 3
"""Controls with shuffled labels."""
TREES = 100
SEED = 20090703


@dataclass(frozen=True, slots=True)
class Separation:
    """How well real and simulated windows are told apart."""

    area: float
    """Under the receiver's curve on held-out sections, their mean: 0.5 alike, 1 told apart."""
    areas: tuple[float, ...]
    """Of each held-out section."""
    control: float
    """The same after the labels of every section were shuffled, mean of `SHUFFLES`."""
    strongest: tuple[tuple[str, float], ...]
    """Features by how much the area falls when they are scrambled, the strongest first."""


def features(frame: pl.DataFrame) -> pl.DataFrame:
    """What each minute of drilling looks like, one row per window.

    Per channel: its mean relative to the section's median, spread, correlation with itself a row
    later, the largest step by the spread, the share of values that repeat the one before. Then
    correlations within the window. A feature that a window does not have is NaN.

    Args:
        frame: Canonical rows of one section.
    """
    parts = windows(frame)
    found: dict[str, Values] = {}
    for name in CHANNELS:
        found |= _features_of(name, column(frame, name), parts)
    for one, other in PAIRS:
        pairs = [(column(frame, one)[part], column(frame, other)[part]) for part in parts]
        found[f"{one} with {other}"] = np.array([_together(*pair) for pair in pairs])
    return pl.DataFrame(found)


def _features_of(name: str, values: Values, parts: Sequence[slice]) -> dict[str, Values]:
    windowed = [values[part] for part in parts]
    # The zero of a block's position is arbitrary, and where it stands says nothing.
    relative = {} if name == "block_position" else {f"{name} level": _levels(windowed)}
    return relative | {
        f"{name} spread": np.array([spread(part) for part in windowed]),
        f"{name} autocorrelation": np.array([autocorrelation(part) for part in windowed]),
        f"{name} largest step": np.array([_largest_step(part) for part in windowed]),
        f"{name} repeats": np.array([float((np.diff(part) == 0.0).mean()) for part in windowed]),
    }


def _levels(windowed: Sequence[Values]) -> Values:
    """Mean of each window by the median of all; NaN where that is zero."""
    level = np.array([part.mean() for part in windowed])
    usual = float(np.nanmedian(level))
    return level / usual if usual else np.full(level.size, np.nan)


def _largest_step(values: Values) -> float:
    steps = np.abs(np.diff(values))
    typical = float(np.sqrt((steps**2).mean()))
    return float(steps.max()) / typical if typical > 0.0 else float("nan")


def _together(one: Values, other: Values) -> float:
    if not one.std() > 0.0 or not other.std() > 0.0:
        return float("nan")
    return float(np.corrcoef(one, other)[0, 1])


def area_under_curve(scores: Values, labels: Mask) -> float:
    """Probability that a positive scores above a negative; a tie counts half.

    Example:
        >>> area_under_curve(np.array([0.1, 0.4, 0.4, 0.9]), np.array([False, False, True, True]))
        0.875
    """
    positive, negative = scores[labels], np.sort(scores[~labels])
    below = np.searchsorted(negative, positive, "left")
    not_above = np.searchsorted(negative, positive, "right")
    return float((below + not_above).mean() / (2 * negative.size))


@dataclass(frozen=True, slots=True)
class _Sample:
    """Windows of all sections, real and simulated."""

    values: Values
    """(window, feature)"""
    simulated: Mask
    group: Values
    """The section, a real one and its twin having the same number (window)."""

    def shuffled(self, random: Generator) -> "_Sample":
        """The same with labels shuffled within each section."""
        labels = self.simulated.copy()
        for group in np.unique(self.group):
            here = self.group == group
            labels[here] = random.permutation(labels[here])
        return replace(self, simulated=labels)


def separate(real: Sequence[pl.DataFrame], simulated: Sequence[pl.DataFrame]) -> Separation:
    """How well a learner tells simulated windows from real ones of sections it has not seen.

    Args:
        real: Features of each section.
        simulated: Features of its twin, in the same order.
    """
    random = np.random.default_rng(SEED)
    sample = _sample(real, simulated)
    folds = _folds(sample)
    controls = [fold.area for _ in range(SHUFFLES) for fold in _folds(sample.shuffled(random))]
    drops = np.mean([fold.drops(random) for fold in folds], axis=0)
    strongest = tuple((real[0].columns[place], float(drops[place])) for place in np.argsort(-drops))
    areas = tuple(fold.area for fold in folds)
    return Separation(float(np.mean(areas)), areas, float(np.mean(controls)), strongest)


def _sample(real: Sequence[pl.DataFrame], simulated: Sequence[pl.DataFrame]) -> _Sample:
    tables = [*real, *simulated]
    sizes = [table.height for table in tables]
    return _Sample(
        np.concatenate([table.to_numpy() for table in tables]),
        np.repeat([False] * len(real) + [True] * len(simulated), sizes),
        np.repeat([*range(len(real)), *range(len(simulated))], sizes).astype(np.float64),
    )


@dataclass(frozen=True, slots=True)
class _Fold:
    """A learner, and the windows of the section that it has not seen."""

    learner: RandomForestClassifier
    values: Values
    simulated: Mask

    @property
    def area(self) -> float:
        """Under the receiver's curve."""
        return self._area(self.values)

    def drops(self, random: Generator) -> Values:
        """By how much the area falls when each feature is scrambled (feature)."""
        whole, fallen = self.area, []
        for place in range(self.values.shape[1]):
            scrambled = self.values.copy()
            scrambled[:, place] = random.permutation(scrambled[:, place])
            fallen.append(whole - self._area(scrambled))
        return np.array(fallen)

    def _area(self, values: Values) -> float:
        return area_under_curve(self.learner.predict_proba(values)[:, 1], self.simulated)


def _folds(sample: _Sample) -> list[_Fold]:
    """A learner for each section, taught by the others."""
    return [_fold(sample, sample.group == group) for group in np.unique(sample.group)]


def _fold(sample: _Sample, held_out: Mask) -> _Fold:
    learner = RandomForestClassifier(
        n_estimators=TREES, min_samples_leaf=3, class_weight="balanced", random_state=SEED
    )
    learner.fit(sample.values[~held_out], sample.simulated[~held_out])
    return _Fold(learner, sample.values[held_out], sample.simulated[held_out])
