"""What hangs on the hook, and what the instrument at the dead line makes of it.

Tension and drag follow the soft string of C. A. Johancsik, D. B. Friesen and R. Dawson, *Torque and
drag in directional wells: prediction and measurement*, J. Petrol. Technol. 36 (1984) 987-992: the
string lies in the hole like a chain, without stiffness. Sheaves follow G. R. Luke and H. C.
Juvkam-Wold, *The determination of true hook-and-line tension under dynamic conditions*, SPE
Drilling & Completion 8 (1993) 259-264, with a dead-line sheave that does not turn.
"""

from math import cos, hypot, pi, sin

import numpy as np
from numpy.typing import NDArray

from idrill.physics.compiled import compiled
from idrill.units import GRAVITY

FREE = 1e-9
"""Friction of a sheave below which the lines share the load equally [-]."""


@compiled
def buoyancy_factor(mud_density: float, steel_density: float) -> float:
    """Share of its weight in air that steel keeps in mud [-].

    Args:
        mud_density: The same inside and outside [kg/m³].
        steel_density: [kg/m³]

    Example:
        >>> buoyancy_factor(1570.0, 7850.0)
        0.8
    """
    return 1 - mud_density / steel_density


@compiled
def buoyed_weight(
    linear_mass: float,
    outer_diameter: float,
    inner_diameter: float,
    density_outside: float,
    density_inside: float,
) -> float:
    """Weight per length of a pipe between two muds [N/m]: steel and mud inside, less displaced mud.

    Args:
        linear_mass: Of the steel [kg/m].
        outer_diameter: [m]
        inner_diameter: [m]
        density_outside: [kg/m³]
        density_inside: [kg/m³]

    Example:
        A tube of 0.01 m² around 0.01 m², filled with water in air: (78.5 + 10) kg/m.

        >>> from math import pi, sqrt
        >>> outer, inner = sqrt(0.08 / pi), sqrt(0.04 / pi)
        >>> round(buoyed_weight(78.5, outer, inner, 0.0, 1000.0) / 9.80665, 6)
        88.5
    """
    inside = density_inside * pi / 4 * inner_diameter**2
    displaced = density_outside * pi / 4 * outer_diameter**2
    return GRAVITY * (linear_mass + inside - displaced)


@compiled
def side_force(
    tension: float, weight: float, inclination: float, inclination_change: float, turn: float
) -> float:
    """Force with which a piece of string presses on the wall of the hole [N].

    Args:
        tension: At its lower end; compression is negative [N].
        weight: Buoyed weight of the piece [N].
        inclination: Mean over the piece [rad].
        inclination_change: Upper end less lower end [rad].
        turn: Change of azimuth over the piece [rad].

    Example:
        A straight piece lies with its weight; one that builds is lifted off by its tension:

        >>> round(side_force(50e3, 1e3, 1.5707963267948966, 0.0, 0.0), 6)
        1000.0
        >>> round(side_force(50e3, 1e3, 1.5707963267948966, -0.02, 0.0), 6)
        0.0
    """
    lifting = tension * inclination_change + weight * sin(inclination)
    return hypot(lifting, tension * turn * sin(inclination))


@compiled
def tension_above(tension: float, weight: float, inclination: float, drag: float) -> float:
    """Tension at the upper end of a piece of string [N].

    Args:
        tension: At its lower end [N].
        weight: Buoyed weight of the piece [N].
        inclination: Mean over the piece [rad].
        drag: Friction that holds it back from moving up; negative while it moves down [N].

    Example:
        >>> round(tension_above(100e3, 20e3, 1.0471975511965976, 1e3), 6)
        111000.0
    """
    return tension + weight * cos(inclination) + drag


@compiled
def axial_share(axial_speed: float, rotary_speed: float, diameter: float) -> float:
    """Share of the friction that acts along the hole, positive while the string moves up [-].

    Friction opposes the sliding, which is sideways in a turning string: rotation frees it.

    Args:
        axial_speed: Upwards [m/s].
        rotary_speed: [1/s]
        diameter: Outer, of the string [m].

    Example:
        >>> (
        ...     axial_share(-0.3, 0.0, 0.127),
        ...     axial_share(0.0, 2.0, 0.127),
        ...     axial_share(0.0, 0.0, 0.127),
        ... )
        (-1.0, 0.0, 0.0)
    """
    sliding = hypot(axial_speed, pi * diameter * rotary_speed)
    return axial_speed / sliding if sliding > 0.0 else 0.0


