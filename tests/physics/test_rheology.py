"""Herschel-Bulkley muds against integration, closed forms and limits; gels over time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idrill.physics.rheology import (
    PIPE,
    SLOT,
    apparent_shear_rate,
    gel_structure,
    laminar_wall_stress,
)

MUDS = st.tuples(st.floats(1e-6, 50.0), st.floats(1e-3, 5.0), st.floats(0.3, 1.0))


@given(MUDS, st.floats(1.001, 100.0), st.sampled_from([PIPE, SLOT]))
@settings(max_examples=50, deadline=None)
def test_the_mean_velocity_is_the_integral_of_the_flow_curve(
    mud: tuple[float, float, float], loaded: float, shape: float
) -> None:
    yield_stress, consistency, flow_index = mud
    wall = loaded * yield_stress
    stress = np.linspace(yield_stress, wall, 20_001)
    moment = stress ** (shape - 2) * ((stress - yield_stress) / consistency) ** (1 / flow_index)

    rate = apparent_shear_rate(wall, *mud, shape)

    integral = np.trapezoid(moment, stress)
    assert rate == pytest.approx(shape * wall ** (1 - shape) * integral, rel=1e-6)


@given(MUDS, st.floats(1e-6, 1e5), st.sampled_from([PIPE, SLOT]))
@settings(max_examples=300, deadline=None)
def test_the_wall_stress_gives_back_the_shear_rate(
    mud: tuple[float, float, float], rate: float, shape: float
) -> None:
    wall = laminar_wall_stress(rate, *mud, shape)

    # Just above the yield stress the difference of the two has lost its digits.
    rounding = 1e-13 * wall / (wall - mud[0]) if wall > mud[0] else 1.0
    assert apparent_shear_rate(wall, *mud, shape) == pytest.approx(rate, rel=1e-10 + 10 * rounding)


@pytest.mark.parametrize(("shape", "factor"), [(PIPE, 4 / 3), (SLOT, 3 / 2)])
def test_a_bingham_mud_that_flows_fast_adds_its_yield_stress_by_the_known_factor(
    shape: float, factor: float
) -> None:
    wall = laminar_wall_stress(1e6, 5.0, 0.02, 1.0, shape)

    assert wall - 0.02 * 1e6 == pytest.approx(factor * 5.0, rel=1e-3)


def test_without_a_yield_stress_a_power_law_has_its_closed_form() -> None:
    wall = laminar_wall_stress(200.0, 0.0, 0.5, 0.6, PIPE)

    assert wall == pytest.approx(0.5 * ((3 * 0.6 + 1) / (4 * 0.6) * 200.0) ** 0.6, rel=1e-14)


@pytest.mark.parametrize("shape", [PIPE, SLOT])
def test_a_vanishing_yield_stress_joins_the_power_law(shape: float) -> None:
    almost = laminar_wall_stress(100.0, 1e-9, 0.5, 0.6, shape)

    assert almost == pytest.approx(laminar_wall_stress(100.0, 0.0, 0.5, 0.6, shape), rel=1e-8)


def test_creeping_mud_is_held_by_its_yield_stress_alone() -> None:
    assert laminar_wall_stress(1e-12, 4.0, 0.3, 0.8, PIPE) == pytest.approx(4.0, rel=1e-6)


@given(st.floats(0.0, 1.0), st.floats(0.0, 500.0), st.integers(1, 10))
@settings(max_examples=50, deadline=None)
def test_a_gel_builds_and_breaks_the_same_in_one_step_and_in_many(
    structure: float, rate: float, steps: int
) -> None:
    whole = gel_structure(structure, rate, 60.0, 600.0, 20.0)

    for _ in range(steps):
        structure = gel_structure(structure, rate, 60.0 / steps, 600.0, 20.0)

    assert structure == pytest.approx(whole, rel=1e-9, abs=1e-12)
    assert 0.0 <= whole <= 1.0
