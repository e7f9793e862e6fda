"""Pressure losses against worked values, exact solutions, limits, and their behaviour between."""

from itertools import pairwise
from math import log, pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idrill.physics.bit import bit_pressure_drop
from idrill.physics.hydraulics import (
    SURFACE_COEFFICIENTS,
    annulus_pressure_gradient,
    critical_reynolds,
    eccentricity_factor,
    equivalent_circulating_density,
    friction_factor,
    pipe_pressure_gradient,
    pressure_time_constant,
    relaxed,
    slot_correction,
    surface_pressure_drop,
)
from idrill.physics.jets import hydraulic_power, jet_impact_force, jet_velocity
from idrill.units import conversion

FLOW = 400 * conversion("galUS/min", "m3/s").factor
DENSITY = 12 * conversion("ppg", "kg/m3").factor
NOZZLES = 3 * pi / 4 * (13 / 32 * 0.0254) ** 2
MUD = {"yield_stress": 2.0, "consistency": 0.1, "flow_index": 0.75}

INDICES = st.floats(0.3, 1.0)
YIELDS = st.one_of(st.just(0.0), st.floats(1e-3, 30.0))
CONSISTENCIES = st.floats(1e-3, 3.0)
FLOWS = st.floats(1e-6, 0.1)


def test_the_nozzles_of_the_worked_example_lose_what_it_says() -> None:
    loss = bit_pressure_drop(FLOW, DENSITY, NOZZLES)

    assert loss == pytest.approx(8_060_644.307, rel=1e-6)
    assert jet_velocity(FLOW, NOZZLES) == pytest.approx(100.590404, rel=1e-6)
    assert jet_impact_force(FLOW, DENSITY, NOZZLES) == pytest.approx(3_650.163188, rel=1e-6)
    assert hydraulic_power(loss, FLOW) == pytest.approx(203_419.05, rel=1e-6)


def test_the_circulating_density_equals_the_worked_example() -> None:
    density = equivalent_circulating_density(1_150.333702, 1_378_951.4586, 3_048.0)

    assert density == pytest.approx(1_196.466877, rel=1e-9)
    assert density * conversion("kg/m3", "ppg").factor == pytest.approx(9.985, abs=1e-3)


@given(FLOWS, st.floats(0.02, 0.5), st.floats(1e-3, 1.0))
@settings(max_examples=100, deadline=None)
def test_a_newtonian_pipe_obeys_hagen_and_poiseuille_as_long_as_it_is_laminar(
    flow: float, diameter: float, viscosity: float
) -> None:
    reynolds = 4 * 1000.0 * flow / (pi * diameter * viscosity)
    gradient = pipe_pressure_gradient(flow, 1000.0, 0.0, viscosity, 1.0, diameter)

    exact = 128 * viscosity * flow / (pi * diameter**4)
    assert gradient == pytest.approx(exact, rel=1e-12) or (reynolds > 2100 and gradient > exact)


