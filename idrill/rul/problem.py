"""What is to be foreseen from what, and what anything that foresees it must do."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from idrill.errors import InvalidModel
from idrill.windows import Windows

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Problem:
    """The remaining life of one kind of unit."""

    name: str
    """The component, or the subset of C-MAPSS."""
    clock: str
    """What the unit's own clock counts."""
    channels: tuple[str, ...]
    """Columns of a window, in order."""
    conditions: tuple[str, ...]
    """Those of them that say how the unit is worked rather than how it is."""
    regimes: int
    """Into how many kinds the conditions fall; 1 where they vary without a step."""
    length: int
    """Rows of a window."""
    cap: float
    """Remaining life above which it is only said that there is so much, on the unit's clock."""

    def __post_init__(self) -> None:
        unknown = set(self.conditions) - set(self.channels)
        if unknown:
            raise InvalidModel(f"{self.name}: conditions {sorted(unknown)} are not among channels")
        if self.length < 1 or self.regimes < 1 or not self.cap > 0.0:
            raise InvalidModel(f"{self.name}: length, regimes and cap must be above zero")

    def target(self, windows: Windows) -> Array:
        """Remaining life, capped (window)."""
        return np.minimum(windows.remaining, self.cap)

    def known(self, windows: Windows) -> NDArray[np.bool_]:
        """Whether the capped remaining life is known: it failed, or outlived the cap (window)."""
        return windows.failed | (windows.remaining >= self.cap)


class Predictor(Protocol):
    """Anything that foresees the remaining life at the end of a window."""

    def predict(self, windows: Windows) -> Array:
        """Remaining life on the unit's clock, between zero and the cap (window)."""
        ...
