"""One second after another in the life of a rig, on the fast clock.

The crew decides once a second; block, bit, pumps and mud go in steps of a second or a part of one;
the string turns in substeps of 10 ms. Nothing here draws a random number or knows what a sensor is.
"""

from collections.abc import Sequence

from idrill.physics.compiled import compiled
from idrill.physics.hoisting import hook_load, indicated_hook_load
from idrill.physics.torsion import SUBSTEPS
from idrill.simulator.bottom import accelerate, line_speed, move
from idrill.simulator.chances import lasting
from idrill.simulator.circulation import gelled, press_on_rock, refresh, standpipe_target
from idrill.simulator.driller import decide
from idrill.simulator.mud_flow import (
    ACTIVE,
    add,
    balance_trip_tank,
    drain,
    empty_way,
    enter_string,
    exchange_with_rock,
    from_others,
    leave_annulus,
    level,
    load_way,
    return_to_tanks,
    room,
    to_others,
)
from idrill.simulator.parameters import REFILL, Array, Job, Moment, Parts
from idrill.simulator.phases import AT_SURFACE, DRILLING, PULLING
from idrill.simulator.recording import write_motion, write_mud, write_power
from idrill.simulator.state import Driller, Hoist, Losses, Mud, State, Turn
from idrill.simulator.string_loads import hang
from idrill.simulator.turning import (
    energy,
    judge,
    shake,
    torsion_of,
    turn_on,
    wear_bit,
)

COUNTED_EFFICIENCY = 0.95
"""Volumetric efficiency that a crew reckons with when it sets its pumps [-]."""
CHANGING_OVER = 1e-4
"""Speed of the block at which the sheaves have turned over half way [m/s] [e].

Well below the speed of drilling: a tare taken on the way to bottom is then right on it.
"""
STEPS = 2
"""Steps of mud, block and bit a second: half as long ones change a day's depth by 0.2 %."""
MEMORY = 0.8
"""Share of the auto-driller's unsteadiness that stays for another second [-] [e]."""
DRAG_MEMORY = 0.8
"""The same of the drag; Volve's hook loads keep 0.5 to 0.7 over 4 s [-]."""
PUMP_MEMORY = 0.9
"""The same of the pumps' speed; Volve's flows keep 0.5 over 4 s [-]."""
PULSE_MEMORY = 0.7
"""The same of the pressure's pulsation, of which Volve's keeps 0.1 to 0.3 over 4 s [-]."""
FAST_REFILL = 2.0
"""Rate at which a riserless section is given sea water, by the flow into it [-] [e]."""


@compiled
def simulate_seconds(
    state: State, parts: Parts, moments: Sequence[Moment], truth: Array, span: tuple[int, int],
    second0: int, steps: int,
) -> int:  # fmt: skip
    """Simulate until the end of the span, or until the string is at the surface.

    Args:
        state: Where the rig stands; is changed.
        parts: What stays the same.
        moments: What each second brings (second).
        truth: Takes the rows of `truth.TRUTH` (column, second).
        span: First second of the arrays to simulate, and the one after the last.
        second0: Absolute number of the arrays' first second.
        steps: Steps of mud, block and bit a second.

    Returns:
        The first second that was not simulated.
    """
    driller, hoist, turn = state.driller[0], state.hoist[0], state.turn[0]
    mud, losses, tanks = state.mud[0], state.losses[0], state.tanks
    job = Job(
        parts.machinery[0], parts.hole[0], parts.assembly[0], parts.fluid[0], parts.orders[0],
        parts.surroundings[0], parts.path, parts.rock, parts.luck,
    )  # fmt: skip
    for second in range(span[0], span[1]):
        moment = moments[second]
        if driller.phase < AT_SURFACE:
            hoist.parted = max(hoist.parted, moment.string_lost)
        decide(job, driller, hoist, mud)
        strokes = _commands(job, driller, moment)
        for _ in range(steps):
            _move(job, moment, driller, hoist, turn, mud, losses, strokes, 1.0 / steps)
            _circulate(job, moment, driller, hoist, mud, losses, tanks, 1.0 / steps)
            _return(job, driller, hoist, mud, losses, tanks, state.way, 1.0 / steps)
        _manage(job, driller, mud, tanks, moment)
        hang(job, hoist, mud, turn.drive_speed, _rising(hoist), moment.drag_factor)
        torsion = torsion_of(job, hoist, moment.weakening_factor)
        turning = turn_on(
            job, driller, hoist, turn, torsion, moment.torque, steps * SUBSTEPS // STEPS
        )
        judge(turn, turning, torsion, state.swing, second0 + second)
        shaking = shake(job, hoist, turn, moment.whirl_trigger)
        wear_bit(job, hoist, turn)
        _wander(job, hoist, mud, moment)
        shown = _shown_load(job, hoist)
        write_motion(job, driller, hoist, turn, turning, shown, truth, second)
        write_power(energy(job, turn, turning, torsion), shaking, truth, second)
        write_mud(job, mud, tanks, strokes, truth, second)
        if driller.phase == AT_SURFACE:
            return second + 1
    return span[1]


