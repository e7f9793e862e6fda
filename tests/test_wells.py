"""Wells: names from the field, the geometry of the hole and the weight of the string."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idrill.errors import InvalidName
from idrill.wells import DrillString, Section, StringComponent, Well, well_id

PIPE = StringComponent(2, "drill pipe", 1000.0, 0.127, 0.1086)
COLLAR = StringComponent(1, "drill collar", 100.0, 0.2032, 0.0714)


@pytest.mark.parametrize(
    ("name", "identifier"),
    [
        ("15/9-F-7", "15-9-F-7"),
        ("NO 15/9-F-7", "NO-15-9-F-7"),
        ("58-32", "58-32"),
        ("  forge 58-32 (mu) ", "FORGE-58-32-MU"),
    ],
)
def test_a_name_from_the_field_becomes_an_identifier(name: str, identifier: str) -> None:
    assert well_id(name) == identifier


@given(st.text(max_size=80))
def test_an_identifier_is_stable_and_safe_in_a_path_or_there_is_none(name: str) -> None:
    try:
        identifier = well_id(name)
    except InvalidName:
        return

    assert well_id(identifier) == identifier
    assert identifier.replace("-", "").isalnum()
    assert len(identifier) <= 64


@pytest.mark.parametrize("name", ["", " ", "//", "—"])
def test_a_name_without_letter_and_digit_is_refused(name: str) -> None:
    with pytest.raises(InvalidName, match="no letter and no digit"):
        well_id(name)


def test_the_weight_of_a_pipe_is_that_of_its_steel() -> None:
    # 7850 kg/m³ · π/4 · (0.127² - 0.1086²) m² · 1000 m · 9.80665 m/s², by hand
    assert PIPE.weight == pytest.approx(262.12, rel=1e-3)


def test_a_mass_that_the_maker_states_counts_before_the_steel() -> None:
    stated = StringComponent(1, "drill pipe", 100.0, 0.127, 0.1086, linear_mass=29.0)

    assert stated.weight == pytest.approx(29.0 * 100 * 9.80665 / 1e3)


def test_a_component_of_unknown_size_has_no_weight_and_nor_has_its_string() -> None:
    unknown = StringComponent(3, "motor", 8.0)

    assert unknown.weight is None
    assert DrillString("run 1", (PIPE, unknown)).weight is None


def test_a_string_weighs_and_measures_what_its_parts_do() -> None:
    string = DrillString("run 1", (COLLAR, PIPE))

    assert string.length == 1100.0
    assert string.weight == pytest.approx((PIPE.weight or 0) + (COLLAR.weight or 0))


def test_mud_as_dense_as_steel_carries_the_string() -> None:
    string = DrillString("run 1", (PIPE,))

    assert string.buoyed_weight(7850.0) == pytest.approx(0.0)
    assert string.buoyed_weight(0.0) == string.weight


def test_a_string_without_parts_has_no_weight() -> None:
    assert DrillString("empty", ()).weight is None


def test_the_narrowest_of_nested_pipes_is_the_hole() -> None:
    well = Well(
        "W-1",
        "W 1",
        sections=(
            Section("casing", 0.0, 1500.0, 0.4),
            Section("liner", 1400.0, 2500.0, 0.2),
            Section("riser", 0.0, 100.0),
        ),
    )

    assert well.hole_diameter(50.0) == 0.4
    assert well.hole_diameter(1450.0) == 0.2
    assert well.hole_diameter(3000.0) is None
