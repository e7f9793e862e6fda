"""Pictures of the string: its weight and drag, its torsion, its whirl, and what turns it."""

import numpy as np
from drawing import Picture, label
from matplotlib.figure import Figure

from idrill.physics.drillstring import (
    severity_over,
    torsional_period,
    torsional_stiffness,
    weakened_torque,
)
from idrill.physics.drive import Drive, drive_power, drive_torque_limit
from idrill.physics.hoisting import axial_share, sheave_factor, string_tension
from idrill.physics.torsion import (
    AT_REST,
    REFERENCE,
    REFERENCE_COLLAR_TORQUE,
    SUBSTEPS,
    torsion_second,
)
from idrill.physics.vibration import Collars, lateral_acceleration, whirl_intensity


def hoisting(figure: Figure) -> None:
    """Hook load along a well that builds to 60°; what sheave friction does to the indicator."""
    left, right = figure.subplots(1, 2)
    depths = np.arange(100.0, 4001.0, 50.0)
    moves = (("pulling up", 0.3, 0.0), ("turning", 0.01, 2.0), ("running in", -0.3, 0.0))
    for name, speed, turns in moves:
        share = 0.25 * axial_share(speed, turns, 0.127)
        tensions = [_tension(depth, share) / 1e3 for depth in depths]
        left.plot(depths, tensions, label=name)
    label(left, "bit depth [m]", "tension at the top of the string [kN]")
    motions = np.linspace(-1, 1, 200)
    for loss in (0.01, 0.02, 0.03):
        factors = [sheave_factor(12, loss, one) for one in motions]
        right.plot(motions, factors, label=f"{loss:.0%} a sheave, 12 lines")
    label(right, "block: sinking -1 … rising 1", "indicated by true hook load")
    right.set_xticks([-1.0, -0.5, 0.0, 0.5, 1.0])


def _tension(depth: float, friction: float) -> float:
    """Tension with the bit at a measured depth [N]; the well builds 60° from 800 to 1,800 m."""
    ends = np.linspace(depth, 0.0, int(depth / 10) + 1)
    inclinations = np.radians(np.clip((ends - 800) * 0.06, 0.0, 60.0))
    weights = np.full(len(ends) - 1, 245.0 * depth / (len(ends) - 1))
    return string_tension(weights, inclinations, np.zeros(len(ends)), friction, 0.0)


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
        axes.plot(*points, "wo", markeredgecolor="k", label="specified end")
        axes.set_title(name, fontsize="medium")
        label(axes, "speed of the drive [1/min]", "weight on bit [kN]")
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


def torsion(figure: Figure) -> None:
    """Natural period over the string's length; torque of the bit and its collars over speed."""
    left, right = figure.subplots(1, 2)
    lengths = np.linspace(200.0, 5000.0, 200)
    periods = [torsional_period(torsional_stiffness(9.42e5, one), 374.0) for one in lengths]
    left.plot(lengths, periods, label="5 in pipe, 374 kg·m²")
    left.plot([1e3, 3e3, 4e3], [4.0, 6.9, 7.9], "ko", fillstyle="none", label="specified")
    left.set_ylim(0.0)
    label(left, "length of the pipe [m]", "natural period [s]")
    speeds = np.linspace(0.0, 3.0, 200)
    for weight in (40e3, 80e3, 120e3, 160e3):
        smooth = 0.6 * weight * 0.2159 / 3 + REFERENCE_COLLAR_TORQUE
        torques = [
            weakened_torque(smooth, one, REFERENCE.weakening, REFERENCE.weakening_speed) / 1e3
            for one in speeds
        ]
        right.plot(speeds * 60, torques, label=f"{weight / 1e3:.0f} kN")
    right.set_ylim(0.0)
    label(
        right, "speed of the bit [1/min]", "torque of bit and collars [kN·m]", legend="lower right"
    )


def whirl(figure: Figure) -> None:
    """Whirl bands and lateral vibration of 6¾ in collars in an 8½ in hole."""
    left, right = figure.subplots(1, 2)
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
        right.semilogy(speeds * 60, levels, label=name)
    label(left, "speed [1/min]", "intensity of whirl", legend="upper right")
    label(right, "speed [1/min]", "lateral acceleration [m/s²]", legend="lower right")


def drive(figure: Figure) -> None:
    """What a top drive can give, and where its power goes at 20 kN·m."""
    left, right = figure.subplots(1, 2)
    motor = Drive(10.0, 10.0, 0.95, 2.0, 4.0, 600.0, 0.02)
    speeds = np.linspace(0.02, 4.0, 400)
    left.plot(speeds * 60, [drive_torque_limit(motor, one) / 1e3 for one in speeds], label="limit")
    left.set_ylim(0.0)
    label(left, "speed [1/min]", "torque of the drive [kN·m]", legend="lower left")
    powers = [drive_power(motor, 20e3, one) for one in speeds]
    parts = [[one.work / 1e3 for one in powers], [one.heat / 1e3 for one in powers]]
    right.stackplot(speeds * 60, parts, labels=("work at the shaft", "heat of winding and gear"))
    label(right, "speed [1/min]", "power at 20 kN·m [kW]", legend="upper left")


PICTURES: dict[str, Picture] = {
    "hoisting": hoisting,
    "stick_slip": stick_slip,
    "torsion": torsion,
    "whirl": whirl,
    "drive": drive,
}
