"""Wells that are given: what is known of them is kept, and what cannot be is refused by name."""

import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from idrill.errors import InvalidSimulation
from idrill.readers import ReadOptions
from idrill.readers.witsml import read_witsml
from idrill.simulator.crew import draw_crew
from idrill.simulator.given_well import from_well
from idrill.simulator.noise import stream
from idrill.simulator.well_plan import WellPlan
from idrill.wells import DrillString, Formation, Section, Station, StringComponent, Well

RISER = Section("riser", 0.0, 145.9, 0.3175, 0.3302)
SURFACE = Section("casing", 145.9, 849.0, 0.3136, 0.3397)
PRODUCTION = Section("casing", 849.0, 2_083.0, 0.2168, 0.2445)
WELL = Well(
    "W", "W", water_depth=91.0, air_gap=54.9,
    sections=(RISER, SURFACE, PRODUCTION),
    trajectory=(Station(400.0, 0.0, 0.0), Station(3_000.0, 0.7, 0.5)),
    formations=(Formation("Hordaland", 0.0, "claystone"),),
    strings=(
        DrillString(
            "BHA",
            (
                StringComponent(2, "drill collar", 80.0, 0.165, 0.071),
                StringComponent(3, "drill pipe", 100.0, 0.1397, 0.1214, 36.76),
            ),
        ),
    ),
)  # fmt: skip


def planned(well: Well) -> WellPlan:
    return from_well(well, draw_crew(stream(1, "crew")), stream(1, "well"))


def test_profile_casing_formations_and_string_are_kept() -> None:
    plan = planned(WELL)

    assert plan.path().inclination[1_700] == pytest.approx(0.35)
    assert {layer.name for layer in plan.formation.layers} == {"claystone"}
    string = plan.sections[2].string
    assert string.pipe.linear_mass == pytest.approx(36.76)
    assert string.collars.length == 80.0
    assert plan.start == pytest.approx(145.9)


def test_casing_stands_in_the_smallest_usual_hole_and_the_next_hole_passes_it() -> None:
    plan = planned(WELL)

    assert [section.diameter for section in plan.sections] == [0.4445, 0.3112, 0.2159]
    assert [section.bottom for section in plan.sections] == [849.0, 2_083.0, 3_083.0]
    assert [section.casing_bottom for section in plan.sections[1:]] == [849.0, 2_083.0]
    assert [section.casing_diameter for section in plan.sections[1:]] == [0.3136, 0.2168]


def test_casing_of_two_wall_thicknesses_stands_in_one_hole() -> None:
    upper = Section("casing", 145.9, 500.0, 0.3153, 0.3397)

    plan = planned(replace(WELL, sections=(upper, SURFACE, PRODUCTION)))

    assert [section.bottom for section in plan.sections] == [849.0, 2_083.0, 3_083.0]


def test_an_open_hole_on_record_is_the_last_and_has_its_own_size() -> None:
    open_hole = Section("open hole", 2_083.0, 2_500.0, 0.2127)

    plan = planned(replace(WELL, sections=(SURFACE, PRODUCTION, open_hole)))

    assert plan.bottom == 2_500.0
    assert plan.sections[-1].diameter == 0.2127


def test_a_well_without_formations_on_record_gets_rock_that_is_drawn() -> None:
    plan = planned(replace(WELL, formations=()))

    assert len({layer.name for layer in plan.formation.layers}) > 1


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"sections": ()}, "sections: the records hold no hole to drill"),
        ({"sections": (RISER,)}, "sections: the records hold no hole to drill"),
        ({"sections": (replace(SURFACE, top=900.0),)}, "casing to 849.0 m: top 900.0 m"),
        (
            {"sections": (Section("casing", 145.9, 849.0),)},
            "neither inner_diameter nor outer_diameter is known",
        ),
        (
            {"sections": (replace(SURFACE, inner_diameter=0.35),)},
            "inner_diameter 0.35 m does not fit into outer_diameter 0.3397 m",
        ),
        (
            {"sections": (replace(SURFACE, bottom=2_500.0), PRODUCTION)},
            "bit diameter 0.4445 m does not pass the casing, 0.2168 m",
        ),
        (
            {"sections": (replace(SURFACE, inner_diameter=0.25), PRODUCTION)},
            "bit diameter 0.3112 m does not pass the casing, 0.25 m",
        ),
        ({"water_depth": 900.0}, "casing_bottom 954.9 m does not lie above the bottom"),
        ({"air_gap": -200.0}, "air_gap cannot be negative"),
        ({"trajectory": (Station(900.0, 0.1, 0.0), Station(100.0, 0.1, 0.0))}, "stations"),
        ({"trajectory": (Station(900.0, 45.0, 0.0),)}, r"stations: inclination 45.0 rad at 900.0"),
    ],
)
def test_a_well_that_cannot_be_is_refused_by_the_name_of_its_field(
    changed: dict[str, object], fault: str
) -> None:
    with pytest.raises(InvalidSimulation, match=fault):
        planned(replace(WELL, **changed))  # type: ignore[arg-type]


@pytest.mark.real_data
def test_the_sections_of_volve_can_be_drilled(real_data: Path, tmp_path: Path) -> None:
    with tarfile.open(real_data / "volve_witsml" / "F-7.tar.gz") as archive:
        members = [one for one in archive if "wbGeometry/1.xml" in one.name]
        archive.extractall(tmp_path, members, filter="data")
    (path,) = tmp_path.rglob("1.xml")
    (well,) = read_witsml(path, ReadOptions("1.xml")).wells

    plan = planned(well)

    assert [section.diameter for section in plan.sections] == [0.4445, 0.3112, 0.2159]
    assert plan.sections[1].casing_bottom == pytest.approx(849.0)
    assert plan.sections[1].casing_diameter == pytest.approx(0.3136, abs=1e-4)
