"""How a drilling mud resists being sheared: Herschel-Bulkley, exactly, in pipes and slots.

The flow curve is stress = yield stress + consistency · (shear rate)^(flow index). The mean velocity
in a pipe or between two plates follows from integrating it over the cross-section (B. Rabinowitsch,
*Z. Phys. Chem.* 145A (1929) 1-26; R. B. Bird, G. C. Dai and B. J. Yarusso, *Rev. Chem. Eng.* 1
(1983) 1-70). Gels follow F. Moore, *Trans. Brit. Ceram. Soc.* 58 (1959) 470-494.
"""

from math import exp, log

from idrill.physics.compiled import compiled

PIPE = 4.0
"""Shape of a round pipe: its apparent shear rate is 8 · velocity / diameter."""

SLOT = 3.0
"""Shape of two plates: their apparent shear rate is 6 · velocity / gap."""

CLOSE_ENOUGH = 1e-13
"""Change of the logarithm of a stress at which the iteration ends: the rounding of doubles."""

MOST_STEPS = 60
"""Newton steps allowed; the function is concave, and twenty are rarely reached."""


@compiled
def shear_stress(
    shear_rate: float, yield_stress: float, consistency: float, flow_index: float
) -> float:
    """Stress in a mud that is sheared [Pa].

    Args:
        shear_rate: Zero or more [1/s].
        yield_stress: Zero or more [Pa].
        consistency: Greater than zero [Pa·sⁿ].
        flow_index: 1 for a Bingham mud, less for one that thins [-].

    Example:
        >>> shear_stress(100.0, yield_stress=3.0, consistency=0.5, flow_index=0.5)
        8.0
    """
    stress: float = yield_stress + consistency * shear_rate**flow_index
    return stress


@compiled
def apparent_shear_rate(
    wall_stress: float, yield_stress: float, consistency: float, flow_index: float, shape: float
) -> float:
    """Apparent shear rate of laminar flow [1/s]: that of the mean velocity, not that at the wall.

    Args:
        wall_stress: [Pa]
        yield_stress: Below it nothing moves [Pa].
        consistency: [Pa·sⁿ]
        flow_index: [-]
        shape: `PIPE` or `SLOT`.

    Example:
        A Newtonian liquid, and the Buckingham-Reiner law of a Bingham mud at twice its yield stress
        (1 - 4/3 · 1/2 + 1/3 · 1/16 = 0.354167):

        >>> apparent_shear_rate(2.0, 0.0, 0.01, 1.0, PIPE)
        200.0
        >>> round(apparent_shear_rate(2.0, 1.0, 0.01, 1.0, PIPE), 4)
        70.8333
    """
    if wall_stress <= yield_stress:
        return 0.0
    excess = wall_stress - yield_stress
    at_wall: float = (excess / consistency) ** (1 / flow_index)
    return at_wall * _sheared_share(excess, yield_stress, flow_index, shape)


@compiled
def _sheared_share(excess: float, yield_stress: float, flow_index: float, shape: float) -> float:
    """Apparent shear rate as a share of that at the wall [-]."""
    n = flow_index
    sheared = excess / (excess + yield_stress)
    plug = 1 - sheared
    if shape == SLOT:
        return 3 * n * sheared * (sheared / (2 * n + 1) + plug / (n + 1))
    outer = sheared * sheared / (3 * n + 1) + 2 * sheared * plug / (2 * n + 1)
    return 4 * n * sheared * (outer + plug * plug / (n + 1))


@compiled
def laminar_wall_stress(
    shear_rate: float, yield_stress: float, consistency: float, flow_index: float, shape: float
) -> float:
    """Stress at the wall of laminar flow [Pa]: the inverse of `apparent_shear_rate`.

    Newton's iteration on the logarithms, which starts at or ends up on the side from which it
    cannot overshoot; without a yield stress the power law's closed form. Mud at rest gives zero.

    Args:
        shear_rate: Apparent: 8 · velocity / diameter, or 6 · velocity / gap [1/s].
        yield_stress: [Pa]
        consistency: [Pa·sⁿ]
        flow_index: [-]
        shape: `PIPE` or `SLOT`.

    Example:
        >>> round(laminar_wall_stress(70.833333333, 1.0, 0.01, 1.0, PIPE), 6)
        2.0
    """
    if shear_rate <= 0.0:
        return 0.0
    at_wall = shear_rate * ((shape - 1) * flow_index + 1) / (shape * flow_index)
    excess: float = consistency * at_wall**flow_index
    if yield_stress == 0.0:
        return excess
    level = log(excess)
    for _ in range(MOST_STEPS):
        step = _newton_step(level, shear_rate, yield_stress, consistency, flow_index, shape)
        level -= step
        if abs(step) < CLOSE_ENOUGH:
            break
    return yield_stress + exp(level)


@compiled
def _newton_step(
    level: float,
    shear_rate: float,
    yield_stress: float,
    consistency: float,
    flow_index: float,
    shape: float,
) -> float:
    """Overshoot of the logarithm of the excess stress, divided by the slope there [-]."""
    excess = exp(level)
    share = _sheared_share(excess, yield_stress, flow_index, shape)
    miss = (level - log(consistency)) / flow_index + log(share / shear_rate)
    slope = (shape / share - (shape - 1)) * excess / (excess + yield_stress)
    return miss / slope


@compiled
def apparent_viscosity(
    shear_rate: float, yield_stress: float, consistency: float, flow_index: float
) -> float:
    """Viscosity of the Newtonian liquid that would resist as much at this shear rate [Pa·s].

    Args:
        shear_rate: Greater than zero [1/s].
        yield_stress: [Pa]
        consistency: [Pa·sⁿ]
        flow_index: [-]

    Example:
        >>> apparent_viscosity(100.0, yield_stress=3.0, consistency=0.5, flow_index=0.5)
        0.08
    """
    return shear_stress(shear_rate, yield_stress, consistency, flow_index) / shear_rate


@compiled
def gel_structure(
    structure: float, shear_rate: float, seconds: float, build_time: float, breaking_strain: float
) -> float:
    """Share of its full gel strength that a mud has after some time [-].

    Rest builds the structure, strain breaks it: d(structure)/dt = (1 - structure) / build time -
    structure · shear rate / breaking strain (Moore 1959). The step is exact, so its length does not
    matter; the stress that the gel adds to the yield stress is its strength times the structure.

    Args:
        structure: Share at the beginning, 0 to 1.
        shear_rate: Apparent, at the wall [1/s].
        seconds: How long it lasts [s].
        build_time: Time constant at rest; gels are measured after 10 s, 10 min and 30 min [s].
        breaking_strain: Strain that breaks the gel to 1/e [-].

    Example:
        At rest for one build time, and sheared by one breaking strain in far less:

        >>> round(gel_structure(0.0, 0.0, 600.0, 600.0, 10.0), 6)
        0.632121
        >>> round(gel_structure(1.0, 1e6, 1e-5, 600.0, 10.0), 6)
        0.367879
    """
    rate = 1 / build_time + shear_rate / breaking_strain
    settled = 1 / (build_time * rate)
    return settled + (structure - settled) * exp(-rate * seconds)


@compiled
def gel_pressure_gradient(gel_stress: float, hydraulic_diameter: float) -> float:
    """Pressure per length that sets gelled mud in motion [Pa/m]: forces on plug and wall balance.

    Args:
        gel_stress: [Pa]
        hydraulic_diameter: Bore of a pipe, or hole minus pipe of an annulus [m].

    Example:
        >>> gel_pressure_gradient(10.0, 0.1)
        400.0
    """
    return 4 * gel_stress / hydraulic_diameter
