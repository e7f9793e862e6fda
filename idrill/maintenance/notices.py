"""How people are told of alerts, and how often it is tried."""

from datetime import timedelta
from enum import StrEnum

from idrill.maintenance.alerts import Priority

ATTEMPTS = 12
"""After so many failures a notice is given up."""
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)


class Means(StrEnum):
    """How somebody is told."""

    WEBHOOK = "webhook"
    EMAIL = "email"


class Delivery(StrEnum):
    """How a notice stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"
    """Given up."""


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many failures; each wait is twice the one before.

    Example:
        >>> [pause_after(tries).total_seconds() for tries in (1, 2, 3, 11)]
        [5.0, 10.0, 20.0, 3600.0]
    """
    return min(FIRST_PAUSE * (1 << (attempts - 1)), LONGEST_PAUSE)


def reaches(priority: Priority, least: Priority) -> bool:
    """Whether a priority is `least` or above.

    Example:
        >>> reaches(Priority.HIGH, Priority.MEDIUM), reaches(Priority.LOW, Priority.MEDIUM)
        (True, False)
    """
    order = list(Priority)
    return order.index(priority) >= order.index(least)
