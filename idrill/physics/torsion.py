"""The string in rotation: two masses, a spring, and a bit that slips or sticks.

The lumped model is that of J. D. Jansen and L. van den Steen, *Active damping of self-excited
torsional vibrations in oil well drillstrings*, J. Sound Vib. 179 (1995) 647-668. One mass is the
drive, one the bottom-hole assembly; the pipe between them is a spring without mass. So there is one
torsional mode: the higher ones, seen near the bit above 1 Hz, are not there.

The step is the implicit midpoint rule: energy in equals work plus heat plus what is stored, to
rounding, and a short, stiff string cannot make it diverge.
"""

from math import pi
from typing import NamedTuple

from idrill.physics.compiled import compiled
from idrill.physics.drillstring import drive_gains, torsional_stiffness, weakened_torque

SUBSTEPS = 100
"""Steps a second: 10 ms."""

CREEP = 0.3
"""Speed below which the friction of a turning string fades out without a jump [rad/s] [e]."""


class Torsion(NamedTuple):
    """What turns, as the torsional model sees it."""

    stiffness: float
    """Of the pipe between drive and bottom-hole assembly [N·m/rad]."""
    bottom_inertia: float
    """Of the bottom-hole assembly [kg·m²]."""
    drive_inertia: float
    """Of the drive, referred to its shaft [kg·m²]."""
    damping: float
    """Of the bottom-hole assembly's rotation, in the mud [N·m·s/rad]."""
    weakening: float
    """How much more torque a bit takes that stands than one that turns fast, as a fraction [-]."""
    weakening_speed: float
    """Speed at which half of that is gone [1/s]."""
    drive_damping: float
    """Torque that the drive adds for each rad/s of missing speed [N·m·s/rad]."""
    drive_stiffness: float
    """Torque that it adds for each rad that it lags behind [N·m/rad]."""


REFERENCE = Torsion(
    stiffness=314.0,
    bottom_inertia=374.0,
    drive_inertia=2122.0,
    damping=50.0,
    weakening=0.25,
    weakening_speed=0.3,
    drive_damping=34_269.3,
    drive_stiffness=1_781.6,
)
"""3 km of 5 in pipe (GJ 9.42e5 N·m²) on a stiff drive, inertias of Jansen and van den Steen (1995).

Damping and weakening are fitted [e]: with `REFERENCE_COLLAR_TORQUE` and an 8.5 in bit whose torque
is 0.6 · weight · diameter / 3, stick-slip ends at about 60, 80, 100 and 120 rpm under 40, 80, 120
and 160 kN as the speed is raised.
"""

REFERENCE_COLLAR_TORQUE = 2500.0
"""Friction of the bottom-hole assembly that goes with it [N·m] [e]."""


class Twist(NamedTuple):
    """Where the string stands between two seconds."""

    angle: float
    """By which the drive is ahead of the bit [rad]."""
    drive_speed: float
    """[1/s]"""
    bit_speed: float
    """[1/s]"""
    held_torque: float
    """What the speed controller has built up [N·m]."""


class Turning(NamedTuple):
    """What happened within a second."""

    drive_speed: float
    """Mean [1/s]."""
    bit_speed_min: float
    """[1/s]"""
    bit_speed_max: float
    """[1/s]"""
    bit_speed_mean: float
    """[1/s]"""
    torque: float
    """Mean torque of the drive [N·m]."""
    bit_torque: float
    """Mean torque of the bit [N·m]."""
    drive_work: float
    """Put in by the drive [J]."""
    bit_work: float
    """Taken out by the bit [J]."""
    heat: float
    """Left in mud and hole wall by string and bottom-hole assembly [J]."""


AT_REST = Twist(0.0, 0.0, 0.0, 0.0)
"""A string that hangs free."""


@compiled
def torsion_at(torsion: Torsion, rigidity: float, length: float, ratio: float) -> Torsion:
    """The same bottom-hole assembly and drive on a string of another length.

    Args:
        torsion: What turns.
        rigidity: Shear modulus times polar moment of the pipe, GJ [N·m²].
        length: Of the pipe [m].
        ratio: `STIFF_DRIVE`, or `SOFT_DRIVE` to switch soft torque on [-].

    Returns:
        What turns then, with the gains of its speed controller.

    Example:
        >>> model = Torsion(300.0, 374.0, 2000.0, 45.0, 0.3, 0.2, 5e3, 5e3)
        >>> round(torsion_at(model, 9.42e5, 3000.0, 2.0).drive_damping, 1)
        685.4
    """
    stiffness = torsional_stiffness(rigidity, length)
    damping, lag = drive_gains(stiffness, torsion.bottom_inertia, torsion.drive_inertia, ratio)
    return Torsion(
        stiffness,
        torsion.bottom_inertia,
        torsion.drive_inertia,
        torsion.damping,
        torsion.weakening,
        torsion.weakening_speed,
        damping,
        lag,
    )


@compiled
def stored_energy(torsion: Torsion, twist: Twist) -> float:
    """Energy in the turning masses and the twisted pipe.

    Args:
        torsion: What turns.
        twist: Where it stands.

    Returns:
        Energy [J].

    Example:
        >>> model = Torsion(300.0, 400.0, 2000.0, 30.0, 0.5, 0.1, 5e3, 5e3)
        >>> stored_energy(model, Twist(10.0, 0.0, 0.0, 0.0))
        15000.0
    """
    drive = torsion.drive_inertia * (2 * pi * twist.drive_speed) ** 2
    bottom = torsion.bottom_inertia * (2 * pi * twist.bit_speed) ** 2
    return 0.5 * (drive + bottom + torsion.stiffness * twist.angle**2)


