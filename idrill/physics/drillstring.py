"""Torsion of the drill string: how it winds up, how it swings, what the bit's torque does to it.

The bit's torque falls as its speed rises (J. F. Brett, *The genesis of torsional drillstring
vibrations*, SPE Drilling Engineering 7 (1992) 168-174), which feeds the swing. Soft torque makes
the drive yield as the string's impedance asks (A. Kyllingstad and P. J. Nessjøen, *A new stick-slip
prevention system*, SPE/IADC 119660, 2009). The motion itself is in `torsion.py`.
"""

from math import ceil, pi, sqrt

import numpy as np
from numpy.typing import NDArray

from idrill.physics.compiled import compiled

BARELY_TURNING = 0.05
"""Mean speed below which a bit has no severity [1/s]: three turns a minute [e]."""

STIFF_DRIVE = 100.0
"""Impedance of a drive that holds its speed, as a multiple of the string's [e]."""

SOFT_DRIVE = 2.0
"""The same with soft torque: yields enough to absorb the wave, holds enough to drill [e]."""


@compiled
def torsional_stiffness(rigidity: float, length: float) -> float:
    """Torque per angle of a pipe that is held at one end.

    Args:
        rigidity: Shear modulus times polar moment, GJ [N·m²].
        length: [m]

    Returns:
        Stiffness [N·m/rad].

    Example:
        >>> torsional_stiffness(rigidity=9.42e5, length=3000.0)
        314.0
    """
    return rigidity / length


@compiled
def torsional_period(stiffness: float, inertia: float) -> float:
    """Natural period of a mass on a twisting string whose top is held.

    Args:
        stiffness: [N·m/rad]
        inertia: [kg·m²]

    Returns:
        Period [s].

    Example:
        5 in pipe (GJ 9.42e5 N·m²) and 374 kg·m², at 1, 3 and 4 km:

        >>> [round(torsional_period(9.42e5 / length, 374.0), 1) for length in (1e3, 3e3, 4e3)]
        [4.0, 6.9, 7.9]
    """
    return 2 * pi * sqrt(inertia / stiffness)


@compiled
def drive_gains(
    torsion_stiffness: float, bottom_inertia: float, drive_inertia: float, ratio: float
) -> tuple[float, float]:
    """Gains of a speed controller: damping, and the stiffness that cancels the drive's inertia.

    The stiffness is chosen as in Kyllingstad and Nessjøen (2009), so that at the string's natural
    frequency the drive answers with its damping alone.

    Args:
        torsion_stiffness: Of the string [N·m/rad].
        bottom_inertia: [kg·m²]
        drive_inertia: [kg·m²]
        ratio: `STIFF_DRIVE`, `SOFT_DRIVE` or what lies between [-].

    Returns:
        Damping [N·m·s/rad] and stiffness [N·m/rad].

    Example:
        >>> damping, stiffness = drive_gains(314.0, 374.0, 2000.0, ratio=2.0)
        >>> round(damping, 1), round(stiffness, 1)
        (685.4, 1679.1)
    """
    impedance = sqrt(torsion_stiffness * bottom_inertia)
    return ratio * impedance, drive_inertia * torsion_stiffness / bottom_inertia


@compiled
def weakened_torque(
    torque: float, bit_speed: float, weakening: float, weakening_speed: float
) -> float:
    """Torque that a bit takes at a speed; it falls as the bit turns faster (Brett 1992).

    Args:
        torque: What it takes at high speed [N·m].
        bit_speed: [1/s]
        weakening: By what fraction more it takes at rest [-].
        weakening_speed: Where half of that is gone [1/s].

    Returns:
        Torque [N·m].

    Example:
        >>> [weakened_torque(4000.0, speed, 0.5, 0.2) for speed in (0.0, 0.2)]
        [6000.0, 5000.0]
    """
    return torque * (1.0 + weakening * weakening_speed / (weakening_speed + abs(bit_speed)))


@compiled
def stick_slip_severity(bit_speed_min: float, bit_speed_max: float, bit_speed_mean: float) -> float:
    """Swing of the bit's speed against twice its mean, over at least one natural period.

    Args:
        bit_speed_min: [1/s]
        bit_speed_max: [1/s]
        bit_speed_mean: [1/s]

    Returns:
        Severity [-]; 0 for a bit that hardly turns.

    Example:
        A bit that stops and reaches twice its mean:

        >>> stick_slip_severity(0.0, 4.0, 2.0)
        1.0
    """
    if bit_speed_mean < BARELY_TURNING:
        return 0.0
    return (bit_speed_max - bit_speed_min) / (2.0 * bit_speed_mean)


@compiled
def severity_over(
    lowest: NDArray[np.float64], highest: NDArray[np.float64], mean: NDArray[np.float64]
) -> float:
    """Stick-slip severity over some seconds, in any order.

    Args:
        lowest: Slowest bit speed of each second [1/s] (second).
        highest: Fastest [1/s] (second).
        mean: Mean [1/s] (second).

    Returns:
        Severity [-].

    Example:
        >>> severity_over(np.array([0.0, 1.0]), np.array([3.0, 4.0]), np.array([1.5, 2.5]))
        1.0
    """
    return stick_slip_severity(lowest.min(), highest.max(), mean.mean())


@compiled
def seconds_of_a_swing(period: float) -> int:
    """Whole seconds over which a severity is judged: two natural periods.

    A string that sticks swings more slowly than a free one; deep in stick-slip, about half as fast.

    Args:
        period: Natural, of torsion [s].

    Example:
        >>> seconds_of_a_swing(6.9)
        14
    """
    return ceil(2.0 * period)
