"""Untrained networks as models: what they answer costs what a trained one's answer does."""

from datetime import UTC, datetime

import numpy as np
import torch

from idrill.prognosis import LEVELS
from idrill.rul.card import Card, TrainingSet
from idrill.rul.cmapss import CAP, LENGTH
from idrill.rul.intervals import Interval
from idrill.rul.networks import network_named
from idrill.rul.problem import Problem
from idrill.rul.scaling import fit_scaler
from idrill.rul.training import TrainedNetwork
from idrill.windows import Life, Lives

SEED = 12
CHANNELS = 24
"""As many as C-MAPSS has; windows are as long as there, too."""


def lives() -> Lives:
    """Lives of noise with gaps."""
    random = np.random.default_rng(SEED)
    found = []
    for number in range(10):
        values = random.normal(500.0, 3.0, size=(LENGTH + 40, CHANNELS)).astype(np.float32)
        values[random.random(values.shape) < 0.02] = np.nan
        clock = np.arange(1.0, len(values) + 1.0)
        unit = f"engine {number}"
        found.append(Life(unit, unit, values, clock, end=float(clock[-1]), failed=True))
    names = tuple(f"sensor {number}" for number in range(CHANNELS))
    return Lives(names, "cycles", tuple(found))


def untrained(name: str, known: Lives, seed: int = SEED) -> TrainedNetwork:
    """A network with weights of chance, and the scaler of the lives."""
    torch.manual_seed(seed)
    problem = Problem(
        "engine", "cycles", known.channels, known.channels[:3], regimes=1, length=LENGTH, cap=CAP
    )
    network = network_named(name).build(CHANNELS, LENGTH).eval()
    return TrainedNetwork(problem, fit_scaler(problem, known), network)


def interval(width: float = 30.0) -> Interval:
    """An interval that widens, at most so far from the middle [cycles]."""
    spread = np.linspace(-width, width, len(LEVELS))
    return Interval(np.array([40.0, 80.0]), np.stack([spread / 2, spread, spread]), CAP)


def card(model: str, network: str, problem: Problem) -> Card:
    """The card of a model that is only to be timed."""
    return Card(
        model=model,
        purpose="To be timed.",
        network=network,
        trained_on=TrainingSet("noise", "0" * 64, None, (SEED,), groups=10, lives=10),
        figures=(),
        intervals=(),
        not_for=("Anything: it was never trained.",),
        problem=problem,
        code_version="benchmark",
        created=datetime.now(UTC),
    )
