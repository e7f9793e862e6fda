"""Where drawn bits founder in drawn rocks: often enough for the best weight to be a question."""

import numpy as np
import pytest

from idrill.physics.bit import bit_pressure_drop
from idrill.physics.cutting import confined_strength, founder_depth, founder_weight
from idrill.simulator.bits import draw_bit
from idrill.simulator.formation import KINDS, draw_rock
from idrill.simulator.noise import stream

FLOW, DENSITY, OVERBALANCE = 0.033, 1250.0, 3e6
LEAST, MOST = 20e3, 150e3
"""Weights that a crew asks for on an 8½ in bit [N]."""


def founder_of(number: int, speed: float) -> float:
    random = stream(5, "founder", str(number))
    shares = np.array([kind.share for kind in KINDS])
    rock = draw_rock(KINDS[random.choice(len(KINDS), p=shares / shares.sum())], random)
    drawn = draw_bit(0.2159, FLOW, random)
    jets = FLOW * bit_pressure_drop(FLOW, DENSITY, drawn.nozzle_area)
    strength = confined_strength(rock.unconfined_strength, OVERBALANCE, rock.friction_angle)
    depth = founder_depth(drawn.bit, rock, speed, jets, 0.2)
    return founder_weight(drawn.bit, strength, depth, 0.2)


@pytest.mark.parametrize("speed", [1.0, 2.0, 3.0])
def test_the_founder_point_lies_inside_the_range_of_weights_for_three_in_ten_rocks(
    speed: float,
) -> None:
    founders = np.array([founder_of(number, speed) for number in range(300)])

    inside = np.mean((founders > LEAST) & (founders < MOST))

    assert inside >= 0.3
