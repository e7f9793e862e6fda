"""The string in rotation: energy, periods, limit cycles and what ends them."""

from math import pi

import pytest

from idrill.physics.drillstring import SOFT_DRIVE, STIFF_DRIVE, stick_slip_severity
from idrill.physics.torsion import (
    AT_REST,
    REFERENCE,
    REFERENCE_COLLAR_TORQUE,
    SUBSTEPS,
    Torsion,
    Turning,
    Twist,
    stored_energy,
    torsion_at,
    torsion_second,
)

LIMIT = 60e3
SOFT = torsion_at(REFERENCE, 9.42e5, 3000.0, SOFT_DRIVE)
WINDOW = 14
"""Two natural periods at 3 km [s]."""


def bit_torque(weight: float) -> float:
    """Of an 8.5 in bit with a friction of 0.6 [N·m]."""
    return 0.6 * weight * 0.2159 / 3


def turn(
    model: Torsion, twist: Twist, speed: float, torque: float, seconds: int
) -> tuple[Twist, list[Turning]]:
    history = []
    for _ in range(seconds):
        twist, turning = torsion_second(
            model, twist, speed, torque, REFERENCE_COLLAR_TORQUE, 0.0, LIMIT, SUBSTEPS
        )
        history.append(turning)
    return twist, history


def severity(history: list[Turning]) -> float:
    last = history[-WINDOW:]
    return stick_slip_severity(
        min(second.bit_speed_min for second in last),
        max(second.bit_speed_max for second in last),
        sum(second.bit_speed_mean for second in last) / WINDOW,
    )


def sweep(model: Torsion, weight: float, speeds: list[float]) -> list[float]:
    """Severities under a weight while the speed [1/min] goes from one to the next."""
    twist = Twist(0.0, speeds[0] / 60, speeds[0] / 60, 0.0)
    found = []
    for speed in speeds:
        twist, history = turn(model, twist, speed / 60, bit_torque(weight), 100)
        found.append(severity(history))
    return found


def sticking(model: Torsion, weight: float, speeds: list[float]) -> float:
    """Highest of the speeds at which the string sticks on the way through them [1/min]."""
    severities = sweep(model, weight, speeds)
    return max(
        (speed for speed, found in zip(speeds, severities, strict=True) if found > 0.5), default=0.0
    )


@pytest.mark.parametrize(
    ("weight", "critical", "returning"),
    [(40e3, 60.0, 30.0), (80e3, 80.0, 40.0), (120e3, 100.0, 46.0), (160e3, 120.0, 54.0)],
)
def test_stick_slip_ends_at_the_critical_speed_of_the_weight_and_returns_at_about_half_of_it(
    weight: float, critical: float, returning: float
) -> None:
    speeds = [float(speed) for speed in range(20, 171, 2)]

    assert sticking(REFERENCE, weight, speeds) == pytest.approx(critical, abs=6.0)
    assert sticking(REFERENCE, weight, speeds[::-1]) == pytest.approx(returning, abs=6.0)


def test_the_way_down_begins_to_stick_later_than_the_way_up_stops() -> None:
    speeds = [float(speed) for speed in range(40, 141, 5)]
    between = speeds.index(80.0)

    up = sweep(REFERENCE, 120e3, speeds)
    down = sweep(REFERENCE, 120e3, speeds[::-1])[::-1]

    assert up[between] > 0.9
    assert down[between] < 0.1
    assert down[0] > 0.9
    assert up[-1] < 0.1


def test_soft_torque_ends_what_a_stiff_drive_keeps_up() -> None:
    sticking, history = turn(REFERENCE, AT_REST, 80 / 60, bit_torque(120e3), 100)
    _, eased = turn(SOFT, sticking, 80 / 60, bit_torque(120e3), 100)

    assert severity(history) > 0.9
    assert severity(eased) < 0.1


