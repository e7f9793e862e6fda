"""What cuttings do in the annulus: they lag behind the mud, load it and settle to a bed.

Settling follows R. I. Ferguson and M. Church, *A simple universal equation for grain settling
velocity*, J. Sediment. Res. 74 (2004) 933-937, which needs no iteration and has no jumps; the mud
enters with its apparent viscosity at the shear rate of the annulus. The velocity that keeps an
inclined hole clean, and the bed below it, follow T. I. Larsen, A. A. Pilehvari and J. J. Azar,
*Development of a new cuttings-transport model for high-angle wellbores*, SPE Drilling & Completion
12 (1997) 129-136, in their field units.
"""

from math import pi, sqrt

from idrill.physics.compiled import compiled
from idrill.units import GRAVITY, conversion

STOKES = 18.0
"""Drag of a sphere that creeps [-]; Ferguson and Church, eq. 4."""

TURBULENT_DRAG = 1.0
"""Drag of a natural grain that falls fast [-]; Ferguson and Church, eq. 4."""

PACKING = 0.64
"""Largest share of rock in a bed [-]: that of spheres packed close at random, 0.64 ± 0.02 (J. G.
Berryman, *Phys. Rev. A* 27 (1983) 1053-1061)."""

BED_BEGINS = pi / 6
"""Inclination at which cuttings begin to lie [rad]: 30°."""

BED_LIES = 55 * pi / 180
"""Inclination from which the bed no longer slides [rad]; Larsen et al. measured from 55° on."""

_FOOT_A_SECOND = conversion("ft/s", "m/s").factor
_FEET_AN_HOUR = conversion("m/s", "ft/h").factor
_POUNDS_A_GALLON = conversion("kg/m3", "ppg").factor
_INCHES = conversion("m", "in").factor
_DEGREES = 180 / pi


@compiled
def slip_velocity(
    diameter: float, cuttings_density: float, mud_density: float, viscosity: float
) -> float:
    """How fast a cutting falls through the mud [m/s]; zero if it floats.

    Args:
        diameter: Of the cutting [m].
        cuttings_density: [kg/m³]
        mud_density: [kg/m³]
        viscosity: Apparent, at the shear rate of the annulus [Pa·s].

    Example:
        A grain of 1 mm creeps through oil of 10 Pa·s as Stokes says, at 1,650 · g · d² / 180, and
        falls fast in water:

        >>> round(slip_velocity(1e-3, 2650.0, 1000.0, 10.0) * 1e6, 2)
        89.84
        >>> round(slip_velocity(1e-3, 2650.0, 1000.0, 1e-3), 3)
        0.126
    """
    submerged = max(cuttings_density / mud_density - 1, 0.0)
    creeping = STOKES * viscosity / mud_density
    fast = sqrt(0.75 * TURBULENT_DRAG * submerged * GRAVITY * diameter**3)
    return submerged * GRAVITY * diameter**2 / (creeping + fast)


@compiled
def cuttings_fraction(
    cuttings_rate: float, flow_rate: float, area: float, slip_velocity: float
) -> float:
    """Share of the annulus that rising cuttings fill when as many leave as the bit makes [-].

    Args:
        cuttings_rate: Rock drilled [m³/s].
        flow_rate: [m³/s]
        area: Of the annulus [m²].
        slip_velocity: Along the hole [m/s].

    Returns:
        Share, at most `PACKING`: where the mud is no faster than the cuttings fall, they stay.

    Example:
        Half a litre of rock a second in 1 m/s of mud over 0.05 m², falling back at 0.01 m/s:

        >>> round(cuttings_fraction(0.0005, 0.0495, 0.05, 0.01), 6)
        0.010101
    """
    if cuttings_rate <= 0.0:
        return 0.0
    speed = (flow_rate + cuttings_rate) / area - slip_velocity
    if speed * area * PACKING <= cuttings_rate:
        return PACKING
    return cuttings_rate / (area * speed)


