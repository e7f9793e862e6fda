"""The vocabulary: no two channels answer to one name, and every number is possible."""

from collections import defaultdict
from collections.abc import Callable, Iterable

import pytest

from idrill.channels import BY_NAME, CHANNELS, PITS, PUMPS, Channel, by_wits0, channel
from idrill.errors import UnknownChannel
from idrill.units import is_unit

EVERY = pytest.mark.parametrize("one", CHANNELS, ids=lambda one: one.name)

PROMISED = [
    "hole_depth", "bit_depth", "block_position", "hook_load", "weight_on_bit", "rotary_speed",
    "torque", "standpipe_pressure", "choke_pressure", "casing_pressure", "flow_in", "flow_out",
    "flow_out_fraction", "pit_volume_total", "mud_density_in", "mud_density_out",
    "mud_temperature_in", "mud_temperature_out", "rate_of_penetration", "total_gas",
    "annular_pressure", "equivalent_circulating_density", "axial_vibration", "lateral_vibration",
    "stick_slip_severity", "top_drive_motor_current", "top_drive_motor_temperature",
    "top_drive_gearbox_temperature", "top_drive_vibration", "drawworks_motor_current",
    "drawworks_brake_temperature",
    *(f"pit_volume_{number}" for number in range(1, 25)),
    *(
        f"pump_{number}_{quantity}"
        for number in (1, 2, 3)
        for quantity in (
            "stroke_rate", "discharge_pressure", "pressure_pulsation", "vibration",
            "fluid_end_temperature", "power_end_temperature", "motor_current",
        )
    ),
]  # fmt: skip


def shared(names: Callable[[Channel], Iterable[str]]) -> dict[str, list[str]]:
    """Names that more than one channel claims."""
    claims: dict[str, list[str]] = defaultdict(list)
    for one in CHANNELS:
        for name in names(one):
            claims[name.casefold()].append(one.name)
    return {name: owners for name, owners in claims.items() if len(owners) > 1}


@pytest.mark.parametrize("name", PROMISED)
def test_a_promised_channel_is_there(name: str) -> None:
    assert channel(name).name == name


def test_names_are_unique() -> None:
    assert len(BY_NAME) == len(CHANNELS)


@EVERY
def test_a_name_can_be_a_column_in_sql_and_python(one: Channel) -> None:
    assert one.name.isidentifier()
    assert one.name == one.name.lower()
    assert len(f"{one.name}_quality") <= 63


@EVERY
def test_a_unit_is_known(one: Channel) -> None:
    assert is_unit(one.unit)


@EVERY
def test_limits_leave_room_for_a_value_and_its_noise(one: Channel) -> None:
    assert one.low < one.high
    assert one.max_rate > 0
    assert 0 <= one.sigma < (one.high - one.low) / 10


def test_a_wits_code_leads_to_one_channel() -> None:
    assert shared(lambda one: one.wits0) == {}


@EVERY
def test_a_wits_code_is_a_record_and_an_item(one: Channel) -> None:
    assert all(len(code) == 4 and code.isdigit() for code in one.wits0)


def test_a_witsml_mnemonic_leads_to_one_channel() -> None:
    assert shared(lambda one: one.witsml) == {}


def test_only_flow_out_is_one_heading_for_two_channels_told_apart_by_unit() -> None:
    assert shared(lambda one: one.titles) == {"flow out": ["flow_out", "flow_out_fraction"]}


@EVERY
def test_a_heading_is_kept_as_it_is_looked_up(one: Channel) -> None:
    assert all(title == " ".join(title.casefold().split()) for title in one.titles)


def test_flow_out_and_its_fraction_are_two_channels() -> None:
    assert channel("flow_out").unit == "L/min"
    assert channel("flow_out_fraction").unit == "%"


def test_single_pits_are_details_and_their_total_is_none() -> None:
    details = [one.name for one in CHANNELS if one.detail]

    assert details == [f"pit_volume_{number}" for number in range(1, PITS + 1)]


def test_every_pump_has_the_same_channels() -> None:
    kinds = [
        {one.name.removeprefix(f"pump_{number}_") for one in CHANNELS
         if one.name.startswith(f"pump_{number}_")}
        for number in range(1, PUMPS + 1)
    ]  # fmt: skip

    assert kinds[0] == kinds[1] == kinds[2]
    assert len(kinds[0]) == 7


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("0108", "bit_depth"), ("0110", "hole_depth"), ("0112", "block_position"),
        ("0113", "rate_of_penetration"), ("0114", "hook_load"), ("0116", "weight_on_bit"),
        ("0118", "torque"), ("0120", "rotary_speed"), ("0121", "standpipe_pressure"),
        ("0123", "pump_1_stroke_rate"), ("0125", "pump_3_stroke_rate"),
        ("0128", "flow_out_fraction"), ("0130", "flow_in"), ("1115", "pit_volume_1"),
    ],
)  # fmt: skip
def test_a_wits_code_means_what_the_dictionary_says(code: str, name: str) -> None:
    assert [one.name for one in by_wits0(code)] == [name]


def test_an_unknown_channel_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownChannel, match="did you mean torque"):
        channel("torqe")


def test_a_channel_like_no_other_is_answered_with_where_to_look() -> None:
    with pytest.raises(UnknownChannel, match="idrill channels"):
        channel("xyzzy")
