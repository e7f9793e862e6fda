"""Crews: what they can do, for whom, and when they work."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from idrill.errors import InvalidPlan

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time."""

    start: datetime
    end: datetime

    @property
    def hours(self) -> float:
        """How long it is [h]."""
        return (self.end - self.start) / timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Rota:
    """When a crew works: a shift a day, for some days on and some days off, over and over."""

    first: datetime
    """Start of the first shift of all."""
    hours: float
    """Of a shift; 24: they relieve one another and never stop [h]."""
    days_on: int = 1
    days_off: int = 0

    def __post_init__(self) -> None:
        if self.first.tzinfo is None:
            raise InvalidPlan(f"rota: {self.first} has no time zone")
        if not 0.0 < self.hours <= 24.0:
            raise InvalidPlan(f"rota: a shift of {self.hours:g} h is none")
        if self.days_on < 1 or self.days_off < 0:
            raise InvalidPlan(f"rota: {self.days_on} days on and {self.days_off} off make no turn")

    def spans(self, start: datetime, end: datetime) -> list[Span]:
        """When somebody works between two instants; shifts that meet are one span.

        Example:
            >>> from datetime import UTC
            >>> rota = Rota(datetime(2026, 3, 1, 6, tzinfo=UTC), 12.0, days_on=1, days_off=1)
            >>> [f"{one.start:%d %H}" for one in rota.spans(rota.first, rota.first + 4 * DAY)]
            ['01 06', '03 06']
        """
        found: list[Span] = []
        turn, number = self.days_on + self.days_off, max((start - self.first) // DAY - 1, 0)
        while (begins := self.first + number * DAY) < end:
            stops = min(begins + timedelta(hours=self.hours), end)
            begins = max(begins, start)
            if number % turn < self.days_on and stops > begins:
                if found and found[-1].end >= begins:
                    found[-1] = Span(found[-1].start, stops)
                else:
                    found.append(Span(begins, stops))
            number += 1
        return found


@dataclass(frozen=True, slots=True)
class Crew:
    """People who do work together."""

    name: str
    skills: tuple[str, ...]
    rota: Rota
    size: int = 1
    """Pieces of work that they do at once."""
    rigs: tuple[str, ...] | None = None
    """That they go to; None: every one."""

    def __post_init__(self) -> None:
        if self.size < 1:
            raise InvalidPlan(f"crew {self.name}: {self.size} pieces of work at once are none")
        if not self.skills:
            raise InvalidPlan(f"crew {self.name}: says no skill")

    def may(self, skill: str, rig_id: str) -> bool:
        """Whether they can do work of a kind on a rig."""
        return skill in self.skills and (self.rigs is None or rig_id in self.rigs)
