"""Load laws of wear, against vendors' figures, exponents by hand and their limits."""

from math import exp

import pytest

from idrill.physics.wear import (
    accelerated,
    brake_rate,
    damage_for,
    gearbox_rate,
    liner_rate,
    valve_rate,
    visibility,
    washpipe_rate,
)


def test_a_washpipe_lives_as_its_vendors_say() -> None:
    at_20, at_35 = (800.0 / washpipe_rate(p, 2.0, 20e6, 2.0) for p in (20e6, 35e6))

    assert at_20 == pytest.approx(800.0)
    assert at_35 < 100.0


def test_a_liner_wears_with_a_power_of_the_pressure_and_in_proportion_to_strokes_and_sand() -> None:
    base = liner_rate(15e6, 1.2, 0.8, 16e6, 1.5, 2.5)

    assert liner_rate(30e6, 1.2, 0.8, 16e6, 1.5, 2.5) / base == pytest.approx(2**2.5)
    assert liner_rate(15e6, 2.4, 1.6, 16e6, 1.5, 2.5) / base == pytest.approx(4.0)


def test_a_valve_wears_in_proportion_to_pressure_strokes_and_solids() -> None:
    assert valve_rate(32e6, 3.0, 0.5, 16e6, 1.5) == pytest.approx(2.0)


def test_twenty_percent_more_torque_nearly_halves_the_life_of_a_gearbox() -> None:
    rate = gearbox_rate(24e3, 2.0, 0.0, 20e3, 2.0, 3.0)

    assert 1 / rate == pytest.approx(1.2 ** (-10 / 3))
    assert 1 / rate == pytest.approx(0.5446, abs=1e-4)


def test_stick_slip_triples_the_damage_of_a_gearbox_and_half_of_it_doubles_it() -> None:
    rates = [gearbox_rate(20e3, 2.0, share, 20e3, 2.0, 3.0) for share in (0.0, 0.5, 1.0)]

    assert rates == pytest.approx([1.0, 2.0, 3.0])


def test_negative_torque_loads_a_gearbox_like_positive() -> None:
    back, forth = (gearbox_rate(torque, 2.0, 0.0, 20e3, 2.0, 3.0) for torque in (-15e3, 15e3))

    assert back == forth


def test_a_cool_brake_wears_with_its_energy_alone_and_a_hot_one_doubles_every_so_many_kelvin() -> (
    None
):
    cool = brake_rate(300e3, 400.0, 150e3, 450.0, 60.0)

    assert cool == pytest.approx(2.0)
    assert brake_rate(300e3, 570.0, 150e3, 450.0, 60.0) == pytest.approx(4 * cool)


@pytest.mark.parametrize(
    "rate",
    [
        liner_rate(0.0, 0.0, 1.0, 16e6, 1.5, 2.5),
        valve_rate(20e6, 0.0, 1.0, 16e6, 1.5),
        washpipe_rate(20e6, 0.0, 20e6, 2.0),
        gearbox_rate(20e3, 0.0, 1.0, 20e3, 2.0, 3.0),
        brake_rate(0.0, 700.0, 150e3, 450.0, 60.0),
    ],
)
def test_what_does_not_run_does_not_wear(rate: float) -> None:
    assert rate == 0.0


@pytest.mark.parametrize("acceleration", [0.0, 0.5, 3.0])
def test_damage_and_wear_are_each_others_inverse(acceleration: float) -> None:
    wear = accelerated(damage_for(0.7, acceleration), acceleration)

    assert wear == pytest.approx(0.7)


def test_accelerated_wear_solves_its_differential_equation() -> None:
    damage, step, acceleration = 0.4, 1e-6, 2.0

    slope = (accelerated(damage + step, 2.0) - accelerated(damage - step, 2.0)) / (2 * step)

    assert slope == pytest.approx(1 + acceleration * accelerated(damage, 2.0))


def test_a_fault_shows_nothing_when_new_all_at_the_end_and_no_more_beyond() -> None:
    assert [visibility(wear, 8.0) for wear in (-0.1, 0.0, 1.0, 1.3)] == [0.0, 0.0, 1.0, 1.0]


def test_a_sharp_leak_grows_by_a_factor_e_per_folding_without_overflow() -> None:
    earlier, later = visibility(0.99, 1000.0), visibility(0.991, 1000.0)

    assert later / earlier == pytest.approx(exp(1.0))
