"""The networks by name.

Each is a small frozen configuration that builds a module: scaled values (window, time, channel)
and a mask (window, time) to the remaining life as share of the cap (window,). Where the mask says
that there is no row, what stands there moves nothing.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from torch import nn

from idrill.errors import InvalidModel
from idrill.rul.cnn_lstm import CNNLSTM
from idrill.rul.lstm import LSTM
from idrill.rul.summary import Summary
from idrill.rul.transformer import Transformer


class Network(Protocol):
    """What a network is built from."""

    def build(self, channels: int, length: int) -> nn.Module:
        """A new network for windows (window, length, channels)."""
        ...


NETWORKS: Mapping[str, Network] = MappingProxyType(
    {
        "transformer": Transformer(),
        "cnn_lstm": CNNLSTM(),
        "lstm": LSTM(),
        "summary": Summary(),
    }
)
"""Each with the sizes that are used when none are given; the first is the default."""


def network_named(name: str) -> Network:
    """The network of a name.

    Raises:
        InvalidModel: If there is none; lists those that there are.
    """
    if name not in NETWORKS:
        raise InvalidModel(f"there is no network {name!r}; there are {', '.join(NETWORKS)}")
    return NETWORKS[name]
