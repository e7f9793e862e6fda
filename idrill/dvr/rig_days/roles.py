"""Which channels of a rig are measured, and which it reckons from others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import polars as pl

from idrill.dvr.identities import find_identities
from idrill.frame import Activity, channels_in, usable

TOLD = 6
"""Telling hours after which nothing is looked for any more."""
DRILLED = 1 / 3
"""Share of an hour's rows that must be drilling for it to tell where it finds nothing [-]."""


@dataclass
class Roles:
    """What the hours so far told."""

    derived: dict[str, float] = field(default_factory=dict)
    """By channel that is reckoned from others: the factor of the first of them."""
    hours: int = 0
    channels: tuple[str, ...] = ()

    @property
    def known(self) -> dict[str, float] | None:
        """The derived channels; None before the first hour that tells."""
        return self.derived if self.hours else None

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """As it was stored; without anything, nothing is known."""
        return cls(
            dict(stored.get("derived", {})),
            stored.get("hours", 0),
            tuple(stored.get("channels", ())),
        )

    def as_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {"derived": self.derived, "hours": self.hours, "channels": list(self.channels)}

    def hear(self, hour: pl.DataFrame) -> None:
        """Learn from the rows of a clock hour; other channels than before begin anew."""
        channels = tuple(channels_in(hour.columns))
        if set(channels) - set(self.channels):
            self.derived, self.hours, self.channels = {}, 0, channels
        drilling = hour["activity"].is_in([Activity.DRILLING_ROTATING, Activity.DRILLING_SLIDING])
        if self.hours >= TOLD:
            return
        sound = (pl.when(usable(name)).then(name).alias(name) for name in channels)
        good = hour.select("time", *sound)
        found = find_identities(good)
        self.derived |= {each.channel: each.sources[0][1] for each in found}
        self.hours += bool(found) or drilling.sum() > DRILLED * hour.height
