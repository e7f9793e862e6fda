"""Lives of units that wear: a load, a wear that shows, and a channel that says nothing."""

import numpy as np
from numpy.typing import NDArray

from idrill.rul.problem import Problem
from idrill.windows import Life, Lives

PROBLEM = Problem("pump", "hours", ("load", "wear", "noise"), ("load",), 1, length=10, cap=40.0)


def worn(
    count: int, *, seed: int = 0, cut: float = 0.0, noise: float = 0.1, rigs: int | None = None
) -> Lives:
    """Lives of 40 to 100 rows.

    Args:
        count: How many.
        seed: Same seed, same lives.
        cut: Share of them that are watched for 20 to 100 rows only.
        noise: Deviation of what shows the wear.
        rigs: Among how many they are spread; one each if left out.
    """
    lives = []
    for number in range(count):
        generator = np.random.default_rng((seed, number))
        full, watched = int(generator.integers(40, 100)), int(generator.integers(20, 100))
        rows = min(full, watched) if generator.random() < cut else full
        clock = np.arange(1.0, rows + 1.0)
        load = generator.normal(size=rows)
        wear = np.exp((clock - full) / 25.0) + 0.3 * load + generator.normal(0.0, noise, rows)
        values = np.stack([load, wear, generator.normal(size=rows)], axis=1)
        unit = f"pump-{seed}-{number}"
        group = unit if rigs is None else f"rig-{seed}-{number % rigs}"
        lives.append(
            Life(unit, group, values.astype(np.float32), clock, float(clock[-1]), rows == full)
        )
    return Lives(PROBLEM.channels, PROBLEM.clock, tuple(lives))


def told(
    columns: NDArray[np.float64], clock: NDArray[np.float64], end: float, name: str = "a"
) -> Life:
    """A life of given columns (row, channel) that failed."""
    return Life(name, name, columns.astype(np.float32), clock, end, failed=True)
