import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from idrill.errors import BrokenSource
from idrill.readers.assembly import ReadOptions
from idrill.readers.reading import Kind, Reading, check
from idrill.readers.witsml import read_witsml

Read = Callable[..., Reading]
"""Reads a document, given its root and what stands in it."""


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_text(
        root: str, body: str, space: str = "1series", version: str = "1.4.1.1"
    ) -> Reading:
        path = tmp_path / "objects.xml"
        path.write_text(
            f'<{root} xmlns="http://www.witsml.org/schemas/{space}" version="{version}">\n'
            f"<documentInfo><documentName>x</documentName></documentInfo>{body}</{root}>"
        )
        return read_witsml(path, ReadOptions("objects.xml"))

    return read_text


WELL = "<nameWell>NO 15/9-F-7</nameWell>"


def test_a_well_has_its_water_depth_and_rotary_table(read: Read) -> None:
    reading = read(
        "wells",
        """<well uid="w1"><name>NO 15/9-F-7</name><field>Volve</field><operator>Statoil</operator>
        <wellDatum uid="SL"><code>SL</code></wellDatum>
        <wellDatum uid="RT"><code>RT</code><elevation uom="ft">100</elevation></wellDatum>
        <waterDepth uom="m">91.1</waterDepth></well>""",
    )

    (well,) = reading.wells
    check(reading)
    assert reading.kind is Kind.OBJECTS
    assert (well.id, well.field, well.operator) == ("NO-15-9-F-7", "Volve", "Statoil")
    assert well.water_depth == pytest.approx(91.1)
    assert well.air_gap == pytest.approx(30.48)


def test_a_rig_is_named_and_what_it_does_not_know_is_absent(read: Read) -> None:
    reading = read(
        "rigs",
        f"""<rig>{WELL}<name>Maersk Inspirer</name><owner>Maersk</owner><typeRig>jackup</typeRig>
        <wtBlock uom="N">-9999</wtBlock></rig>
        <rig><name>Rig 7</name><wtBlock uom="kgf">20000</wtBlock></rig>
        <rig><name>Rig 8</name><wtBlock uom="N">0</wtBlock></rig>""",
    )

    first, second, third = reading.rigs
    assert (first.id, first.owner, first.kind) == ("MAERSK_INSPIRER", "Maersk", "jackup")
    assert first.block_weight is None
    assert second.block_weight == pytest.approx(196.133)
    assert third.block_weight is None
    assert [well.id for well in reading.wells] == ["NO-15-9-F-7"]


def test_stations_are_sorted_and_in_radians(read: Read) -> None:
    reading = read(
        "trajectorys",
        f"""<trajectory>{WELL}
        <trajectoryStation><md uom="m">200</md><tvd uom="m">199</tvd><incl uom="dega">90</incl>
        <azi uom="dega">180</azi></trajectoryStation>
        <trajectoryStation><md uom="m">100</md><incl uom="rad">0.1</incl><azi uom="rad">1</azi>
        </trajectoryStation>
        <trajectoryStation><md uom="m">150</md></trajectoryStation></trajectory>""",
        "131",
        "1.3.1.1",
    )

    first, second = reading.wells[0].trajectory
    assert (first.measured_depth, first.inclination, first.vertical_depth) == (100.0, 0.1, None)
    assert second.inclination == pytest.approx(1.5707963)
    assert second.azimuth == pytest.approx(3.1415927)
    assert reading.report.format == "witsml 1.3.1.1"
    assert "1 of 3 trajectory stations" in reading.report.notes[0]


def test_of_several_trajectories_the_longest_counts(read: Read) -> None:
    station = (
        '<trajectoryStation><md uom="m">{}</md><incl uom="rad">0</incl><azi uom="rad">0</azi>'
        "</trajectoryStation>"
    )
    short = f"<trajectory>{WELL}{station.format(1)}</trajectory>"
    long = f"<trajectory>{WELL}{station.format(1)}{station.format(2)}</trajectory>"

    reading = read("trajectorys", long + short)

    assert len(reading.wells[0].trajectory) == 2
    assert any("several trajectories" in note for note in reading.report.notes)


def test_a_string_is_ordered_from_the_bit_and_weighs(read: Read) -> None:
    reading = read(
        "tubulars",
        f"""<tubular>{WELL}<name>BHA 1</name>
        <tubularComponent><typeTubularComp>drill pipe</typeTubularComp><sequence>2</sequence>
        <id uom="m">0</id><len uom="m">100</len><wtPerLen uom="lbm/ft">19.5</wtPerLen>
        </tubularComponent>
        <tubularComponent><typeTubularComp>drill collar</typeTubularComp><sequence>1</sequence>
        <id uom="in">3</id><od uom="in">8</od><len uom="ft">30</len></tubularComponent>
        <tubularComponent><typeTubularComp>jar</typeTubularComp><len uom="m">-9999</len>
        </tubularComponent></tubular>""",
    )

    (string,) = reading.wells[0].strings
    collar, pipe = string.components
    assert [collar.kind, pipe.kind] == ["drill collar", "drill pipe"]
    assert pipe.linear_mass == pytest.approx(29.019, rel=1e-4)
    assert pipe.inner_diameter is None
    assert collar.weight == pytest.approx(19.61, rel=1e-3)
    assert string.weight == pytest.approx(48.07, rel=1e-3)
    assert "1 components of BHA 1 have no length" in reading.report.notes


