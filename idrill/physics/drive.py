"""The motor of a top drive: torque from current, speed from voltage, heat from both.

Below its base speed a motor has its full field and gives torque in proportion to its current; above
it the field is weakened as the speed rises, so that the power stays and the torque falls: A. E.
Fitzgerald, C. Kingsley and S. D. Umans, *Electric Machinery* (6th ed., 2003), ch. 11. Losses are
those of winding and gear; those of iron, fan and converter are left out.
"""

from math import pi
from typing import NamedTuple

from idrill.physics.compiled import compiled


class Drive(NamedTuple):
    """A motor with its gear."""

    torque_constant: float
    """Of the motor, at full field [N·m/A]."""
    gear_ratio: float
    """Turns of the motor per turn of the shaft [-]."""
    gear_efficiency: float
    """Share of the motor's torque that reaches the shaft [-]."""
    base_speed: float
    """Of the shaft, where the field begins to be weakened [1/s]."""
    top_speed: float
    """Of the shaft [1/s]."""
    most_current: float
    """That the motor stands continuously [A]."""
    resistance: float
    """Of the winding [Ohm]."""


class DrivePower(NamedTuple):
    """Where the power of a drive goes."""

    power_in: float
    """[W]"""
    work: float
    """Done at the shaft per second; negative while the string drives the motor [W]."""
    heat: float
    """Of winding and gear [W]."""


@compiled
def field(drive: Drive, rotary_speed: float) -> float:
    """Share of the full field at a speed.

    Args:
        drive: The motor.
        rotary_speed: Of the shaft [1/s].

    Returns:
        1 up to the base speed, then falling with the inverse of the speed [-].

    Example:
        >>> motor = Drive(10.0, 10.0, 0.95, 2.0, 4.0, 500.0, 0.02)
        >>> [field(motor, speed) for speed in (0.0, 2.0, 4.0)]
        [1.0, 1.0, 0.5]
    """
    speed = abs(rotary_speed)
    return drive.base_speed / speed if speed > drive.base_speed else 1.0


@compiled
def drive_torque(drive: Drive, current: float, rotary_speed: float) -> float:
    """Torque at the shaft: k · current · gear · efficiency, less with a weakened field.

    Args:
        drive: The motor.
        current: [A]
        rotary_speed: Of the shaft [1/s].

    Returns:
        Torque [N·m].

    Example:
        >>> motor = Drive(10.0, 10.0, 0.95, 2.0, 4.0, 500.0, 0.02)
        >>> [drive_torque(motor, 200.0, speed) for speed in (1.0, 4.0)]
        [19000.0, 9500.0]
    """
    full = drive.torque_constant * current * drive.gear_ratio * drive.gear_efficiency
    return full * field(drive, rotary_speed)


@compiled
def drive_current(drive: Drive, torque: float, rotary_speed: float) -> float:
    """Current that a torque at the shaft takes: the inverse of `drive_torque`.

    Args:
        drive: The motor.
        torque: At the shaft [N·m].
        rotary_speed: Of the shaft [1/s].

    Returns:
        Current [A].

    Example:
        >>> motor = Drive(10.0, 10.0, 0.95, 2.0, 4.0, 500.0, 0.02)
        >>> drive_current(motor, 19000.0, 1.0)
        200.0
    """
    return torque / drive_torque(drive, 1.0, rotary_speed)


@compiled
def drive_torque_limit(drive: Drive, rotary_speed: float) -> float:
    """Most torque that a drive gives at a speed.

    Args:
        drive: The motor.
        rotary_speed: Of the shaft [1/s].

    Returns:
        Torque [N·m]; none beyond the top speed.

    Example:
        >>> motor = Drive(10.0, 10.0, 0.95, 2.0, 4.0, 500.0, 0.02)
        >>> [drive_torque_limit(motor, speed) for speed in (1.0, 4.0, 4.1)]
        [47500.0, 23750.0, 0.0]
    """
    if abs(rotary_speed) > drive.top_speed:
        return 0.0
    return drive_torque(drive, drive.most_current, rotary_speed)


@compiled
def drive_power(drive: Drive, torque: float, rotary_speed: float) -> DrivePower:
    """Power that a drive takes, does work with and turns to heat.

    The gear loses its share of the motor's power whichever way that flows.

    Args:
        drive: The motor.
        torque: At the shaft [N·m].
        rotary_speed: Of the shaft [1/s].

    Returns:
        Power in, work and heat [W]: the first is the sum of the others.

    Example:
        19 kN·m at one turn a second is 119.4 kW; 200 A in 0.02 Ohm lose 0.8 kW, a gear that keeps
        95 % loses 6.3 kW.

        >>> motor = Drive(10.0, 10.0, 0.95, 2.0, 4.0, 500.0, 0.02)
        >>> [round(part / 1e3, 1) for part in drive_power(motor, 19000.0, 1.0)]
        [126.5, 119.4, 7.1]
    """
    work = 2 * pi * rotary_speed * torque
    winding = drive.resistance * drive_current(drive, torque, rotary_speed) ** 2
    gear = abs(work) * (1.0 / drive.gear_efficiency - 1.0)
    return DrivePower(work + winding + gear, work, winding + gear)
