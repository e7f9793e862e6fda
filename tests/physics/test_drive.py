"""The drive: its two speed ranges, and where its power goes."""

from math import pi

import pytest

from idrill.physics.drive import (
    Drive,
    drive_current,
    drive_power,
    drive_torque,
    drive_torque_limit,
    field,
)

DRIVE = Drive(
    torque_constant=10.0,
    gear_ratio=10.0,
    gear_efficiency=0.95,
    base_speed=2.0,
    top_speed=4.0,
    most_current=500.0,
    resistance=0.02,
)


def test_below_base_speed_torque_is_constant_times_current_gear_and_efficiency() -> None:
    for speed in (0.0, 1.0, 2.0):
        assert drive_torque(DRIVE, 300.0, speed) == pytest.approx(10.0 * 300.0 * 10.0 * 0.95)


def test_above_base_speed_torque_falls_and_power_stays() -> None:
    powers = [speed * drive_torque_limit(DRIVE, speed) for speed in (2.0, 3.0, 4.0)]

    assert drive_torque_limit(DRIVE, 3.0) < drive_torque_limit(DRIVE, 2.0)
    assert powers == pytest.approx([powers[0]] * 3)


def test_the_field_has_no_jump_at_base_speed() -> None:
    assert field(DRIVE, 2.0 + 1e-9) == pytest.approx(field(DRIVE, 2.0))


def test_a_drive_gives_nothing_beyond_its_top_speed() -> None:
    assert drive_torque_limit(DRIVE, 4.001) == 0.0


def test_current_and_torque_are_each_others_inverse() -> None:
    for speed in (-1.0, 0.5, 3.5):
        torque = drive_torque(DRIVE, 123.0, speed)
        assert drive_current(DRIVE, torque, speed) == pytest.approx(123.0)


@pytest.mark.parametrize("torque", [-20e3, 0.0, 20e3])
@pytest.mark.parametrize("speed", [0.0, 1.5, 3.5])
def test_energy_in_is_work_plus_heat_and_heat_is_never_negative(
    torque: float, speed: float
) -> None:
    power = drive_power(DRIVE, torque, speed)

    assert power.work == pytest.approx(2 * pi * speed * torque)
    assert power.power_in == pytest.approx(power.work + power.heat)
    assert power.heat >= 0.0


def test_a_stalled_drive_turns_all_it_takes_to_heat() -> None:
    power = drive_power(DRIVE, 19e3, 0.0)

    assert power.power_in == pytest.approx(0.02 * 200.0**2)
    assert power.work == 0.0
