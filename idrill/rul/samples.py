"""Windows as tensors: scaled, with what is to be learned of each."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from idrill.rul.problem import Array, Problem
from idrill.rul.scaling import Scaler
from idrill.windows import Windows

BATCH = 512
"""Windows scaled, or asked of a network, at a time."""


@dataclass(frozen=True, eq=False)
class Samples:
    """Scaled windows and their targets."""

    values: Tensor
    """(window, time, channel)"""
    mask: Tensor
    """(window, time)"""
    target: Tensor
    """Capped remaining life as share of the cap (window)."""
    known: Tensor
    """Whether it is known, or only that it is at least so much (window)."""

    def __len__(self) -> int:
        return len(self.target)

    def of(self, chosen: Tensor) -> "Samples":
        """Some of them."""
        parts = (self.values, self.mask, self.target, self.known)
        return Samples(*(part[chosen] for part in parts))


def samples(problem: Problem, scaler: Scaler, windows: Windows) -> Samples:
    """Windows scaled, with their targets."""
    return Samples(
        values=torch.cat([scaled(scaler, windows[part]) for part in parts(len(windows))]),
        mask=torch.from_numpy(windows.mask),
        target=torch.from_numpy(problem.target(windows) / problem.cap).float(),
        known=torch.from_numpy(problem.known(windows)),
    )


def scaled(scaler: Scaler, windows: Windows) -> Tensor:
    """Scaled values (window, time, channel)."""
    return torch.from_numpy(scaler(windows.values))


def parts(count: int) -> Iterator[slice]:
    """Pieces of a sequence that are small enough to be held while something is done to them."""
    return (slice(start, start + BATCH) for start in range(0, count, BATCH))


def squared_error(found: Tensor, batch: Samples) -> Tensor:
    """Squared error of each sample; of one that is only bounded, below its bound alone."""
    short = batch.target - found
    return torch.where(batch.known, short, functional.relu(short)).square()


def asked(network: nn.Module, values: Tensor, mask: Tensor) -> Tensor:
    """What a network says of windows, as share of the cap (window)."""
    network.eval()
    with torch.inference_mode():
        found = [network(values[part], mask[part]) for part in parts(len(values))]
    return torch.cat(found)


def predicted(problem: Problem, scaler: Scaler, network: nn.Module, windows: Windows) -> Array:
    """Remaining life on the unit's clock, between zero and the cap (window)."""
    shares = [
        asked(network, scaled(scaler, some), torch.from_numpy(some.mask)).numpy()
        for some in (windows[part] for part in parts(len(windows)))
    ]
    found = np.concatenate([np.empty(0), *shares]) * problem.cap
    return np.clip(found, 0.0, problem.cap)
