"""Pictures of the bit: what it drills, what it costs, where it founders."""

import numpy as np
from drawing import Picture, label
from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter

from idrill.physics.bit import bit_pressure_drop
from idrill.physics.cutting import (
    Bit,
    Rock,
    confined_strength,
    cutting,
    founder_depth,
    founder_weight,
)
from idrill.physics.drillability import (
    POUND_FORCE,
    REFERENCE,
    Coefficients,
    drilling_exponent,
    regressed_rate,
)
from idrill.simulator.bits import draw_bit
from idrill.simulator.formation import KINDS, RockKind, draw_rock
from idrill.simulator.noise import stream

DENSITY = 1250.0
BIT = Bit(0.2159, 1.8, 0.9, 1.15, 1e-3, 1e-2, 3e-4, 5e-3, 0.1)
JETS = 250e3
"""Power at the bit [W]."""
GULF_COAST = Coefficients(3.78, 0.17e-3, 0.20e-3, 0.43e-4, 0.43, 0.21, 0.41, 0.16)
"""Of Bourgoyne and Young (1974)."""


def founder(figure: Figure) -> None:
    """Rate over weight, of a new and a worn bit; founder weights of drawn bits in drawn rocks."""
    left, right = figure.subplots(1, 2)
    weights = np.linspace(0.0, 200e3, 400)
    for strength, line in ((40e6, "-"), (90e6, "--")):
        rock = Rock(strength, 0.5, 0.5, 100e6, 5e-11)
        for wear in (0.0, 0.5):
            done = [cutting(BIT, rock, one, 2.0, 3e6, JETS, wear) for one in weights]
            rates = [3600 * one.rate_of_penetration for one in done]
            name = f"{strength / 1e6:.0f} MPa, wear {wear}"
            left.plot(weights / 1e3, rates, line, label=name)
    label(left, "weight on bit [kN]", "rate of penetration [m/h]")
    founders = []
    for kind in KINDS:
        drawn = np.array([_founding(kind, one) for one in range(round(50 * kind.share))])
        founders += list(drawn[:, 1])
        right.loglog(*(drawn.T / [[1e6], [1e3]]), ".", markersize=3, label=kind.name)
    right.axhspan(20, 150, alpha=0.12, color="k")
    inside = np.mean((np.array(founders) > 20e3) & (np.array(founders) < 150e3))
    right.set_title(f"{inside:.0%} inside 20 to 150 kN", fontsize="medium")
    label(right, "unconfined strength [MPa]", "founder weight at 120 rpm [kN]")
    for axis, ticks in ((right.xaxis, (20, 50, 100, 200)), (right.yaxis, (20, 50, 100, 200, 400))):
        axis.set_major_formatter(ScalarFormatter())
        axis.set_minor_formatter("")
        axis.set_ticks(ticks)
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


def cutting_and_friction(figure: Figure) -> None:
    """Torque over weight; all states on one line of specific energy and drilling strength."""
    left, right = figure.subplots(1, 2)
    rock, weights = Rock(60e6, 0.5, 0.5, 100e6, 5e-11), np.linspace(2e3, 200e3, 200)
    strength = confined_strength(rock.unconfined_strength, 3e6, rock.friction_angle)
    radius = BIT.diameter / 2
    for wear in (0.0, 0.3, 0.7):
        done = [cutting(BIT, rock, one, 2.0, 3e6, JETS, wear) for one in weights]
        torques = np.array([one.torque for one in done])
        depths = np.array([one.depth_of_cut for one in done])
        left.plot(weights / 1e3, torques / 1e3, label=f"wear {wear}")
        drilling_strength = weights / (radius * depths) / 1e6
        energy = 2 * torques / (radius**2 * depths) / 1e6
        right.plot(drilling_strength, energy, ".", markersize=3, label=f"wear {wear}")
    clean = BIT.cutting_ratio * strength / 1e6
    right.plot(BIT.cutter_inclination * clean, clean, "k*", markersize=9, label="pure cutting")
    right.set_xlim(0.0, 500.0)
    right.set_ylim(0.0, 350.0)
    label(left, "weight on bit [kN]", "torque of the bit [kN·m]")
    label(right, "drilling strength S [MPa]", "specific energy E [MPa]", legend="upper left")


def regression(figure: Figure) -> None:
    """The law of Bourgoyne and Young over weight and mud; the drilling exponent over rate."""
    left, right = figure.subplots(1, 2)
    weights = np.linspace(0.0, 2.0, 200)
    for name, density in (("in balance", 1.0), ("10 % over", 1.1), ("20 % over", 1.2)):
        under = REFERENCE._replace(circulating_density=density * REFERENCE.pore_gradient)
        rates = [
            3600 * regressed_rate(
                GULF_COAST,
                under._replace(weight_per_diameter=one * REFERENCE.weight_per_diameter),
            )
            for one in weights
        ]  # fmt: skip
        left.plot(weights, rates, label=f"mud {name}")
    label(
        left,
        "weight per diameter, by that of reference",
        "rate of penetration [m/h]",
        legend="lower right",
    )
    rates = np.linspace(2.0, 60.0, 200)
    for pounds in (20e3, 35e3, 50e3):
        exponents = [
            drilling_exponent(one / 3600, 2.0, pounds * POUND_FORCE, 0.2159) for one in rates
        ]
        right.plot(rates, exponents, label=f"{pounds * POUND_FORCE / 1e3:.0f} kN")
    label(right, "rate of penetration at 120 rpm [m/h]", "drilling exponent d")


PICTURES: dict[str, Picture] = {
    "cutting": cutting_and_friction,
    "founder": founder,
    "regression": regression,
}
