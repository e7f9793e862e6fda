"""Energy and pressure at the bit, against hand-computed values, limits and balances."""

from math import pi

import pytest

from idrill.physics.bit import (
    bit_pressure_drop,
    bit_wear_rate,
    harshness,
    mechanical_specific_energy,
)
from idrill.units import conversion

RATE = 50 * 0.3048 / 3600
DIAMETER = 8.5 * 0.0254


def test_specific_energy_equals_the_worked_example_in_field_units() -> None:
    energy = mechanical_specific_energy(
        weight_on_bit=35_000 * conversion("lbf", "N").factor,
        torque=4_500 * conversion("ft.lbf", "N.m").factor,
        rotary_speed=120 / 60,
        rate_of_penetration=RATE,
        bit_diameter=DIAMETER,
    )

    assert energy == pytest.approx(498_957_446.71, abs=0.01)
    assert energy * conversion("Pa", "psi").factor == pytest.approx(72_367.66, abs=0.01)


def test_without_rotation_only_the_thrust_does_work() -> None:
    energy = mechanical_specific_energy(100e3, 8e3, 0.0, RATE, DIAMETER)

    assert energy == pytest.approx(100e3 / (pi / 4 * DIAMETER**2))


def test_energy_times_volume_is_the_work_of_thrust_and_torque() -> None:
    weight, torque, speed, seconds = 120e3, 9e3, 2.5, 600.0
    volume = pi / 4 * DIAMETER**2 * RATE * seconds
    work = weight * RATE * seconds + torque * 2 * pi * speed * seconds

    energy = mechanical_specific_energy(weight, torque, speed, RATE, DIAMETER)

    assert energy * volume == pytest.approx(work)


def test_a_bit_that_drills_nothing_has_no_specific_energy() -> None:
    with pytest.raises(ZeroDivisionError):
        mechanical_specific_energy(100e3, 8e3, 2.0, 0.0, DIAMETER)


def test_the_pressure_drop_grows_with_the_square_of_the_flow() -> None:
    slow = bit_pressure_drop(flow_rate=0.02, mud_density=1200.0, nozzle_area=3.0e-4)
    fast = bit_pressure_drop(flow_rate=0.04, mud_density=1200.0, nozzle_area=3.0e-4)

    assert fast == pytest.approx(4 * slow)


def test_an_ideal_nozzle_turns_pressure_into_kinetic_energy() -> None:
    flow, density, area = 0.03, 1200.0, 3.0e-4

    ideal = 0.95**2 * bit_pressure_drop(flow, density, area)

    assert ideal == pytest.approx(density * (flow / area) ** 2 / 2)


def test_wear_goes_with_abrasiveness_weight_and_speed() -> None:
    once = bit_wear_rate(5e-11, 100e3, 2.0, DIAMETER, harshness=1.0)

    assert bit_wear_rate(10e-11, 100e3, 2.0, DIAMETER, harshness=1.0) == pytest.approx(2 * once)
    assert bit_wear_rate(5e-11, 200e3, 2.0, DIAMETER, harshness=1.0) == pytest.approx(2 * once)
    assert bit_wear_rate(5e-11, 100e3, 4.0, DIAMETER, harshness=1.0) == pytest.approx(2 * once)


def test_stick_slip_and_whirl_triple_the_wear_and_do_not_add_up() -> None:
    calm = bit_wear_rate(5e-11, 100e3, 2.0, DIAMETER, harshness(0.2, 0.0))

    for severity, whirl in ((1.0, 0.0), (0.0, 1.0), (1.5, 1.0)):
        rough = bit_wear_rate(5e-11, 100e3, 2.0, DIAMETER, harshness(severity, whirl))
        assert rough == pytest.approx(3 * calm)


def test_a_bit_off_bottom_or_at_rest_does_not_wear() -> None:
    assert bit_wear_rate(5e-11, -1e3, 2.0, DIAMETER, harshness=3.0) == 0.0
    assert bit_wear_rate(5e-11, 1e5, -0.1, DIAMETER, harshness=3.0) == 0.0
