"""Whirl bands and vibration levels: against the beam's theory, and moving as they should."""

from math import pi, sqrt

import pytest

from idrill.physics.vibration import (
    Collars,
    axial_acceleration,
    backward_whirl_speed,
    bending_frequency,
    lateral_acceleration,
    whirl_intensity,
)

SPAN = Collars(
    length=12.0,
    bending_stiffness=8.4e6,
    linear_mass=200.0,
    diameter=0.17,
    eccentricity=0.003,
    damping_ratio=0.1,
    band=0.06,
)
HOLE = 0.2159
ROCK = 60e6


def band(span: Collars, weight: float, strength: float) -> tuple[float, float]:
    """Slowest and fastest speed at which collars whirl by half or more in their first mode."""
    speeds = [0.5 + 0.01 * step for step in range(400)]
    inside = [speed for speed in speeds if whirl_intensity(span, speed, weight, strength) >= 0.5]
    return min(inside), max(inside)


def test_the_first_frequency_is_that_of_a_beam_on_two_supports() -> None:
    theory = (pi / 12.0) ** 2 * sqrt(8.4e6 / 200.0) / (2 * pi)

    assert bending_frequency(SPAN, 1, 0.0) == pytest.approx(theory)
    assert bending_frequency(SPAN, 2, 0.0) == pytest.approx(4 * theory)


def test_eulers_weight_takes_the_frequency_away() -> None:
    euler = 8.4e6 * (pi / 12.0) ** 2

    assert bending_frequency(SPAN, 1, 0.75 * euler) == pytest.approx(
        bending_frequency(SPAN, 1, 0.0) / 2
    )
    assert bending_frequency(SPAN, 1, 1.1 * euler) == 0.0


def test_whirl_bands_move_with_the_assembly_and_its_weight_and_widen_with_the_rock() -> None:
    low, high = band(SPAN, 50e3, ROCK)
    longer = band(SPAN._replace(length=14.0), 50e3, ROCK)
    heavier = band(SPAN, 150e3, ROCK)
    harder = band(SPAN, 50e3, 4 * ROCK)

    assert longer[1] < low
    assert heavier[0] < low
    assert heavier[1] < high
    assert harder[1] - harder[0] == pytest.approx(2 * (high - low), rel=0.1)


def test_between_its_bands_an_assembly_does_not_whirl() -> None:
    assert whirl_intensity(SPAN, 4.0, 50e3, ROCK) < 1e-6


def test_whirl_brings_the_acceleration_of_a_body_rolling_along_the_wall() -> None:
    calm = lateral_acceleration(SPAN, 1.0, 50e3, HOLE, 0.0)
    whirling = lateral_acceleration(SPAN, 1.0, 50e3, HOLE, 1.0)
    rolling = 2 * pi * backward_whirl_speed(1.0, 0.17, HOLE)
    radius = (HOLE - 0.17) / 2

    assert whirling**2 - calm**2 == pytest.approx((rolling**2 * radius) ** 2 / 2)


def test_the_wall_bounds_the_bow_at_resonance() -> None:
    free = SPAN._replace(damping_ratio=1e-6)
    speed = bending_frequency(SPAN, 1, 0.0)

    level = lateral_acceleration(free, speed, 0.0, HOLE, 0.0)

    assert level == pytest.approx((HOLE - 0.17) / 2 * (2 * pi * speed) ** 2 / sqrt(2))


def test_axial_vibration_grows_with_the_cut_the_square_of_speed_and_stick_slip() -> None:
    once = axial_acceleration(0.004, 2.0, 5.0, 0.0)

    assert axial_acceleration(0.008, 2.0, 5.0, 0.0) == pytest.approx(2 * once)
    assert axial_acceleration(0.004, 4.0, 5.0, 0.0) == pytest.approx(4 * once)
    assert axial_acceleration(0.004, 2.0, 5.0, 1.0) == pytest.approx(4 * once)
    assert axial_acceleration(0.0, 2.0, 5.0, 1.0) == 0.0
