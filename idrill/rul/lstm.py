"""A long short-term memory over the rows of a window."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from idrill.rul.layers import AttentionPooling, Head, masked_input


@dataclass(frozen=True, slots=True)
class LSTM:
    """A stack of recurrent layers, read at the last row and over all rows (Hochreiter 1997)."""

    hidden: int = 32
    layers: int = 1
    dropout: float = 0.3
    """Share of the states that training hides [-]."""

    def build(self, channels: int, length: int) -> nn.Module:  # noqa: ARG002  any length will do
        """A new network for windows (window, length, channels)."""
        return _LSTM(self, channels)


class _LSTM(nn.Module):
    def __init__(self, config: LSTM, channels: int) -> None:
        super().__init__()
        self.recurrent = nn.LSTM(
            channels + 1,
            config.hidden,
            config.layers,
            batch_first=True,
            dropout=config.dropout if config.layers > 1 else 0.0,
        )
        self.pool = AttentionPooling(config.hidden)
        self.head = Head(2 * config.hidden, config.hidden, config.dropout)

    def forward(self, values: Tensor, mask: Tensor) -> Tensor:
        """Remaining life as share of the cap (window,)."""
        states, _ = self.recurrent(masked_input(values, mask))
        seen = torch.cat([states[:, -1], self.pool(states, mask)], dim=-1)
        return torch.as_tensor(self.head(seen))
