"""A model beside a rival, on the same windows of the same units."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from idrill.rul.evaluation import paired_bootstrap
from idrill.rul.problem import Array


@dataclass(frozen=True, slots=True)
class Comparison:
    """A model beside a rival, on the same windows of the same units."""

    rival: str
    ours: float
    """Root mean squared error, on the unit's clock."""
    theirs: float
    chance: float
    """Share of bootstrap draws of units, and of what was seen, in which the rival is at least as
    good [-]."""
    fleets: int
    """That the units are of; 0 if they were not simulated."""
    ahead: int
    """Fleets on which the model is better. Units of a fleet share what was drawn for it, and a
    bootstrap over units does not see that."""

    def __str__(self) -> str:
        said = f"RMSE {self.ours:.4g} against {self.theirs:.4g} of {self.rival}"
        where = f", better on {self.ahead} of {self.fleets} fleets" if self.fleets else ""
        return f"{said}, p {self.chance:.2g}{where}"


def compared(
    rival: str,
    ours: Array,
    theirs: Array,
    units: Sequence[str],
    fleets: Sequence[int],
    draws: int,
) -> Comparison:
    """A model beside a rival, by a paired bootstrap over units.

    Args:
        rival: Its name.
        ours: Errors of the model (window).
        theirs: Errors of the rival (window).
        units: Which unit each window is of (window).
        fleets: Seeds with which the names of the units begin; none if they were measured.
        draws: Of the bootstrap.
    """
    _, of = np.unique(np.array(units), return_inverse=True)
    found = paired_bootstrap(ours, theirs, of, draws=draws)
    chance = (draws * (1.0 - found.better) + 1.0) / (draws + 1.0)
    ahead = [rms(ours[one]) < rms(theirs[one]) for one in _by_fleet(units, fleets)]
    return Comparison(rival, rms(ours), rms(theirs), chance, len(ahead), sum(ahead))


def _by_fleet(units: Sequence[str], fleets: Sequence[int]) -> Iterator[NDArray[np.bool_]]:
    """Which windows are of each fleet that has some (window)."""
    of = np.array([unit.partition("-")[0] for unit in units])
    found = (of == str(fleet) for fleet in fleets)
    return (each for each in found if each.any())


def rms(errors: Array) -> float:
    """Root of the mean square; not a number of none."""
    return float(np.sqrt(np.mean(np.square(errors)))) if errors.size else float("nan")