@compiled
def torsion_second(
    torsion: Torsion,
    twist: Twist,
    command: float,
    bit_torque: float,
    collar_torque: float,
    friction_torque: float,
    torque_limit: float,
    substeps: int,
) -> tuple[Twist, Turning]:
    """The string's rotation, one second on.

    Drive and bit share the twist between them; the bit slips forwards, slips backwards or sticks.
    A drive at its torque limit gives that much and forgets nothing it had built up.

    Args:
        torsion: What turns.
        twist: Where it stands.
        command: Speed asked of the drive [1/s].
        bit_torque: What the bit takes at high speed; zero off bottom [N·m].
        collar_torque: Friction of the bottom-hole assembly, which weakens like the bit's [N·m].
        friction_torque: Of the string above, felt by the drive [N·m].
        torque_limit: Most the drive can give, either way [N·m].
        substeps: `SUBSTEPS`, unless the step itself is in question.

    Returns:
        Where it stands then, and what happened on the way.

    Example:
        Turned by a drive without friction or bit, the string just follows:

        >>> model = Torsion(300.0, 400.0, 2000.0, 0.0, 0.5, 0.1, 5e3, 5e3)
        >>> after, turning = torsion_second(
        ...     model, Twist(0.0, 2.0, 2.0, 0.0), 2.0, 0.0, 0.0, 0.0, 4e4, SUBSTEPS
        ... )
        >>> round(after.bit_speed, 9), round(turning.torque, 9) + 0.0
        (2.0, 0.0)
    """
    step = 1.0 / substeps
    half = 0.5 * torsion.stiffness * step
    drive_mass = 2.0 * torsion.drive_inertia / step
    bit_mass = 2.0 * torsion.bottom_inertia / step
    resistance = bit_mass + torsion.damping + half
    asked = 2.0 * pi * command
    bottom_torque = bit_torque + collar_torque
    share = bit_torque / bottom_torque if bottom_torque > 0.0 else 0.0
    angle, held = twist.angle, twist.held_torque
    drive, bit = 2.0 * pi * twist.drive_speed, 2.0 * pi * twist.bit_speed
    lowest, highest = bit, bit
    turned, drilled, given, taken = 0.0, 0.0, 0.0, 0.0
    drive_work, bottom_work, heat = 0.0, 0.0, 0.0
    for _ in range(substeps):
        drag = friction_torque / (abs(drive) + CREEP)
        yielding = drive_mass + drag + half
        pull = torsion.stiffness * angle
        push = bit_mass * bit + pull
        grip = weakened_torque(
            bottom_torque, bit / (2.0 * pi), torsion.weakening, torsion.weakening_speed
        )
        free = drive_mass * drive - pull + held + torsion.drive_damping * asked
        mean_drive, mean_bit, resisted = _midpoint(
            yielding + torsion.drive_damping, resistance, half, free, push, grip, bit
        )
        torque = torsion.drive_damping * (asked - mean_drive) + held
        if abs(torque) > torque_limit:
            torque = min(max(torque, -torque_limit), torque_limit)
            mean_drive, mean_bit, resisted = _midpoint(
                yielding, resistance, half, drive_mass * drive - pull + torque, push, grip, bit
            )
        else:
            held += torsion.drive_stiffness * step * (asked - mean_drive)
        angle += step * (mean_drive - mean_bit)
        drive, bit = 2.0 * mean_drive - drive, 2.0 * mean_bit - bit
        lowest, highest = min(lowest, bit), max(highest, bit)
        turned += step * mean_drive
        drilled += step * mean_bit
        given += step * torque
        taken += step * resisted
        drive_work += step * torque * mean_drive
        bottom_work += step * resisted * mean_bit
        heat += step * (drag * mean_drive**2 + torsion.damping * mean_bit**2)
    circle = 2.0 * pi
    after = Twist(angle, drive / circle, bit / circle, held)
    turning = Turning(
        turned / circle,
        lowest / circle,
        highest / circle,
        drilled / circle,
        given,
        share * taken,
        drive_work,
        share * bottom_work,
        heat + (1.0 - share) * bottom_work,
    )
    return after, turning


@compiled
def _midpoint(
    drive_side: float,
    bit_side: float,
    shared: float,
    free: float,
    push: float,
    grip: float,
    bit: float,
) -> tuple[float, float, float]:
    """Mean speeds of drive and bit within a step [rad/s], and the bit's torque [N·m].

    Solves `drive_side·d - shared·b = free` and `bit_side·b - shared·d = push - torque`, where the
    torque is `grip` against the sense of slip, or whatever stops a bit that would turn back.
    """
    determinant = drive_side * bit_side - shared**2
    mean_bit = (drive_side * (push - grip) + shared * free) / determinant
    torque = grip
    if 2.0 * mean_bit <= bit:
        mean_bit = (drive_side * (push + grip) + shared * free) / determinant
        torque = -grip
        if 2.0 * mean_bit >= bit:
            mean_bit = 0.5 * bit
            mean_drive = (free + shared * mean_bit) / drive_side
            return mean_drive, mean_bit, push + shared * mean_drive - bit_side * mean_bit
    return (free + shared * mean_bit) / drive_side, mean_bit, torque
