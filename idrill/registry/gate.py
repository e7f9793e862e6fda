"""The gate: what a model must show on units never seen before it may serve.

Whoever looks at a test set often finds something good in it by chance, so the level of the
comparisons is divided by the number of looks (Bonferroni). A model must beat every rival, and each
comparison at the full level is enough for that (intersection-union test, Berger 1982).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import numpy as np

from idrill.registry.comparisons import Comparison, compared, rms
from idrill.rul.baselines import BASELINES
from idrill.rul.card import Covered
from idrill.rul.coverage import coverage_limits
from idrill.rul.problem import Array

CHAMPION = "champion"
"""Name of the rival that serves."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the gate asks for."""

    units: int = 200
    """Held-out units, at least."""
    level: float = 0.05
    """Chance that a model no better than a rival passes, before it is divided by looks [-]."""
    draws: int = 4_000
    """Of the bootstrap."""
    parity: float = 1e-5
    """Largest difference between graph and torch, as share of the cap [-]."""
    latency: float = 0.02
    """Longest that one window may take [s]."""
    claims: tuple[float, ...] = (0.8, 0.9)
    """Intervals whose coverage must be known [-]."""
    width: float = 0.95
    """Mean width of the widest interval, as share of the cap, from which it says nothing [-]."""
    baselines: tuple[str, ...] = tuple(BASELINES)
    """What every model must be held against."""


