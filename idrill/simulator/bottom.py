"""Bit against rock, and the line that the auto-driller lets out."""

from idrill.physics.compiled import compiled
from idrill.physics.cutting import Cutting, Rock, cutting
from idrill.physics.hydraulics import relaxed
from idrill.physics.jets import hydraulic_power
from idrill.simulator.geometry import on_path
from idrill.simulator.parameters import PORE_PRESSURE, Job
from idrill.simulator.state import Driller, Hoist, Mud, Turn

SHORTEST = 60.0
"""Length that lines, block and derrick count for in the stiffness of a short string [m] [e]."""
PROBE = 500.0
"""Least step of weight by which the slope of the rate is taken [N]."""
FEELING = 5.0
"""Time over which an auto-driller takes the rate [s] [e]."""
HELD = 0.25
"""Unsteadiness of line let out at a given speed, by that of line that follows a load [-] [e]."""
FASTEST = 0.1
"""At which an auto-driller lets the line out [m/s] [e]."""


@compiled
def rock_at(job: Job, depth: float) -> Rock:
    """The rock at a depth [m]."""
    rock = job.rock
    step = min(int(depth / job.hole.rock_spacing), rock.shape[1] - 1)
    return Rock(rock[0, step], rock[1, step], rock[2, step], rock[3, step], rock[4, step])


@compiled
def stiffness_of(job: Job, hoist: Hoist) -> float:
    """Of the string, from block to bit [N/m]."""
    return job.assembly.stiffness_length / (hoist.bit_depth + SHORTEST)


@compiled
def line_speed(job: Job, driller: Driller, hoist: Hoist, turn: Turn, seconds: float) -> float:
    """Speed at which the auto-driller lets the block down [m/s]: the lowest that a limit asks for.

    The rate is held by letting out line at that rate. Weight and torque are held on top of the rate
    drilled over the last seconds, and corrected by what a change of weight takes: the string's
    stretch, and the rate that it adds until the auto-driller has come to know it.
    """
    orders, weight = job.orders, max(hoist.weight, PROBE)
    felt = relaxed(driller.rate_felt, hoist.rate, seconds, FEELING)
    driller.rate_felt = felt
    gain = orders.controller_gain * (1.0 / stiffness_of(job, hoist) + FEELING * felt / weight)
    aim = (1.0 + driller.weight_change) * orders.weight_on_bit
    for_weight = felt + gain * (aim - hoist.weight)
    spare = min(orders.torque / max(turn.torque, 1e3) - 1.0, 1.0)
    for_torque = felt + gain * spare * weight
    following = min(for_weight, for_torque)
    limit = (1.0 + driller.rate_change) * orders.rate_of_penetration
    speed = min(limit, following)
    steadiness = 1.0 if following < limit else HELD
    speed *= 1.0 + steadiness * orders.controller_noise * driller.unsteadiness
    return min(max(speed, -FASTEST), FASTEST)


@compiled
def bit_on(job: Job, hoist: Hoist, turn: Turn, mud: Mud, weight: float) -> Cutting:
    """What the bit would do under a weight [N]."""
    pore = on_path(job, PORE_PRESSURE, hoist.hole_depth)
    return cutting(
        job.assembly.bit,
        rock_at(job, hoist.hole_depth),
        weight,
        max(turn.steady_speed, 0.0),
        mud.annular_pressure - pore,
        hydraulic_power(mud.bit_loss, mud.bit_flow),
        hoist.wear,
    )


@compiled
def press(job: Job, hoist: Hoist, turn: Turn, mud: Mud, lowered: float, seconds: float) -> None:
    """Lower the top of the string while the bit is on bottom, or lift it off.

    The weight follows K · (lowering - drilling). It is stepped linearly implicit, so that a short,
    stiff string does not make it swing.

    Args:
        job: What drills what.
        hoist: Takes the results.
        turn: How fast the bit turns.
        mud: What presses on the rock.
        lowered: By how much the top comes down [m].
        seconds: In which it does [s].
    """
    stiffness, before = stiffness_of(job, hoist), hoist.weight
    probe = max(0.02 * before, PROBE)
    slow = bit_on(job, hoist, turn, mud, before)
    fast = bit_on(job, hoist, turn, mud, before + probe)
    slope = max((fast.rate_of_penetration - slow.rate_of_penetration) / probe, 0.0)
    change = stiffness * (lowered - slow.rate_of_penetration * seconds)
    weight = before + change / (1.0 + seconds * stiffness * slope)
    rate = max(slow.rate_of_penetration + slope * (weight - before), 0.0)
    weight = before + stiffness * (lowered - rate * seconds)
    hoist.weight = max(weight, 0.0)
    done = bit_on(job, hoist, turn, mud, hoist.weight)
    hoist.bit_torque, hoist.depth_of_cut = done.torque, done.depth_of_cut
    hoist.hole_depth += rate * seconds
    hoist.bit_depth = hoist.hole_depth + min(weight, 0.0) / stiffness


@compiled
def lower(job: Job, hoist: Hoist, turn: Turn, mud: Mud, lowered: float, seconds: float) -> None:
    """Lower the top of the string by so much [m], on bottom or off; a negative lift raises it."""
    gap = hoist.hole_depth - hoist.bit_depth
    if hoist.weight <= 0.0 and lowered < gap:
        hoist.bit_depth += lowered
        hoist.weight, hoist.bit_torque, hoist.depth_of_cut = 0.0, 0.0, 0.0
        return
    press(job, hoist, turn, mud, lowered - gap, seconds)


@compiled
def accelerate(job: Job, hoist: Hoist, seconds: float) -> None:
    """Bring the block nearer to the speed that the crew asks for."""
    reached = job.machinery.block_acceleration * seconds
    change = hoist.speed_asked - hoist.speed
    hoist.speed += min(max(change, -reached), reached)


@compiled
def move(job: Job, hoist: Hoist, turn: Turn, mud: Mud, seconds: float) -> None:
    """Move the block, and with it the string unless that is in slips."""
    hoist.position += hoist.speed * seconds
    before = hoist.hole_depth
    if not hoist.in_slips:
        lower(job, hoist, turn, mud, -hoist.speed * seconds, seconds)
    hoist.rate = (hoist.hole_depth - before) / seconds
