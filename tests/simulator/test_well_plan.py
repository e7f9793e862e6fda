"""Wells, and the bits, muds, strings and set-points of their sections."""

import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from idrill.errors import InvalidSimulation
from idrill.physics.bit import bit_pressure_drop, bit_wear_rate
from idrill.physics.cutting import confined_strength, founder_depth, founder_weight
from idrill.readers import ReadOptions
from idrill.readers.witsml import read_witsml
from idrill.simulator.crew import Control, draw_crew
from idrill.simulator.noise import stream
from idrill.simulator.path import path_of
from idrill.simulator.well_plan import WellPlan, draw_well, from_well
from idrill.units import GRAVITY
from idrill.wells import DrillString, Formation, Section, Station, StringComponent, Well


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


def test_a_bit_that_does_not_pass_the_casing_is_refused() -> None:
    with pytest.raises(InvalidSimulation, match="does not pass the casing"):
        replace(drawn().sections[1], casing_diameter=0.2)


def test_mud_of_negative_density_is_refused() -> None:
    with pytest.raises(InvalidSimulation, match="density"):
        replace(drawn().sections[0].mud, density=-1_200.0)


def test_a_well_without_sections_or_begun_below_its_end_is_refused() -> None:
    with pytest.raises(InvalidSimulation, match="sections"):
        replace(drawn(), sections=())
    with pytest.raises(InvalidSimulation, match="start"):
        replace(drawn(), start=9_999.0)


def test_records_of_a_well_are_kept_and_the_rest_is_drawn() -> None:
    pipe = StringComponent(3, "drill pipe", 100.0, 0.1397, 0.1214, 36.76)
    collar = StringComponent(2, "drill collar", 80.0, 0.165, 0.071)
    well = Well(
        "W", "W", water_depth=91.0, air_gap=54.9,
        sections=(Section("riser", 0.0, 145.9, 0.3175, 0.3302),
                  Section("casing", 145.9, 849.0, 0.3136, 0.3397),
                  Section("casing", 849.0, 2_083.0, 0.2168, 0.2445)),
        trajectory=(Station(400.0, 0.0, 0.0), Station(3_000.0, 0.7, 0.5)),
        formations=(Formation("Hordaland", 0.0, "claystone"),),
        strings=(DrillString("BHA", (collar, pipe)),),
    )  # fmt: skip

    plan = from_well(well, draw_crew(stream(1, "crew")), stream(1, "well"))

    assert [section.diameter for section in plan.sections] == [0.4445, 0.3112, 0.2159]
    assert [section.bottom for section in plan.sections] == [849.0, 2_083.0, 3_083.0]
    assert {layer.name for layer in plan.formation.layers} == {"claystone"}
    string = plan.sections[2].string
    assert string.pipe.linear_mass == pytest.approx(36.76)
    assert string.collars.length == 80.0
    assert plan.path().inclination[1_700] == pytest.approx(0.35)


def test_a_well_without_any_hole_on_record_is_refused() -> None:
    with pytest.raises(InvalidSimulation, match="sections"):
        from_well(Well("W", "W"), draw_crew(stream(1, "crew")), stream(1, "well"))


@pytest.mark.real_data
def test_the_sections_of_volve_can_be_drilled(real_data: Path, tmp_path: Path) -> None:
    with tarfile.open(real_data / "volve_witsml" / "F-7.tar.gz") as archive:
        members = [one for one in archive if "wbGeometry/1.xml" in one.name]
        archive.extractall(tmp_path, members, filter="data")
    (path,) = tmp_path.rglob("1.xml")
    (well,) = read_witsml(path, ReadOptions("1.xml")).wells

    plan = from_well(well, draw_crew(stream(1, "crew")), stream(1, "well"))

    assert [section.diameter for section in plan.sections] == [0.4445, 0.3112, 0.2159]
    assert plan.sections[1].casing_bottom == pytest.approx(849.0)
