"""Maps of columns that users write, and headings that need none."""

from datetime import timedelta
from pathlib import Path

import pytest

from idrill.errors import SourceError
from idrill.readers.columns import ColumnEntry, ColumnMap, load_map
from idrill.readers.headings import Match, heading_unit, recognise

MAP = """
well = "15/9-F-7"
time = ["Date", "Time"]
time_format = "%d.%m.%Y %H:%M:%S"
utc_offset = "-06:00"
null_values = ["NAN", "-32768"]
delimiter = ";"
decimal = ","
rank = 1

[columns]
"HL avg" = "hook_load"
"WOB calc" = { channel = "weight_on_bit", unit = "klbf", derived = true }
"Spare 3" = { ignore = true }
"""


def _written(folder: Path, text: str) -> Path:
    path = folder / "map.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_map_says_what_each_column_is(tmp_path: Path) -> None:
    found = load_map(_written(tmp_path, MAP))
    assert found.time == ("Date", "Time")
    assert found.utc_offset == timedelta(hours=-6)
    assert (found.delimiter, found.decimal, found.rank) == (";", ",", 1)
    assert found.entry(" WOB calc ") == ColumnEntry("weight_on_bit", "klbf", derived=True)
    assert found.entry("HL avg").channel == "hook_load"
    assert found.entry("Spare 3").ignore
    assert found.entry("anything else") == ColumnEntry()


def test_an_empty_map_leaves_everything_to_the_headings(tmp_path: Path) -> None:
    assert load_map(_written(tmp_path, "")) == ColumnMap()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('delimeter = ";"', "key delimeter: is unknown; did you mean 'delimiter'"),
        ("rank = true", "key rank: must be a whole number"),
        ("time = 3", "key time: must be a text or a list"),
        ('time = ["a", "b", "c"]', "key time: must name one column"),
        ('utc_offset = "CET"', "key utc_offset: must look like +01:00"),
        ('decimal = "x"', "key decimal: must be one of"),
        ('decimal = ","\ndelimiter = ","', "key decimal: cannot be the delimiter too"),
        ('depth_unit = "psi"', "key depth_unit: 'psi' is a unit of pressure"),
        ('time = "t"\ndepth = "d"', "key depth: a source is indexed by time or by depth"),
        ('[columns]\nWOB = "wieght_on_bit"', 'key columns."WOB".channel: no channel'),
        ("[columns]\nWOB = 3", 'key columns."WOB": must be a channel or a table'),
        (
            '[columns]\nWOB = { channel = "weight_on_bit", unit = "psi" }',
            'key columns."WOB".unit: ',
        ),
        ("[columns]\nWOB = { derived = 1 }", 'key columns."WOB".derived: must be true or false'),
        ("[columns]\nWOB = { uint = 'kN' }", 'key columns."WOB".uint: is unknown'),
        ("columns = 3", "key columns: must be a table"),
        ('well = "--"', "key well: '--' cannot name a well"),
        ("= =", "is not TOML"),
    ],
)
def test_a_mistake_in_a_map_names_its_key(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SourceError) as raised:
        load_map(_written(tmp_path, text))
    assert words in str(raised.value)
    assert str(raised.value).startswith("map.toml: ")


def test_a_map_that_is_not_there_or_no_text_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"map\.toml: cannot be read"):
        load_map(tmp_path / "map.toml")
    (tmp_path / "map.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceError, match="is not UTF-8"):
        load_map(tmp_path / "map.toml")


@pytest.mark.parametrize(
    ("heading", "channel", "unit"),
    [
        ("Average Hookload kkgf", "hook_load", "kkgf"),
        ("Averaged WOB kkgf", "weight_on_bit", "kkgf"),
        ("Weight on Bit kkgf", "weight_on_bit", "kkgf"),
        ("RPM30s rpm", "rotary_speed", "rpm"),
        ("Rate of Penetration  m/h", "rate_of_penetration", "m/h"),
        ("Hole Depth (MD) m", "hole_depth", "m"),
        ("Hole Depth (TVD) m", "vertical_depth", "m"),
        ("Mud Flow In L/min", "flow_in", "L/min"),
        ("Temp Out( degF)", "mud_temperature_out", "degF"),
        ("Flow In(liters/min)", "flow_in", "liters/min"),
        ("weight on bit (k-lbs)", "weight_on_bit", "k-lbs"),
        ("Pump Press (KPa)", "standpipe_pressure", "KPa"),
        ("ROP(1 ft)", "rate_of_penetration", "ft/h"),
        ("Flow Out %", "flow_out_fraction", "%"),
        ("Flow Out (gpm)", "flow_out", "gpm"),
        ("Torque [kN.m]", "torque", "kN.m"),
        ("WOB_klbf", "weight_on_bit", "klbf"),
        ("HookLoad", "hook_load", "kN"),
        ("Mud Temp In deg F", "mud_temperature_in", "deg F"),
        ("pit 3 (bbl)", "pit_volume_3", "bbl"),
        ("Mud Density In g/cm3", "mud_density_in", "g/cm3"),
        ("0121", "standpipe_pressure", "kPa"),
        ("Rate Of Penetration (ft_per_hr)", "rate_of_penetration", "ft_per_hr"),
        ("Total Pump Output (gal_per_min)", "flow_in", "gal_per_min"),
        ("Convertible Torque (kft_lb)", "torque", "kft_lb"),
    ],
)
def test_headings_of_real_exports_are_recognised(heading: str, channel: str, unit: str) -> None:
    found = recognise(heading)
    assert isinstance(found, Match), found
    assert (found.channel.name, found.unit) == (channel, unit)


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("Surface Torque (psi)", "'psi' is a unit of pressure, torque is measured in kN·m"),
        ("Max Hookload (kN)", "no channel is called that"),
        ("H2S Cellar", "no channel is called that"),
        ("Flow Out", "could be Flow out [L/min] or Flow out fraction [%]"),
        ("", "no channel is called that"),
        ("1", "no channel is called that"),
        ("Hookload (t-f)", "unit 't-f' is not known: name its unit in a map of columns"),
        ("SPP [kpsig] avg", "unit 'kpsig' is not known: name its unit in a map of columns"),
        ("Standpipe Pressure (max)", "no channel is called that"),
        ("SPP (2)", "no channel is called that"),
        ("H2S Cellar (pppm)", "no channel is called that"),
    ],
)
def test_a_heading_that_is_no_channel_says_why(heading: str, words: str) -> None:
    found = recognise(heading)
    assert isinstance(found, str)
    assert words in found


def test_the_unit_that_the_file_states_decides() -> None:
    assert isinstance(recognise("flow out", "m3/s"), Match)
    assert recognise("HKLD", "furlong") == (
        "unit 'furlong' is not known: name its unit in a map of columns"
    )
    minimum = recognise("HKLD_MIN", "N", "Hookload")
    assert isinstance(minimum, str), "a minimum is not the hook load"


def test_a_unit_that_nobody_states_is_assumed_and_said() -> None:
    found = recognise("HKLD", "----")
    assert isinstance(found, Match)
    assert found.unit == "kN"
    assert "states no unit" in found.note


def test_a_description_helps_where_the_mnemonic_says_nothing() -> None:
    found = recognise("X17", "klbf", "Hook load")
    assert isinstance(found, Match)
    assert found.channel.name == "hook_load"


def test_the_last_word_of_a_title_is_no_unit() -> None:
    found = recognise("Mud Temperature In")
    assert isinstance(found, Match)
    assert (found.channel.name, found.unit) == ("mud_temperature_in", "°C")
    assert heading_unit("HKLD_MIN") is None
