"""What the crew does next: a state machine that is asked once a second.

    drilling → reaming up ⇄ down → circulating → lifting → stopping → in slips → starting
        ↑  ↖ pausing or reaming                               ↓                     ↓
        approaching  ←  ←  ←  ←  ←  ←  ←  ←  ←  ←  ←  ←  ←  ← (or pulled) ←  ←  ←  ←

A string that is to leave the hole is pulled stand by stand to the surface, where the kernel stops
for a new bit, string or section; it is run in again the same way.
"""

from math import exp, log

from idrill.physics.compiled import compiled
from idrill.simulator.bottom import stiffness_of
from idrill.simulator.chances import chance, lasting
from idrill.simulator.handling import SLOWING, begin, run, travel
from idrill.simulator.parameters import (
    CIRCULATES,
    CIRCULATION,
    EASES,
    PAUSES,
    PICKS_UP,
    RATES,
    REAMS,
    SLIPS,
    SPEEDS,
    SURVEY,
    WAITS,
    WEIGHTS,
    Job,
)
from idrill.simulator.phases import (
    APPROACHING,
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
from idrill.simulator.tripping import pull, run_in

OFF_BOTTOM = 0.5
"""Of the bit while the crew connects [m]; 0.1 to 0.7 in the slips of Volve."""
REAMED = 0.3
"""Share of a stand that is reamed; 3 to 13 m at most of Volve's connections [-]."""
TOUCHING = 0.004
"""Speed at which a bit is set on bottom, so that the weight does not jump [m/s] [e]."""
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
        pull(job, driller, hoist)
    elif phase in (LOWERING, LOWERED, OUT):
        run_in(job, driller, hoist)


@compiled
def _drill(job: Job, driller: Driller, hoist: Hoist) -> None:
    run(driller, job.orders, 1.0, 1.0)
    driller.until_pause -= 1.0
    driller.alarmed = driller.alarmed + 1.0 if hoist.parted > 0.0 else 0.0
    worn = hoist.wear >= job.surroundings.wear_limit
    deep = hoist.hole_depth >= job.hole.bottom
    if worn or deep or driller.alarmed > ALARM:
        driller.leaving = 1
    # Where the block comes to stand once the compressed string is off bottom.
    unloaded = hoist.position + hoist.weight / stiffness_of(job, hoist)
    if unloaded <= job.machinery.lowest or driller.leaving:
        driller.stands += 1
        driller.mid_stand = 0
        _retune(job, driller)
        passes = job.orders.reaming_passes + chance(job, REAMS, driller.stands)
        driller.passes = int(passes) if driller.alarmed == 0.0 else 0
        begin(driller, REAMING_UP, 0.0)
    elif driller.until_pause <= 0.0:
        _break_off(job, driller)


@compiled
def _retune(job: Job, driller: Driller) -> None:
    """Set speed, weight and rate anew, as crews do from one time on bottom to the next."""
    number, spread = driller.stands + driller.pauses, job.orders.retuning
    driller.speed_change = exp(spread * chance(job, SPEEDS, number)) - 1.0
    driller.weight_change = exp(spread * chance(job, WEIGHTS, number)) - 1.0
    driller.rate_change = exp(spread * chance(job, RATES, number)) - 1.0


@compiled
def _break_off(job: Job, driller: Driller) -> None:
    """Leave bottom for a while: to ream, or for something that the log does not tell."""
    driller.pauses += 1
    _retune(job, driller)
    waiting = -log(1.0 - chance(job, PAUSES, driller.pauses))
    driller.until_pause = waiting / max(job.orders.pauses, 1e-9)
    if chance(job, EASES, driller.pauses) > 1.0 - job.orders.reaming_share:
        driller.mid_stand, driller.passes = 1, 1
        begin(driller, REAMING_UP, 0.0)
    else:
        begin(driller, PAUSING, lasting(job, WAITS, driller.pauses, job.orders.pause_time))


@compiled
def _above_bottom(job: Job, hoist: Hoist, height: float) -> float:
    """Position of the block with the bit so high above bottom [m], as far as the stand reaches."""
    bottom = hoist.position - (hoist.hole_depth - hoist.bit_depth)
    return float(min(bottom + height, job.machinery.lowest + job.machinery.stand))


@compiled
def _picked_up(job: Job, driller: Driller) -> float:
    """How high above bottom the crew circulates and waits this time [m]."""
    return lasting(job, PICKS_UP, driller.stands + driller.pauses, job.orders.pick_up)


@compiled
def _ream(job: Job, driller: Driller, hoist: Hoist, mud: Mud) -> None:
    """Up and down over the stand; then go on, or circulate if it is drilled down."""
    orders = job.orders
    run(driller, orders, 1.0, 1.0)
    if driller.passes > 0 and driller.phase == REAMING_UP:
        top = _above_bottom(job, hoist, OFF_BOTTOM + REAMED * job.machinery.stand)
        if travel(hoist, top, orders.reaming_speed):
            begin(driller, REAMING_DOWN, 0.0)
        return
    if not travel(hoist, _above_bottom(job, hoist, _picked_up(job, driller)), orders.reaming_speed):
        return
    driller.passes -= 1
    if driller.passes > 0:
        begin(driller, REAMING_UP, 0.0)
    elif driller.mid_stand:
        begin(driller, APPROACHING, 0.0)
    else:
        begin(driller, CIRCULATING, _circulation(job, driller, mud))


@compiled
def _circulation(job: Job, driller: Driller, mud: Mud) -> float:
    """How long the crew circulates before a connection; before the string is pulled, once round."""
    orders = job.orders
    if driller.leaving and driller.alarmed == 0.0:
        return float(mud.annulus / orders.flow)
    circulates = chance(job, CIRCULATES, driller.stands) < orders.circulating_share
    return lasting(job, CIRCULATION, driller.stands, orders.circulating_time) * circulates


@compiled
def _end_stand(job: Job, driller: Driller, hoist: Hoist, mud: Mud) -> None:
    """Circulate, bring the pipe to slips height, stop pumps and rotation, set the slips."""
    orders, machinery = job.orders, job.machinery
    hoist.speed_asked = 0.0
    # The string turns on as often as in a pause.
    turns = chance(job, EASES, driller.stands) < orders.easing_share
    if driller.phase == CIRCULATING:
        run(driller, orders, 1.0, SLOW_TURNING * turns)
        if driller.left <= 0.0:
            begin(driller, LIFTING, 0.0)
    elif driller.phase == LIFTING:
        run(driller, orders, 1.0, SLOW_TURNING * turns)
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
    if driller.phase == PAUSING:
        _wait(job, driller)
        travel(hoist, _above_bottom(job, hoist, _picked_up(job, driller)), orders.reaming_speed)
        if driller.left <= 0.0:
            begin(driller, APPROACHING, 0.0)
        return
    run(driller, orders, 1.0, 1.0)
    turning = driller.speed_command > 0.9 * driller.speed_asked
    flowing = driller.flow_command > 0.9 * driller.flow_asked
    if not (turning and flowing):
        clear = _above_bottom(job, hoist, OFF_BOTTOM)
        travel(hoist, max(clear, hoist.position), orders.reaming_speed)
        return
    gap = hoist.hole_depth - hoist.bit_depth
    fastest = orders.approach_speed if gap < OFF_BOTTOM else orders.reaming_speed
    hoist.speed_asked = -min(fastest, max(SLOWING * gap, TOUCHING))
    if hoist.weight > 0.0:
        begin(driller, DRILLING, 0.0)
    elif hoist.position <= job.machinery.lowest:
        # Run in with a whole stand drilled down: the next one is wanted before bottom is reached.
        begin(driller, LIFTING, 0.0)
