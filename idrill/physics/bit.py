"""What the bit takes from string and mud, and what that costs it.

Mechanical specific energy follows R. Teale, *The concept of specific energy in rock drilling*, Int.
J. Rock Mech. Min. Sci. 2 (1965) 57-73; nozzle losses follow Bourgoyne et al., *Applied Drilling
Engineering* (SPE, 1986), ch. 4. What it drills is in `cutting.py`.
"""

from math import pi

from idrill.physics.compiled import compiled

NOZZLE_DISCHARGE = 0.95
"""Discharge coefficient of a bit nozzle [-]."""


def mechanical_specific_energy(
    weight_on_bit: float,
    torque: float,
    rotary_speed: float,
    rate_of_penetration: float,
    bit_diameter: float,
) -> float:
    """Work done at the bit per volume of rock removed.

    Args:
        weight_on_bit: [N]
        torque: At the bit, or at surface if the string's friction is to be included [N·m].
        rotary_speed: [1/s]
        rate_of_penetration: Greater than zero [m/s].
        bit_diameter: Greater than zero [m].

    Returns:
        Energy per volume [Pa].

    Raises:
        ZeroDivisionError: If nothing is drilled: no rate of penetration or no diameter.

    Example:
        >>> energy = mechanical_specific_energy(
        ...     weight_on_bit=155_687.757,
        ...     torque=6_101.180767,
        ...     rotary_speed=2.0,
        ...     rate_of_penetration=50 * 0.3048 / 3600,
        ...     bit_diameter=0.2159,
        ... )
        >>> round(energy / 1e6, 3)
        498.957
    """
    area = pi / 4 * bit_diameter**2
    thrust = weight_on_bit / area
    rotation = 2 * pi * rotary_speed * torque / (area * rate_of_penetration)
    return thrust + rotation


@compiled
def bit_pressure_drop(flow_rate: float, mud_density: float, nozzle_area: float) -> float:
    """Pressure drop across the bit nozzles.

    Args:
        flow_rate: Mud flow [m³/s].
        mud_density: Mud density [kg/m³].
        nozzle_area: Total flow area of the nozzles [m²].

    Returns:
        Pressure drop [Pa].

    Example:
        >>> round(
        ...     bit_pressure_drop(flow_rate=0.030, mud_density=1200.0, nozzle_area=3.0e-4) / 1e5, 2
        ... )
        66.48
    """
    return mud_density * flow_rate**2 / (2 * NOZZLE_DISCHARGE**2 * nozzle_area**2)


@compiled
def harshness(severity: float, whirl: float) -> float:
    """By how much a bit wears faster in stick-slip or whirl: 1 at ease, 3 in full swing [e].

    Args:
        severity: Stick-slip severity: harmless up to one half, full at one [-].
        whirl: Intensity of whirl, 0 to 1 [-].

    Returns:
        Factor [-].

    Example:
        >>> harshness(0.4, 0.0), harshness(0.75, 0.0), harshness(1.3, 0.0), harshness(0.0, 1.0)
        (1.0, 2.0, 3.0, 3.0)
    """
    swing = min(max(2.0 * severity - 1.0, 0.0), 1.0)
    return 1.0 + 2.0 * max(swing, min(max(whirl, 0.0), 1.0))


@compiled
def bit_wear_rate(
    abrasiveness: float, weight: float, rotary_speed: float, bit_diameter: float, harshness: float
) -> float:
    """Bit lives worn per second: abrasiveness times weight times sliding speed.

    Archard's law (J. Appl. Phys. 24 (1953) 981): worn volume goes with load times path. The path is
    that at two thirds of the radius, where an evenly loaded disc has its mean.

    Args:
        abrasiveness: [1/J]
        weight: On the bit [N].
        rotary_speed: Of the bit [1/s].
        bit_diameter: [m]
        harshness: 1, or up to 3 in stick-slip or whirl [-].

    Returns:
        Rate, 1 being a whole life [1/s].

    Example:
        100 kN at 2 turns a second on 8.5 in slide 90 kW; at 5e-11 1/J that is a life of 61 h:

        >>> round(1 / bit_wear_rate(5e-11, 100e3, 2.0, 0.2159, harshness=1.0) / 3600, 1)
        61.4
    """
    path = 2 * pi * max(rotary_speed, 0.0) * bit_diameter / 3
    return abrasiveness * max(weight, 0.0) * path * harshness