@compiled
def string_tension(
    weights: NDArray[np.float64],
    inclinations: NDArray[np.float64],
    azimuths: NDArray[np.float64],
    friction: float,
    tension_at_bit: float,
) -> float:
    """Tension at the top of a string along a curved hole [N].

    Args:
        weights: Buoyed weight of each piece, from the bit upwards (piece) [N].
        inclinations: At the ends of the pieces, from the bit upwards (piece + 1) [rad].
        azimuths: The same [rad].
        friction: Coefficient times `axial_share`: positive pulling up, negative running in [-].
        tension_at_bit: Minus the weight on bit [N].

    Example:
        Two pieces of 10 kN, straight down and then horizontal, where one lies on the wall:

        >>> down, lying, north = np.array([0.0] * 3), np.array([np.pi / 2] * 3), np.zeros(3)
        >>> string_tension(np.array([10e3, 10e3]), down, north, 0.2, -5e3)
        15000.0
        >>> round(string_tension(np.array([10e3, 10e3]), lying, north, 0.2, 0.0), 6)
        4000.0
    """
    tension = tension_at_bit
    for piece in range(weights.shape[0]):
        mean = (inclinations[piece] + inclinations[piece + 1]) / 2
        build = inclinations[piece + 1] - inclinations[piece]
        turn = azimuths[piece + 1] - azimuths[piece]
        pressing = side_force(tension, weights[piece], mean, build, turn)
        tension = tension_above(tension, weights[piece], mean, friction * pressing)
    return tension


@compiled
def friction_torque(friction: float, side_force: float, diameter: float) -> float:
    """Torque that a turning piece of string loses to the wall [N·m].

    Args:
        friction: Coefficient times the share of the sliding that is sideways [-].
        side_force: [N]
        diameter: Outer, of the tool joints [m].

    Example:
        >>> friction_torque(0.2, 10e3, 0.168)
        168.0
    """
    return friction * side_force * diameter / 2


@compiled
def hook_load(hanging_weight: float, string_tension: float) -> float:
    """Load on the hook [N].

    Args:
        hanging_weight: Block, hook and top drive [N].
        string_tension: At the top of the string; zero in slips [N].

    Example:
        >>> hook_load(650e3, 400e3)
        1050000.0
    """
    return hanging_weight + string_tension


@compiled
def sheave_factor(lines: int, friction: float, motion: float) -> float:
    """What the dead line shows, times the lines, by the true load [-].

    Each turning sheave hands on the tension less its friction, so the dead line carries the least
    while the block rises and the most while it sinks.

    Args:
        lines: Lines strung between crown and block [-].
        friction: Loss in one sheave, about 0.01 to 0.04 [-].
        motion: 1 while the block rises, -1 while it sinks, 0 with the friction shaken out, and in
            between while it changes over [-].

    Example:
        Two lines, 4 % loss: the second line carries 1 / 0.96 of the first, or 0.96 of it.

        >>> round(sheave_factor(2, 0.04, 1.0), 6), round(2 / (1 + 1 / 0.96), 6)
        (0.979592, 0.979592)
        >>> round(sheave_factor(2, 0.04, -1.0), 6), round(2 / (1 + 0.96), 6)
        (1.020408, 1.020408)
        >>> sheave_factor(10, 0.02, 0.0)
        1.0
    """
    growth: float = (1 - friction) ** -motion
    if abs(growth - 1) < FREE:
        return 1.0
    factor: float = lines * (growth - 1) / (growth**lines - 1)
    return factor


@compiled
def indicated_hook_load(hook_load: float, lines: int, friction: float, motion: float) -> float:
    """Hook load that the weight indicator computes from the tension of the dead line [N].

    Args:
        hook_load: True load [N].
        lines: [-]
        friction: Loss in one sheave [-].
        motion: 1 up, -1 down, 0 neither [-].

    Example:
        Ten lines at 2 % loss a sheave; the indicator reads 9 % too little while the block rises.

        >>> round(indicated_hook_load(1e6, 10, 0.02, 1.0))
        911562
    """
    return hook_load * sheave_factor(lines, friction, motion)