def test_a_sticking_bit_stops_and_the_drive_does_not_show_it() -> None:
    _, history = turn(REFERENCE, AT_REST, 80 / 60, bit_torque(120e3), 100)

    assert min(second.bit_speed_min for second in history[-WINDOW:]) == pytest.approx(0.0, abs=1e-9)
    assert max(second.bit_speed_max for second in history[-WINDOW:]) > 2 * 80 / 60
    for second in history[-WINDOW:]:
        assert second.drive_speed == pytest.approx(80 / 60, rel=0.05)
    torques = [second.torque for second in history[-WINDOW:]]
    assert max(torques) > 1.3 * min(torques)


@pytest.mark.parametrize("model", [REFERENCE, SOFT])
@pytest.mark.parametrize("limit", [LIMIT, 7e3])
def test_energy_in_is_work_done_plus_heat_plus_what_is_stored(model: Torsion, limit: float) -> None:
    twist, given, spent = AT_REST, 0.0, 0.0

    for _ in range(200):
        twist, turning = torsion_second(
            model, twist, 1.2, bit_torque(120e3), 2.5e3, 1.5e3, limit, SUBSTEPS
        )
        given += turning.drive_work
        spent += turning.bit_work + turning.heat

    assert given == pytest.approx(spent + stored_energy(model, twist), rel=1e-10)


def test_at_steady_rotation_the_drive_carries_bit_collars_mud_and_pipe() -> None:
    twist = AT_REST
    for _ in range(600):
        twist, turning = torsion_second(SOFT, twist, 3.0, 4e3, 1e3, 2e3, LIMIT, SUBSTEPS)

    weakened = 5e3 * (1 + 0.25 * 0.3 / (0.3 + 3.0))
    pipe = 2e3 * 6 * pi / (6 * pi + 0.3)
    assert turning.bit_speed_mean == pytest.approx(3.0, rel=1e-6)
    assert turning.torque == pytest.approx(weakened + 50.0 * 6 * pi + pipe, rel=1e-4)
    assert turning.bit_torque == pytest.approx(weakened * 4 / 5, rel=1e-6)


def test_a_released_string_swings_with_its_natural_period() -> None:
    held = torsion_at(REFERENCE._replace(damping=0.0), 9.42e5, 3000.0, 1e6)
    twist, speeds = Twist(-1.0, 0.0, 0.0, 0.0), []
    for _ in range(28):
        twist, turning = torsion_second(held, twist, 0.0, 0.0, 0.0, 0.0, 1e12, SUBSTEPS)
        speeds.append(turning.bit_speed_mean)

    # Four periods of 6.86 s end where they began, within half a second's course.
    assert speeds[0] < 0.0
    crossings = [i for i in range(1, 28) if speeds[i - 1] * speeds[i] < 0.0]
    assert (crossings[-1] - crossings[0]) / (len(crossings) - 1) * 2 == pytest.approx(6.86, abs=0.3)


def test_a_drive_at_its_limit_stalls_and_gives_no_more() -> None:
    twist = AT_REST
    for _ in range(120):
        twist, turning = torsion_second(
            REFERENCE, twist, 2.0, bit_torque(160e3), 2.5e3, 0.0, 5e3, SUBSTEPS
        )

    assert turning.torque <= 5e3
    assert turning.bit_speed_mean == pytest.approx(0.0, abs=1e-9)


def test_a_shorter_step_leads_to_the_same_rotation() -> None:
    coarse, fine = AT_REST, AT_REST
    for _ in range(60):
        coarse, rough = torsion_second(REFERENCE, coarse, 2.5, 4e3, 1e3, 1e3, LIMIT, SUBSTEPS)
        fine, exact = torsion_second(REFERENCE, fine, 2.5, 4e3, 1e3, 1e3, LIMIT, 4 * SUBSTEPS)

    assert rough.bit_speed_mean == pytest.approx(exact.bit_speed_mean, rel=1e-3)
    assert rough.torque == pytest.approx(exact.torque, rel=2e-3)


def test_a_string_of_ten_metres_stays_calm() -> None:
    short = torsion_at(REFERENCE, 9.42e5, 10.0, STIFF_DRIVE)
    twist, history = turn(short, AT_REST, 2.0, bit_torque(20e3), 60)

    assert history[-1].bit_speed_mean == pytest.approx(2.0, rel=1e-3)
    assert abs(twist.angle) < 0.2
