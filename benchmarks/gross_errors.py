"""How often wrong measurements are found in published networks, at equal false alarms.

Overall power: correct identifications by simulated errors. AVTI: wrong identifications by trials
without an error. OPF: trials in which exactly the simulated errors were identified. Every method
is tuned to the same AVTI on trials of its own; a class of streams that cannot be told apart is
credited when one of it was wrong. Trials are drawn around the exact values, projected onto the
balances.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from rich.progress import track

from benchmarks.harness import Comparison, Result, Sample
from benchmarks.real_data import real_data
from benchmarks.reconciliation import network
from idrill.dvr.balances import LinearBalances
from idrill.dvr.gross_errors import GrossErrorTests
from idrill.dvr.reconciliation import Reconciler
from idrill.dvr.several_errors import (
    Suspect,
    serial_compensation,
    serial_elimination,
    subset_search,
)

Array = NDArray[np.float64]

SEED = 10
RUNS = 2_500
AVTI = 0.10
SIZES = ((2.0, 7.0), (5.0, 9.0))
"""Sizes of errors by standard deviation, drawn evenly."""
COVERED = 10_000
SEVERAL_RUNS = 400
TUNING_RUNS = 1_000
RESAMPLED = 2_000
"""Bootstrap samples of the difference between two methods."""

Method = Callable[[GrossErrorTests, Array, float], tuple[Suspect, ...]]


@dataclass(frozen=True, slots=True)
class Network:
    """A network and the state that it is in."""

    name: str
    tests: GrossErrorTests
    exact: Array
    sd: Array

    def sound(self, random: Generator, count: int) -> Array:
        """Samples without an error (sample, stream)."""
        return np.asarray(self.exact + self.sd * random.standard_normal((count, len(self.sd))))


def published() -> Iterator[Network]:
    """The twelve networks, exact values projected so that the balances close."""
    path = real_data() / "data_reconciliation" / "linear_problems.json"
    for name, said in json.loads(path.read_text()).items():
        sd = np.array(said["sd"])
        reconciler = Reconciler(LinearBalances(np.array(said["A"])), sd**2)
        exact = reconciler.values(np.array(said["exact"])[None])[0]
        yield Network(name, GrossErrorTests(reconciler), exact, sd)


def generated() -> Network:
    """A network of the size of the steam system that methods are often shown on."""
    reconciler = Reconciler(network(SEED, 11, 28), np.full(28, 1.0))
    exact = reconciler.values(np.full((1, 28), 100.0))[0]
    return Network("11 x 28", GrossErrorTests(reconciler), exact, np.ones(28))


def largest(one: Network, samples: Array, critical: float) -> NDArray[np.int64]:
    """Place of the stream accused by the largest exceedance; -1 for none (sample)."""
    sizes = np.abs(one.tests.measurement_test(samples))
    return np.where(sizes.max(axis=1) > critical, sizes.argmax(axis=1), -1)


def single(one: Network, span: tuple[float, float], random: Generator) -> tuple[float, float]:
    """Overall power and AVTI of the measurement test, largest exceedance only."""
    tuning = np.abs(one.tests.measurement_test(one.sound(random, 4 * RUNS))).max(axis=1)
    critical = float(np.quantile(tuning, 1.0 - AVTI))
    groups = {place: members for members in one.tests.groups for place in members}
    wrong = random.choice(list(groups), RUNS)
    samples = one.sound(random, RUNS)
    bias = random.uniform(*span, RUNS) * random.choice([-1.0, 1.0], RUNS) * one.sd[wrong]
    samples[np.arange(RUNS), wrong] += bias
    accused = largest(one, samples, critical)
    hits = [int(found) in groups[int(place)] for found, place in zip(accused, wrong, strict=True)]
    falsely = (largest(one, one.sound(random, RUNS), critical) >= 0).mean()
    return float(np.mean(hits)), float(falsely)


def coverage(one: Network, random: Generator) -> float:
    """Share of intervals of 95 % that hold the exact value."""
    values = one.tests.reconciler.values(one.sound(random, COVERED))
    return float((np.abs(values - one.exact) < 1.959964 * one.tests.reconciler.sd).mean())


METHODS: dict[str, Method] = {
    "iterative measurement test": lambda tests, sample, critical: serial_elimination(
        tests, sample, critical=critical
    ),
    "serial compensation": lambda tests, sample, critical: serial_compensation(
        tests, sample, critical=critical
    ),
    "subset search": lambda tests, sample, critical: subset_search(
        tests, sample, critical=10.0**-critical
    ),
}
"""By how large a critical value is wanted: the larger, the fewer are accused."""


def tuned(one: Network, method: Method, random: Generator) -> float:
    """The critical value at which sound samples meet with AVTI accusations each."""
    samples = one.sound(random, TUNING_RUNS)
    low, high = 0.3, 6.0
    for _ in range(9):
        middle = (low + high) / 2
        accused = np.mean([len(method(one.tests, sample, middle)) for sample in samples])
        low, high = (middle, high) if accused > AVTI else (low, middle)
    return high


@dataclass(frozen=True, slots=True)
class Score:
    """How a method did on the same trials as the others."""

    hits: Array
    """Share of the simulated errors that were identified (trial)."""
    exact: Array
    """1 where exactly they were (trial)."""


def several(one: Network, errors: int, random: Generator) -> dict[str, Score]:
    """The methods at equal AVTI on trials with so many errors at once."""
    limits = {name: tuned(one, method, random) for name, method in METHODS.items()}
    samples, wrong = one.sound(random, SEVERAL_RUNS), []
    for sample in samples:
        groups = random.choice(len(one.tests.groups), errors, replace=False)
        members = [one.tests.groups[group] for group in groups]
        places = [int(random.choice(group)) for group in members]
        sample[places] += (
            random.uniform(5.0, 9.0, errors) * random.choice([-1.0, 1.0], errors) * one.sd[places]
        )
        wrong.append({one.tests.reconciler.names[group[0]] for group in members})
    return {
        name: _scored(one, method, limits[name], samples, wrong) for name, method in METHODS.items()
    }


def _scored(
    one: Network, method: Method, limit: float, samples: Array, wrong: list[set[str]]
) -> Score:
    hits, exact = [], []
    for sample, truth in zip(samples, wrong, strict=True):
        found = {suspect.names[0] for suspect in method(one.tests, sample, limit)}
        hits.append(len(found & truth) / len(truth))
        exact.append(float(found == truth))
    return Score(np.array(hits), np.array(exact))


def run() -> Result:
    """Single errors on the published networks, several on three of them and a generated one."""
    random = np.random.default_rng(SEED)
    networks = list(published())
    comparisons, figures = [], dict[str, float | str]()
    for one in track(networks, "Single errors"):
        powers = [single(one, span, random) for span in SIZES]
        figures[f"{one.name}: overall power at 2-7 · 5-9 sd, AVTI, intervals that cover"] = (
            f"{powers[0][0]:.3f} · {powers[1][0]:.3f}, {powers[0][1]:.3f}, "
            f"{coverage(one, random):.4f}"
        )
    by_name = {one.name: one for one in networks}
    for one in (by_name["P9"], by_name["P10"], by_name["P12"], generated()):
        for errors in track((2, 3, 5), f"Several errors in {one.name}"):
            if errors < one.tests.reconciler.degrees_of_freedom:
                scores = several(one, errors, random)
                comparisons.append(_compared(f"{one.name}, {errors} errors", scores))
                figures |= _described(f"{one.name}, {errors} errors", scores, random)
    return Result(
        promise="",
        title="Gross errors in published networks",
        against="the iterative measurement test at the same AVTI, on the same trials",
        comparisons=tuple(comparisons),
        notes=(
            f"{RUNS:,} trials for single errors, {SEVERAL_RUNS} for several, of 5-9 sd; every "
            f"method tuned to {AVTI} wrong identifications per trial without an error.",
            "The comparisons are shares of errors missed: less is better.",
        ),
        figures=figures,
    )


def _compared(label: str, scores: dict[str, Score]) -> Comparison:
    missed = {name: 1.0 - float(score.hits.mean()) for name, score in scores.items()}
    return Comparison(
        f"{label}: missed by subset search",
        Sample((max(missed["subset search"], 1e-9),), ""),
        Sample((max(missed["iterative measurement test"], 1e-9),), ""),
    )


def _described(label: str, scores: dict[str, Score], random: Generator) -> dict[str, float | str]:
    """Power and OPF of each method, and the interval of the difference to the first."""
    first = next(iter(scores.values()))
    return {
        f"{label}: {name}, overall power (difference to the first, 95 %), OPF": (
            f"{score.hits.mean():.3f} ({_interval(score.hits - first.hits, random)}), "
            f"{score.exact.mean():.3f}"
        )
        for name, score in scores.items()
    }


def _interval(difference: Array, random: Generator) -> str:
    drawn = random.integers(len(difference), size=(RESAMPLED, len(difference)))
    low, high = np.quantile(difference[drawn].mean(axis=1), (0.025, 0.975))
    return f"{low:+.3f} to {high:+.3f}"
