"""Cutting and friction: rate of penetration and torque of a drag bit, from one law.

E. Detournay and P. Defourny, *A phenomenological model for the drilling action of drag bits*, Int.
J. Rock Mech. Min. Sci. 29 (1992) 13-23. The weight does two things: it pushes the cutting edges
into the rock, which costs energy per volume, and it presses the wear flats on the rock, which rub.
Here the rock's energy per volume grows with the pressure that confines it, the flats grow with
wear, and beyond the founder point more weight hardly cuts.

Limits: steady drilling with a drag bit on an even bottom; no roller cones, no bit walk. Torque
counts for a bit that turns: what speed does to it is in `drillstring.py`.
"""

from math import pi, sin
from typing import NamedTuple

from idrill.physics.compiled import compiled


class Rock(NamedTuple):
    """What a bit meets."""

    unconfined_strength: float
    """[Pa]"""
    friction_angle: float
    """Internal, of the rock [rad]."""
    bit_friction: float
    """Coefficient of friction between wear flat and rock [-]."""
    cleaning_energy: float
    """Hydraulic energy that clears a volume of cuttings; high where they stick [Pa]."""
    abrasiveness: float
    """Bit lives worn per work of sliding on it, at a friction of one [1/J]."""


class Bit(NamedTuple):
    """A drag bit, as the cutting law sees it."""

    diameter: float
    """[m]"""
    cutting_ratio: float
    """Specific energy of pure cutting per confined strength: 1 for a sharp cutter [-]."""
    cutter_inclination: float
    """Thrust per tangential force of pure cutting, zeta [-]."""
    bit_constant: float
    """Of the cutters' layout, gamma: 1 on a flat blade, up to 4/3 where they crowd outwards [-]."""
    sharp_contact: float
    """Width of the wear flats of a new bit, summed along a radius [m]."""
    worn_contact: float
    """The same at the end of its life [m]."""
    contact_depth: float
    """Depth of cut per turn at which the flats are fully pressed on [m]."""
    exposure: float
    """Depth of cut per turn at which the body of a new bit comes to bear [m]."""
    founder_slope: float
    """Depth gained beyond the founder point per depth that clean cutters would gain [-]."""


class Cutting(NamedTuple):
    """What a bit does with its weight."""

    rate_of_penetration: float
    """[m/s]"""
    torque: float
    """[N·m]"""
    depth_of_cut: float
    """Per turn [m]."""


@compiled
def confined_strength(
    unconfined_strength: float, differential_pressure: float, friction_angle: float
) -> float:
    """Strength of a rock that the mud presses together.

    Caicedo, Calhoun and Ewy, *Unique ROP predictor using bit-specific coefficient of sliding
    friction and mechanical efficiency*, SPE 92576 (2005): UCS + Δp + 2 Δp sin φ / (1 - sin φ).
    Mud lighter than the pore fluid is taken to leave the rock as strong as it is.

    Args:
        unconfined_strength: [Pa]
        differential_pressure: Bottom-hole minus pore pressure [Pa].
        friction_angle: [rad]

    Returns:
        Strength [Pa].

    Example:
        >>> round(confined_strength(60e6, 5e6, pi / 6) / 1e6, 6)
        75.0
    """
    pressure = max(differential_pressure, 0.0)
    sine = sin(friction_angle)
    return unconfined_strength + pressure * (1.0 + 2.0 * sine / (1.0 - sine))


@compiled
def threshold_weight(bit: Bit, strength: float, wear: float) -> float:
    """Weight that the wear flats carry before more of it makes the bit cut.

    Detournay and Defourny (1992): contact width times the strength of the rock.

    Args:
        bit: What drills.
        strength: Confined strength of the rock [Pa].
        wear: 0 for a new bit, 1 at the end of its life [-].

    Returns:
        Weight [N].

    Example:
        >>> bit = Bit(0.2, 2.0, 1.0, 1.0, 0.001, 0.009, 3e-4, 0.006, 0.1)
        >>> [round(threshold_weight(bit, 50e6, wear), 6) for wear in (0.0, 0.5, 1.0)]
        [5000.0, 25000.0, 45000.0]
    """
    contact = bit.sharp_contact + wear * (bit.worn_contact - bit.sharp_contact)
    return bit.diameter / 2 * contact * strength


@compiled
def depth_of_cut(bit: Bit, strength: float, weight: float, wear: float) -> float:
    """Depth that clean cutters reach in a turn, wherever the founder point may lie.

    At little depth the flats are not yet fully pressed on and share the weight with the cutting
    edges (phase I); beyond, the weight above the threshold cuts (phase II): Detournay, Richard and
    Shepherd, *Drilling response of drag bits*, Int. J. Rock Mech. Min. Sci. 45 (2008) 1347-1360.

    Args:
        bit: What drills.
        strength: Confined strength of the rock [Pa].
        weight: On the bit [N].
        wear: [-]

    Returns:
        Depth per turn [m].

    Example:
        Half of 100 kN above the threshold of 5 kN makes half of the depth:

        >>> bit = Bit(0.2, 2.0, 1.0, 1.0, 0.001, 0.009, 3e-4, 0.006, 0.1)
        >>> [round(depth_of_cut(bit, 50e6, weight, 0.0) * 1e3, 6) for weight in (55e3, 105e3)]
        [5.0, 10.0]
    """
    stiffness = _cutting_stiffness(bit, strength)
    carried = threshold_weight(bit, strength, wear)
    knee = carried + stiffness * bit.contact_depth
    if weight < knee:
        return max(weight, 0.0) / knee * bit.contact_depth
    return (weight - carried) / stiffness


