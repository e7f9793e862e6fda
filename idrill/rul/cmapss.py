"""NASA's turbofan engines (C-MAPSS): the original text files as lives.

Saxena et al. (2008), *Damage propagation modeling for aircraft engine run-to-failure simulation*.
A row is one flight: engine, cycle, three settings, twenty-one sensors.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from idrill.errors import BrokenSource
from idrill.rul.problem import Array, Problem
from idrill.windows import Life, Lives

SETTINGS = tuple(f"setting_{number}" for number in range(1, 4))
SENSORS = tuple(f"sensor_{number}" for number in range(1, 22))
CHANNELS = (*SETTINGS, *SENSORS)
CLOCK = "cycles"
CAP = 125.0
"""Remaining life above which an engine shows nothing, by convention (Heimes 2008) [cycle]."""

LENGTH = 192
"""Rows of a window; of an engine that ran for less, all that there are."""

REGIME_STEP = (1.0, 0.05, 1.0)
"""Difference of a setting that makes another regime: altitude, Mach number, throttle
[1000 ft, -, %]; within one they vary by a hundredth of this."""

MOST_REGIMES = 20
"""Beyond so many the settings vary without a step, which is one regime."""

COLUMNS = 2 + len(CHANNELS)


@dataclass(frozen=True, eq=False)
class Subset:
    """One of the four data sets."""

    name: str
    problem: Problem
    training: Lives
    """Engines run to failure."""
    test: Lives
    """Engines watched for a while, and how much longer each then ran."""


def read_subset(folder: Path, name: str, length: int = LENGTH, cap: float = CAP) -> Subset:
    """A subset from its three files, such as `train_FD001.txt`.

    Args:
        folder: Where they lie.
        name: Such as `FD001`.
        length: Rows of a window.
        cap: Of the remaining life [cycle].

    Raises:
        BrokenSource: If a file is missing, a row has not 26 numbers, cycles do not count from
            one, or the remaining lives are not as many as test engines.
    """
    training = _engines(folder / f"train_{name}.txt")
    test = _engines(folder / f"test_{name}.txt")
    remaining = _remaining(folder / f"RUL_{name}.txt", len(test))
    problem = Problem(
        name=name,
        clock=CLOCK,
        channels=CHANNELS,
        conditions=SETTINGS,
        regimes=regimes(np.concatenate(training)[:, 2:5]),
        length=length,
        cap=cap,
    )
    return Subset(
        name=name,
        problem=problem,
        training=_lives(training, np.zeros(len(training)), "train"),
        test=_lives(test, remaining, "test"),
    )


def regimes(settings: Array) -> int:
    """Into how many kinds the settings of flights fall; found from them, whatever the subset.

    Args:
        settings: (row, setting).

    Example:
        >>> sea_level, cruise = [0.001, 0.0002, 100.0], [42.003, 0.8401, 100.0]
        >>> regimes(np.array([sea_level, cruise, sea_level, [0.003, 0.0, 100.0]]))
        2
    """
    left, count = settings, 0
    while len(left) and count <= MOST_REGIMES:
        left = left[(np.abs(left - left[0]) > REGIME_STEP).any(axis=1)]
        count += 1
    return count if count <= MOST_REGIMES else 1


def _engines(path: Path) -> list[Array]:
    """The rows of each engine, in order (engine: row, column)."""
    rows = _numbers(path, COLUMNS)
    starts = np.flatnonzero(np.diff(rows[:, 0])) + 1
    engines = np.split(rows, starts)
    for number, engine in enumerate(engines, start=1):
        if engine[0, 0] != number or (engine[:, 1] != np.arange(1, len(engine) + 1)).any():
            raise BrokenSource(
                path.name,
                f"engine {engine[0, 0]:g} is number {number} in the file, or its cycles do not "
                "count from 1 without a gap.",
                remedy="Take the original file.",
            )
    return engines


def _remaining(path: Path, engines: int) -> Array:
    found = _numbers(path, 1)[:, 0]
    if len(found) != engines or (found < 0).any():
        raise BrokenSource(
            path.name,
            f"has {len(found)} remaining lives from {found.min():g} up for {engines} test engines.",
            remedy="Take this and the test file of the same subset.",
        )
    return found


def _numbers(path: Path, columns: int) -> Array:
    """The numbers of a text file (row, column)."""
    if not path.is_file():
        raise BrokenSource(
            path.name, f"is not in {path.parent}.", remedy="Unpack the original files there."
        )
    lines = path.read_text(errors="replace").splitlines()
    rows = [
        _row(path, number, line.split(), columns)
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]
    if not rows:
        raise BrokenSource(path.name, "is empty.")
    return np.array(rows)


def _row(path: Path, line: int, words: list[str], columns: int) -> list[float]:
    if len(words) != columns:
        raise BrokenSource(path.name, f"has {len(words)} columns, not {columns}.", line=line)
    try:
        found = [float(word) for word in words]
    except ValueError as error:
        raise BrokenSource(path.name, f"{error}.", line=line) from error
    if not all(map(math.isfinite, found)):
        raise BrokenSource(path.name, "a value is not a finite number.", line=line)
    return found


def _lives(engines: list[Array], remaining: Array, name: str) -> Lives:
    """Each engine as a life that ends in failure so many cycles after its last row."""
    lives = (
        Life(
            unit=f"{name}-{number}",
            group=f"{name}-{number}",
            values=rows[:, 2:].astype(np.float32),
            clock=rows[:, 1],
            end=float(rows[-1, 1] + left),
            failed=True,
        )
        for number, (rows, left) in enumerate(zip(engines, remaining, strict=True), start=1)
    )
    return Lives(CHANNELS, CLOCK, tuple(lives))
