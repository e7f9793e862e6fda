"""Pressure losses in the circulating system.

Laminar flow is exact (`idrill.physics.rheology`); an annulus is a slot, corrected so that a
Newtonian liquid obeys the law of concentric cylinders (R. B. Bird, W. E. Stewart and E. N.
Lightfoot, *Transport Phenomena*, 2nd ed. (2002), p. 55, eq. 2.4-17). Turbulence, transition and the
generalised Reynolds number follow API RP 13D (2010). Its twelfth-power blend with laminar flow
is replaced by the larger of both, to which it tends: laminar flow stays exact, and the loss is
continuous and grows with the flow. Walls are smooth; tool joints and rotation add nothing.
"""

from math import exp, log, log10, pi, sqrt

from idrill.physics.compiled import compiled
from idrill.physics.rheology import PIPE, SLOT, laminar_wall_stress
from idrill.units import GRAVITY, conversion

NARROW = 0.995
"""Pipe by hole diameter above which an annulus is a slot to 1e-6, the correction mere rounding."""

SURFACE_EXPONENT = 1.86
"""Exponent of the flow in surface lines [-]."""

SURFACE_COEFFICIENTS = (1.00, 0.36, 0.22, 0.15)
"""Of the IADC's four classes of surface equipment, from a light rig to a heavy one [-]; as field
handbooks print them, in psi at 100 gal/min of 1 lb/gal."""

_PSI = conversion("psi", "Pa").factor
_POUNDS_A_GALLON = conversion("lbm/galUS", "kg/m3").factor
_HUNDRED_GALLONS_A_MINUTE = 100 * conversion("galUS/min", "m3/s").factor
_SURFACE = _PSI / (_POUNDS_A_GALLON * _HUNDRED_GALLONS_A_MINUTE**SURFACE_EXPONENT)


@compiled
def generalised_reynolds(density: float, velocity: float, laminar_stress: float) -> float:
    """Reynolds number that keeps the laminar friction factor at 16 / Reynolds for any mud [-].

    Args:
        density: [kg/m³]
        velocity: Mean velocity [m/s].
        laminar_stress: Stress at the wall if the flow were laminar [Pa].

    Example:
        Water at 1 m/s in a bore of 100 mm, wall stress 8 · 0.001 Pa·s · 1 m/s / 0.1 m = 0.08 Pa:

        >>> generalised_reynolds(1000.0, 1.0, 0.08)
        100000.0
    """
    return 8 * density * velocity**2 / laminar_stress


@compiled
def critical_reynolds(flow_index: float) -> float:
    """Generalised Reynolds number at which laminar flow ends [-]; API RP 13D (2010).

    Example:
        >>> critical_reynolds(1.0), critical_reynolds(0.5)
        (2100.0, 2785.0)
    """
    return 3470 - 1370 * flow_index


@compiled
def friction_factor(reynolds: float, flow_index: float) -> float:
    """Fanning friction factor of laminar, transitional or turbulent flow [-].

    Args:
        reynolds: Generalised, greater than zero [-].
        flow_index: [-]

    Example:
        Laminar: 16 / 1000; turbulent: 0.0786 · 100,000^-0.25 as Blasius found in smooth pipes:

        >>> round(friction_factor(1000.0, 1.0), 6), round(friction_factor(1e5, 1.0), 6)
        (0.016, 0.00442)
    """
    laminar = 16 / reynolds
    critical = critical_reynolds(flow_index)
    if reynolds <= critical:
        return laminar
    transitional = 16 * reynolds / critical**2
    spread = (log10(flow_index) + 3.93) / 50
    power = (1.75 - log10(flow_index)) / 7
    turbulent = spread * reynolds**-power
    intermediate: float = (transitional**-8 + turbulent**-8) ** (-1 / 8)
    return max(laminar, intermediate)


