"""Torsional laws of the string: periods, gains, weakening and severity."""

from math import pi, sqrt

import numpy as np
import pytest

from idrill.physics.drillstring import (
    SOFT_DRIVE,
    STIFF_DRIVE,
    drive_gains,
    seconds_of_a_swing,
    severity_over,
    stick_slip_severity,
    torsional_period,
    torsional_stiffness,
    weakened_torque,
)


@pytest.mark.parametrize(("length", "period"), [(1e3, 4.0), (3e3, 6.9), (4e3, 7.9)])
def test_five_inch_pipe_swings_with_the_periods_of_the_specification(
    length: float, period: float
) -> None:
    stiffness = torsional_stiffness(9.42e5, length)

    assert torsional_period(stiffness, 374.0) == pytest.approx(period, abs=0.05)


def test_the_drives_stiffness_cancels_its_inertia_at_the_strings_frequency() -> None:
    _, stiffness = drive_gains(314.0, 374.0, 2122.0, SOFT_DRIVE)

    assert sqrt(stiffness / 2122.0) == pytest.approx(2 * pi / torsional_period(314.0, 374.0))


def test_soft_torque_yields_fifty_times_as_much_as_a_stiff_drive() -> None:
    soft, _ = drive_gains(314.0, 374.0, 2122.0, SOFT_DRIVE)
    stiff, _ = drive_gains(314.0, 374.0, 2122.0, STIFF_DRIVE)

    assert stiff == pytest.approx(50 * soft)


def test_torque_weakens_with_speed_in_either_sense_towards_that_of_cutting() -> None:
    torques = [weakened_torque(4e3, speed, 0.25, 0.3) for speed in (0.0, 0.3, 1.0, 1e9)]

    assert torques == sorted(torques, reverse=True)
    assert torques[0] == pytest.approx(5e3)
    assert torques[-1] == pytest.approx(4e3)
    assert weakened_torque(4e3, -1.0, 0.25, 0.3) == torques[2]


def test_a_bit_that_stops_and_reaches_twice_the_mean_has_severity_one() -> None:
    assert stick_slip_severity(0.0, 4.0, 2.0) == 1.0
    assert stick_slip_severity(2.0, 2.0, 2.0) == 0.0


def test_a_bit_that_hardly_turns_has_no_severity() -> None:
    assert stick_slip_severity(-0.1, 0.1, 0.0) == 0.0


def test_severity_over_a_swing_takes_the_extremes_of_all_its_seconds() -> None:
    mean = np.array([0.2, 2.0, 3.8])

    assert severity_over(mean - 0.2, mean + 0.2, mean) == pytest.approx(1.0)


def test_two_swings_of_a_four_kilometre_string_are_sixteen_seconds() -> None:
    assert seconds_of_a_swing(7.9) == 16