@compiled
def _rising(hoist: Hoist) -> float:
    return 0.0 if hoist.in_slips else hoist.speed


@compiled
def _commands(job: Job, driller: Driller, moment: Moment) -> float:
    """Take commands along their ramps; returns the stroke rate of the pumps on line [1/s]."""
    orders, machinery = job.orders, job.machinery
    ramp = orders.flow / orders.pump_ramp
    change = driller.flow_asked - driller.flow_command
    driller.flow_command += min(max(change, -2.0 * ramp), ramp)
    ramp = min(orders.rotary_speed / orders.rotation_ramp, machinery.drive_ramp)
    asked = min(driller.speed_asked, machinery.drive.top_speed)
    driller.speed_command += min(max(asked - driller.speed_command, -ramp), ramp)
    fresh = (1.0 - MEMORY**2) ** 0.5 * moment.unsteadiness
    driller.unsteadiness = MEMORY * driller.unsteadiness + fresh
    per_stroke = 0.0
    for pump in range(len(orders.pumps)):
        per_stroke += orders.pumps[pump] * machinery.stroke_volume[pump]
    fresh = (1.0 - PUMP_MEMORY**2) ** 0.5 * job.surroundings.flow_noise * moment.flow
    driller.pump_wander = PUMP_MEMORY * driller.pump_wander + fresh
    flow = driller.flow_command * (1.0 + driller.pump_wander)
    rate: float = flow / (per_stroke * COUNTED_EFFICIENCY)
    return float(min(max(rate, 0.0), machinery.top_stroke_rate[0]))


@compiled
def _pumped(job: Job, moment: Moment, strokes: float) -> float:
    """Flow that the pumps deliver [m³/s]; leaks are in those on line, counted round and round."""
    machinery, flow, place = job.machinery, 0.0, 0
    leaks = (moment.pump_1_leak, moment.pump_2_leak, moment.pump_3_leak)
    running = 0
    for on_line in job.orders.pumps:
        running += 1 if on_line > 0.0 else 0
    for pump in range(len(leaks)):
        if job.orders.pumps[pump] > 0.0:
            sound = machinery.efficiency[pump]
            for leak in range(place, len(leaks), running):
                sound *= 1.0 - leaks[leak]
            flow += strokes * machinery.stroke_volume[pump] * sound
            place += 1
    return flow


@compiled
def _move(
    job: Job, moment: Moment, driller: Driller, hoist: Hoist, turn: Turn, mud: Mud, losses: Losses,
    strokes: float, seconds: float,
) -> None:  # fmt: skip
    """Move block and bit, and let the pumps stroke."""
    mud.flow_in = _pumped(job, moment, strokes)
    if driller.phase == DRILLING:
        hoist.speed = -line_speed(job, driller, hoist, turn, seconds)
    else:
        accelerate(job, hoist, seconds)
    move(job, hoist, turn, mud, seconds)
    refresh(job, hoist, mud, losses, moment.rheology_factor)


