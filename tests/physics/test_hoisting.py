"""The load on the hook against hand-computed values, the rope on a drum, and balances."""

from math import cos, exp, pi, sin

import numpy as np
import pytest
from numpy.typing import NDArray

from idrill.physics.hoisting import (
    axial_share,
    buoyancy_factor,
    buoyed_weight,
    friction_torque,
    hook_load,
    indicated_hook_load,
    sheave_factor,
    side_force,
    string_tension,
)
from idrill.units import GRAVITY
from idrill.wells import STEEL_DENSITY

Floats = NDArray[np.float64]


def _build(pieces: int) -> tuple[Floats, Floats]:
    """Inclinations and azimuths of a hole that builds from vertical to horizontal, bit first."""
    return np.linspace(pi / 2, 0.0, pieces + 1), np.zeros(pieces + 1)


def test_mud_on_both_sides_lightens_a_pipe_as_its_buoyancy_factor_says() -> None:
    outer, inner = 0.127, 0.1086
    linear_mass = STEEL_DENSITY * pi / 4 * (outer**2 - inner**2)

    weight = buoyed_weight(linear_mass, outer, inner, 1300.0, 1300.0)

    factor = buoyancy_factor(1300.0, STEEL_DENSITY)
    assert weight == pytest.approx(linear_mass * GRAVITY * factor)


def test_without_friction_the_top_carries_the_weight_times_the_vertical_depth() -> None:
    pieces, per_metre, radius = 4000, 250.0, 500.0
    inclinations, azimuths = _build(pieces)
    weights = np.full(pieces, per_metre * radius * pi / 2 / pieces)

    tension = string_tension(weights, inclinations, azimuths, 0.0, -80e3)

    assert tension + 80e3 == pytest.approx(per_metre * radius, rel=1e-6)


def test_a_weightless_string_in_a_bend_is_a_rope_on_a_drum() -> None:
    pieces, friction = 20_000, 0.25
    inclinations, azimuths = _build(pieces)

    tension = string_tension(np.zeros(pieces), inclinations, azimuths, friction, 100e3)

    assert tension == pytest.approx(100e3 * exp(friction * pi / 2), rel=1e-4)


def test_a_straight_slant_drags_by_its_weight_on_the_wall() -> None:
    slant, azimuths = np.full(11, 1.0), np.full(11, 0.3)
    weights = np.full(10, 5e3)

    up = string_tension(weights, slant, azimuths, 0.2, 0.0)
    down = string_tension(weights, slant, azimuths, -0.2, 0.0)

    assert up == pytest.approx(50e3 * (cos(1.0) + 0.2 * sin(1.0)))
    assert up - down == pytest.approx(2 * 0.2 * 50e3 * sin(1.0))


def test_turning_frees_the_string_from_axial_drag() -> None:
    standing = axial_share(0.1, 0.0, 0.127)
    turning = axial_share(0.1, 2.0, 0.127)

    assert standing == 1.0
    assert turning == pytest.approx(0.1 / (0.1**2 + (pi * 0.127 * 2) ** 2) ** 0.5)


def test_a_turn_to_the_side_presses_the_string_to_the_wall() -> None:
    assert side_force(100e3, 0.0, pi / 2, 0.0, 0.03) == pytest.approx(3e3)


def test_the_power_lost_to_the_wall_is_the_same_by_torque_and_by_sliding() -> None:
    force, diameter, speed = 12e3, 0.168, 2.0

    torque = friction_torque(0.2, force, diameter)

    assert 2 * pi * speed * torque == pytest.approx(0.2 * force * pi * diameter * speed)


@pytest.mark.parametrize("friction", [0.01, 0.02, 0.03])
def test_the_lines_together_carry_the_load_whichever_way_the_block_moves(friction: float) -> None:
    for motion, growth in ((1.0, 1 / (1 - friction)), (-1.0, 1 - friction)):
        dead_line = 1e6 * sheave_factor(12, friction, motion) / 12

        assert sum(dead_line * growth**line for line in range(12)) == pytest.approx(1e6)


def test_the_indicator_reads_low_going_up_and_high_going_down_without_a_jump() -> None:
    motions = np.linspace(-1.0, 1.0, 2001)

    readings = np.array([indicated_hook_load(1e6, 10, 0.02, motion) for motion in motions])

    assert readings[0] > 1e6 > readings[-1]
    assert readings[1000] == 1e6
    assert np.diff(readings).max() < 0.0
    assert np.abs(np.diff(readings)).max() < 200.0


def test_in_slips_block_and_top_drive_hang_alone() -> None:
    assert hook_load(650e3, 0.0) == 650e3
