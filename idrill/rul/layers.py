"""What networks over masked windows share."""

import torch
from torch import Tensor, nn


class AttentionPooling(nn.Module):
    """The states of a window in one, weighted by what they say themselves.

    Args:
        width: Of a state.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.score = nn.Linear(width, 1)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """Of states (window, time, width), those where the mask says so (window, width)."""
        score = self.score(states).squeeze(-1).masked_fill(~mask, -1e9)
        return (states * torch.softmax(score, dim=-1).unsqueeze(-1)).sum(dim=1)


class Head(nn.Module):
    """From what was seen of a window to its remaining life, as share of the cap.

    Args:
        width: Of what was seen.
        hidden: Width of the layer between.
        dropout: Share of what was seen that training hides [-].
    """

    def __init__(self, width: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Dropout(dropout), nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, 1)
        )

    def forward(self, seen: Tensor) -> Tensor:
        """(window, width) → (window,)."""
        return torch.as_tensor(self.layers(seen)).squeeze(-1)


def masked_input(values: Tensor, mask: Tensor) -> Tensor:
    """Values where there is a row, and in one more channel whether there is (..., channel + 1)."""
    there = mask.unsqueeze(-1).to(values.dtype)
    return torch.cat([values * there, there], dim=-1)