@compiled
def loaded_density(mud_density: float, cuttings_density: float, fraction: float) -> float:
    """Density of mud that carries cuttings [kg/m³].

    Args:
        mud_density: [kg/m³]
        cuttings_density: [kg/m³]
        fraction: Share of the volume that is rock [-].

    Example:
        >>> loaded_density(1200.0, 2600.0, 0.02)
        1228.0
    """
    return mud_density + fraction * (cuttings_density - mud_density)


@compiled
def critical_annular_velocity(
    rate_of_penetration: float,
    viscosity: float,
    mud_density: float,
    cutting_diameter: float,
    hole_diameter: float,
    pipe_diameter: float,
    inclination: float,
) -> float:
    """Mean velocity of the mud above which no cuttings stay on the low side [m/s].

    Measured at 55 to 90° of inclination, rates of 15 to 30 m/h, cuttings of 2.5 to 7 mm; below 55°
    the angle's parabola is carried on.

    Args:
        rate_of_penetration: Zero or more [m/s].
        viscosity: Apparent [Pa·s].
        mud_density: [kg/m³]
        cutting_diameter: Median [m].
        hole_diameter: [m]
        pipe_diameter: [m]
        inclination: From the vertical [rad].

    Example:
        By hand, in field units: a pipe of half the hole's width at 54 ft/h moves cuttings at
        1 / (0.75 · (0.64 + 18.16 / 54)) = 1.3657 ft/s; at 53 cP they slip at 3.2795 ft/s, times
        1.0256 for 65°, 1.026 for 0.25 in, 0.9567 for 10 lb/gal; together 4.6671 ft/s = 1.4225 m/s:

        >>> drilled, angle = 54 * 0.3048 / 3600, 65 * 3.141592653589793 / 180
        >>> round(critical_annular_velocity(drilled, 0.053, 1198.264, 0.00635, 0.2, 0.1, angle), 4)
        1.4225
    """
    return _FOOT_A_SECOND * (
        _transport_velocity(rate_of_penetration, pipe_diameter / hole_diameter)
        + _equivalent_slip(1e3 * viscosity)
        * _angle_factor(inclination)
        * max(1.286 - 1.04 * cutting_diameter * _INCHES, 0.0)
        * max(1 - 0.0333 * max(mud_density * _POUNDS_A_GALLON - 8.7, 0.0), 0.0)
    )


@compiled
def _transport_velocity(rate_of_penetration: float, diameter_ratio: float) -> float:
    """Velocity that carries what the bit makes [ft/s], without dividing by a rate of zero."""
    drilled = rate_of_penetration * _FEET_AN_HOUR
    return drilled / ((1 - diameter_ratio**2) * (0.64 * drilled + 18.16))


@compiled
def _equivalent_slip(viscosity: float) -> float:
    """Slip before its corrections [ft/s], from the viscosity in cP."""
    if viscosity <= 53.0:
        return 0.00516 * viscosity + 3.006
    return 0.02554 * (viscosity - 53.0) + 3.28


@compiled
def _angle_factor(inclination: float) -> float:
    degrees = inclination * _DEGREES
    return max(0.0342 * degrees - 0.000233 * degrees**2 - 0.213, 0.0)


@compiled
def bed_fraction(velocity: float, critical_velocity: float, inclination: float) -> float:
    """Share of the annulus that a settled bed of cuttings fills in the end, pores included [-].

    The bed grows until the narrowed annulus lets the mud flow at its critical velocity. From 30° to
    55° the share rises linearly from nothing, because such a bed slides [e].

    Args:
        velocity: Mean velocity of the mud in the clean annulus [m/s].
        critical_velocity: [m/s]
        inclination: [rad]

    Example:
        >>> round(bed_fraction(0.9, 1.2, 1.2), 4), bed_fraction(0.9, 1.2, 0.5)
        (0.25, 0.0)
    """
    if inclination <= BED_BEGINS or velocity >= critical_velocity:
        return 0.0
    lying = min((inclination - BED_BEGINS) / (BED_LIES - BED_BEGINS), 1.0)
    return lying * (1 - max(velocity, 0.0) / critical_velocity)
