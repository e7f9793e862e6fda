"""The string in rotation on the fast clock, and how hard it shakes."""

from idrill.physics.bit import bit_wear_rate, harshness
from idrill.physics.compiled import compiled
from idrill.physics.drillstring import (
    seconds_of_a_swing,
    severity_over,
    torsional_period,
)
from idrill.physics.drive import drive_power, drive_torque_limit
from idrill.physics.hydraulics import relaxed
from idrill.physics.torsion import (
    Torsion,
    Turning,
    Twist,
    stored_energy,
    torsion_at,
    torsion_second,
)
from idrill.physics.vibration import axial_acceleration, lateral_acceleration, whirl_intensity
from idrill.simulator.bottom import rock_at
from idrill.simulator.parameters import Array, Job
from idrill.simulator.state import SWING, Driller, Hoist, Turn

SHORTEST_PIPE = 50.0
"""Length of pipe that counts at least [m] [e]."""
MEMORY = 0.7
"""Share of the noise of the torque that stays for another second [-] [e]."""
LEAST_DAMPING = 0.15
"""Damping ratio of the drive on its controller alone [-] [e].

Tuned to a light bottom-hole assembly, soft torque leaves a heavy drive all but undamped: held by a
bit that sticks, it swings up until it runs away.
"""
STILL, BALANCED = 1e-6, 1.0
"""Speed [1/s] and torque [N·m] below which a string rests."""
SMOOTHING = 10.0
"""Time over which the bit's swings even out in what it drills: about a period of stick-slip [s]."""
TURNING = 0.05
"""Speed above which a string shakes [1/s]."""


@compiled
def torsion_of(job: Job, hoist: Hoist, weakening: float) -> Torsion:
    """The string as the torsional model sees it.

    Args:
        job: The string.
        hoist: Where it hangs.
        weakening: Factor on the weakening of the bit's torque with speed [-].
    """
    assembly, machinery = job.assembly, job.machinery
    model = Torsion(
        0.0,
        assembly.bottom_inertia,
        machinery.drive_inertia,
        assembly.rotation_damping,
        assembly.weakening * weakening,
        assembly.weakening_speed,
        0.0,
        0.0,
    )
    pipe = hoist.bit_depth - assembly.collars_length - assembly.heavy_length
    softest = 2.0 * LEAST_DAMPING * machinery.drive_inertia / assembly.bottom_inertia
    impedance = max(machinery.impedance, softest)
    return torsion_at(model, assembly.rigidity, max(pipe, SHORTEST_PIPE), impedance)


@compiled
def turn_on(
    job: Job, driller: Driller, hoist: Hoist, turn: Turn, torsion: Torsion, noise: float,
    substeps: int,
) -> Turning:  # fmt: skip
    """Turn the string for a second.

    Args:
        job: The string.
        driller: Who asks for a speed.
        hoist: What the bit meets.
        turn: Where it stands; takes the results.
        torsion: The string as the torsional model sees it.
        noise: Standard normal [-].
        substeps: In the second.
    """
    kept = MEMORY * turn.torque_noise
    turn.torque_noise = kept + (1.0 - MEMORY**2) ** 0.5 * job.surroundings.torque_noise * noise
    if _rests(driller, turn, torsion):
        turn.drive_speed, turn.bit_speed = 0.0, 0.0
        turn.bit_speed_mean, turn.steady_speed = 0.0, 0.0
        turn.torque = turn.held_torque
        return Turning(0.0, 0.0, 0.0, 0.0, turn.torque, 0.0, 0.0, 0.0, 0.0)
    twist = Twist(turn.angle, turn.drive_speed, turn.bit_speed, turn.held_torque)
    after, turning = torsion_second(
        torsion,
        twist,
        driller.speed_command,
        hoist.bit_torque * max(1.0 + turn.torque_noise, 0.0),
        hoist.collar_torque,
        hoist.string_torque,
        drive_torque_limit(job.machinery.drive, turn.drive_speed),
        substeps,
    )
    turn.angle, turn.drive_speed = after.angle, after.drive_speed
    turn.bit_speed, turn.held_torque = after.bit_speed, after.held_torque
    turn.bit_speed_mean, turn.torque = turning.bit_speed_mean, turning.torque
    turn.steady_speed = relaxed(turn.steady_speed, turn.bit_speed_mean, 1.0, SMOOTHING)
    return turning


@compiled
def _rests(driller: Driller, turn: Turn, torsion: Torsion) -> bool:
    """Whether nothing turns and nothing is about to."""
    pull = turn.held_torque - torsion.stiffness * turn.angle
    still = max(abs(turn.drive_speed), abs(turn.bit_speed)) < STILL
    return driller.speed_command == 0.0 and still and abs(pull) < BALANCED


@compiled
def judge(turn: Turn, turning: Turning, torsion: Torsion, swing: Array, second: int) -> None:
    """Work out the severity of stick-slip over the last swings."""
    period = torsional_period(torsion.stiffness, torsion.bottom_inertia)
    seconds = min(seconds_of_a_swing(period), SWING)
    place = second % seconds
    swing[0, place] = turning.bit_speed_min
    swing[1, place] = turning.bit_speed_max
    swing[2, place] = turning.bit_speed_mean
    turn.severity = severity_over(swing[0, :seconds], swing[1, :seconds], swing[2, :seconds])


@compiled
def shake(job: Job, hoist: Hoist, turn: Turn, driven: float) -> tuple[float, float]:
    """Axial and lateral acceleration [m/s²]; works out whirl on the way.

    Args:
        job: The string.
        hoist: What it bears on.
        turn: How it turns; takes the whirl.
        driven: Whirl whatever the speed [-].
    """
    speed = turn.bit_speed_mean
    turn.whirl = 0.0
    if speed < TURNING:
        return 0.0, 0.0
    assembly, strength = job.assembly, rock_at(job, hoist.hole_depth).unconfined_strength
    turn.whirl = max(whirl_intensity(assembly.span, speed, hoist.weight, strength), driven)
    lateral = lateral_acceleration(
        assembly.span, speed, hoist.weight, job.hole.diameter, turn.whirl
    )
    severity = min(turn.severity, 2.0)
    return axial_acceleration(hoist.depth_of_cut, speed, assembly.blades, severity), lateral


@compiled
def wear_bit(job: Job, hoist: Hoist, turn: Turn) -> None:
    """Wear the bit for a second."""
    rate = bit_wear_rate(
        rock_at(job, hoist.hole_depth).abrasiveness,
        hoist.weight,
        turn.bit_speed_mean,
        job.assembly.bit.diameter,
        harshness(turn.severity, turn.whirl),
    )
    hoist.wear = min(hoist.wear + rate * job.assembly.wear_factor, 1.0)


@compiled
def energy(
    job: Job, turn: Turn, turning: Turning, torsion: Torsion
) -> tuple[float, float, float, float]:
    """Power in, work of the bit, heat [W], and what the string stores in the end [J]."""
    spent = drive_power(job.machinery.drive, turning.torque, turning.drive_speed).heat
    twist = Twist(turn.angle, turn.drive_speed, turn.bit_speed, turn.held_torque)
    stored = stored_energy(torsion, twist)
    return turning.drive_work + spent, turning.bit_work, turning.heat + spent, stored
