"""Rate of penetration by regression: the drilling exponent, and the law of Bourgoyne and Young.

A. T. Bourgoyne and F. S. Young, *A multiple regression approach to optimal drilling and abnormal
pressure detection*, SPE Journal 14 (1974) 371-384, with the speed and jet terms of Bourgoyne et
al., *Applied Drilling Engineering* (SPE, 1986), ch. 5; the drilling exponent is that of J. R.
Jorden and O. J. Shirley, J. Pet. Tech. 18 (1966) 1387-1394. Both are definitions in field units;
they are converted here, and nowhere else.

It knows no founder and no torque: a law of another kind than `cutting.py`, to judge by.
"""

from math import exp, log, log10
from typing import NamedTuple

from idrill.physics.compiled import compiled
from idrill.units import conversion

FOOT = conversion("ft", "m").factor
INCH = conversion("in", "m").factor
POUND_FORCE = conversion("lbf", "N").factor
POUND_PER_GALLON = conversion("lb/gal", "kg/m3").factor
FOOT_PER_HOUR = FOOT / 3600
KLBF_PER_INCH = 1000 * POUND_FORCE / INCH


class Coefficients(NamedTuple):
    """The eight constants a1 … a8 that a regression finds."""

    formation: float
    """a1: natural logarithm of the rate at reference conditions [ft/h]."""
    compaction: float
    """a2, of normal compaction with depth [1/ft]."""
    undercompaction: float
    """a3, of abnormal pore pressure [1/(ft^0.69·lb/gal)]."""
    differential_pressure: float
    """a4 [1/(ft·lb/gal)]."""
    weight: float
    """a5 [-]"""
    speed: float
    """a6 [-]"""
    wear: float
    """a7 [-]"""
    hydraulics: float
    """a8 [-]"""


class Conditions(NamedTuple):
    """What a bit drills under."""

    vertical_depth: float
    """[m]"""
    pore_gradient: float
    """Pore pressure as the density of a mud that balances it [kg/m³]."""
    circulating_density: float
    """Equivalent, at the bottom [kg/m³]."""
    weight_per_diameter: float
    """Weight on bit per bit diameter [N/m]."""
    threshold_per_diameter: float
    """The same, where the bit begins to drill [N/m]."""
    rotary_speed: float
    """[1/s]"""
    wear: float
    """Of the teeth, 0 to 1 [-]."""
    jet_impact: float
    """[N]"""


REFERENCE = Conditions(
    vertical_depth=10_000 * FOOT,
    pore_gradient=9.0 * POUND_PER_GALLON,
    circulating_density=9.0 * POUND_PER_GALLON,
    weight_per_diameter=4.0 * KLBF_PER_INCH,
    threshold_per_diameter=0.0,
    rotary_speed=1.0,
    wear=0.0,
    jet_impact=1000 * POUND_FORCE,
)
"""Where every term is nil: 10,000 ft, 9 lb/gal in balance, 4,000 lbf/in, 60 rpm, 1,000 lbf."""


@compiled
def regressed_rate(coefficients: Coefficients, conditions: Conditions) -> float:
    """Rate of penetration of Bourgoyne and Young: exp(a1 + Σ aj xj).

    Args:
        coefficients: Of the formation.
        conditions: What the bit drills under.

    Returns:
        Rate [m/s]; none at or below the threshold weight, without rotation or without jets.

    Example:
        At reference conditions it is exp(a1) in ft/h:

        >>> gulf_coast = Coefficients(3.78, 0.17e-3, 0.20e-3, 0.43e-4, 0.43, 0.21, 0.41, 0.16)
        >>> round(regressed_rate(gulf_coast, REFERENCE) / FOOT_PER_HOUR, 6)
        43.816042
    """
    excess = conditions.weight_per_diameter - conditions.threshold_per_diameter
    if excess <= 0.0 or conditions.rotary_speed <= 0.0 or conditions.jet_impact <= 0.0:
        return 0.0
    depth = conditions.vertical_depth / FOOT
    pore = conditions.pore_gradient / POUND_PER_GALLON
    density = conditions.circulating_density / POUND_PER_GALLON
    exponent = (
        coefficients.formation
        + coefficients.compaction * (10_000 - depth)
        + coefficients.undercompaction * depth**0.69 * (pore - 9.0)
        + coefficients.differential_pressure * depth * (pore - density)
        + coefficients.weight
        * log(excess / (4.0 * KLBF_PER_INCH - conditions.threshold_per_diameter))
        + coefficients.speed * log(conditions.rotary_speed)
        - coefficients.wear * conditions.wear
        + coefficients.hydraulics * log(conditions.jet_impact / (1000 * POUND_FORCE))
    )
    return exp(exponent) * FOOT_PER_HOUR


@compiled
def drilling_exponent(
    rate_of_penetration: float, rotary_speed: float, weight_on_bit: float, bit_diameter: float
) -> float:
    """The d-exponent: log(R / 60 N) / log(12 W / 10⁶ D), in ft/h, rpm, lbf and in.

    Args:
        rate_of_penetration: Greater than zero [m/s].
        rotary_speed: Greater than zero [1/s].
        weight_on_bit: Greater than zero [N].
        bit_diameter: [m]

    Returns:
        Exponent [-].

    Example:
        30 ft/h, 120 rpm, 35,000 lbf and 8.5 in:

        >>> round(drilling_exponent(30 * FOOT_PER_HOUR, 2.0, 35e3 * POUND_FORCE, 0.2159), 7)
        1.8222834
    """
    per_turn = rate_of_penetration / FOOT_PER_HOUR / (60.0 * 60.0 * rotary_speed)
    load = 12.0 * (weight_on_bit / POUND_FORCE) / (1e6 * bit_diameter / INCH)
    return log10(per_turn) / log10(load)


@compiled
def corrected_exponent(exponent: float, normal_gradient: float, mud_density: float) -> float:
    """The d-exponent corrected for mud weight: times normal gradient over mud density.

    B. Rehm and R. McClendon, *Measurement of formation pressure from drilling data*, SPE 3601,
    1971.

    Args:
        exponent: The d-exponent [-].
        normal_gradient: Of the pore pressure, as a density [kg/m³].
        mud_density: [kg/m³]

    Returns:
        Exponent [-].

    Example:
        9.0 lb/gal in a mud of 10.0 lb/gal:

        >>> round(corrected_exponent(1.8222834, 9.0, 10.0), 7)
        1.6400551
    """
    return exponent * normal_gradient / mud_density
