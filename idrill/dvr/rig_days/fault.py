"""Something that is wrong on a rig, from when on, and for how long."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from idrill.dvr.rig_days.instruments import Hypothesis


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong, and goes on until it has an end."""

    hypothesis: Hypothesis
    suspects: tuple[str, ...]
    """What cannot be told from it, itself first."""
    start: datetime
    detected: datetime
    size: float
    sd: float
    detector: str
    seen: int = 0
    """Windows since it was detected."""
    end: datetime | None = None

    @property
    def instruments(self) -> frozenset[str]:
        """Those that it puts out of action."""
        return frozenset(self.hypothesis.signature)

    def as_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "name": self.hypothesis.name,
            "suspects": list(self.suspects),
            "start": self.start.isoformat(),
            "detected": self.detected.isoformat(),
            "size": self.size,
            "sd": self.sd,
            "detector": self.detector,
            "seen": self.seen,
            "end": None if self.end is None else self.end.isoformat(),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any], known: Sequence[Hypothesis]) -> "Fault | None":
        """A fault as it was stored; None where nobody knows its hypothesis any more."""
        found = [each for each in known if each.name == stored["name"]]
        if not found:
            return None
        start, detected = map(datetime.fromisoformat, (stored["start"], stored["detected"]))
        return cls(
            found[0], tuple(stored["suspects"]), start, detected, stored["size"], stored["sd"],
            stored["detector"], stored["seen"],
            None if stored["end"] is None else datetime.fromisoformat(stored["end"]),
        )  # fmt: skip
