"""Whirl and the vibration of a bottom-hole assembly, by frequency and level.

Collars between two stabilisers bend as a beam on two supports, whose frequency falls with the mass
of the mud they carry along and with the weight that presses on them: S. Timoshenko, D. H. Young and
W. Weaver, *Vibration Problems in Engineering* (4th ed., 1974), ch. 5. How they whirl
follows J. K. Vandiver, J. W. Nicholson and R.-J. Shyu, *Case studies of the bending vibration
and whirling motion of drill collars*, SPE Drilling Engineering 5 (1990) 282-290.

Limits: one span, its first two modes, one whirl at a time; the levels are those of a steady motion.
"""

from math import exp, pi, sqrt
from typing import NamedTuple

from idrill.physics.compiled import compiled

STRENGTH = 60e6
"""Rock strength at which `Collars.band` is what it says [Pa] [e]."""


class Collars(NamedTuple):
    """The lowest span of a bottom-hole assembly."""

    length: float
    """Between two stabilisers [m]."""
    bending_stiffness: float
    """Young's modulus times moment of area, EI [N·m²]."""
    linear_mass: float
    """With the mud inside and the mud carried along outside [kg/m]."""
    diameter: float
    """[m]"""
    eccentricity: float
    """Of the centre of mass [m]."""
    damping_ratio: float
    """Of bending [-]."""
    band: float
    """Half width of a speed band with whirl, as a fraction of its speed [-]."""


@compiled
def bending_frequency(collars: Collars, mode: int, weight: float) -> float:
    """Natural bending frequency of collars under weight.

    Args:
        collars: The span.
        mode: 1 for half a wave between the stabilisers, 2 for a whole.
        weight: Pressing on them [N].

    Returns:
        Frequency [1/s]; 0 where the weight buckles them.

    Example:
        EI 8.4e6 N·m², 200 kg/m and 12 m: pi/2 · sqrt(8.4e6 / 200) / 144.

        >>> span = Collars(12.0, 8.4e6, 200.0, 0.17, 0.003, 0.1, 0.06)
        >>> round(bending_frequency(span, 1, 0.0), 4), round(bending_frequency(span, 2, 0.0), 4)
        (2.2355, 8.9421)
    """
    free = pi / 2 * (mode / collars.length) ** 2
    free *= sqrt(collars.bending_stiffness / collars.linear_mass)
    buckling = collars.bending_stiffness * (mode * pi / collars.length) ** 2
    return free * sqrt(max(1.0 - weight / buckling, 0.0))


@compiled
def whirl_intensity(collars: Collars, rotary_speed: float, weight: float, strength: float) -> float:
    """How fully collars whirl at a speed: bands around their bending frequencies.

    A harder rock grips less and rebounds more, so its bands are wider [e].

    Args:
        collars: The span.
        rotary_speed: [1/s]
        weight: On the bit [N].
        strength: Unconfined, of the rock [Pa].

    Returns:
        0 for none, 1 in the middle of a band [-].

    Example:
        >>> span = Collars(12.0, 8.4e6, 200.0, 0.17, 0.003, 0.1, 0.06)
        >>> [round(whirl_intensity(span, speed, 0.0, 60e6), 2) for speed in (1.5, 2.1, 2.2355)]
        [0.0, 0.36, 1.0]
    """
    width = collars.band * sqrt(strength / STRENGTH)
    intensity = 0.0
    for mode in range(1, 3):
        centre = bending_frequency(collars, mode, weight)
        if centre > 0.0:
            off = (rotary_speed / centre - 1.0) / width
            intensity = max(intensity, exp(-(off**2)))
    return intensity


@compiled
def backward_whirl_speed(
    rotary_speed: float, collar_diameter: float, hole_diameter: float
) -> float:
    """Speed at which collars that roll along the wall run round the hole (Vandiver 1990).

    Args:
        rotary_speed: [1/s]
        collar_diameter: [m]
        hole_diameter: Larger than the collars [m].

    Returns:
        Speed [1/s], against the sense of rotation.

    Example:
        >>> round(backward_whirl_speed(2.0, 0.17, 0.22), 6)
        6.8
    """
    return rotary_speed * collar_diameter / (hole_diameter - collar_diameter)


@compiled
def lateral_acceleration(
    collars: Collars, rotary_speed: float, weight: float, hole_diameter: float, whirl: float
) -> float:
    """Lateral acceleration of the bottom-hole assembly.

    An unbalanced shaft (Jeffcott 1919), bowed no farther than the wall allows, plus, in whirl, the
    centripetal acceleration of a body that rolls along the wall.

    Args:
        collars: The span.
        rotary_speed: [1/s]
        weight: On the bit [N].
        hole_diameter: [m]
        whirl: Intensity, 0 to 1 [-].

    Returns:
        Acceleration, root mean square over a second [m/s²].

    Example:
        >>> span = Collars(12.0, 8.4e6, 200.0, 0.17, 0.003, 0.1, 0.06)
        >>> [round(lateral_acceleration(span, 1.0, 0.0, 0.22, whirl), 2) for whirl in (0.0, 1.0)]
        [0.02, 8.07]
    """
    clearance = (hole_diameter - collars.diameter) / 2
    frequency = max(bending_frequency(collars, 1, weight), 1e-3)
    ratio = (rotary_speed / frequency) ** 2
    resonance = sqrt((1.0 - ratio) ** 2 + 4.0 * collars.damping_ratio**2 * ratio)
    bow = min(collars.eccentricity * ratio / resonance, clearance)
    shaft = bow * (2 * pi * rotary_speed) ** 2
    round_the_hole = backward_whirl_speed(rotary_speed, collars.diameter, hole_diameter)
    rolling = whirl * clearance * (2 * pi * round_the_hole) ** 2
    return sqrt(0.5 * (shaft**2 + rolling**2))


@compiled
def axial_acceleration(
    depth_of_cut: float, rotary_speed: float, blades: float, severity: float
) -> float:
    """Axial acceleration at a drag bit, whose blades pass a ripple of the hole's bottom.

    The ripple is taken as a tenth of the depth of cut per blade [e]; in stick-slip the fast part of
    the swing passes it at up to `1 + severity` times the speed.

    Args:
        depth_of_cut: Per turn [m].
        rotary_speed: Mean, of the bit [1/s].
        blades: Number of them.
        severity: Of stick-slip [-].

    Returns:
        Acceleration, root mean square over a second [m/s²].

    Example:
        4 mm a turn with 5 blades ripple 0.08 mm, at 10 passes a second:

        >>> round(axial_acceleration(0.004, 2.0, 5.0, 0.0), 3)
        0.223
    """
    ripple = 0.1 * depth_of_cut / blades
    passing = 2 * pi * blades * rotary_speed * (1.0 + severity)
    return ripple * passing**2 / sqrt(2.0)
