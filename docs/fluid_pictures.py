"""Pictures of mud on its way: friction, circulation, gels, cuttings."""

import numpy as np
from drawing import Picture, label
from matplotlib.figure import Figure

from idrill.physics.bit import bit_pressure_drop
from idrill.physics.hole_cleaning import (
    bed_fraction,
    critical_annular_velocity,
    cuttings_fraction,
    slip_velocity,
)
from idrill.physics.hydraulics import (
    SURFACE_COEFFICIENTS,
    annulus_pressure_gradient,
    eccentricity_factor,
    friction_factor,
    pipe_pressure_gradient,
    slot_correction,
    surface_pressure_drop,
)
from idrill.physics.rheology import gel_structure, shear_stress
from idrill.units import conversion

MUD = {"yield_stress": 2.0, "consistency": 0.1, "flow_index": 0.75}
DENSITY = 1250.0
LITRES_A_MINUTE = conversion("m3/s", "L/min").factor


def friction(figure: Figure) -> None:
    """Friction factor over Reynolds number; what a narrow and an eccentric annulus change."""
    left, right = figure.subplots(1, 2)
    reynolds = np.geomspace(200, 2e5, 600)
    for index in (1.0, 0.7, 0.4):
        left.loglog(reynolds, [friction_factor(re, index) for re in reynolds], label=f"n = {index}")
    label(left, "generalised Reynolds number", "Fanning friction factor")
    ratios = np.linspace(0.0, 0.999, 300)
    right.plot(ratios, [slot_correction(one) for one in ratios], "k", label="concentric, by slot")
    for offset in (0.3, 0.6, 0.9):
        inner = ratios[(ratios >= 0.3) & (ratios <= 0.9)]
        factors = [eccentricity_factor(offset, one, 0.75) for one in inner]
        right.plot(inner, factors, label=f"eccentricity {offset}")
    right.set_ylim(0.0, 1.05)
    label(right, "pipe by hole diameter", "factor on the laminar loss", legend="lower right")


def circulation(figure: Figure) -> None:
    """Standpipe pressure over flow, and what it is made of; the flow curve of the mud."""
    left, right = figure.subplots(1, 2)
    flows = np.linspace(0.002, 0.07, 150)
    parts = np.array([_losses(flow) for flow in flows]).T / 1e6
    names = ("surface lines", "inside the string", "bit", "annulus")
    left.stackplot(flows * LITRES_A_MINUTE, parts, labels=names)
    label(left, "flow [L/min]", "standpipe pressure [MPa]")
    total = parts.sum(axis=0)
    exponent = np.gradient(np.log(total), np.log(flows))
    right.plot(flows * LITRES_A_MINUTE, exponent, label="d log(SPP) / d log(flow)")
    right.axhspan(1.6, 1.9, alpha=0.15, label="asked of real wells")
    label(right, "flow [L/min]", "exponent of the flow")


def _losses(flow: float) -> tuple[float, float, float, float]:
    """Losses of 3 km of 5½ in pipe and 60 m of collars in a 12¼ in hole [Pa]."""
    pipe = pipe_pressure_gradient(flow, DENSITY, **MUD, diameter=0.1214)
    collars = pipe_pressure_gradient(flow, DENSITY, **MUD, diameter=0.0714)
    annulus = annulus_pressure_gradient(
        flow, DENSITY, **MUD, hole_diameter=0.3112, pipe_diameter=0.1397
    )
    surface = surface_pressure_drop(flow, DENSITY, SURFACE_COEFFICIENTS[3])
    bit = bit_pressure_drop(flow, DENSITY, 5e-4)
    return surface, 3000 * pipe + 60 * collars, bit, 3060 * annulus


def mud(figure: Figure) -> None:
    """The flow curve with and without gel; how a gel builds at rest and breaks in flow."""
    left, right = figure.subplots(1, 2)
    rates = np.geomspace(0.1, 1000, 200)
    for structure in (0.0, 0.5, 1.0):
        stresses = [shear_stress(one, 2.0 + 8.0 * structure, 0.1, 0.75) for one in rates]
        left.loglog(rates, stresses, label=f"gel structure {structure}")
    label(left, "shear rate [1/s]", "stress [Pa]")
    structure, course = 0.0, []
    minutes = np.arange(0.0, 30.0, 1 / 60)
    for minute in minutes:
        shear_rate = 0.0 if minute < 20 else 100.0
        structure = gel_structure(structure, shear_rate, 1.0, 600.0, 2000.0)
        course.append(structure)
    right.plot(minutes, course, label="rest, then 100 1/s from minute 20")
    label(right, "minutes", "gel structure", legend="lower left")


def cleaning(figure: Figure) -> None:
    """How cuttings fall, what of them the mud carries, and the bed where it is too slow."""
    falling, left, right = figure.subplots(1, 3)
    diameters = np.geomspace(1e-4, 2e-2, 100)
    for viscosity in (0.01, 0.05, 0.2):
        speeds = [slip_velocity(one, 2600.0, DENSITY, viscosity) for one in diameters]
        falling.loglog(1e3 * diameters, speeds, label=f"{1e3 * viscosity:.0f} mPa·s")
    label(falling, "cutting [mm]", "slip velocity [m/s]")
    slip = slip_velocity(0.005, 2600.0, DENSITY, 0.05)
    area = np.pi / 4 * (0.2159**2 - 0.127**2)
    flows = np.linspace(0.008, 0.05, 200)
    for rate in (10, 30, 60):
        rock = rate / 3600 * np.pi / 4 * 0.2159**2
        shares = [100 * cuttings_fraction(rock, flow, area, slip) for flow in flows]
        left.plot(flows * LITRES_A_MINUTE, shares, label=f"{rate} m/h")
    left.set_ylim(0, 8)
    label(left, "flow [L/min]", "cuttings in the annulus [%]")
    angles = np.linspace(0, 90, 300)
    for velocity in (0.6, 0.9, 1.2):
        beds = [_bed(velocity, np.radians(angle)) for angle in angles]
        right.plot(angles, beds, label=f"{velocity} m/s")
    label(right, "inclination [°]", "bed in the annulus [%]")


def _bed(velocity: float, inclination: float) -> float:
    """Bed at 20 m/h in an 8½ in hole [%]."""
    critical = critical_annular_velocity(
        20 / 3600, 0.05, DENSITY, 0.005, 0.2159, 0.127, inclination
    )
    return 100 * bed_fraction(velocity, critical, inclination)


PICTURES: dict[str, Picture] = {
    "friction": friction,
    "circulation": circulation,
    "mud": mud,
    "cleaning": cleaning,
}
