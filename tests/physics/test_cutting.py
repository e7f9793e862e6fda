"""The drag bit's law: by hand, at its limits, and in balance with the energy it takes."""

from math import inf, pi

import pytest

from idrill.physics.bit import mechanical_specific_energy
from idrill.physics.cutting import (
    Bit,
    Rock,
    confined_strength,
    cutting,
    depth_of_cut,
    founder_depth,
    founder_weight,
    threshold_weight,
)

BIT = Bit(
    diameter=0.2159,
    cutting_ratio=2.0,
    cutter_inclination=1.0,
    bit_constant=1.1,
    sharp_contact=0.001,
    worn_contact=0.009,
    contact_depth=3e-4,
    exposure=0.006,
    founder_slope=0.1,
)
ROCK = Rock(
    unconfined_strength=60e6,
    friction_angle=0.6,
    bit_friction=0.6,
    cleaning_energy=100e6,
    abrasiveness=5e-11,
)
SPEED = 2.0
JETS = 250e3
PRESSURE = 3e6
STRENGTH = confined_strength(60e6, PRESSURE, 0.6)


def rate(weight: float, *, speed: float = SPEED, jets: float = JETS, wear: float = 0.0) -> float:
    return cutting(BIT, ROCK, weight, speed, PRESSURE, jets, wear).rate_of_penetration


def test_a_sharp_frictionless_bit_spends_the_rocks_own_energy() -> None:
    sharp = BIT._replace(sharp_contact=0.0)

    done = cutting(sharp, ROCK, 50e3, SPEED, PRESSURE, inf, 0.0)
    energy = mechanical_specific_energy(0.0, done.torque, SPEED, done.rate_of_penetration, 0.2159)

    assert energy == pytest.approx(2.0 * STRENGTH)


@pytest.mark.parametrize("weight", [30e3, 60e3, 90e3, 200e3, 400e3])
@pytest.mark.parametrize("wear", [0.0, 0.7])
def test_every_state_lies_on_one_line_of_specific_energy_and_drilling_strength(
    weight: float, wear: float
) -> None:
    # Detournay and Defourny: E = (1 - beta) epsilon + mu gamma S with beta = mu gamma zeta.
    done = cutting(BIT, ROCK, weight, SPEED, PRESSURE, JETS, wear)
    radius = BIT.diameter / 2
    energy = 2 * done.torque / (radius**2 * done.depth_of_cut)
    strength = weight / (radius * done.depth_of_cut)
    friction = ROCK.bit_friction * BIT.bit_constant

    intrinsic = (1 - friction * BIT.cutter_inclination) * BIT.cutting_ratio * STRENGTH

    assert energy == pytest.approx(intrinsic + friction * strength)


def test_below_the_threshold_a_bit_hardly_drills_and_above_it_every_weight_counts_alike() -> None:
    threshold = threshold_weight(BIT, STRENGTH, 0.7)
    steps = [threshold + extra for extra in (20e3, 30e3, 40e3)]

    below = depth_of_cut(BIT, STRENGTH, threshold, 0.7)
    first, second, third = (depth_of_cut(BIT, STRENGTH, weight, 0.7) for weight in steps)

    assert below < BIT.contact_depth
    assert third - second == pytest.approx(second - first)


def test_the_depth_of_cut_has_no_jump_where_the_flats_are_pressed_on() -> None:
    knee = founder_weight(BIT, STRENGTH, BIT.contact_depth, 0.0)

    shallow = depth_of_cut(BIT, STRENGTH, knee - 1e-3, 0.0)
    deep = depth_of_cut(BIT, STRENGTH, knee + 1e-3, 0.0)

    assert shallow == pytest.approx(BIT.contact_depth, rel=1e-6)
    assert deep == pytest.approx(shallow, rel=1e-6)


def test_the_founder_weight_is_where_the_founder_depth_is_reached() -> None:
    depth = founder_depth(BIT, ROCK, SPEED, JETS, 0.3)
    weight = founder_weight(BIT, STRENGTH, depth, 0.3)

    assert depth_of_cut(BIT, STRENGTH, weight, 0.3) == pytest.approx(depth)


def test_beyond_the_founder_point_weight_gains_a_tenth_and_torque_goes_on_rising() -> None:
    founder = founder_weight(BIT, STRENGTH, founder_depth(BIT, ROCK, SPEED, JETS, 0.0), 0.0)

    before = rate(founder) - rate(founder - 5e3)
    after = rate(founder + 5e3) - rate(founder)
    at = cutting(BIT, ROCK, founder, SPEED, PRESSURE, JETS, 0.0).torque
    beyond = cutting(BIT, ROCK, founder + 5e3, SPEED, PRESSURE, JETS, 0.0).torque

    assert after == pytest.approx(0.1 * before)
    assert beyond > at


def test_a_balled_bit_drills_less_with_more_weight_but_never_backwards() -> None:
    balling = BIT._replace(founder_slope=-0.3)

    rates = [
        cutting(balling, ROCK, weight, SPEED, PRESSURE, 20e3, 0.0).rate_of_penetration
        for weight in (60e3, 90e3, 1e6)
    ]

    assert rates[0] > rates[1] > rates[2] == 0.0


def test_more_power_at_the_jets_moves_the_founder_until_the_body_touches() -> None:
    depths = [founder_depth(BIT, ROCK, SPEED, power, 0.0) for power in (10e3, 20e3, 1e9)]

    assert depths[1] == pytest.approx(2 * depths[0])
    assert depths[2] == BIT.exposure


def test_below_the_founder_the_rate_goes_with_the_speed_and_beyond_it_with_the_jets() -> None:
    assert rate(40e3, speed=3.0) == pytest.approx(1.5 * rate(40e3, speed=2.0))
    assert rate(200e3, jets=20e3) < rate(200e3, jets=30e3)


def test_wear_and_pressure_cost_rate_and_underbalance_wins_none() -> None:
    clean = cutting(BIT, ROCK, 60e3, SPEED, 0.0, JETS, 0.0).rate_of_penetration

    assert rate(60e3, wear=0.5) < rate(60e3) < clean
    assert cutting(BIT, ROCK, 60e3, SPEED, -5e6, JETS, 0.0).rate_of_penetration == clean


def test_a_bit_without_weight_takes_nothing_and_one_that_stands_makes_no_hole() -> None:
    lifted = cutting(BIT, ROCK, 0.0, SPEED, PRESSURE, JETS, 0.0)
    standing = cutting(BIT, ROCK, 60e3, 0.0, PRESSURE, JETS, 0.0)

    assert lifted == (0.0, 0.0, 0.0)
    assert standing.rate_of_penetration == 0.0
    assert standing.torque > 0.0


def test_all_the_power_at_the_bit_cuts_or_rubs() -> None:
    done = cutting(BIT, ROCK, 60e3, SPEED, PRESSURE, JETS, 0.2)
    radius = BIT.diameter / 2
    cut = 2.0 * STRENGTH * pi * radius**2 * done.rate_of_penetration
    rubbing_weight = 60e3 - BIT.cutter_inclination * 2.0 * STRENGTH * radius * done.depth_of_cut
    rubbed = 0.6 * 1.1 * rubbing_weight * pi * SPEED * radius

    assert 2 * pi * SPEED * done.torque == pytest.approx(cut + rubbed)
