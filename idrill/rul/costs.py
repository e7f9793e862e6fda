"""What prognoses are worth: pulled in time, pulled for nothing, and the cost of a unit's hour.

Costs count in pulls, that is in planned replacements; a failure costs so many of them. A unit is
ordered to be pulled when a low quantile of its remaining life falls below the lead time of parts
and crew, and is pulled that much later, unless it fails first. What is compared is the long-run
cost per hour that a unit works (renewal-reward; Barlow, Proschan 1965), since whoever replaces
early buys more units.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from idrill.errors import InvalidModel
from idrill.prognosis import LEVELS
from idrill.windows import Lives, Windows, windows

Array = NDArray[np.float64]

RATIOS = (3.0, 10.0, 30.0)
"""Cost of a failure, in planned replacements [-]."""
USEFUL = 0.2
"""Share of the mean life up to which a unit that is pulled may have left: a right pull [-]."""


LEAD = 0.1
"""Time until a unit can be replaced, as share of the median life, where nobody knows it [-]."""
CALLED_AT = 0.1
"""Quantile of the remaining life by which `worth` replaces."""
STRIDE = 2
"""Rows between two looks at a unit."""
MOST_LOOKS = 20_000
"""At all units together."""


@dataclass(frozen=True, slots=True)
class Lead:
    """How long it takes until a unit can be replaced, on its own clock."""

    parts: float
    crew: float

    def __post_init__(self) -> None:
        if self.parts < 0.0 or self.crew < 0.0:
            raise InvalidModel(f"lead times of {self.parts:g} and {self.crew:g} lie in the past")

    @property
    def time(self) -> float:
        """Parts and crew are called at once; the slower one decides."""
        return max(self.parts, self.crew)


@dataclass(frozen=True, eq=False)
class Watch:
    """Units that ran to failure, and what was foreseen of them on the way, in order of time."""

    units: NDArray[np.int64]
    """Which unit a row is of (row)."""
    age: Array
    """(row)"""
    life: Array
    """Age at which the unit failed (row)."""
    quantiles: Array
    """Of the remaining life at each of `LEVELS` (row, level)."""

    def __post_init__(self) -> None:
        if self.quantiles.shape != (self.units.size, len(LEVELS)):
            raise InvalidModel(
                f"quantiles are {self.quantiles.shape}, not {(self.units.size, len(LEVELS))}"
            )
        if not self.units.size:
            raise InvalidModel("no unit that failed was watched")

    @property
    def lives(self) -> Array:
        """Age at which each unit failed (unit)."""
        return np.asarray(self.life[np.unique(self.units, return_index=True)[1]])


def watched(windows: Windows, quantiles: Array) -> Watch:
    """The units of some windows that ran to failure.

    Args:
        windows: Dense in time, such as every row of each life.
        quantiles: Of the remaining life there (window, level).

    Raises:
        InvalidModel: If none failed.
    """
    found = np.flatnonzero(windows.failed)
    found = found[np.lexsort((windows.age[found], windows.unit[found]))]
    return Watch(
        units=windows.unit[found],
        age=windows.age[found],
        life=(windows.age + windows.remaining)[found],
        quantiles=quantiles[found],
    )


def close_looks(lives: Lives, length: int, *, most: int = MOST_LOOKS) -> Windows:
    """Windows of units that failed, as close together as whoever acts on prognoses sees them.

    Where that would be too many, fewer units are looked at, not each of them less often: an order
    that waits for the next look comes late, whatever was foreseen.

    Args:
        lives: At least one that failed.
        length: Rows of a window.
        most: Windows of all units together, about.

    Raises:
        InvalidWindows: If none failed.
    """
    failed = lives.failed()
    looks = sum(life.rows for life in failed) // STRIDE
    some = replace(failed, lives=failed.lives[:: max(-(-looks // most), 1)])
    return windows(some, length, stride=STRIDE)


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of each unit under a policy."""

    ended: Array
    """Age at which it was pulled or failed (unit)."""
    failed: NDArray[np.bool_]
    """(unit)"""
    warned: Array
    """Time from the order to the failure that was or would have been; zero without one (unit)."""
    wasted: Array
    """What was left of it when it was pulled (unit)."""

    def cost(self, ratio: float) -> float:
        """Long-run cost per hour of work, in planned replacements.

        Args:
            ratio: Cost of a failure, in planned replacements [-].
        """
        return float(np.where(self.failed, ratio, 1.0).sum() / self.ended.sum())

    def per_life(self, ratio: float) -> float:
        """Mean cost of a unit, in planned replacements, whatever use was made of it."""
        return float(np.where(self.failed, ratio, 1.0).mean())

    def false_pulls(self, useful: float) -> float:
        """Pulls of units that had more than so much left, for each true failure foreseen or not.

        A true failure is one that happened, or would have within `useful` of the pull.

        Args:
            useful: Remaining life up to which a pull is right, on the unit's clock.
        """
        false = ~self.failed & (self.wasted > useful)
        return float(false.sum() / max(int((~false).sum()), 1))


