"""How fast loads use up the components of a rig.

Each law gives a damage rate relative to reference loads: 1 at the reference, 0 without load. At a
rate of 1 a component lives its rated life, at 2 half of it (linear accumulation: M. A. Miner,
*Cumulative damage in fatigue*, J. Appl. Mech. 12 (1945) A159-A164). Sliding wear follows
J. F. Archard, *Contact and rubbing of flat surfaces*, J. Appl. Phys. 24 (1953) 981-988: volume
worn is proportional to load times distance. Exponents come from where each law says; those marked
[e] are engineering judgement and therefore arguments.
"""

from math import exp, expm1, log

from idrill.physics.compiled import compiled

BEARING_EXPONENT = 10.0 / 3.0
"""Exponent of load in the life of a roller bearing (ISO 281:2007, basic rating life) [-]."""

WASHPIPE_EXPONENT = 4.0
"""Exponent of pressure in the life of a washpipe: vendors rate 800 h at 20 MPa and under
100 h above 35 MPa, and (35/20)^4 = 9.4 [-]."""


@compiled
def liner_rate(
    pressure: float,
    stroke_rate: float,
    sand: float,
    reference_pressure: float,
    reference_stroke_rate: float,
    exponent: float,
) -> float:
    """Relative wear of a liner or piston: Archard with a seal pressed on by the mud.

    Args:
        pressure: Discharge pressure, zero or more [Pa].
        stroke_rate: [1/s]
        sand: Sand content relative to the reference [-].
        reference_pressure: Where the rate is 1 [Pa].
        reference_stroke_rate: Where the rate is 1 [1/s].
        exponent: Of the pressure, 2 to 3 [e] [-].

    Returns:
        Damage rate relative to the reference [-].

    Example:
        >>> liner_rate(40e6, 1.0, 1.0, 20e6, 2.0, 2.0)
        2.0
    """
    load: float = (pressure / reference_pressure) ** exponent
    return load * (stroke_rate / reference_stroke_rate) * sand


@compiled
def valve_rate(
    pressure: float,
    stroke_rate: float,
    solids: float,
    reference_pressure: float,
    reference_stroke_rate: float,
) -> float:
    """Relative wear of a pump valve and its seat: one closure on solids under pressure per stroke.

    Args:
        pressure: Discharge pressure [Pa].
        stroke_rate: [1/s]
        solids: Solids content relative to the reference [-].
        reference_pressure: Where the rate is 1 [Pa].
        reference_stroke_rate: Where the rate is 1 [1/s].

    Returns:
        Damage rate relative to the reference [-].

    Example:
        >>> valve_rate(30e6, 1.0, 2.0, 20e6, 2.0)
        1.5
    """
    closures = stroke_rate / reference_stroke_rate
    return (pressure / reference_pressure) * closures * solids


@compiled
def washpipe_rate(
    pressure: float, rotary_speed: float, reference_pressure: float, reference_speed: float
) -> float:
    """Relative wear of the washpipe packing.

    Args:
        pressure: Of the mud inside [Pa].
        rotary_speed: [1/s]
        reference_pressure: Where the rate is 1 [Pa].
        reference_speed: Where the rate is 1 [1/s].

    Returns:
        Damage rate relative to the reference [-].

    Example:
        The vendors' 800 h at 20 MPa become at 35 MPa:

        >>> round(800 / washpipe_rate(35e6, 2.0, 20e6, 2.0), 1)
        85.3
    """
    load: float = (pressure / reference_pressure) ** WASHPIPE_EXPONENT
    return load * (rotary_speed / reference_speed)


@compiled
def gearbox_rate(
    torque: float,
    rotary_speed: float,
    stick_slip: float,
    reference_torque: float,
    reference_speed: float,
    stick_slip_factor: float,
) -> float:
    """Relative fatigue of the top drive's gearbox and bearings (ISO 281:2007).

    Args:
        torque: At surface [N·m]; its sign does not matter.
        rotary_speed: [1/s]
        stick_slip: Share of the time in stick-slip, 0 to 1 [-].
        reference_torque: Where the rate is 1 [N·m].
        reference_speed: Where the rate is 1 [1/s].
        stick_slip_factor: How much faster damage grows in stick-slip, 3 [e] [-].

    Returns:
        Damage rate relative to the reference [-].

    Example:
        >>> round(gearbox_rate(40e3, 2.0, 0.0, 20e3, 2.0, 3.0), 4)
        10.0794
        >>> gearbox_rate(20e3, 2.0, 1.0, 20e3, 2.0, 3.0)
        3.0
    """
    load: float = (abs(torque) / reference_torque) ** BEARING_EXPONENT
    shaken = 1.0 + (stick_slip_factor - 1.0) * stick_slip
    return load * (rotary_speed / reference_speed) * shaken


@compiled
def brake_rate(
    power: float,
    temperature: float,
    reference_power: float,
    reference_temperature: float,
    doubling: float,
) -> float:
    """Relative wear of the drawworks brake: energy turned into heat, the worse the hotter.

    Args:
        power: Taken up by the brake [W].
        temperature: Of its friction surface at the peak [K].
        reference_power: Where the rate is 1 at the reference temperature [W].
        reference_temperature: Up to which wear per energy is constant [K].
        doubling: Rise of temperature that doubles wear per energy [e] [K].

    Returns:
        Damage rate relative to the reference [-].

    Example:
        >>> brake_rate(250e3, 500.0, 500e3, 550.0, 50.0)
        0.5
        >>> brake_rate(500e3, 600.0, 500e3, 550.0, 50.0)
        2.0
    """
    excess = max(temperature - reference_temperature, 0.0)
    hotter: float = 2.0 ** (excess / doubling)
    return power / reference_power * hotter


@compiled
def accelerated(damage: float, acceleration: float) -> float:
    """Wear after accumulated damage when wear feeds on itself: dx/dD = 1 + a·x, x(0) = 0.

    Args:
        damage: Accumulated load, in units of a rated life [-].
        acceleration: a, zero or more [-].

    Returns:
        Wear x [-]; equal to the damage without acceleration.

    Example:
        >>> accelerated(0.5, 0.0)
        0.5
        >>> round(accelerated(damage_for(1.0, 2.0), 2.0), 12)
        1.0
    """
    return damage if acceleration == 0.0 else expm1(acceleration * damage) / acceleration


@compiled
def damage_for(wear: float, acceleration: float) -> float:
    """Accumulated damage at which the wear is reached: the inverse of `accelerated`.

    Args:
        wear: [-]
        acceleration: [-]

    Returns:
        Damage [-].

    Example:
        >>> round(damage_for(1.0, 2.0), 6)
        0.549306
    """
    return wear if acceleration == 0.0 else log(1.0 + acceleration * wear) / acceleration


@compiled
def visibility(wear: float, sharpness: float) -> float:
    """Share of a fault's full effect that shows at a wear: 0 when new, 1 at wear 1.

    A leak through a cut seat grows in proportion to itself, so it shows late; the sharpness is the
    number of e-foldings in a life.

    Args:
        wear: Zero or more; beyond 1 it shows as at 1 [-].
        sharpness: Greater than zero [-].

    Returns:
        Share [-].

    Example:
        >>> visibility(0.0, 5.0), visibility(1.0, 5.0)
        (0.0, 1.0)
        >>> round(visibility(0.5, 30.0), 9)
        3.06e-07
    """
    reached = min(max(wear, 0.0), 1.0)
    # expm1(s·x) / expm1(s), written so that no exponential overflows.
    rise = exp(sharpness * (reached - 1.0))
    return rise * expm1(-sharpness * reached) / expm1(-sharpness)
