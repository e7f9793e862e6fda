"""The answer to how long a component will last."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

LEVELS = (0.05, 0.1, 0.5, 0.9, 0.95)
"""Quantiles that a prognosis states [-]."""


class InputQuality(StrEnum):
    """How far the data under a prognosis can be trusted."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    """Given, and said to be doubtful."""
    WITHHELD = "withheld"
    """Not given: the reason says why."""


@dataclass(frozen=True, slots=True)
class Prognosis:
    """Remaining useful life of a component at an instant, with its uncertainty (ISO 13381-1).

    Remaining life counts on the component's own clock (`ComponentKind.life_clock`) and is cut at a
    cap: at the cap it means "at least so long".
    """

    rig_id: str
    equipment: str
    component: str
    unit: str
    """The life that is asked about."""
    failure_modes: tuple[str, ...]
    as_of: datetime
    quantiles: tuple[float, ...] | None
    """Of the remaining life at each of `LEVELS`, ascending [own hours]; None if withheld."""
    cap: float | None
    """[own hours]"""
    age: float | None
    """Since installation [own hours]."""
    model: str
    """Name and version of the model, such as `rul-liner/3`; "" if there is none."""
    quality: InputQuality
    reason: str
    """Why it is doubtful or withheld; "" if neither."""

    @property
    def median(self) -> float | None:
        """The remaining life that is as likely outlived as not [own hours]."""
        return None if self.quantiles is None else self.quantiles[LEVELS.index(0.5)]
