"""Pulling a string out of the hole and running it in, stand by stand."""

from idrill.physics.compiled import compiled
from idrill.simulator.chances import lasting
from idrill.simulator.handling import CLOSE, begin, run, travel
from idrill.simulator.parameters import PIPE, SURVEY, Job
from idrill.simulator.phases import (
    AT_SURFACE,
    LOWERED,
    LOWERING,
    OUT,
    PULLED,
    PULLING,
    STARTING,
)
from idrill.simulator.state import Driller, Hoist

RUN_IN_STOP = 8.0
"""From here on a string is washed down to bottom [m] [e]."""


@compiled
def _pipe(job: Job, driller: Driller) -> float:
    """How long the next stand takes to rack back or to fetch [s]."""
    driller.pipes += 1
    return lasting(job, PIPE, driller.pipes, job.orders.pipe_time)


@compiled
def pull(job: Job, driller: Driller, hoist: Hoist) -> None:
    """Pull a stand, rack it back, fetch the next."""
    orders, machinery = job.orders, job.machinery
    run(driller, orders, 0.0, 0.0)
    if driller.phase == PULLING:
        top = min(machinery.lowest + machinery.stand, hoist.position + hoist.bit_depth)
        if travel(hoist, top, orders.trip_speed):
            out = hoist.bit_depth < 2 * CLOSE
            hoist.in_slips = 1
            begin(driller, AT_SURFACE if out else PULLED,
                  _pipe(job, driller))  # fmt: skip
        return
    there = travel(hoist, machinery.lowest, 2.0 * orders.trip_speed)
    if there and driller.left <= 0.0:
        hoist.in_slips = 0
        begin(driller, PULLING, 0.0)


@compiled
def run_in(job: Job, driller: Driller, hoist: Hoist) -> None:
    """Run a stand in, fetch the next; near bottom start the pumps."""
    orders, machinery = job.orders, job.machinery
    run(driller, orders, 0.0, 0.0)
    hoist.speed_asked = 0.0
    if driller.phase == OUT:
        hoist.in_slips = 1
        if driller.left <= 0.0:
            begin(driller, LOWERED, _pipe(job, driller))
    elif driller.phase == LOWERED:
        hoist.in_slips = 1
        there = travel(hoist, machinery.lowest + machinery.stand, 2.0 * orders.trip_speed)
        if there and driller.left <= 0.0:
            hoist.in_slips = 0
            begin(driller, LOWERING, 0.0)
    else:
        gap = hoist.hole_depth - hoist.bit_depth - RUN_IN_STOP
        stop = max(machinery.lowest, hoist.position - max(gap, 0.0))
        if travel(hoist, stop, orders.trip_speed):
            if gap < 2 * CLOSE:
                begin(driller, STARTING, lasting(job, SURVEY, driller.stands, orders.survey_time))
            else:
                begin(driller, LOWERED, _pipe(job, driller))
