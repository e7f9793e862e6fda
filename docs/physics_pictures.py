"""`python docs/physics_pictures.py`: draws the pictures of docs/physics.md from the laws."""

import sys
from collections.abc import Callable
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from idrill.physics.bit import bit_pressure_drop
from idrill.physics.cutting import (
    Bit,
    Rock,
    confined_strength,
    cutting,
    founder_depth,
    founder_weight,
)
from idrill.physics.drillstring import severity_over
from idrill.physics.drive import Drive, drive_torque_limit
from idrill.physics.hoisting import axial_share, sheave_factor, string_tension
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
from idrill.physics.torsion import (
    AT_REST,
    REFERENCE,
    REFERENCE_COLLAR_TORQUE,
    SUBSTEPS,
    torsion_second,
)
from idrill.physics.vibration import Collars, lateral_acceleration, whirl_intensity
from idrill.simulator.bits import draw_bit
from idrill.simulator.formation import KINDS, RockKind, draw_rock
from idrill.simulator.noise import stream
from idrill.units import conversion

FOLDER = Path(__file__).parent / "pictures"
MUD = {"yield_stress": 2.0, "consistency": 0.1, "flow_index": 0.75}
DENSITY = 1250.0
LITRES_A_MINUTE = conversion("m3/s", "L/min").factor


def friction(figure: Figure) -> None:
    """Friction factor over Reynolds number; what a narrow and an eccentric annulus change."""
    left, right = figure.subplots(1, 2)
    reynolds = np.geomspace(200, 2e5, 600)
    for index in (1.0, 0.7, 0.4):
        left.loglog(reynolds, [friction_factor(re, index) for re in reynolds], label=f"n = {index}")
    _label(left, "generalised Reynolds number", "Fanning friction factor")
    ratios = np.linspace(0.0, 0.999, 300)
    right.plot(ratios, [slot_correction(one) for one in ratios], "k", label="concentric, by slot")
    for offset in (0.3, 0.6, 0.9):
        inner = ratios[(ratios >= 0.3) & (ratios <= 0.9)]
        factors = [eccentricity_factor(offset, one, 0.75) for one in inner]
        right.plot(inner, factors, label=f"eccentricity {offset}")
    _label(right, "pipe by hole diameter", "factor on the laminar loss")


def circulation(figure: Figure) -> None:
    """Standpipe pressure over flow, and what it is made of; the flow curve of the mud."""
    left, right = figure.subplots(1, 2)
    flows = np.linspace(0.002, 0.07, 150)
    parts = np.array([_losses(flow) for flow in flows]).T / 1e6
    names = ("surface lines", "inside the string", "bit", "annulus")
    left.stackplot(flows * LITRES_A_MINUTE, parts, labels=names)
    _label(left, "flow [L/min]", "standpipe pressure [MPa]")
    total = parts.sum(axis=0)
    exponent = np.gradient(np.log(total), np.log(flows))
    right.plot(flows * LITRES_A_MINUTE, exponent, label="d log(SPP) / d log(flow)")
    right.axhspan(1.6, 1.9, alpha=0.15, label="real wells")
    _label(right, "flow [L/min]", "exponent of the flow")


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
    _label(left, "shear rate [1/s]", "stress [Pa]")
    structure, course = 0.0, []
    minutes = np.arange(0.0, 30.0, 1 / 60)
    for minute in minutes:
        shear_rate = 0.0 if minute < 20 else 100.0
        structure = gel_structure(structure, shear_rate, 1.0, 600.0, 2000.0)
        course.append(structure)
    right.plot(minutes, course, label="rest, then 100 1/s from minute 20")
    _label(right, "minutes", "gel structure")


def cleaning(figure: Figure) -> None:
    """Cuttings that the mud carries, and the bed that lies where it is too slow."""
    left, right = figure.subplots(1, 2)
    slip = slip_velocity(0.005, 2600.0, DENSITY, 0.05)
    area = np.pi / 4 * (0.2159**2 - 0.127**2)
    flows = np.linspace(0.008, 0.05, 200)
    for rate in (10, 30, 60):
        rock = rate / 3600 * np.pi / 4 * 0.2159**2
        shares = [100 * cuttings_fraction(rock, flow, area, slip) for flow in flows]
        left.plot(flows * LITRES_A_MINUTE, shares, label=f"{rate} m/h")
    left.set_ylim(0, 8)
    _label(left, "flow [L/min]", "cuttings in the annulus [%]")
    angles = np.linspace(0, 90, 300)
    for velocity in (0.6, 0.9, 1.2):
        beds = [_bed(velocity, np.radians(angle)) for angle in angles]
        right.plot(angles, beds, label=f"{velocity} m/s")
    _label(right, "inclination [°]", "bed in the annulus [%]")


