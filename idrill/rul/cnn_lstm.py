"""Convolutions that smooth and thin out the rows of a window, then a recurrent layer over them.

Noise from row to row is far larger than what a row adds to a trend. A first convolution with a
stride takes several rows into one state, so that a long window costs what a short one would.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from idrill.rul.layers import AttentionPooling, Head, masked_input


@dataclass(frozen=True, slots=True)
class CNNLSTM:
    """Convolution with a stride, a residual convolution, recurrence, attention pooling."""

    width: int = 24
    """Channels of the convolutions."""
    stride: int = 4
    """Rows taken into one state; each state sees twice as many."""
    hidden: int = 24
    dropout: float = 0.3
    """Share of the states that training hides [-]."""

    def build(self, channels: int, length: int) -> nn.Module:
        """A new network for windows (window, length, channels)."""
        return _CNNLSTM(self, channels, length)


class _CNNLSTM(nn.Module):
    def __init__(self, config: CNNLSTM, channels: int, length: int) -> None:
        super().__init__()
        self.stride = config.stride
        self.front = config.stride + -length % config.stride
        self.thin = nn.Conv1d(channels + 1, config.width, 2 * config.stride, config.stride)
        self.refine = nn.Conv1d(config.width, config.width, 3, padding=1)
        self.hidden = nn.Dropout(config.dropout)
        self.recurrent = nn.LSTM(config.width, config.hidden, batch_first=True)
        self.pool = AttentionPooling(config.hidden)
        self.head = Head(2 * config.hidden, config.hidden, config.dropout)

    def forward(self, values: Tensor, mask: Tensor) -> Tensor:
        """Remaining life as share of the cap (window,)."""
        rows = functional.pad(masked_input(values, mask).transpose(1, 2), (self.front, 0))
        there = functional.max_pool1d(rows[:, -1:], 2 * self.stride, self.stride)
        seen = functional.gelu(self.thin(rows)) * there
        seen = (seen + functional.gelu(self.refine(seen))) * there
        states, _ = self.recurrent(self.hidden(seen.transpose(1, 2)))
        pooled = self.pool(states, there.squeeze(1) > 0.5)
        return torch.as_tensor(self.head(torch.cat([states[:, -1], pooled], dim=-1)))
