"""Attention between patches of rows of a window.

After Vaswani et al. (2017), normalised before each part; patches as Nie et al. (2023) have them.
Written out rather than taken from `torch.nn`, whose layer leaves the graph on its fast path.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from idrill.errors import InvalidModel
from idrill.rul.layers import AttentionPooling, Head, masked_input


@dataclass(frozen=True, slots=True)
class Transformer:
    """Blocks of self-attention over patches, read by attention pooling and at the last patch."""

    width: int = 32
    heads: int = 4
    blocks: int = 2
    patch: int = 4
    """Rows taken into one state."""
    dropout: float = 0.2
    """Share of the states that training hides [-]."""

    def __post_init__(self) -> None:
        if self.width % self.heads:
            raise InvalidModel(f"{self.heads} heads do not share a width of {self.width} evenly")

    def build(self, channels: int, length: int) -> nn.Module:
        """A new network for windows (window, length, channels)."""
        return _Transformer(self, channels, length)


class _Transformer(nn.Module):
    def __init__(self, config: Transformer, channels: int, length: int) -> None:
        super().__init__()
        self.patch, self.front = config.patch, -length % config.patch
        patches = (length + self.front) // config.patch
        self.embed = nn.Conv1d(channels + 1, config.width, config.patch, config.patch)
        self.place = nn.Parameter(0.02 * torch.randn(patches, config.width))
        self.blocks = nn.ModuleList(_Block(config) for _ in range(config.blocks))
        self.norm = nn.LayerNorm(config.width)
        self.pool = AttentionPooling(config.width)
        self.head = Head(2 * config.width, config.width, config.dropout)

    def forward(self, values: Tensor, mask: Tensor) -> Tensor:
        """Remaining life as share of the cap (window,)."""
        rows = functional.pad(masked_input(values, mask).transpose(1, 2), (self.front, 0))
        there = functional.max_pool1d(rows[:, -1:], self.patch).squeeze(1) > 0.5
        states = self.embed(rows).transpose(1, 2) + self.place
        for block in self.blocks:
            states = block(states, there)
        states = self.norm(states)
        seen = torch.cat([states[:, -1], self.pool(states, there)], dim=-1)
        return torch.as_tensor(self.head(seen))


class _Block(nn.Module):
    def __init__(self, config: Transformer) -> None:
        super().__init__()
        width = config.width
        self.heads = config.heads
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.asked = nn.Linear(width, 3 * width)
        self.joined = nn.Linear(width, width)
        self.between = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )
        self.hidden = nn.Dropout(config.dropout)

    def forward(self, states: Tensor, there: Tensor) -> Tensor:
        states = states + self.hidden(self._attended(self.first(states), there))
        return torch.as_tensor(states + self.hidden(self.between(self.second(states))))

    def _attended(self, states: Tensor, there: Tensor) -> Tensor:
        """What each state takes from those that are there (window, patch, width)."""
        parts = self.asked(states).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        query, key, value = parts[0], parts[1], parts[2]
        score = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])
        score = score.masked_fill(~there[:, None, None, :], -1e9)
        taken = torch.softmax(score, dim=-1) @ value
        return torch.as_tensor(self.joined(taken.transpose(1, 2).flatten(-2)))
