"""Bourgoyne and Young, and the drilling exponent, in the field units that define them."""

from math import e, exp

import pytest

from idrill.physics.drillability import (
    FOOT,
    FOOT_PER_HOUR,
    POUND_FORCE,
    POUND_PER_GALLON,
    REFERENCE,
    Coefficients,
    Conditions,
    corrected_exponent,
    drilling_exponent,
    regressed_rate,
)

GULF_COAST = Coefficients(3.78, 0.17e-3, 0.20e-3, 0.43e-4, 0.43, 0.21, 0.41, 0.16)
AT_REFERENCE = 43.816042 * FOOT_PER_HOUR


def test_at_reference_conditions_the_rate_is_exp_of_the_first_coefficient() -> None:
    assert regressed_rate(GULF_COAST, REFERENCE) == pytest.approx(AT_REFERENCE, rel=1e-6)
    assert exp(3.78) == pytest.approx(43.816042, rel=1e-6)


@pytest.mark.parametrize(
    ("changed", "factor"),
    [
        (REFERENCE._replace(vertical_depth=11_000 * FOOT), e**-0.17),
        (REFERENCE._replace(rotary_speed=2.0), 2**0.21),
        (REFERENCE._replace(weight_per_diameter=REFERENCE.weight_per_diameter / 2), 0.5**0.43),
        (REFERENCE._replace(wear=1.0), e**-0.41),
        (REFERENCE._replace(jet_impact=REFERENCE.jet_impact * 3), 3**0.16),
        (REFERENCE._replace(circulating_density=10 * POUND_PER_GALLON), e**-0.43),
        (
            REFERENCE._replace(
                pore_gradient=10 * POUND_PER_GALLON, circulating_density=10 * POUND_PER_GALLON
            ),
            exp(0.20e-3 * 10_000**0.69),
        ),
    ],
)
def test_each_term_changes_the_rate_by_its_own_coefficient(
    changed: Conditions, factor: float
) -> None:
    rate = regressed_rate(GULF_COAST, changed)

    assert rate == pytest.approx(AT_REFERENCE * factor, rel=1e-6)


@pytest.mark.parametrize(
    "idle",
    [
        REFERENCE._replace(threshold_per_diameter=REFERENCE.weight_per_diameter),
        REFERENCE._replace(rotary_speed=0.0),
        REFERENCE._replace(jet_impact=0.0),
    ],
)
def test_nothing_is_drilled_without_weight_rotation_or_jets(idle: Conditions) -> None:
    assert regressed_rate(GULF_COAST, idle) == 0.0


def test_the_drilling_exponent_equals_the_worked_example() -> None:
    exponent = drilling_exponent(30 * FOOT_PER_HOUR, 2.0, 35_000 * POUND_FORCE, 8.5 * 0.0254)
    corrected = corrected_exponent(exponent, 9.0 * POUND_PER_GALLON, 10.0 * POUND_PER_GALLON)

    assert exponent == pytest.approx(1.8222834, rel=1e-6)
    assert corrected == pytest.approx(1.6400551, rel=1e-6)


def test_rock_that_drills_faster_at_the_same_load_has_a_lower_exponent() -> None:
    slow = drilling_exponent(30 * FOOT_PER_HOUR, 2.0, 35_000 * POUND_FORCE, 0.2159)
    fast = drilling_exponent(60 * FOOT_PER_HOUR, 2.0, 35_000 * POUND_FORCE, 0.2159)

    assert fast < slow
