"""Conversions: exact where the definition is, reversible everywhere."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idrill.errors import UnitError
from idrill.units import UNITS, Unit, conversion, is_unit, unit

PAIRS = [
    (start, end) for start in UNITS for end in UNITS if start.dimension == end.dimension
]  # each unit with itself too


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        (1.0, "in", "m", 0.0254),
        (1.0, "ft", "m", 0.3048),
        (1.0, "lb", "kg", 0.45359237),
        (1.0, "gal", "L", 3.785411784),
        (42.0, "gal", "bbl", 1.0),
        (1.0, "psi", "kPa", 6.894757293168361),
        (35_000.0, "lbf", "kN", 155.6877565),
        (4_500.0, "ft.lbf", "kN.m", 6.101180767),
        (400.0, "gpm", "L/min", 1_514.164714),
        (12.0, "ppg", "kg/m3", 1_437.917128),
        (50.0, "ft/hr", "m/h", 15.24),
        (-40.0, "degF", "degC", -40.0),
        (0.0, "K", "degC", -273.15),
        (60.0, "rpm", "Hz", 1.0),
        (1.0, "g", "m/s²", 9.80665),
        (1.0, "kkgf", "kN", 9.80665),
        (1.0, "t", "kN", 9.80665),
    ],
)
def test_a_published_value_is_met(value: float, source: str, target: str, expected: float) -> None:
    linear = conversion(source, target)

    assert value * linear.factor + linear.shift == pytest.approx(expected, rel=1e-9)


@given(st.sampled_from(PAIRS), st.floats(-1e6, 1e6))
def test_there_and_back_is_where_one_started(pair: tuple[Unit, Unit], value: float) -> None:
    there, back = (conversion(one.symbol, other.symbol) for one, other in (pair, pair[::-1]))

    returned = (value * there.factor + there.shift) * back.factor + back.shift

    scale = max(abs(value), abs(there.shift * back.factor), 1e-9)
    assert returned == pytest.approx(value, abs=1e-9 * scale)


@given(st.sampled_from(PAIRS), st.floats(-1e6, 1e6), st.floats(0.001, 1e6))
def test_more_of_a_quantity_is_more_in_every_unit(
    pair: tuple[Unit, Unit], value: float, step: float
) -> None:
    linear = conversion(pair[0].symbol, pair[1].symbol)

    assert (value + step) * linear.factor > value * linear.factor


@given(st.sampled_from(UNITS))
def test_a_unit_converts_to_itself_without_touching_the_value(one: Unit) -> None:
    assert conversion(one.symbol, one.symbol).is_identity


def test_every_spelling_means_one_unit_only() -> None:
    meanings: dict[str, set[str]] = {}
    for one in UNITS:
        for spelling in (one.symbol, *one.spellings):
            meanings.setdefault(spelling, set()).add(one.symbol)

    assert {spelling: found for spelling, found in meanings.items() if len(found) > 1} == {}


@pytest.mark.parametrize("one", UNITS, ids=lambda one: one.symbol)
def test_every_spelling_leads_to_its_unit(one: Unit) -> None:
    assert {unit(spelling) for spelling in (one.symbol, *one.spellings)} == {one}


@given(st.sampled_from(UNITS), st.sampled_from(["upper", "lower", "title"]))
def test_case_leads_to_another_unit_of_the_same_quantity_at_worst(one: Unit, case: str) -> None:
    assert unit(getattr(one.symbol, case)()).dimension == one.dimension


def test_spaces_and_superscripts_do_not_matter() -> None:
    assert unit(" L / min ") == unit("l/min")
    assert unit("kg/m³") == unit("kg/m3")
    assert unit("kN·m") == unit("kN*m")


def test_a_quantity_is_not_taken_for_another() -> None:
    with pytest.raises(UnitError, match="pressure"):
        conversion("psi", "kN")


def test_a_force_is_not_taken_for_a_mass() -> None:
    with pytest.raises(UnitError, match="force"):
        conversion("kN", "kg")


def test_an_unknown_unit_is_named() -> None:
    assert not is_unit("furlong")
    with pytest.raises(UnitError, match="'furlong'"):
        unit("furlong")


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("field", "field_unit", "metric", "metric_unit"),
    [
        ("Depth(ft)", "ft", "Depth(m)", "m"),
        ("ROP(1 ft)", "ft/hr", "ROP(1 m)", "m/h"),
        ("weight on bit (k-lbs)", "k-lbs", "weight on bit (kg)", "kg"),
        ("Temp Out( degF)", "degF", "Temp Out( degC)", "degC"),
        ("Pit Total (bbls)", "bbls", "Pit Total (m3)", "m3"),
        ("Pump Press (psi)", "psi", "Pump Press (KPa)", "KPa"),
        ("Hookload (k-lbs)", "k-lbs", "Hookload (kg)", "kg"),
        ("Flow In (gal/min)", "gal/min", "Flow In(liters/min)", "liters/min"),
    ],
)
def test_what_a_rig_printed_in_two_systems_of_units_agrees(
    real_data: Path, field: str, field_unit: str, metric: str, metric_unit: str
) -> None:
    table = pl.read_csv(real_data / "forge_58-32" / "Well_58-32.csv", columns=[field, metric])
    linear = conversion(field_unit, metric_unit)

    off = (table[field] * linear.factor + linear.shift - table[metric]).abs()

    # Two decimals on both sides, and the rig's own factors were rounded to four digits.
    rounding = 0.01 * max(1.0, linear.factor)
    assert (off <= 2e-4 * table[metric].abs() + rounding).all()