def _bed(velocity: float, inclination: float) -> float:
    """Bed at 20 m/h in an 8½ in hole [%]."""
    critical = critical_annular_velocity(
        20 / 3600, 0.05, DENSITY, 0.005, 0.2159, 0.127, inclination
    )
    return 100 * bed_fraction(velocity, critical, inclination)


def hoisting(figure: Figure) -> None:
    """Hook load along a well that builds to 60°; what sheave friction does to the indicator."""
    left, right = figure.subplots(1, 2)
    depths = np.arange(100.0, 4001.0, 50.0)
    moves = (("pulling up", 0.3, 0.0), ("turning", 0.01, 2.0), ("running in", -0.3, 0.0))
    for name, speed, turns in moves:
        share = 0.25 * axial_share(speed, turns, 0.127)
        tensions = [_tension(depth, share) / 1e3 for depth in depths]
        left.plot(depths, tensions, label=name)
    _label(left, "bit depth [m]", "tension at the top of the string [kN]")
    motions = np.linspace(-1, 1, 200)
    for loss in (0.01, 0.02, 0.03):
        factors = [sheave_factor(12, loss, one) for one in motions]
        right.plot(motions, factors, label=f"{loss:.0%} a sheave, 12 lines")
    _label(right, "block: sinking -1 … rising 1", "indicated by true hook load")


def _tension(depth: float, friction: float) -> float:
    """Tension with the bit at a measured depth [N]; the well builds 60° from 800 to 1,800 m."""
    ends = np.linspace(depth, 0.0, int(depth / 10) + 1)
    inclinations = np.radians(np.clip((ends - 800) * 0.06, 0.0, 60.0))
    weights = np.full(len(ends) - 1, 245.0 * depth / (len(ends) - 1))
    return string_tension(weights, inclinations, np.zeros(len(ends)), friction, 0.0)


def founder(figure: Figure) -> None:
    """Rate over weight, of a new and a worn bit; founder weights of drawn bits in drawn rocks."""
    left, right = figure.subplots(1, 2)
    weights = np.linspace(0.0, 200e3, 400)
    bit = Bit(0.2159, 1.8, 0.9, 1.15, 1e-3, 1e-2, 3e-4, 5e-3, 0.1)
    for strength, line in ((40e6, "-"), (90e6, "--")):
        rock = Rock(strength, 0.5, 0.5, 100e6, 5e-11)
        for wear in (0.0, 0.5):
            done = [cutting(bit, rock, one, 2.0, 3e6, 250e3, wear) for one in weights]
            rates = [3600 * one.rate_of_penetration for one in done]
            name = f"{strength / 1e6:.0f} MPa, wear {wear}"
            left.plot(weights / 1e3, rates, line, label=name)
    _label(left, "weight on bit [kN]", "rate of penetration [m/h]")
    founders = []
    for kind in KINDS:
        drawn = np.array([_founding(kind, one) for one in range(round(50 * kind.share))])
        founders += list(drawn[:, 1])
        right.loglog(*(drawn.T / [[1e6], [1e3]]), ".", markersize=3, label=kind.name)
    right.axhspan(20, 150, alpha=0.12, color="k")
    inside = np.mean((np.array(founders) > 20e3) & (np.array(founders) < 150e3))
    right.set_title(f"{inside:.0%} inside 20 to 150 kN", fontsize="medium")
    _label(right, "unconfined strength [MPa]", "founder weight at 120 rpm [kN]")
    right.legend(fontsize="xx-small", ncols=2)


def _founding(kind: RockKind, number: int) -> tuple[float, float]:
    """Strength of a drawn rock [Pa], founder weight of a drawn 8½ in bit in it [N]."""
    flow, wear = 0.033, 0.2
    random = stream(3, "founder", kind.name, str(number))
    rock, drawn = draw_rock(kind, random), draw_bit(0.2159, flow, random)
    jets = flow * bit_pressure_drop(flow, DENSITY, drawn.nozzle_area)
    depth = founder_depth(drawn.bit, rock, 2.0, jets, wear)
    strength = confined_strength(rock.unconfined_strength, 3e6, rock.friction_angle)
    return rock.unconfined_strength, founder_weight(drawn.bit, strength, depth, wear)


