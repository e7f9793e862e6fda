"""What the crew does next: a state machine that is asked once a second.

    drilling → reaming up ⇄ down → circulating → lifting → stopping → in slips → starting
        ↑  ↖ pausing                                          ↓                     ↓
        approaching  ←  ←  ←  ←  ←  ←  ←  ←  ←  ←  ←  ←  ←  ← (or pulled) ←  ←  ←  ←

A string that is to leave the hole is pulled stand by stand to the surface, where the kernel stops
for a new bit, string or section; it is run in again the same way.
"""

from math import log

from idrill.physics.compiled import compiled
from idrill.simulator.chances import chance, lasting
from idrill.simulator.parameters import (
    CIRCULATES,
    CIRCULATION,
    EASES,
    PAUSES,
    PIPE,
    REAMS,
    SLIPS,
    SURVEY,
    WAITS,
    Job,
    Orders,
)
from idrill.simulator.phases import (
    APPROACHING,
    AT_SURFACE,
    CIRCULATING,
    DRILLING,
    IN_SLIPS,
    LIFTING,
    LOWERED,
    LOWERING,
    OUT,
    PAUSING,
    PULLED,
    PULLING,
    REAMING_DOWN,
    REAMING_UP,
    STARTING,
    STILL,
    STOPPING,
)  # fmt: skip
from idrill.simulator.state import Driller, Hoist, Mud

OFF_BOTTOM = 0.5
"""Of the bit while the crew connects, circulates or waits [m]; 0.1 to 0.7 in the slips of Volve."""
REAMED = 0.8
"""Share of a stand that is reamed [-] [e]."""
RUN_IN_STOP = 8.0
"""From here on a string is washed down to bottom [m] [e]."""
CLOSE = 0.05
"""Distance at which a block has arrived [m]."""
CREEPING = 0.02
"""Least speed of a block on its way [m/s]."""
TOUCHING = 0.004
"""Speed at which a bit is set on bottom, so that the weight does not jump [m/s] [e]."""
SLOWING = 0.4
"""Share of the distance left that a block covers in a second [1/s]."""
SLOW_TURNING = 0.5
"""Speed of the string off bottom while the crew circulates, by that of drilling [-] [e]."""
LEAST_EASED = 0.6
"""Least flow of a pause with the string turning, by that of drilling [-] [e]."""
BLOCK_DOWN = 0.35
"""Share of a connection after which the block goes to fetch the next stand [-] [e]."""
BLED = 5e5
"""Standpipe pressure below which a crew sets the slips [Pa] [e]."""
ALARM = 180.0
"""Time after which a crew is sure that the string has parted [s] [e]."""


@compiled
def begin(driller: Driller, phase: int, left: float) -> None:
    """Go on to a phase that lasts so long [s], where time ends it."""
    driller.phase, driller.left, driller.whole = phase, left, left


@compiled
def travel(hoist: Hoist, target: float, fastest: float) -> bool:
    """Move the block towards a position [m]; whether it is there."""
    distance = target - hoist.position
    if abs(distance) < CLOSE:
        hoist.speed_asked = 0.0
        return True
    speed = min(max(SLOWING * abs(distance), CREEPING), fastest)
    hoist.speed_asked = speed if distance > 0.0 else -speed
    return False


@compiled
def run(driller: Driller, orders: Orders, flow: float, speed: float) -> None:
    """Ask for a share of the ordered flow and rotary speed [-]."""
    driller.flow_asked = flow * orders.flow
    driller.speed_asked = speed * orders.rotary_speed


@compiled
def decide(job: Job, driller: Driller, hoist: Hoist, mud: Mud) -> None:
    """Let the crew look at where things stand and do what comes next."""
    driller.left -= 1.0
    phase = driller.phase
    if phase == DRILLING:
        _drill(job, driller, hoist)
    elif phase in (REAMING_UP, REAMING_DOWN):
        _ream(job, driller, hoist, mud)
    elif phase in (CIRCULATING, LIFTING, STOPPING):
        _end_stand(job, driller, hoist, mud)
    elif phase in (IN_SLIPS, STARTING):
        _connect(job, driller, hoist)
    elif phase in (APPROACHING, PAUSING):
        _return(job, driller, hoist)
    elif phase in (PULLING, PULLED):
        _pull(job, driller, hoist)
    elif phase in (LOWERING, LOWERED, OUT):
        _run_in(job, driller, hoist)


@compiled
def _drill(job: Job, driller: Driller, hoist: Hoist) -> None:
    run(driller, job.orders, 1.0, 1.0)
    driller.until_pause -= 1.0
    driller.alarmed = driller.alarmed + 1.0 if hoist.parted > 0.0 else 0.0
    worn = hoist.wear >= job.surroundings.wear_limit
    deep = hoist.hole_depth >= job.hole.bottom
    if worn or deep or driller.alarmed > ALARM:
        driller.leaving = 1
    down = hoist.position <= job.machinery.lowest
    if down or driller.leaving:
        driller.stands += 1
        passes = job.orders.reaming_passes + chance(job, REAMS, driller.stands)
        driller.passes = int(passes) if driller.alarmed == 0.0 else 0
        begin(driller, REAMING_UP, 0.0)
    elif driller.until_pause <= 0.0:
        driller.pauses += 1
        waiting = -log(1.0 - chance(job, PAUSES, driller.pauses))
        driller.until_pause = waiting / max(job.orders.pauses, 1e-9)
        begin(driller, PAUSING, lasting(job, WAITS, driller.pauses, job.orders.pause_time))


