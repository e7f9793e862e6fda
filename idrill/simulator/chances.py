"""What chance has for a crew, drawn beforehand so that no decision moves another."""

from math import exp

from idrill.physics.compiled import compiled
from idrill.simulator.parameters import Job


@compiled
def chance(job: Job, row: int, number: int) -> float:
    """What chance has for the crew: always the same for the same stand, pipe or pause.

    So a decision that comes a second earlier leaves all others as they are.

    Args:
        job: Holds the numbers.
        row: What is decided: one of `parameters.LUCK`.
        number: Of the stand, pipe, pause or refill.
    """
    return float(job.luck[row, number % job.luck.shape[1]])


@compiled
def lasting(job: Job, row: int, number: int, median: float) -> float:
    """How long something takes this time [s]."""
    return median * exp(job.orders.spread * chance(job, row, number))