def test_hole_sections_are_sorted_by_depth(read: Read) -> None:
    reading = read(
        "wbGeometrys",
        f"""<wbGeometry>{WELL}<gapAir uom="m">0</gapAir><depthWaterMean uom="m">91</depthWaterMean>
        <wbGeometrySection><typeHoleCasing>open hole</typeHoleCasing><mdTop uom="m">849</mdTop>
        <mdBottom uom="m">1083</mdBottom><idSection uom="in">8.5</idSection></wbGeometrySection>
        <wbGeometrySection><typeHoleCasing>casing</typeHoleCasing><mdTop uom="m">0</mdTop>
        <mdBottom uom="m">849</mdBottom><idSection uom="m">0.3136</idSection>
        <odSection uom="m">0.3397</odSection></wbGeometrySection></wbGeometry>""",
    )

    (well,) = reading.wells
    assert [section.kind for section in well.sections] == ["casing", "open hole"]
    assert well.hole_diameter(1000.0) == pytest.approx(0.2159)
    assert (well.water_depth, well.air_gap) == (91.0, None)


def test_formations_are_sorted_and_those_without_depth_are_noted(read: Read) -> None:
    reading = read(
        "formationMarkers",
        f"""<formationMarker>{WELL}<name>Hugin</name><mdTopSample uom="m">2900</mdTopSample>
        </formationMarker><formationMarker>{WELL}<name>Ty</name>
        <mdPrognosed uom="ft">8000</mdPrognosed>
        </formationMarker><formationMarker>{WELL}<name>Draupne</name></formationMarker>""",
    )

    tops = {formation.name: formation.top for formation in reading.wells[0].formations}
    assert list(tops) == ["Ty", "Hugin"]
    assert tops["Ty"] == pytest.approx(2438.4)
    assert reading.report.notes == ("formation Draupne has no depth",)


def test_objects_that_are_not_used_are_noted(read: Read) -> None:
    reading = read("messages", f"<message>{WELL}</message><message>{WELL}</message>")

    check(reading)
    assert reading.kind is Kind.OBJECTS
    assert reading.report.notes == ("messages are not used: 2 in this document",)


@pytest.mark.parametrize(
    ("root", "body", "problem"),
    [
        ("rigs", "<rig><name>---</name></rig>", "cannot name a rig"),
        ("trajectorys", "<trajectory/>", "cannot name a well"),
        ("wells", "<well><name>A</name><waterDepth uom='furlong'>1</waterDepth></well>", "furlong"),
        ("wells", "<well><name>A</name></rig>", "XML is broken"),
    ],
)
def test_objects_that_make_no_sense_are_refused(
    read: Read, root: str, body: str, problem: str
) -> None:
    with pytest.raises(BrokenSource, match=problem) as caught:
        read(root, body)

    assert caught.value.line == 2


@pytest.fixture(scope="module")
def f7(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("volve")
    with tarfile.open(real_data / "volve_witsml" / "F-7.tar.gz") as archive:
        small = [part for part in archive.getmembers() if "/log/" not in part.name]
        archive.extractall(folder, small, filter="data")
    return folder / "F-7"


@pytest.mark.real_data
def test_the_objects_of_volve_describe_one_well(f7: Path) -> None:
    paths = sorted(path for path in f7.rglob("*.xml") if path.parent.name != "message")

    readings = [read_witsml(path, ReadOptions(path.name)) for path in paths]

    wells = [well for reading in readings for well in reading.wells]
    assert {well.id for well in wells} == {"NO-15-9-F-7"}
    assert [rig.id for reading in readings for rig in reading.rigs] == ["MAERSK_INSPIRER"]
    assert max(len(well.trajectory) for well in wells) == 42
    assert {well.air_gap for well in wells} == {None, 54.9}
    strings = {string.name: string.weight for well in wells for string in well.strings}
    assert strings["15/9-F-7_43VFNI35"] == pytest.approx(132.63, rel=1e-4)
    assert len(strings) == 5
    (sections,) = [well.sections for well in wells if well.sections]
    assert [section.kind for section in sections] == ["riser", "casing", "casing"]
    assert sections[2].inner_diameter == pytest.approx(0.216789)


@pytest.mark.real_data
def test_messages_of_volve_are_passed_over(f7: Path) -> None:
    reading = read_witsml(f7 / "1" / "message" / "1.xml", ReadOptions("1.xml"))

    assert reading.report.rows_read == 0
    assert "not used" in reading.report.notes[0]