@compiled
def _cutting_stiffness(bit: Bit, strength: float) -> float:
    """Weight of pure cutting per depth of cut [N/m]."""
    return bit.diameter / 2 * bit.cutter_inclination * bit.cutting_ratio * strength


@compiled
def founder_depth(
    bit: Bit, rock: Rock, rotary_speed: float, hydraulic_power: float, wear: float
) -> float:
    """Depth of cut at which a bit founders: its body comes to bear, or its cuttings stay.

    A new bit's exposure halves over its life [e]. The jets clear as much rock as their power per
    area pays for, so that the depth they allow falls with the speed: the founder of Dupriest and
    Koederitz, *Maximizing drill rates with real-time surveillance of mechanical specific energy*,
    SPE 92194 (2005), in the energy terms of Mohan, Adil and Samuel, SPE/IADC 119421 (2009).

    Args:
        bit: What drills.
        rock: What it drills.
        rotary_speed: Greater than zero [1/s].
        hydraulic_power: Of the jets: pressure drop across the nozzles times flow [W].
        wear: [-]

    Returns:
        Depth per turn [m].

    Example:
        Jets of 100 kW clear 1e5 / (0.01 pi 200e6) = 15.9 mm/s: 8 mm a turn at 2 turns a second,
        where the body touches at 6 mm, and 4 mm at 4.

        >>> bit = Bit(0.2, 2.0, 1.0, 1.0, 0.001, 0.009, 3e-4, 0.006, 0.1)
        >>> sticky = Rock(50e6, 0.5, 0.5, 200e6, 5e-11)
        >>> [round(founder_depth(bit, sticky, n, 1e5, 0.0) * 1e3, 2) for n in (2.0, 4.0)]
        [6.0, 3.98]
    """
    area = pi / 4 * bit.diameter**2
    cleared = hydraulic_power / (area * rock.cleaning_energy * rotary_speed)
    return min(cleared, bit.exposure * (1.0 - 0.5 * wear))


@compiled
def founder_weight(bit: Bit, strength: float, depth: float, wear: float) -> float:
    """Weight at which a bit reaches a depth of cut, such as that of its founder point.

    Args:
        bit: What drills.
        strength: Confined strength of the rock [Pa].
        depth: Per turn [m].
        wear: [-]

    Returns:
        Weight [N].

    Example:
        >>> bit = Bit(0.2, 2.0, 1.0, 1.0, 0.001, 0.009, 3e-4, 0.006, 0.1)
        >>> round(founder_weight(bit, 50e6, 0.006, 0.0), 6)
        65000.0
    """
    pressed = min(depth / bit.contact_depth, 1.0)
    carried = threshold_weight(bit, strength, wear) * pressed
    return carried + _cutting_stiffness(bit, strength) * depth


@compiled
def cutting(
    bit: Bit,
    rock: Rock,
    weight: float,
    rotary_speed: float,
    differential_pressure: float,
    hydraulic_power: float,
    wear: float,
) -> Cutting:
    """Rate of penetration and torque of a drag bit, from one law.

    Detournay and Defourny (1992): the weight that cuts is that of the depth reached; all the rest
    rubs, and adds its friction to the torque. It holds beyond the founder point too, where depth
    grows by `founder_slope` of what it would, or falls.

    Args:
        bit: What drills.
        rock: What it drills.
        weight: On the bit [N].
        rotary_speed: Of the bit [1/s].
        differential_pressure: Bottom-hole minus pore pressure [Pa].
        hydraulic_power: Of the jets [W].
        wear: [-]

    Returns:
        Rate, torque and depth of cut; a bit that stands has its torque and no rate.

    Example:
        55 kN on a bit of 0.1 m radius: 5 kN rub, 50 kN cut 5 mm a turn at 100 MPa, and the torque
        is 0.1² / 2 · (100e6 · 0.005 + 0.5 · 5e3 / 0.1).

        >>> bit = Bit(0.2, 2.0, 1.0, 1.0, 0.001, 0.009, 3e-4, 0.006, 0.1)
        >>> clean = Rock(50e6, 0.5, 0.5, 1e6, 5e-11)
        >>> done = cutting(bit, clean, 55e3, 2.0, 0.0, 1e5, 0.0)
        >>> round(done.rate_of_penetration * 3600, 6), round(done.torque, 6)
        (36.0, 2625.0)
    """
    strength = confined_strength(
        rock.unconfined_strength, differential_pressure, rock.friction_angle
    )
    depth = depth_of_cut(bit, strength, weight, wear)
    if rotary_speed > 0.0:
        founder = founder_depth(bit, rock, rotary_speed, hydraulic_power, wear)
        if depth > founder:
            depth = max(founder + bit.founder_slope * (depth - founder), 0.0)
    radius = bit.diameter / 2
    cut = bit.cutting_ratio * strength * depth * radius**2 / 2
    rubbing = max(weight, 0.0) - _cutting_stiffness(bit, strength) * depth
    torque = cut + rock.bit_friction * bit.bit_constant * rubbing * radius / 2
    return Cutting(depth * max(rotary_speed, 0.0), torque, depth)