def by_prognosis(watch: Watch, level: float, lead: Lead) -> Outcome:
    """Replace when the quantile of the remaining life falls below the lead time.

    Args:
        watch: Units that ran to failure.
        level: One of `LEVELS`.
        lead: From the order to the replacement; below the cap of the prognosis, or every unit is
            pulled at once.

    Raises:
        InvalidModel: If there is no such level.
    """
    if level not in LEVELS:
        raise InvalidModel(f"a prognosis has no quantile {level:g}, only {LEVELS}")
    calls = watch.quantiles[:, LEVELS.index(level)] <= lead.time
    lives = watch.lives
    ordered = np.full(lives.size, np.inf)
    unit = np.unique(watch.units, return_inverse=True)[1]
    np.minimum.at(ordered, unit[calls], watch.age[calls])
    return _outcome(lives, ordered + lead.time, ordered)


def by_age(lives: Array, age: float, lead: Lead) -> Outcome:
    """Replace at an age, ordered in time.

    Args:
        lives: Age at which each unit failed (unit).
        age: At which those still alive are replaced; infinite: run to failure.
        lead: From the order to the replacement.
    """
    ends = np.full(lives.size, age)
    return _outcome(lives, ends, np.maximum(ends - lead.time, 0.0))


def run_to_failure(lives: Array) -> Outcome:
    """Replace what has failed."""
    return _outcome(lives, np.full(lives.size, np.inf), np.full(lives.size, np.inf))


def _outcome(lives: Array, pulled: Array, ordered: Array) -> Outcome:
    failed = lives <= pulled
    ended = np.minimum(lives, pulled)
    return Outcome(ended, failed, np.maximum(lives - ordered, 0.0), lives - ended)


def best_age(lives: Array, ratio: float, lead: Lead) -> float:
    """The age of replacement that costs least on known lives; infinite if none pays.

    Args:
        lives: Age at which each training unit failed (unit).
        ratio: Cost of a failure, in planned replacements [-].
        lead: From the order to the replacement.

    Example:
        >>> best_age(np.array([50.0, 60.0, 70.0]), ratio=10.0, lead=Lead(5.0, 2.0)) < 50.0
        True
    """
    ages = np.append(np.unique(lives) * (1.0 - 1e-9), np.inf)
    return float(min(ages, key=lambda age: by_age(lives, float(age), lead).cost(ratio)))


def cost_table(
    watch: Watch, training: Array, lead: Lead, *, levels: tuple[float, ...] = (0.05, 0.1, 0.5)
) -> pl.DataFrame:
    """Policies beside each other: a row per policy and ratio.

    Age replacement is at the age that was best for training units.

    Args:
        watch: Held-out units that ran to failure.
        training: Age at which each training unit failed (unit).
        lead: From the order to the replacement.
        levels: Quantiles by which is replaced.

    Returns:
        Columns policy, ratio, cost (per hour, as a share of that of running to failure), per_life
        (in planned replacements), failures (share of units), false_pulls (of units with more than
        `USEFUL` of the mean life left, per true failure), warning (median time from order to
        failure), warned_in_time (share of units ordered earlier than the lead time before failure).
    """
    lives = watch.lives
    runs = run_to_failure(lives)
    rows = []
    for ratio in RATIOS:
        aged = by_age(lives, best_age(training, ratio, lead), lead)
        policies = {"run to failure": runs, "age": aged} | {
            f"prognosis {level:g}": by_prognosis(watch, level, lead) for level in levels
        }
        rows += [
            {
                "policy": name,
                "ratio": ratio,
                "cost": found.cost(ratio) / runs.cost(ratio),
                **_described(found, ratio, lead, USEFUL * float(training.mean())),
            }
            for name, found in policies.items()
        ]
    return pl.DataFrame(rows)


def worth(watch: Watch, training: Array) -> Mapping[str, float]:
    """What replacing by a prognosis is worth, as figures.

    A unit is called for when the quantile `CALLED_AT` falls below a lead time of `LEAD` of the
    median life of training units.

    Args:
        watch: Held-out units that ran to failure.
        training: Age at which each training unit failed (unit).
    """
    lead = Lead(LEAD * float(np.median(training)), 0.0)
    table = cost_table(watch, training, lead, levels=(CALLED_AT,))
    by = table.filter(policy=f"prognosis {CALLED_AT:g}")
    ages = table.filter(policy="age")["cost"]
    found = {"lead time [own hours]": lead.time}
    for ratio, ours, age in zip(by["ratio"], by["cost"], ages, strict=True):
        found[f"cost by prognosis, failures cost {ratio:g}"] = float(ours)
        found[f"cost by age, failures cost {ratio:g}"] = float(age)
    return found | {
        "warning, median [own hours]": float(by["warning"][0]),
        "warned in time": float(by["warned_in_time"][0]),
        "failed all the same": float(by["failures"][0]),
        "false pulls per true failure": float(by["false_pulls"][0]),
    }


def _described(found: Outcome, ratio: float, lead: Lead, useful: float) -> Mapping[str, float]:
    return {
        "per_life": found.per_life(ratio),
        "failures": float(found.failed.mean()),
        "false_pulls": found.false_pulls(useful),
        "warning": float(np.median(found.warned)),
        "warned_in_time": float(np.mean(found.warned >= lead.time)),
    }
