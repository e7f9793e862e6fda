"""How a maintenance plan that was asked for stands."""

from enum import StrEnum


class PlanState(StrEnum):
    """How a plan stands."""

    REQUESTED = "requested"
    RUNNING = "running"
    DONE = "done"
    IMPOSSIBLE = "impossible"
    """No plan keeps to every limit; the problem says which."""
    FAILED = "failed"
    """It could not be made, or not be carried out; the problem says why."""
