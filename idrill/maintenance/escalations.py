"""Alerts that nobody acknowledges take a higher priority, step by step."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from idrill.maintenance.alerts import Priority


@dataclass(frozen=True, slots=True)
class Escalation:
    """The priority that an alert takes once nobody has acknowledged it for so long."""

    after: float
    """[s] since its condition began."""
    to: Priority


def ascending(priority: Priority, steps: Sequence[Escalation]) -> bool:
    """Whether each step comes later, and is higher, than what is before it.

    Example:
        >>> ascending(Priority.HIGH, [Escalation(60.0, Priority.LOW)])
        False
    """
    order = list(Priority)
    ranks = [order.index(priority), *(order.index(step.to) for step in steps)]
    times = [0.0, *(step.after for step in steps)]
    return all(later > earlier for row in (ranks, times) for earlier, later in pairwise(row))
