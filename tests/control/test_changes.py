"""Changes of set-points: how they go on, and what they are held against."""

from itertools import product

import pytest

from idrill.channels import channel
from idrill.control.changes import Check, State, assess, moved, verdict
from idrill.control.setpoints import ORDERS, SET_POINTS, SetPoint
from idrill.errors import IllegalMove, InvalidChange, UnknownChannel
from idrill.rigs import STANDARD_EQUIPMENT, Rig
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

RIG = Rig("R1", "R1")
ORDER, SECTION = "limits of an order", "limits of the well section"
PRESSURES = "pressures of the open hole"

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
    return {check.name: check.passed for check in checks}


@pytest.mark.parametrize(("state", "to"), list(product(State, State)))
def test_a_state_follows_another_as_decided_or_not_at_all(state: State, to: State) -> None:
    if (state.value, to.value) in FOLLOWS:
        assert moved(state, to) is to
    else:
        with pytest.raises(IllegalMove, match=f"is {state} and cannot become {to}"):
            moved(state, to)


@pytest.mark.parametrize("name", SET_POINTS)
def test_a_set_point_is_held_against_what_may_be_ordered(name: str) -> None:
    limits = ORDERS[name]
    tried = {
        limits.low - 0.1: False,
        limits.low: True,
        limits.high: True,
        limits.high + 0.1: False,
    }

    found = {value: assess(SetPoint(name, value), RIG, None)[0].passed for value in tried}

    assert found == tried


@pytest.mark.parametrize("name", SET_POINTS)
def test_nothing_negative_may_be_ordered_and_no_more_than_a_sensor_may_show(name: str) -> None:
    limits, of = ORDERS[name], channel(name)

    assert 0.0 <= limits.low < limits.high < of.high
    assert limits.low >= of.low
    assert limits.source.endswith(" [e]") or "API" in limits.source


@pytest.mark.parametrize(
    ("name", "value"),
    [("weight_on_bit", -20.0), ("weight_on_bit", 900.0), ("choke_pressure", -100.0)],
)
def test_what_only_a_sensor_may_show_is_rejected_by_the_assessment(name: str, value: float) -> None:
    checks = assess(SetPoint(name, value), RIG, None)

    assert verdict(checks) is State.REJECTED
    assert "may be ordered: 0 to" in checks[0].detail


@pytest.mark.parametrize(("pumps", "allowed"), [(1, False), (2, True), (3, True)])
def test_a_pump_that_the_rig_does_not_carry_is_not_set(pumps: int, allowed: bool) -> None:
    two = Rig("R1", "R1", equipment=STANDARD_EQUIPMENT[:pumps])

    checks = assess(SetPoint("pump_2_stroke_rate", 60.0), two, None)

    assert passed(checks) == {ORDER: True, "equipment of the rig": allowed, SECTION: None}
    assert f"carries {pumps} mud pumps" in checks[1].detail


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
    checks = assess(SetPoint("rotary_speed", value, hole_depth=depth), RIG, WELL)

    assert passed(checks) == {ORDER: True, SECTION: allowed}


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
    checks = assess(SetPoint("mud_density_in", density, hole_depth=depth), RIG, WELL)

    assert passed(checks)[PRESSURES] is allowed


def test_casing_that_a_file_told_of_closes_the_hole_too() -> None:
    told = Well(
        "W-2",
        "W 2",
        sections=(Section("casing", 0.0, 1000.0, 0.31), Section("open hole", 1000.0, 3000.0, 0.2)),
        formations=WELL.formations,
    )

    checks = assess(SetPoint("mud_density_in", 1400.0, hole_depth=1500.0), RIG, told)

    assert passed(checks)[PRESSURES] is True


def test_what_cannot_be_checked_is_said_so_and_speaks_neither_way() -> None:
    checks = assess(SetPoint("mud_density_in", 1400.0, hole_depth=10.0), RIG, None)

    assert passed(checks) == {ORDER: True, SECTION: None, PRESSURES: None}
    assert all("which well" in check.detail for check in checks[1:])
    assert verdict(checks) is State.ASSESSED


def test_one_check_that_speaks_against_it_rejects_it() -> None:
    checks = assess(SetPoint("rotary_speed", 240.0, hole_depth=1500.0), RIG, WELL)

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
