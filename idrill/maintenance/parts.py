"""Spare parts: how many there are, and when more come."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from idrill.errors import InvalidPlan


@dataclass(frozen=True, slots=True)
class Delivery:
    """Parts that are under way."""

    at: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Part:
    """A kind of spare part."""

    name: str
    stock: int
    lead_days: float
    """Until one that is ordered now can be used [d]."""
    deliveries: tuple[Delivery, ...] = ()

    def __post_init__(self) -> None:
        if self.stock < 0 or self.lead_days < 0.0:
            raise InvalidPlan(f"part {self.name}: stock and lead time are zero or more")
        if any(one.count < 1 or one.at.tzinfo is None for one in self.deliveries):
            raise InvalidPlan(f"part {self.name}: a delivery has a time zone and one part or more")

    def ordered(self, now: datetime) -> datetime:
        """When parts that are ordered now can be used; from then on there are enough."""
        return now + timedelta(days=self.lead_days)

    def supply(self, now: datetime) -> tuple[tuple[datetime, int], ...]:
        """Until when how many may have been used since now, in order of time.

        Example:
            >>> from datetime import UTC
            >>> now = datetime(2026, 3, 1, tzinfo=UTC)
            >>> more = Delivery(datetime(2026, 3, 3, tzinfo=UTC), 2)
            >>> [(f"{at:%d}", many) for at, many in Part("liner", 1, 10.0, (more,)).supply(now)]
            [('03', 1), ('11', 3)]
        """
        there, limits, end = self.stock, [], self.ordered(now)
        for delivery in sorted(self.deliveries, key=lambda one: one.at):
            if delivery.at >= end:
                break
            if delivery.at > now:
                limits.append((delivery.at, there))
            there += delivery.count
        return (*limits, (end, there)) if end > now else ()
