"""What a rig may be made of, and how that may be connected."""

from itertools import pairwise

import pytest

from idrill.errors import InvalidEquipment, UnknownChannel
from idrill.layouts import Layout, Link, LinkKind, Sensor
from idrill.rigs import STANDARD_EQUIPMENT, Equipment, FixtureKind

TANK = Equipment("active_tank", FixtureKind.MUD_TANK)
PIPE = Equipment("standpipe", FixtureKind.STANDPIPE)
SHAKER = Equipment("shaker", FixtureKind.SHALE_SHAKER)
GENERATOR = Equipment("generator", FixtureKind.ELECTRIC_GENERATOR)
EQUIPMENT = (*STANDARD_EQUIPMENT, TANK, PIPE, SHAKER, GENERATOR)


def mud(*stops: str) -> tuple[Link, ...]:
    return tuple(Link(LinkKind.MUD, *pair) for pair in pairwise(stops))


def power(*stops: str) -> tuple[Link, ...]:
    return tuple(Link(LinkKind.POWER, *pair) for pair in pairwise(stops))


def test_mud_goes_round_through_a_tank() -> None:
    circuit = mud("active_tank", "mud_pump_1", "standpipe", "top_drive", "shaker", "active_tank")
    beside = mud("active_tank", "mud_pump_2", "standpipe")

    layout = Layout(EQUIPMENT, links=circuit + beside)

    assert len(layout.links) == 7


def test_mud_that_goes_round_and_passes_no_tank_is_refused_naming_the_loop() -> None:
    with pytest.raises(InvalidEquipment, match=r"passes no tank: .*standpipe"):
        Layout(EQUIPMENT, links=mud("mud_pump_1", "standpipe", "top_drive", "mud_pump_1"))


def test_power_goes_round_through_nothing() -> None:
    Layout(EQUIPMENT, links=power("generator", "top_drive"))

    with pytest.raises(InvalidEquipment, match="power goes round in a loop"):
        Layout(EQUIPMENT, links=power("generator", "active_tank", "generator"))


@pytest.mark.parametrize(
    ("link", "complaint"),
    [
        (Link(LinkKind.MUD, "mud_pump_1", "mud_pump_9"), "called 'mud_pump_9'"),
        (Link(LinkKind.MUD, "mud_pump_9", "mud_pump_1"), "called 'mud_pump_9'"),
        (Link(LinkKind.MUD, "mud_pump_1", "mud_pump_1"), "leads nowhere"),
        (Link(LinkKind.MUD, "generator", "mud_pump_1"), "has no mud to pass"),
        (Link(LinkKind.DRIVE, "mud_pump_1", "active_tank"), "has no drive to pass"),
    ],
)
def test_an_end_that_is_unknown_or_has_nothing_to_pass_is_refused(
    link: Link, complaint: str
) -> None:
    with pytest.raises(InvalidEquipment, match=complaint):
        Layout(EQUIPMENT, links=(link,))


def test_what_is_told_twice_is_refused() -> None:
    sensor = Sensor("hook", "hook_load", "drawworks")

    with pytest.raises(InvalidEquipment, match="equipment shaker is told more than once"):
        Layout((SHAKER, SHAKER))
    with pytest.raises(InvalidEquipment, match="sensor hook is told more than once"):
        Layout(EQUIPMENT, (sensor, sensor))
    with pytest.raises(InvalidEquipment, match="from mud_pump_1 to standpipe is told more"):
        Layout(EQUIPMENT, links=2 * mud("mud_pump_1", "standpipe"))


@pytest.mark.parametrize(
    ("sensor", "complaint"),
    [
        (Sensor("s", "hook_load", "derrick"), "no equipment is called 'derrick'"),
        (Sensor("s", "pump_1_vibration", "mud_pump_1", "washpipe"), "has no 'washpipe'"),
        (Sensor("s", "pit_volume_1", "active_tank", "liner"), "it has: none that is watched"),
        (Sensor("S 1", "hook_load", "drawworks"), "cannot name sensor"),
    ],
)
def test_a_sensor_sits_on_what_the_rig_carries(sensor: Sensor, complaint: str) -> None:
    with pytest.raises(InvalidEquipment, match=complaint):
        Layout(EQUIPMENT, (sensor,))


def test_a_sensor_measures_a_known_channel() -> None:
    with pytest.raises(UnknownChannel, match="did you mean hook_load"):
        Layout(EQUIPMENT, (Sensor("s", "hookload", "drawworks"),))


def test_every_kind_of_equipment_has_a_class_of_iso_14224() -> None:
    codes = {item.iso14224.code for item in EQUIPMENT}

    assert codes == {"PU", "TD", "DW", "TA", "PI", "MT", "EG"}