@dataclass(frozen=True, eq=False)
class Assessment:
    """What was measured of a candidate, on units that nothing was learned or chosen on."""

    model: str
    version: int
    digest: str
    """Of the model folder."""
    test_set: str
    """Name and seed of the set, the same whenever it is looked at."""
    units: tuple[str, ...]
    """Which unit each window is of (window)."""
    errors: Array
    """Predicted less true remaining life, capped (window)."""
    baselines: Mapping[str, Array]
    """Errors of each (window)."""
    covered: tuple[Covered, ...]
    calibrated: int
    """Units that the intervals were calibrated on."""
    parity: float
    """Difference between graph and torch, as share of the cap [-]."""
    latency: float
    """Of one window [s]."""
    parity_from: str = ""
    """Who says how the graph differs from torch; "" if it was measured for this assessment."""
    seeds: tuple[int, ...] = ()
    """Of the fleets that were simulated for it, with which the names of their units begin; none if
    it was measured."""
    trained_seeds: tuple[int, ...] = ()
    """Of the fleets that the candidate was trained on."""
    width: float | None = None
    """Mean of the widest interval, as share of the cap [-]."""
    champion: int | None = None
    """Version that it was judged against; None if none serves."""
    champion_errors: Array | None = None
    """(window)"""
    oracle: Array | None = None
    """Errors of whoever sees the hidden state (window); None where nobody can."""
    leaks: tuple[str, ...] = ()
    """What the check of leakage found."""
    rules: Rules = field(default_factory=Rules)

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """With the champion and every baseline."""
        rivals = dict(self.baselines)
        if self.champion_errors is not None:
            rivals[CHAMPION] = self.champion_errors
        return tuple(self.compare(name, errors) for name, errors in rivals.items())

    @cached_property
    def beside_oracle(self) -> Comparison | None:
        """With whoever sees the hidden state."""
        return None if self.oracle is None else self.compare("the oracle", self.oracle)

    def compare(self, rival: str, errors: Array) -> Comparison:
        """The model beside a rival, by a paired bootstrap over units."""
        draws = self.rules.draws
        return compared(rival, self.errors, errors, self.units, self.seeds, draws)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a model may serve, and why."""

    released: bool
    reasons: tuple[str, ...]
    """Each with its figures: of a refusal what is wrong, of a release what was shown."""
    looks: int
    """Which look at the test set this was."""
    figures: Mapping[str, object]
    """All that was judged by."""

    @property
    def reason(self) -> str:
        """The reasons in one line."""
        return "; ".join(self.reasons)


def judge(assessment: Assessment, looks: int) -> Verdict:
    """Whether a candidate may serve.

    Args:
        assessment: What was measured.
        looks: Which look at the test set this is, from 1.
    """
    found = _unsound(assessment)
    if not found:
        found = [
            *_worse(assessment, assessment.rules.level / looks),
            *_miscovered(assessment),
            *_unfit(assessment),
            *_too_good(assessment),
        ]
    reasons = found or _merits(assessment, looks)
    return Verdict(not found, tuple(reasons), looks, figures(assessment, looks))


def _unsound(assessment: Assessment) -> list[str]:
    """Why nothing can be concluded."""
    rules, windows = assessment.rules, len(assessment.units)
    answers: dict[str, Array | None] = {
        "the candidate": assessment.errors,
        **assessment.baselines,
        CHAMPION: assessment.champion_errors,
        "the oracle": assessment.oracle,
    }
    found = [
        f"errors of {name} are not one number for each of {windows} windows"
        for name, errors in answers.items()
        if errors is not None and (errors.shape != (windows,) or not np.isfinite(errors).all())
    ]
    units = len(set(assessment.units))
    if units < rules.units:
        found.append(f"{units} held-out units are fewer than {rules.units}")
    seen = sorted(set(assessment.seeds) & set(assessment.trained_seeds))
    if seen:
        found.append(f"it was trained on the fleet of seed {seen[0]}, which judges it")
    if missing := sorted(set(rules.baselines) - set(assessment.baselines)):
        found.append(f"it was not held against {', '.join(missing)}")
    if (assessment.champion is None) != (assessment.champion_errors is None):
        found.append("the champion is named without its errors, or has errors without a name")
    known = {one.claimed for one in assessment.covered if one.units >= rules.units}
    if missing_claims := [claim for claim in rules.claims if claim not in known]:
        told = ", ".join(f"{claim:.0%}" for claim in missing_claims)
        found.append(f"how its intervals of {told} cover is not known on {rules.units} units")
    return found


def _worse(assessment: Assessment, level: float) -> list[str]:
    return [
        f"it does not beat {one.rival}: {one} (needs at most {level:.3g})"
        for one in assessment.comparisons
        if one.ours >= one.theirs or one.chance > level
    ]


def _miscovered(assessment: Assessment) -> list[str]:
    found = []
    for one in assessment.covered:
        least, _ = _limits(assessment, one)
        if not one.found >= least:
            found.append(
                f"its {one.claimed:.0%} intervals hold {one.found:.1%} of {one.units} units, and "
                f"sound ones at least {least:.1%}"
            )
    if assessment.width is not None and assessment.width >= assessment.rules.width:
        found.append(
            f"its widest intervals span {assessment.width:.0%} of the cap in the mean: that says "
            "nothing"
        )
    return found


def _limits(assessment: Assessment, one: Covered) -> tuple[float, float]:
    return coverage_limits(assessment.calibrated, one.units, one.claimed)


def _unfit(assessment: Assessment) -> list[str]:
    rules, found = assessment.rules, list[str]()
    if not assessment.parity <= rules.parity:
        found.append(
            f"its graph differs from torch by {assessment.parity:.2g} of the cap"
            f"{_by(assessment.parity_from)}, more than {rules.parity:.0e}"
        )
    if not assessment.latency <= rules.latency:
        found.append(
            f"a window takes {assessment.latency * 1e3:.3g} ms, more than "
            f"{rules.latency * 1e3:.3g} ms"
        )
    return found


def _too_good(assessment: Assessment) -> list[str]:
    found = [f"its data leak: {one}" for one in assessment.leaks]
    beside = assessment.beside_oracle
    if beside is not None and beside.chance <= assessment.rules.level:
        found.append(
            f"it beats the oracle, which sees the hidden state: {beside}; look for what gives the "
            "target away"
        )
    return found


def _merits(assessment: Assessment, looks: int) -> list[str]:
    closest = max(assessment.comparisons, key=lambda one: one.ours / one.theirs)
    units = len(set(assessment.units))
    covered = ", ".join(f"{one.found:.1%} of {one.claimed:.0%}" for one in assessment.covered)
    return [
        f"beats all of {', '.join(one.rival for one in assessment.comparisons)} on {units} units "
        f"of {assessment.test_set} at look {looks}; closest: {closest}",
        f"covers {covered}",
        f"graph within {assessment.parity:.1g} of the cap{_by(assessment.parity_from)}, "
        f"{assessment.latency * 1e3:.2g} ms",
    ]


def figures(assessment: Assessment, looks: int) -> Mapping[str, object]:
    """All that is judged by, as plain data."""
    sound = not _unsound(assessment)
    return MappingProxyType(
        {
            "units": len(set(assessment.units)),
            "windows": len(assessment.units),
            "looks": looks,
            "level": assessment.rules.level / looks,
            "champion": assessment.champion,
            "rmse": rms(assessment.errors),
            "comparisons": [
                {"rival": one.rival, "rmse": one.theirs, "chance": one.chance,
                 "fleets": one.fleets, "fleets ahead": one.ahead}
                for one in (assessment.comparisons if sound else ())
            ],
            "coverage": [
                {"claimed": one.claimed, "found": one.found, "units": one.units,
                 "limits": list(_limits(assessment, one))}
                for one in assessment.covered
            ],
            "oracle": None if assessment.oracle is None else rms(assessment.oracle),
            "parity": assessment.parity,
            "parity from": assessment.parity_from or "measured",
            "latency": assessment.latency,
        }
    )  # fmt: skip


def _by(source: str) -> str:
    return f" by {source}" if source else ""
