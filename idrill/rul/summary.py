"""Statistics of a window's rows, taken inside the graph, and a small network on them.

Where lives are few, order and shape of the rows tell less than their level, trend and scatter, and
a network that may only use these learns fewer coincidences. A linear way past the hidden layers
(wide and deep; Cheng, Koc, Harmsen et al. 2016) keeps it sensible where it has seen little.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

FAR = 4.0
"""Scaled statistic from which on more of it says nothing more [-]."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Two hidden layers on the statistics of each channel, and a linear way past them."""

    hidden: int = 24
    dropout: float = 0.3
    """Share of the hidden states, and half of it of the statistics, that training hides [-]."""

    def build(self, channels: int, length: int) -> nn.Module:
        """A new network for windows (window, length, channels)."""
        return _Summary(self, channels, length)


class _Summary(nn.Module):
    def __init__(self, config: Summary, channels: int, length: int) -> None:
        super().__init__()
        self.length, width = length, 6 * channels + 1
        self.straight = nn.Linear(width, 1)
        self.deep = nn.Sequential(
            nn.Dropout(config.dropout / 2.0),
            nn.Linear(width, config.hidden),
            nn.GELU(),
            nn.Dropout(config.dropout),
            nn.Linear(config.hidden, config.hidden),
            nn.GELU(),
            nn.Dropout(config.dropout),
            nn.Linear(config.hidden, 1),
        )

    def forward(self, values: Tensor, mask: Tensor) -> Tensor:
        """Remaining life as share of the cap (window,)."""
        seen = torch.cat([statistics(values, mask), _share(mask)], dim=-1).clamp(-FAR, FAR)
        return torch.as_tensor(self.straight(seen) + self.deep(seen)).squeeze(-1)


def _share(mask: Tensor) -> Tensor:
    """Of the rows that are there (window, 1)."""
    return mask.float().mean(dim=1, keepdim=True)


def statistics(values: Tensor, mask: Tensor) -> Tensor:
    """Mean; last, least and greatest against it; growth and deviation (window, 6 · channel).

    Against the mean, since columns that tell nearly the same are slow to learn from. Growth is the
    slope of a line through the rows by least squares, over half the window.

    Args:
        values: Scaled (window, time, channel).
        mask: Whether there is a row (window, time).
    """
    there = mask.unsqueeze(-1).to(values.dtype)
    count = there.sum(dim=1).clamp(min=1.0)
    held = values * there
    mean = held.sum(dim=1) / count
    off = (held - mean.unsqueeze(1)) * there
    return torch.cat(
        [
            mean,
            off[:, -1],
            _growth(off, there),
            (off.square().sum(dim=1) / count + 1e-8).sqrt(),
            off.amin(dim=1),
            off.amax(dim=1),
        ],
        dim=-1,
    )


def _growth(off: Tensor, there: Tensor) -> Tensor:
    """Of values against their mean (window, channel)."""
    length = off.shape[1]
    time = torch.linspace(-1.0, 1.0, length)[None, :, None] * there
    centred = (time - time.sum(dim=1, keepdim=True) / there.sum(dim=1, keepdim=True)) * there
    return (centred * off).sum(dim=1) / centred.square().sum(dim=1).clamp(min=1e-3)