def stick_slip(figure: Figure) -> None:
    """Severity over weight and speed of the reference string: speed raised, speed lowered."""
    speeds, weights = np.arange(30.0, 171.0, 4.0), np.arange(20e3, 201e3, 10e3)
    ways = (("speed raised", speeds), ("speed lowered", speeds[::-1]))
    for axes, (name, course) in zip(figure.subplots(1, 2, sharey=True), ways, strict=True):
        found = np.array([_severities(weight, course) for weight in weights])
        shades = axes.contourf(
            course, weights / 1e3, found, np.arange(0.0, 1.81, 0.2), extend="max"
        )
        points = ([60, 80, 100, 120], [40, 80, 120, 160])
        axes.plot(*points, "wo", markeredgecolor="k", label="where it should end")
        axes.set_title(name, fontsize="medium")
        _label(axes, "speed of the drive [1/min]", "weight on bit [kN]")
    figure.colorbar(shades, label="stick-slip severity")


def _severities(weight: float, course: np.ndarray) -> list[float]:
    """Severities at one speed [1/min] after the other, over the last 40 of 100 s."""
    torque, twist, found = 0.6 * weight * 0.2159 / 3, AT_REST, []
    for speed in course / 60:
        seconds = []
        for _ in range(100):
            twist, turning = torsion_second(
                REFERENCE, twist, speed, torque, REFERENCE_COLLAR_TORQUE, 0.0, 60e3, SUBSTEPS
            )
            seconds.append((turning.bit_speed_min, turning.bit_speed_max, turning.bit_speed_mean))
        found.append(severity_over(*np.array(seconds[-40:]).T.copy()))
    return found


def whirl(figure: Figure) -> None:
    """Whirl bands of 6¾ in collars in an 8½ in hole, and what a drive can give."""
    left, middle, right = figure.subplots(1, 3)
    speeds = np.linspace(0.5, 4.0, 400)
    for length, weight, strength in (
        (12, 5e4, 6e7),
        (14, 5e4, 6e7),
        (12, 15e4, 6e7),
        (12, 5e4, 2e8),
    ):
        span = Collars(length, 8.4e6, 200.0, 0.1715, 0.003, 0.1, 0.06)
        bands = [whirl_intensity(span, one, weight, strength) for one in speeds]
        pairs = zip(speeds, bands, strict=True)
        levels = [lateral_acceleration(span, one, weight, 0.2159, band) for one, band in pairs]
        name = f"{length} m, {weight / 1e3:.0f} kN, {strength / 1e6:.0f} MPa"
        left.plot(speeds * 60, bands, label=name)
        middle.semilogy(speeds * 60, levels, label=name)
    _label(left, "speed [1/min]", "intensity of whirl")
    _label(middle, "speed [1/min]", "lateral acceleration [m/s²]")
    drive = Drive(10.0, 10.0, 0.95, 2.0, 4.0, 600.0, 0.02)
    limits = [drive_torque_limit(drive, one) / 1e3 for one in speeds]
    right.plot(speeds * 60, limits, label="torque limit")
    _label(right, "speed [1/min]", "torque of the drive [kN·m]")


def _label(axes: Axes, across: str, up: str) -> None:
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.grid(visible=True, alpha=0.3)
    axes.legend(fontsize="small")


PICTURES: dict[str, Callable[[Figure], None]] = {
    "friction": friction,
    "circulation": circulation,
    "mud": mud,
    "cleaning": cleaning,
    "hoisting": hoisting,
    "founder": founder,
    "stick_slip": stick_slip,
    "whirl": whirl,
}
"""What is drawn, by the name of its file."""


def main(names: list[str]) -> int:
    """Draw the pictures of these names, or all."""
    # The same picture has the same bytes: no date, no random names, text left to the reader's font.
    matplotlib.rcParams.update({"svg.hashsalt": "i-drill", "svg.fonttype": "none"})
    FOLDER.mkdir(exist_ok=True)
    for name in names or PICTURES:
        figure = plt.figure(figsize=(9, 3.6), layout="constrained")
        PICTURES[name](figure)
        figure.savefig(FOLDER / f"{name}.svg", metadata={"Date": None})
        plt.close(figure)
        print(f"docs/pictures/{name}.svg")
    return 0


if __name__ == "__main__":
    matplotlib.use("Agg")
    sys.exit(main(sys.argv[1:]))
