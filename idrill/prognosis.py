"""The answer to how long a component will last."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from idrill.errors import InvalidRequest

LEVELS = (0.05, 0.1, 0.5, 0.9, 0.95)
"""Quantiles that a prognosis states [-]."""


STALE = timedelta(days=2)
"""Silence of a rig after which a prognosis is doubtful."""
LOST = timedelta(days=14)
"""Silence after which it is withheld."""


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

    def seen_at(self, at: datetime) -> "Prognosis":
        """The prognosis as whoever reads it later may take it.

        A rig that falls silent is foreseen no more, and what was said last would stand as good for
        ever. So it becomes doubtful where nothing newer has come for `STALE`, and is withheld after
        `LOST`.

        Args:
            at: When it is read.

        Raises:
            InvalidRequest: If the instant has no time zone.
        """
        if at.tzinfo is None:
            raise InvalidRequest(f"at: {at} has no time zone, such as UTC")
        silent = at - self.as_of
        if silent <= STALE:
            return self
        said = (
            f"silent since {self.as_of:%Y-%m-%d %H:%M}: nothing newer for "
            f"{silent / timedelta(days=1):.1f} days"
        )
        reason = f"{self.reason}; {said}" if self.reason else said
        if silent > LOST or self.quality is InputQuality.WITHHELD:
            return replace(self, quantiles=None, quality=InputQuality.WITHHELD, reason=reason)
        return replace(self, quality=InputQuality.DOUBTFUL, reason=reason)
