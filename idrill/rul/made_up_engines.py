"""Made-up engines in the text format of C-MAPSS, where the original files are not at hand.

They try the way from file to figure: what a model reaches on them says nothing of real engines.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

CRUISES = np.array(
    [
        [0.0, 0.0, 100.0],
        [10.0, 0.25, 100.0],
        [20.0, 0.7, 100.0],
        [25.0, 0.62, 60.0],
        [35.0, 0.84, 100.0],
        [42.0, 0.84, 100.0],
    ]
)
"""Altitude, Mach number, throttle (regime, setting) [1000 ft, -, %]."""


def write_subset(
    folder: Path, name: str, *, regimes: int, training: int = 20, test: int = 20, seed: int = 0
) -> Array:
    """Writes the three files of a subset.

    Wear grows exponentially. Sensors 1 to 20 read a level that depends on the regime, a response
    to wear, and noise; the last is constant.

    Args:
        folder: Where they go.
        name: Of the subset.
        regimes: Kinds of cruise, at most as many as `CRUISES`.
        training: Engines that run to failure.
        test: Engines that are watched for a while.
        seed: Same seed, same files.

    Returns:
        What is left of the test engines (engine) [cycle].
    """
    generator = np.random.default_rng(seed)
    levels = generator.uniform(100.0, 600.0, (6, 20))
    gains = generator.normal(0.0, 1.0, 20) * levels / 100.0
    lives = generator.integers(70, 130, training + test)
    engines = [_engine(int(life), regimes, levels, gains, generator) for life in lives]
    left = generator.integers(1, 60, test).astype(np.float64)
    kept = [rows[: len(rows) - int(n)] for rows, n in zip(engines[training:], left, strict=True)]
    _write(folder / f"train_{name}.txt", engines[:training])
    _write(folder / f"test_{name}.txt", kept)
    (folder / f"RUL_{name}.txt").write_text("".join(f"{n:g} \n" for n in left))
    return left


def _engine(
    life: int, regimes: int, levels: Array, gains: Array, generator: np.random.Generator
) -> Array:
    cycle = np.arange(1.0, life + 1.0)
    regime = generator.integers(0, regimes, life)
    settings = CRUISES[regime] + generator.normal(0.0, [0.002, 0.0003, 0.0], (life, 3))
    wear = np.exp((cycle - life) / 30.0)
    seen = wear[:, None] + generator.normal(0.0, 0.1, (life, 20))
    sensors = levels[regime] + gains[regime] * seen
    return np.column_stack([cycle, settings, sensors, np.full(life, 14.62)])


def _write(path: Path, engines: list[Array]) -> None:
    rows = (
        f"{number} {row[0]:g} " + " ".join(f"{value:.4f}" for value in row[1:]) + "  \n"
        for number, engine in enumerate(engines, start=1)
        for row in engine
    )
    path.write_text("".join(rows))
