"""Wells, and the bits, muds, strings and set-points of their sections."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from idrill.errors import InvalidSimulation
from idrill.physics.bit import bit_pressure_drop, bit_wear_rate
from idrill.physics.cutting import confined_strength, founder_depth, founder_weight
from idrill.simulator.crew import Control, draw_crew
from idrill.simulator.noise import stream
from idrill.simulator.path import path_of
from idrill.simulator.well_plan import WellPlan, draw_well
from idrill.units import GRAVITY
from idrill.wells import Station


def drawn(seed: int = 1) -> WellPlan:
    crew = draw_crew(stream(seed, "crew"))
    return draw_well("A 1", crew, stream(seed, "well"))


@pytest.fixture(scope="module")
def hundred() -> list[WellPlan]:
    return [drawn(seed) for seed in range(100)]


def test_the_same_seed_plans_the_same_well() -> None:
    assert drawn(7) == drawn(7)
    assert drawn(7) != drawn(8)


def test_sections_narrow_with_depth_and_pass_their_casing(hundred: list[WellPlan]) -> None:
    for plan in hundred:
        diameters = [section.diameter for section in plan.sections]
        assert diameters == sorted(diameters, reverse=True)
        assert plan.start < plan.sections[0].bottom


def test_muds_hold_the_pores_back_and_do_not_break_the_rock(hundred: list[WellPlan]) -> None:
    for plan in hundred:
        path = plan.path()
        for section in plan.sections:
            depth = path.vertical_depth[[round(section.bottom)]]
            pressure = section.mud.density * GRAVITY * depth
            assert pressure < plan.formation.pressures.fracture(depth)
            if section.riser:
                assert pressure > plan.formation.pressures.pore(depth)


def test_some_top_sections_have_no_riser_and_no_other_section_is_without(
    hundred: list[WellPlan],
) -> None:
    assert 10 < sum(not plan.sections[0].riser for plan in hundred) < 50
    assert all(section.riser for plan in hundred for section in plan.sections[1:])


def test_every_way_of_control_occurs(hundred: list[WellPlan]) -> None:
    held = {section.set_points.control for plan in hundred for section in plan.sections}

    assert held == set(Control)


def test_the_founder_point_lies_within_reach_in_at_least_30_percent_of_rocks(
    hundred: list[WellPlan],
) -> None:
    reached = []
    for plan in hundred[:20]:
        path = plan.path()
        for layer in plan.formation.layers:
            section = plan.section_at(layer.top)
            points, bit, rock = section.set_points, section.bit.bit, layer.rock
            depth = path.vertical_depth[[round(layer.top)]]
            pore = plan.formation.pressures.pore(depth)
            excess = section.mud.density * GRAVITY * depth - pore
            strength = confined_strength(
                rock.unconfined_strength, float(excess[0]), rock.friction_angle
            )
            drop = bit_pressure_drop(points.flow, section.mud.density, section.bit.nozzle_area)
            deep = founder_depth(bit, rock, points.rotary_speed, drop * points.flow, 0.0)
            reached.append(founder_weight(bit, strength, deep, 0.0) < 1.5 * points.weight_on_bit)

    assert np.mean(reached) > 0.3


def test_the_median_bit_lives_30_to_120_hours_on_bottom(hundred: list[WellPlan]) -> None:
    lives = []
    for plan in hundred:
        for layer in plan.formation.layers:
            section = plan.section_at(layer.top)
            points, diameter = section.set_points, section.bit.bit.diameter
            rate = bit_wear_rate(
                layer.rock.abrasiveness, points.weight_on_bit, points.rotary_speed, diameter, 1.0
            )
            lives.append(1.0 / (rate * section.bit.wear_factor) / 3_600.0)

    assert 30.0 < np.median(lives) < 120.0


def test_a_path_goes_as_far_down_as_its_stations_say() -> None:
    stations = (Station(500.0, 0.0, 1.0), Station(1_000.0, 1.0, 1.0), Station(2_000.0, 1.0, 1.2))

    path = path_of(stations, 2_000.0)

    down = 500.0 + 500.0 * np.sin(1.0) + 1_000.0 * np.cos(1.0)
    assert path.vertical_depth[2_000] == pytest.approx(down, abs=1e-6)
    assert path.inclination[750] == pytest.approx(0.5)
    assert path.azimuth[0] == 1.0
    assert path.azimuth[1_500] == pytest.approx(1.1)


def test_a_path_turns_the_short_way_past_north() -> None:
    path = path_of((Station(0.5, 1.0, 6.2), Station(100.0, 1.0, 0.1)), 100.0)

    assert path.azimuth.min() >= 6.2
    assert path.azimuth.max() < 6.5


def test_unsorted_stations_are_refused() -> None:
    with pytest.raises(InvalidSimulation, match="stations"):
        path_of((Station(900.0, 0.1, 0.0), Station(100.0, 0.1, 0.0)), 1_000.0)


def test_a_bit_larger_than_the_hole_is_refused() -> None:
    section = drawn().sections[0]
    bit = replace(section.bit, bit=section.bit.bit._replace(diameter=0.5))

    with pytest.raises(InvalidSimulation, match=r"bit diameter 0.5 m is larger than the hole"):
        replace(section, bit=bit)


def test_a_string_wider_than_the_hole_is_refused() -> None:
    section = drawn().sections[1]
    wide = replace(section.string.collars, outer_diameter=0.32)

    with pytest.raises(InvalidSimulation, match=r"collars: outer_diameter 0.32 m is wider"):
        replace(section, string=replace(section.string, collars=wide))


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("bottom", 0.0, "bottom is 0.0"),
        ("diameter", -0.3, "diameter is -0.3"),
        ("casing_diameter", 0.2, "does not pass the casing, 0.2 m"),
        ("casing_bottom", 9_999.0, "casing_bottom 9999.0 m does not lie above the bottom"),
        ("casing_bottom", -1.0, "casing_bottom -1.0 m"),
        ("cased_friction", -0.2, "cased_friction"),
        ("open_friction", float("nan"), "open_friction"),
    ],
)
def test_a_section_that_cannot_be_is_refused_by_the_name_of_its_field(
    field: str, value: float, fault: str
) -> None:
    with pytest.raises(InvalidSimulation, match=f"section: .*{fault}"):
        replace(drawn().sections[1], **{field: value})  # type: ignore[arg-type]


def _changed_bit(**shape: float) -> object:
    bit = drawn().sections[0].bit
    return replace(bit, bit=bit.bit._replace(**shape))


def _changed_rock(**shape: float) -> object:
    formation = drawn().formation
    rock = formation.layers[0].rock._replace(**shape)
    return replace(formation, layers=(replace(formation.layers[0], rock=rock),), stringers=())


@pytest.mark.parametrize(
    ("impossible", "fault"),
    [
        (lambda: replace(drawn().sections[0].mud, density=-1_200.0), "mud: density is -1200.0"),
        (lambda: replace(drawn().sections[0].mud, flow_index=1.1), "mud: flow_index is 1.1"),
        (lambda: replace(drawn().sections[0].mud, consistency=0.0), "mud: consistency is 0.0"),
        (lambda: replace(drawn().sections[0].bit, nozzle_area=0.0), "bit: nozzle_area"),
        (lambda: _changed_bit(diameter=-0.2), "bit: diameter"),
        (lambda: _changed_bit(cutting_ratio=0.0), "bit: cutting_ratio"),
        (lambda: _changed_bit(exposure=float("nan")), "bit: exposure"),
        (lambda: replace(drawn().sections[0].set_points, flow=0.0), "set-points: flow"),
        (lambda: replace(drawn().sections[0].set_points, torque=-1.0), "set-points: torque"),
        (lambda: replace(drawn().sections[0].string.pipe, length=-1.0), "pipe: length"),
        (lambda: replace(drawn().sections[0].string.pipe, linear_mass=0.0), "pipe: linear_mass"),
        (lambda: replace(drawn().sections[0].string.pipe, inner_diameter=0.2), "inner_diameter"),
        (lambda: replace(drawn().formation, layers=()), "formation: layers"),
        (lambda: _changed_rock(unconfined_strength=-1.0), "formation: unconfined_strength"),
        (lambda: _changed_rock(cleaning_energy=0.0), "formation: cleaning_energy"),
        (lambda: _changed_rock(friction_angle=30.0), "formation: friction_angle"),
        (lambda: replace(drawn().formation.pressures, water_depth=-5.0), "pressures: water_depth"),
        (lambda: replace(drawn().formation.pressures, overburden=900.0), "pressures: overburden"),
    ],
)
def test_what_a_well_cannot_be_made_of_is_refused_by_the_name_of_its_field(
    impossible: Callable[[], object], fault: str
) -> None:
    with pytest.raises(InvalidSimulation, match=fault):
        impossible()


def test_sections_that_do_not_go_down_are_refused() -> None:
    upper, middle, lower = drawn().sections

    with pytest.raises(InvalidSimulation, match="sections must go from top to bottom"):
        replace(drawn(), sections=(middle, upper, lower))


def test_a_hole_wider_than_the_one_above_is_refused() -> None:
    upper, middle, lower = drawn().sections
    wider = replace(lower, diameter=0.66)

    with pytest.raises(InvalidSimulation, match=r"a hole of 0.66 m does not fit below one of 0.3"):
        replace(drawn(), sections=(upper, middle, wider))


def test_casing_deeper_than_the_hole_it_was_run_into_is_refused() -> None:
    upper, middle, lower = drawn().sections
    deep = replace(middle, casing_bottom=upper.bottom + 10.0)

    with pytest.raises(InvalidSimulation, match=r"casing_bottom .* is deeper than the hole above"):
        replace(drawn(), sections=(upper, deep, lower))


def test_a_well_without_sections_is_refused() -> None:
    with pytest.raises(InvalidSimulation, match="sections: there must be at least one"):
        replace(drawn(), sections=())


@pytest.mark.parametrize("start", [-1.0, 9_999.0, float("nan")])
def test_a_well_begun_outside_of_its_hole_is_refused(start: float) -> None:
    with pytest.raises(InvalidSimulation, match=r"start .* does not lie above the bottom"):
        replace(drawn(), start=start)


def test_a_well_begun_inside_its_casing_is_refused() -> None:
    plan = drawn()

    with pytest.raises(InvalidSimulation, match=r"start .* lies inside the casing"):
        replace(plan, start=plan.sections[0].casing_bottom - 1.0)


@pytest.mark.parametrize("inclination", [-0.1, 45.0, float("nan")])
def test_a_profile_that_no_hole_can_follow_is_refused(inclination: float) -> None:
    with pytest.raises(InvalidSimulation, match=f"stations: inclination {inclination} rad at 500"):
        replace(drawn(), stations=(Station(500.0, inclination, 0.0),))
