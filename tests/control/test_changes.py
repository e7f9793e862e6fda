"""Changes of set-points: how they go on, and what they are held against."""

from itertools import product

import pytest

from idrill.channels import channel
from idrill.control.changes import SET_POINTS, Check, SetPoint, State, assess, moved, verdict
from idrill.errors import IllegalMove, InvalidChange, UnknownChannel
from idrill.wells import Casing, Formation, Limit, Section, Well

FOLLOWS = {
    ("proposed", "assessed"),
    ("assessed", "approved"),
    ("approved", "applied"),
    ("approved", "simulated"),
    *((state, end) for state in ("applied", "simulated") for end in ("verified", "rolled_back")),
    ("verified", "rolled_back"),
    *(
        (state, end)
        for state in ("proposed", "assessed", "approved")
        for end in ("rejected", "expired")
    ),
}

WELL = Well(
    "W-1",
    "W 1",
    total_depth=3000.0,
    casing=(Casing("surface", 0.0, 1000.0, 0.31, 0.34),),
    formations=(
        Formation("Upper", 0.0, bottom=1000.0, pore_density=1030.0, fracture_density=1300.0),
        Formation("Shale", 1000.0, bottom=2000.0, pore_density=1150.0, fracture_density=1700.0),
        Formation("Sand", 2000.0, bottom=3000.0, pore_density=1250.0, fracture_density=1600.0),
    ),
    limits=(
        Limit("rotary_speed", 0.0, 1000.0, high=100.0),
        Limit("rotary_speed", 1000.0, 3000.0, low=60.0, high=160.0),
    ),
)


def passed(checks: tuple[Check, ...]) -> dict[str, bool | None]:
    return {check.name.split()[0]: check.passed for check in checks}


@pytest.mark.parametrize(("state", "to"), list(product(State, State)))
def test_a_state_follows_another_as_decided_or_not_at_all(state: State, to: State) -> None:
    if (state.value, to.value) in FOLLOWS:
        assert moved(state, to) is to
    else:
        with pytest.raises(IllegalMove, match=f"is {state} and cannot become {to}"):
            moved(state, to)


@pytest.mark.parametrize("name", SET_POINTS)
@pytest.mark.parametrize(("beyond", "possible"), [(-1, False), (0, True), (1, False)])
def test_a_set_point_is_held_against_what_is_physically_possible(
    name: str, beyond: int, possible: bool
) -> None:
    of = channel(name)
    value = {-1: of.low - 1.0, 0: of.high, 1: of.high + 1.0}[beyond]

    [physics, *_] = assess(SetPoint(name, value), None)

    assert physics.passed is possible


@pytest.mark.parametrize(
    ("value", "depth", "allowed"),
    [
        (90.0, 500.0, True),
        (120.0, 500.0, False),
        (120.0, 1500.0, True),
        (50.0, 1500.0, False),
        (120.0, None, False),
        (90.0, None, True),
        (90.0, 5000.0, None),
    ],
)
def test_a_set_point_is_held_against_the_section_and_without_a_depth_against_all(
    value: float, depth: float | None, allowed: bool | None
) -> None:
    checks = assess(SetPoint("rotary_speed", value, hole_depth=depth), WELL)

    assert passed(checks) == {"physical": True, "limits": allowed}


@pytest.mark.parametrize(
    ("density", "depth", "allowed"),
    [
        (1200.0, 800.0, True),
        (1400.0, 800.0, False),
        (1400.0, 1500.0, True),
        (1200.0, 2500.0, False),
        (1400.0, 2500.0, True),
        (1650.0, 2500.0, False),
        (1400.0, None, None),
    ],
)
def test_mud_holds_back_the_pores_of_the_open_hole_and_does_not_break_it(
    density: float, depth: float | None, allowed: bool | None
) -> None:
    checks = assess(SetPoint("mud_density_in", density, hole_depth=depth), WELL)

    assert passed(checks)["pressures"] is allowed


def test_casing_that_a_file_told_of_closes_the_hole_too() -> None:
    told = Well(
        "W-2",
        "W 2",
        sections=(Section("casing", 0.0, 1000.0, 0.31), Section("open hole", 1000.0, 3000.0, 0.2)),
        formations=WELL.formations,
    )

    checks = assess(SetPoint("mud_density_in", 1400.0, hole_depth=1500.0), told)

    assert passed(checks)["pressures"] is True


def test_what_cannot_be_checked_is_said_so_and_speaks_neither_way() -> None:
    checks = assess(SetPoint("mud_density_in", 1400.0, hole_depth=10.0), None)

    assert passed(checks) == {"physical": True, "limits": None, "pressures": None}
    assert all("which well" in check.detail for check in checks[1:])
    assert verdict(checks) is State.ASSESSED


def test_one_check_that_speaks_against_it_rejects_it() -> None:
    checks = assess(SetPoint("rotary_speed", 300.0, hole_depth=1500.0), WELL)

    assert verdict(checks) is State.REJECTED
    assert "60 to 160 rpm" in checks[1].detail


@pytest.mark.parametrize("name", ["hole_depth", "torque", "standpipe_pressure"])
def test_what_no_driller_sets_is_refused(name: str) -> None:
    with pytest.raises(InvalidChange, match="set one of weight_on_bit"):
        SetPoint(name, 1.0)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(InvalidChange, match="cannot be set"):
        SetPoint("rotary_speed", value)


def test_an_unknown_channel_is_refused() -> None:
    with pytest.raises(UnknownChannel):
        SetPoint("rotory_speed", 1.0)