@compiled
def _circulate(
    job: Job, moment: Moment, driller: Driller, hoist: Hoist, mud: Mud, losses: Losses,
    tanks: Array, seconds: float,
) -> None:  # fmt: skip
    """Push the mud through string and bit into the annulus, and let the rock give and take."""
    annular = press_on_rock(job, hoist, mud, losses, moment.annulus_blockage)
    gel = gelled(job, hoist, mud, seconds)
    disturbed = (moment.washout_area_fraction, moment.nozzle_blockage, gel)
    target = standpipe_target(job, hoist, mud, losses, disturbed, annular)
    enter_string(job, hoist, mud, losses, tanks, target, seconds)
    drain(job, hoist, mud, tanks, seconds)
    influx = moment.influx_rate * _flows(driller, mud, moment.influx_during)
    exchange_with_rock(mud, influx, moment.loss_rate, seconds)


@compiled
def _return(
    job: Job, driller: Driller, hoist: Hoist, mud: Mud, losses: Losses, tanks: Array, way: Array,
    seconds: float,
) -> None:  # fmt: skip
    """Let the mud leave the annulus and run back into the tanks."""
    tripping = 1 if driller.phase >= PULLING else 0
    load_way(job, hoist, mud, losses, way, seconds)
    leave_annulus(job, hoist, mud, tripping, seconds)
    return_to_tanks(job, mud, tanks, empty_way(mud, way), seconds)
    if tripping:
        driller.balancing = balance_trip_tank(job, mud, tanks, driller.balancing, seconds)


@compiled
def _flows(driller: Driller, mud: Mud, during: float) -> float:
    """Whether an influx that comes at certain times alone flows now: 1 or 0."""
    if during == 1.0:
        return 1.0 if mud.flow_in <= 0.0 else 0.0
    if during == 2.0:
        return 1.0 if driller.phase >= PULLING else 0.0
    return 1.0


@compiled
def _manage(job: Job, driller: Driller, mud: Mud, tanks: Array, moment: Moment) -> None:
    """Transfers and additions for a second: those of events, and those that low tanks ask for."""
    machinery, surroundings = job.machinery, job.surroundings
    moved = moment.pit_transfer_rate
    if moved > 0.0:
        from_others(machinery, tanks, moved)
    elif moved < 0.0:
        to_others(machinery, tanks, mud, -moved)
    add(machinery, tanks, mud, moment.addition_rate)
    warming = moment.temperature_step
    warmed = surroundings.expansion * (warming - mud.warming)
    mud.warming = warming
    held = level(machinery, tanks, ACTIVE)
    add(machinery, tanks, mud, warmed * (held + mud.annulus + mud.string))
    if held < surroundings.refill_level * room(machinery, ACTIVE) and driller.refill_left <= 0.0:
        driller.refills += 1
        driller.refill_left = lasting(job, REFILL, driller.refills, surroundings.refill_volume)
    if driller.refill_left > 0.0:
        _refill(job, driller, mud, tanks)


@compiled
def _refill(job: Job, driller: Driller, mud: Mud, tanks: Array) -> None:
    """Top the active tanks up, from the others as long as they have mud, else with new mud."""
    rate = job.surroundings.refill_rate
    if not job.hole.riser:
        rate = max(rate, FAST_REFILL * mud.flow_in)
    wanted = min(rate, driller.refill_left)
    driller.refill_left -= wanted
    come = from_others(job.machinery, tanks, wanted) if job.hole.riser else 0.0
    add(job.machinery, tanks, mud, wanted - come)


@compiled
def _wander(job: Job, hoist: Hoist, mud: Mud, moment: Moment) -> None:
    """Let drag and pressure wander on for a second."""
    fresh = (1.0 - DRAG_MEMORY**2) ** 0.5 * job.surroundings.jerk * moment.jerk
    hoist.drag_wander = DRAG_MEMORY * hoist.drag_wander + fresh
    fresh = (1.0 - PULSE_MEMORY**2) ** 0.5 * job.machinery.pulsation * moment.pressure
    mud.pulsation = PULSE_MEMORY * mud.pulsation + fresh


@compiled
def _shown_load(job: Job, hoist: Hoist) -> float:
    """Hook load at the dead line [N]."""
    machinery = job.machinery
    hanging = 0.0 if hoist.in_slips else hoist.tension * (1.0 + hoist.drag_wander)
    motion = hoist.speed / (abs(hoist.speed) + CHANGING_OVER)
    load = hook_load(machinery.block_load, max(hanging, 0.0))
    return indicated_hook_load(load, machinery.lines, machinery.sheave_friction, motion)