@compiled
def _pressure_gradient(
    velocity: float, density: float, laminar_stress: float, flow_index: float, diameter: float
) -> float:
    """Loss per length [Pa/m] from the hydraulic diameter; against the flow's direction."""
    if velocity == 0.0:
        return 0.0
    reynolds = generalised_reynolds(density, velocity, laminar_stress)
    loss = 2 * friction_factor(reynolds, flow_index) * density * velocity**2 / diameter
    return loss if velocity > 0.0 else -loss


@compiled
def pipe_pressure_gradient(
    flow_rate: float,
    density: float,
    yield_stress: float,
    consistency: float,
    flow_index: float,
    diameter: float,
) -> float:
    """Friction loss per length in a pipe [Pa/m]; zero at rest, negative if the mud flows back.

    Args:
        flow_rate: [m³/s]
        density: [kg/m³]
        yield_stress: [Pa]
        consistency: [Pa·sⁿ]
        flow_index: From 0.3 to 1, where the friction law was measured [-].
        diameter: Bore [m].

    Example:
        Hagen-Poiseuille, 128 · 0.05 Pa·s · 0.0005 m³/s / (π · 0.1⁴ m⁴):

        >>> round(pipe_pressure_gradient(0.0005, 1000.0, 0.0, 0.05, 1.0, 0.1), 6)
        10.185916
    """
    velocity = flow_rate / (pi / 4 * diameter**2)
    shear_rate = 8 * abs(velocity) / diameter
    stress = laminar_wall_stress(shear_rate, yield_stress, consistency, flow_index, PIPE)
    return _pressure_gradient(velocity, density, stress, flow_index, diameter)


@compiled
def slot_correction(diameter_ratio: float) -> float:
    """Newtonian laminar loss in concentric cylinders, by that in the slot of the same gap [-].

    Args:
        diameter_ratio: Pipe by hole [-].

    Example:
        No inner cylinder: 16 instead of 24, by Hagen-Poiseuille.

        >>> round(slot_correction(0.0), 6), round(slot_correction(0.5), 5)
        (0.666667, 0.99219)
    """
    if diameter_ratio <= 0.0:
        return 2 / 3
    if diameter_ratio > NARROW:
        return 1.0
    square = diameter_ratio**2
    opening = 1 + square + (1 - square) / log(diameter_ratio)
    return 2 * (1 - diameter_ratio) ** 2 / (3 * opening)


@compiled
def annulus_pressure_gradient(
    flow_rate: float,
    density: float,
    yield_stress: float,
    consistency: float,
    flow_index: float,
    hole_diameter: float,
    pipe_diameter: float,
) -> float:
    """Friction loss per length between pipe and hole, concentric [Pa/m].

    Args:
        flow_rate: [m³/s]
        density: [kg/m³]
        yield_stress: [Pa]
        consistency: [Pa·sⁿ]
        flow_index: From 0.3 to 1 [-].
        hole_diameter: Greater than the pipe's [m].
        pipe_diameter: [m]

    Example:
        A Newtonian slot, 12 · 0.05 Pa·s · 0.5 m/s / (0.025 m)² = 480 Pa/m, corrected by 0.99:

        >>> area = 3.141592653589793 / 4 * (0.1**2 - 0.05**2)
        >>> round(annulus_pressure_gradient(0.5 * area, 1000.0, 0.0, 0.05, 1.0, 0.1, 0.05), 2)
        476.25
    """
    velocity = flow_rate / (pi / 4 * (hole_diameter**2 - pipe_diameter**2))
    opening = hole_diameter - pipe_diameter
    shear_rate = 12 * abs(velocity) / opening
    stress = laminar_wall_stress(shear_rate, yield_stress, consistency, flow_index, SLOT)
    stress *= slot_correction(pipe_diameter / hole_diameter)
    return _pressure_gradient(velocity, density, stress, flow_index, opening)