@compiled
def _ream(job: Job, driller: Driller, hoist: Hoist, mud: Mud) -> None:
    """Up and down over the stand; circulate then, long enough before the string is pulled."""
    orders, machinery = job.orders, job.machinery
    run(driller, orders, 1.0, 1.0)
    bottom = hoist.position - (hoist.hole_depth - hoist.bit_depth) + OFF_BOTTOM
    if driller.passes > 0 and driller.phase == REAMING_UP:
        top = min(bottom + REAMED * machinery.stand, machinery.lowest + machinery.stand)
        if travel(hoist, top, orders.reaming_speed):
            begin(driller, REAMING_DOWN, 0.0)
    elif travel(hoist, bottom, orders.reaming_speed):
        driller.passes -= 1
        if driller.passes > 0:
            begin(driller, REAMING_UP, 0.0)
            return
        circulates = chance(job, CIRCULATES, driller.stands) < orders.circulating_share
        left = lasting(job, CIRCULATION, driller.stands, orders.circulating_time) * circulates
        if driller.leaving and driller.alarmed == 0.0:
            left = mud.annulus / orders.flow
        begin(driller, CIRCULATING, left)


@compiled
def _end_stand(job: Job, driller: Driller, hoist: Hoist, mud: Mud) -> None:
    """Circulate, bring the pipe to slips height, stop pumps and rotation, set the slips."""
    orders, machinery = job.orders, job.machinery
    hoist.speed_asked = 0.0
    if driller.phase == CIRCULATING:
        run(driller, orders, 1.0, SLOW_TURNING)
        if driller.left <= 0.0:
            begin(driller, LIFTING, 0.0)
    elif driller.phase == LIFTING:
        run(driller, orders, 1.0, SLOW_TURNING)
        # A stand that is left half drilled is taken out as a whole, so it need not be raised.
        if driller.leaving or travel(hoist, machinery.lowest + OFF_BOTTOM, orders.reaming_speed):
            begin(driller, STOPPING, 0.0)
    else:
        run(driller, orders, 0.0, 0.0)
        still = driller.flow_command < STILL and driller.speed_command < STILL
        if still and mud.pressure < BLED:
            if driller.leaving:
                begin(driller, PULLING, 0.0)
            else:
                begin(driller, IN_SLIPS, lasting(job, SLIPS, driller.stands, orders.slips_time))


@compiled
def _connect(job: Job, driller: Driller, hoist: Hoist) -> None:
    """Add a stand, then start the pumps, survey, and turn."""
    orders, machinery = job.orders, job.machinery
    if driller.phase == IN_SLIPS:
        run(driller, orders, 0.0, 0.0)
        hoist.in_slips = 1
        hoist.speed_asked = 0.0
        top = machinery.lowest + OFF_BOTTOM + machinery.stand
        gone = driller.left < (1.0 - BLOCK_DOWN) * driller.whole
        there = gone and travel(hoist, top, 2.0 * orders.trip_speed)
        if driller.left <= 0.0 and there:
            hoist.in_slips = 0
            begin(driller, STARTING, lasting(job, SURVEY, driller.stands, orders.survey_time))
    else:
        run(driller, orders, 1.0, 0.0)
        hoist.speed_asked = 0.0
        if driller.left <= 0.0 and driller.flow_command > 0.99 * driller.flow_asked:
            begin(driller, APPROACHING, 0.0)


@compiled
def _wait(job: Job, driller: Driller) -> None:
    """Ask for what a pause wants: nothing, less flow and the string turning, or the pumps alone."""
    orders, kind = job.orders, chance(job, EASES, driller.pauses)
    if kind < orders.stopping_share:
        run(driller, orders, 0.0, 0.0)
    elif kind < orders.stopping_share + orders.easing_share:
        eased = (kind - orders.stopping_share) / orders.easing_share
        run(driller, orders, LEAST_EASED + (1.0 - LEAST_EASED) * eased, SLOW_TURNING)
    else:
        run(driller, orders, 1.0, 0.0)


@compiled
def _return(job: Job, driller: Driller, hoist: Hoist) -> None:
    """Wait off bottom if there is something to wait for, then go down to bottom turning."""
    orders = job.orders
    gap = hoist.hole_depth - hoist.bit_depth
    if driller.phase == PAUSING:
        _wait(job, driller)
        travel(hoist, hoist.position - gap + OFF_BOTTOM, orders.reaming_speed)
        if driller.left <= 0.0:
            begin(driller, APPROACHING, 0.0)
        return
    run(driller, orders, 1.0, 1.0)
    turning = driller.speed_command > 0.9 * driller.speed_asked
    flowing = driller.flow_command > 0.9 * driller.flow_asked
    fastest = orders.approach_speed if gap < 2.0 * OFF_BOTTOM else orders.reaming_speed
    fastest = min(fastest, max(SLOWING * gap, TOUCHING))
    hoist.speed_asked = -fastest if turning and flowing else 0.0
    if hoist.weight > 0.0:
        begin(driller, DRILLING, 0.0)
    elif hoist.position <= job.machinery.lowest:
        # Run in with a whole stand drilled down: the next one is wanted before bottom is reached.
        begin(driller, LIFTING, 0.0)


@compiled
def _pipe(job: Job, driller: Driller) -> float:
    """How long the next stand takes to rack back or to fetch [s]."""
    driller.pipes += 1
    return lasting(job, PIPE, driller.pipes, job.orders.pipe_time)


@compiled
def _pull(job: Job, driller: Driller, hoist: Hoist) -> None:
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
def _run_in(job: Job, driller: Driller, hoist: Hoist) -> None:
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
