"""Small problems, untrained networks with fitted scalers, and the model folders made of them."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch

from idrill.rul.card import Card, Covered, Figure, TrainingSet
from idrill.rul.export import export
from idrill.rul.intervals import Interval
from idrill.rul.networks import network_named
from idrill.rul.problem import Problem
from idrill.rul.scaling import fit_scaler
from idrill.rul.training import TrainedNetwork
from idrill.windows import Life, Lives, Windows, windows

torch.set_num_threads(1)

CAP = 125.0
CHANNELS = ("altitude", "speed", "temperature", "pressure", "steady")
INTERVAL = Interval(
    edges=np.array([40.0, 80.0]),
    offsets=np.array(
        [
            [-12.0, -9.0, -1.0, 8.0, 11.0],
            [-20.0, -15.0, 0.0, 14.0, 19.0],
            [-30.0, -21.0, 2.0, 20.0, 33.0],
        ]
    ),
    cap=CAP,
)


def problem(regimes: int = 1, length: int = 12) -> Problem:
    return Problem("liner", "cycles", CHANNELS, ("altitude", "speed"), regimes, length, CAP)


def lives(regimes: int, count: int = 12) -> Lives:
    """Lives of 5 to 60 rows, worked in as many regimes, with gaps."""
    random = np.random.default_rng(3)
    found = []
    for number in range(count):
        rows = int(random.integers(5, 60))
        kind = random.integers(0, 6, size=rows)
        conditions = np.column_stack([kind * 7000.0, 0.25 * kind])
        if regimes == 1:
            conditions = random.normal((300.0, 0.6), (40.0, 0.1), size=(rows, 2))
        wear = np.linspace(0.0, 1.0, rows)
        temperature = 500.0 + conditions[:, 0] * 0.03 + 3.0 * wear + random.normal(size=rows)
        pressure = 1.5e7 + conditions[:, 1] ** 2 * 4e6 - 2e4 * wear + 1e3 * random.normal(size=rows)
        values = np.column_stack([conditions, temperature, pressure, np.full(rows, 7.0)])
        values[random.random(values.shape) < 0.1] = np.nan
        clock = np.arange(1.0, rows + 1.0)
        found.append(
            Life(f"unit {number}", f"rig {number // 2}", values.astype(np.float32), clock,
                 float(rows), failed=True)
        )  # fmt: skip
    return Lives(CHANNELS, "cycles", tuple(found))


def asked(regimes: int = 1) -> Windows:
    """Windows of all lives, most of the first ones short, with gaps."""
    return windows(lives(regimes), problem().length)


def member(name: str = "lstm", regimes: int = 1, seed: int = 0) -> TrainedNetwork:
    """An untrained network whose answers spread over zero to the cap and beyond."""
    torch.manual_seed(seed)
    wanted = problem(regimes)
    scaler = fit_scaler(wanted, lives(regimes))
    network = network_named(name).build(len(CHANNELS), wanted.length).eval()
    sample = asked(regimes)
    with torch.inference_mode():
        scaled = torch.from_numpy(scaler(sample.values))
        said = network(scaled, torch.from_numpy(sample.mask))
    return TrainedNetwork(wanted, scaler, _Spread(network, float(said.mean()), float(said.std())))


class _Spread(torch.nn.Module):
    def __init__(self, network: torch.nn.Module, mean: float, deviation: float) -> None:
        super().__init__()
        self.network, self.mean, self.deviation = network, mean, deviation

    def forward(self, values: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        said = self.network(values, mask)
        return torch.as_tensor(0.5 + 0.5 * (said - self.mean) / self.deviation)


def card(regimes: int = 1, model: str = "rul-liner") -> Card:
    return Card(
        model=model,
        purpose="Remaining life of mud pump liners, for the planner of a rig.",
        network="lstm, 1 member",
        trained_on=TrainingSet("component_histories", "ab" * 32, 7, (1, 2), groups=6, lives=12),
        figures=(Figure("rmse", 11.5, "12 held-out lives"),),
        intervals=(Covered(0.9, 0.91, 240),),
        not_for=("Liners of ceramic: none was among the training lives.",),
        problem=problem(regimes),
        code_version="0.1.0",
        created=datetime(2026, 2, 1, 12, tzinfo=UTC),
    )


def exported(folder: Path, seed: int = 0, model: str = "rul-liner") -> str:
    """Digest of a model folder made at `folder`."""
    return export([member(seed=seed)], INTERVAL, card(model=model), folder)