@compiled
def eccentricity_factor(eccentricity: float, diameter_ratio: float, flow_index: float) -> float:
    """Laminar loss around a pipe that lies off centre, by that around a centred one [-].

    M. Haciislamoglu and J. Langlinais, *J. Energy Resour. Technol.* 112 (1990) 163-169: within 5 %
    for eccentricities up to 0.95, diameter ratios 0.3 to 0.9 and flow indices 0.4 to 1.

    Args:
        eccentricity: Offset by its largest possible value: 0 centred, 1 on the wall [-].
        diameter_ratio: Pipe by hole [-].
        flow_index: [-]

    Example:
        >>> eccentricity_factor(0.0, 0.5, 0.7), round(eccentricity_factor(0.9, 0.5, 1.0), 3)
        (1.0, 0.483)
    """
    near = diameter_ratio**0.1852 * sqrt(flow_index)
    first = 0.072 * eccentricity / flow_index * diameter_ratio**0.8454
    third = 0.96 * eccentricity**3 * sqrt(flow_index) * diameter_ratio**0.2527
    factor: float = 1 - first - 1.5 * eccentricity**2 * near + third
    return factor


@compiled
def surface_pressure_drop(flow_rate: float, density: float, coefficient: float) -> float:
    """Loss in standpipe, hose, swivel and kelly or top drive [Pa].

    Args:
        flow_rate: [m³/s]
        density: [kg/m³]
        coefficient: One of `SURFACE_COEFFICIENTS`, or fitted to a rig [-].

    Example:
        The lightest class loses 10 psi with 10 lb/gal at 100 gal/min:

        >>> round(surface_pressure_drop(0.00630901964, 1198.264273, 1.0) / 6894.757293, 4)
        10.0
    """
    loss: float = coefficient * _SURFACE * density * abs(flow_rate) ** SURFACE_EXPONENT
    return loss


@compiled
def equivalent_circulating_density(
    density: float, annular_loss: float, vertical_depth: float
) -> float:
    """Density whose weight alone would press as hard as the mud does while it flows [kg/m³].

    Args:
        density: Of the mud in the annulus, with its cuttings [kg/m³].
        annular_loss: Friction from there to the surface, and pressure at the choke [Pa].
        vertical_depth: Greater than zero [m].

    Example:
        >>> round(equivalent_circulating_density(1200.0, 980_665.0, 2000.0), 6)
        1250.0
    """
    return density + annular_loss / (GRAVITY * vertical_depth)


@compiled
def pressure_time_constant(
    compressibility: float, volume: float, pressure: float, flow_rate: float, exponent: float
) -> float:
    """How long the mud takes to be squeezed before its outflow follows the pumps [s].

    Mud stored by a rise of pressure is compressibility · volume · rise; a loss that goes with a
    power of the flow rises by exponent · pressure / flow per unit of flow.

    Args:
        compressibility: Of mud and pipe together; water alone 4.5e-10 [1/Pa].
        volume: Under that pressure [m³].
        pressure: Loss at this flow [Pa].
        flow_rate: Greater than zero [m³/s].
        exponent: Of the flow in the loss, 1.6 to 1.9 [-].

    Example:
        >>> round(pressure_time_constant(4.5e-10, 40.0, 20.0e6, 0.04, 1.75), 3)
        15.75
    """
    return compressibility * volume * exponent * pressure / flow_rate


@compiled
def relaxed(value: float, target: float, seconds: float, time_constant: float) -> float:
    """A value that has approached its target for some time; exact, whatever the step.

    Args:
        value: At the beginning.
        target: In the same unit.
        seconds: [s]
        time_constant: Zero for at once [s].

    Example:
        >>> round(relaxed(0.0, 1.0, 10.0, 10.0), 6), relaxed(0.0, 1.0, 10.0, 0.0)
        (0.632121, 1.0)
    """
    if time_constant <= 0.0:
        return target
    return target + (value - target) * exp(-seconds / time_constant)
