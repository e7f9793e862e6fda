"""Rigs: what they may be called and what they are made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idrill.channels import CHANNELS
from idrill.errors import InvalidName
from idrill.rigs import COMPONENT_KINDS, STANDARD_EQUIPMENT, EquipmentKind, Rig, rig_id


@given(st.from_regex(r"[A-Z0-9][A-Z0-9_-]{0,31}", fullmatch=True))
def test_capitals_digits_and_dashes_name_a_rig(text: str) -> None:
    assert rig_id(text) == text


@pytest.mark.parametrize(
    "text", ["", "rig_1", "_RIG", "-RIG", "RIG 1", "RIG/1", "RIG|1", "RIG\n", "Ä", "A" * 33, "../R"]
)
def test_anything_else_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(InvalidName, match="A-Z, 0-9"):
        rig_id(text)


def test_a_rig_cannot_be_made_under_a_name_it_may_not_have() -> None:
    with pytest.raises(InvalidName):
        Rig(id="rig one", name="Rig one")


def test_a_rig_carries_three_pumps_a_top_drive_and_drawworks() -> None:
    kinds = [equipment.kind for equipment in Rig(id="RIG_01", name="Rig 1").equipment]

    assert kinds.count(EquipmentKind.MUD_PUMP) == 3
    assert kinds.count(EquipmentKind.TOP_DRIVE) == kinds.count(EquipmentKind.DRAWWORKS) == 1


def test_equipment_is_unique_on_its_rig() -> None:
    assert len({equipment.id for equipment in STANDARD_EQUIPMENT}) == len(STANDARD_EQUIPMENT)


@pytest.mark.parametrize("kind", EquipmentKind)
def test_every_class_of_equipment_has_a_component_that_can_fail(kind: EquipmentKind) -> None:
    components = [component for component in COMPONENT_KINDS if component.equipment is kind]

    assert components
    assert all(component.failure_modes for component in components)


@pytest.mark.parametrize("equipment", STANDARD_EQUIPMENT, ids=lambda equipment: equipment.id)
def test_every_piece_of_equipment_is_watched_by_a_channel(equipment: object) -> None:
    prefix = str(getattr(equipment, "id", "")).removeprefix("mud_")

    assert [channel.name for channel in CHANNELS if channel.name.startswith(prefix)]