@pytest.mark.parametrize("ratio", [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
def test_a_newtonian_annulus_is_the_slot_within_two_and_a_half_percent(ratio: float) -> None:
    hole, viscosity, velocity = 0.3, 0.05, 0.1
    gap = hole * (1 - ratio) / 2
    flow = velocity * pi / 4 * hole**2 * (1 - ratio**2)

    gradient = annulus_pressure_gradient(flow, 1000.0, 0.0, viscosity, 1.0, hole, ratio * hole)

    assert gradient == pytest.approx(12 * viscosity * velocity / gap**2, rel=0.025)


@pytest.mark.parametrize("ratio", [0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_a_newtonian_annulus_obeys_the_law_of_concentric_cylinders(ratio: float) -> None:
    outer, viscosity, flow = 0.15, 0.05, 1e-5
    shape = 1 - ratio**4 + (1 - ratio**2) ** 2 / log(ratio)

    gradient = annulus_pressure_gradient(
        flow, 1000.0, 0.0, viscosity, 1.0, 2 * outer, 2 * outer * ratio
    )

    assert gradient == pytest.approx(8 * viscosity * flow / (pi * outer**4 * shape), rel=1e-9)


def test_the_correction_of_the_slot_fades_as_the_gap_closes() -> None:
    factors = [slot_correction(ratio) for ratio in np.linspace(0.0, 1.0, 400)]

    assert factors[0] == pytest.approx(2 / 3)
    assert factors[-1] == 1.0
    assert all(earlier <= later for earlier, later in pairwise(factors))


@given(FLOWS, st.floats(1.0001, 3.0), YIELDS, CONSISTENCIES, INDICES)
@settings(max_examples=200, deadline=None)
def test_more_flow_always_costs_more_pressure(
    flow: float, more: float, yield_stress: float, consistency: float, flow_index: float
) -> None:
    mud = (1300.0, yield_stress, consistency, flow_index)

    assert pipe_pressure_gradient(flow, *mud, 0.1) < pipe_pressure_gradient(more * flow, *mud, 0.1)
    assert annulus_pressure_gradient(flow, *mud, 0.22, 0.13) < annulus_pressure_gradient(
        more * flow, *mud, 0.22, 0.13
    )


@pytest.mark.parametrize("flow_index", [0.3, 0.5, 0.8, 1.0])
def test_the_friction_factor_has_no_jump_between_laminar_and_turbulent(flow_index: float) -> None:
    reynolds = np.geomspace(0.5, 4.0, 20_001) * critical_reynolds(flow_index)

    factors = np.array([friction_factor(one, flow_index) for one in reynolds])

    assert np.abs(np.diff(np.log(factors))).max() < 2.5e-4
    assert factors[0] == 16 / reynolds[0]


@pytest.mark.parametrize("reynolds", [1e4, 1e5])
def test_newtonian_turbulence_is_that_of_smooth_pipes(reynolds: float) -> None:
    factor = friction_factor(reynolds, 1.0)

    implicit = -0.4 + 4 * np.log10(reynolds * factor**0.5)
    assert 1 / factor**0.5 == pytest.approx(implicit, rel=0.02)


def test_mud_that_flows_back_loses_the_same_the_other_way_and_mud_at_rest_nothing() -> None:
    forth = pipe_pressure_gradient(0.02, 1200.0, **MUD, diameter=0.1)

    assert pipe_pressure_gradient(-0.02, 1200.0, **MUD, diameter=0.1) == -forth
    assert pipe_pressure_gradient(0.0, 1200.0, **MUD, diameter=0.1) == 0.0


def test_the_standpipe_pressure_goes_with_a_power_of_the_flow_between_1_6_and_1_9() -> None:
    flows = np.linspace(0.75, 1.25, 11) * 3_500 * conversion("L/min", "m3/s").factor

    pressures = [_standpipe_pressure(flow) for flow in flows]

    exponent = float(np.polyfit(np.log(flows), np.log(pressures), 1)[0])
    assert 1.6 < exponent < 1.9
    assert 10e6 < _standpipe_pressure(float(flows[5])) < 30e6


def _standpipe_pressure(flow: float) -> float:
    """Of 3 km of 5½ in pipe and 60 m of collars in a 12¼ in hole [Pa]."""
    inside = 3000 * pipe_pressure_gradient(flow, 1250.0, **MUD, diameter=0.1214)
    collars = 60 * pipe_pressure_gradient(flow, 1250.0, **MUD, diameter=0.0714)
    outside = 3060 * annulus_pressure_gradient(
        flow, 1250.0, **MUD, hole_diameter=0.3112, pipe_diameter=0.1397
    )
    bit = bit_pressure_drop(flow, 1250.0, 5e-4)
    return (
        surface_pressure_drop(flow, 1250.0, SURFACE_COEFFICIENTS[3])
        + inside
        + collars
        + bit
        + outside
    )


@pytest.mark.parametrize("eccentricity", [0.2, 0.5, 0.8])
def test_an_eccentric_newtonian_annulus_tends_to_the_narrow_gap(eccentricity: float) -> None:
    factor = eccentricity_factor(eccentricity, 0.9, 1.0)

    assert factor == pytest.approx(1 / (1 + 1.5 * eccentricity**2), rel=0.1)


@given(st.floats(0.0, 100.0), st.integers(1, 20))
@settings(max_examples=50, deadline=None)
def test_many_small_steps_relax_as_far_as_one(seconds: float, steps: int) -> None:
    value = 5.0
    for _ in range(steps):
        value = relaxed(value, 1.0, seconds / steps, 16.0)

    assert value == pytest.approx(relaxed(5.0, 1.0, seconds, 16.0), rel=1e-9)


def test_the_time_constant_is_the_mud_stored_per_unit_of_missing_flow() -> None:
    compressibility, volume, flow, step = 4.5e-10, 40.0, 0.04, 1e-6

    tau = pressure_time_constant(compressibility, volume, 20e6, flow, 1.8)

    rise = 20e6 * (((flow + step) / flow) ** 1.8 - 1)
    assert tau == pytest.approx(compressibility * volume * rise / step, rel=1e-4)
