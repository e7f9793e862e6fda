"""Units against physics, and numbers that stand for "no value"."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from idrill.channels import channel
from idrill.readers.columns import ColumnMap
from idrill.readers.plausibility import Doubt, doubts
from idrill.readers.selection import candidate
from idrill.readers.sentinels import find_sentinels
from idrill.units import conversion

PSI = 6.894757
START = datetime(2024, 3, 1, tzinfo=UTC)
UNITS = {
    "hole_depth": "m", "bit_depth": "m", "block_position": "m", "hook_load": "kN",
    "weight_on_bit": "kN", "rotary_speed": "rpm", "torque": "kN.m", "standpipe_pressure": "kPa",
    "flow_in": "L/min", "rate_of_penetration": "m/h",
}  # fmt: skip


def _drilled(rows: int = 4_000, *, seed: int = 7) -> pl.DataFrame:
    """Stands of a 12¼" section, with a connection after each: 4 s a row, depth by the rate."""
    noise = np.random.default_rng(seed)
    drilling = np.arange(rows) % 500 < 420
    rate = np.where(drilling, 25 + noise.normal(0, 2, rows), 0.0)
    depth = 1_400.0 + np.cumsum(rate) * 4 / 3600
    made = np.cumsum(rate) * 4 / 3600
    stand = np.arange(rows) // 500
    top = np.array([made[stand == one].min() for one in range(stand.max() + 1)])[stand]
    pumping = np.where(drilling, 1.0, 0.0)
    return pl.DataFrame(
        {
            "line": np.arange(2, rows + 2),
            "time": [
                datetime(2024, 3, 1, tzinfo=UTC) + timedelta(seconds=4 * i) for i in range(rows)
            ],
            "hole_depth": depth,
            "bit_depth": depth - np.where(drilling, 0.0, 2.0),
            "block_position": 32 - (made - top) + np.where(drilling, 0.0, 2.0),
            "hook_load": np.where(drilling, 1_250.0, 500.0) + noise.normal(0, 3, rows),
            "weight_on_bit": np.where(drilling, 60.0, 0.0) + noise.normal(0, 3, rows),
            "rotary_speed": 130.0 * pumping,
            "torque": (9.0 + noise.normal(0, 1, rows)) * pumping,
            "standpipe_pressure": 400.0 + (16_800.0 + noise.normal(0, 90, rows)) * pumping,
            "flow_in": 3_500.0 * pumping,
            "rate_of_penetration": rate,
        }
    ).with_columns(pl.col("time").cast(pl.Datetime("us", "UTC")))


def _only(found: tuple[Doubt, ...]) -> Doubt:
    assert len(found) == 1, [doubt.suspicion for doubt in found]
    return found[0]


def _scaled(table: pl.DataFrame, name: str, factor: float, start: int, end: int) -> pl.DataFrame:
    """The table as a logger in another unit would have written the rows from start to end."""
    rows = pl.int_range(pl.len()).is_between(start, end, closed="left")
    scaled = pl.when(rows).then(pl.col(name) * factor).otherwise(name)
    return table.with_columns(scaled.alias(name))


def test_a_sound_section_is_not_doubted() -> None:
    assert doubts(_drilled(), UNITS) == ()


def test_a_pressure_headed_kpa_that_holds_psi_is_doubted_with_its_factor() -> None:
    table = _scaled(_drilled(), "standpipe_pressure", 1 / PSI, 0, 4_000)
    doubt = _only(doubts(table, UNITS))
    assert doubt.suspicion.channel == "standpipe_pressure"
    assert (doubt.suspicion.claimed, doubt.suspicion.likely) == ("kPa", "psi")
    assert doubt.suspicion.factor == pytest.approx(PSI, rel=1e-6)
    assert doubt.rows.all()


def _circulated(pressure: float, flow: float, depth: float) -> pl.DataFrame:
    """The section, drilled at another depth with another flow and pressure."""
    table, on = _drilled(2_000), pl.col("flow_in") > 0
    deeper = depth - table["hole_depth"][0]
    return table.with_columns(
        pl.when(on).then(pressure).otherwise(15.0).alias("standpipe_pressure"),
        pl.when(on).then(flow).otherwise(0.0).alias("flow_in"),
        pl.col("hole_depth", "bit_depth") + deeper,
    )


def _without(*names: str) -> dict[str, str]:
    return {name: unit for name, unit in UNITS.items() if name not in names}


@pytest.mark.parametrize("unknown", ["torque", "rate_of_penetration", "rotary_speed"])
@pytest.mark.parametrize(
    ("psi", "flow", "depth"),
    [(3_050, 2_200, 2_000), (2_500, 3_500, 1_400), (4_000, 2_500, 3_500), (2_900, 3_200, 900)],
)
def test_psi_headed_kpa_is_likelier_than_a_pressure_that_hardly_a_rig_shows(
    psi: float, flow: float, depth: float, unknown: str
) -> None:
    table = _circulated(psi, flow, depth).drop(unknown)
    suspicion = _only(doubts(table, _without(unknown))).suspicion
    assert (suspicion.channel, suspicion.likely) == ("standpipe_pressure", "psi")
    assert suspicion.factor == pytest.approx(PSI, rel=1e-6)


@pytest.mark.parametrize(
    ("pressure", "flow", "depth"),
    [(30_000, 4_500, 5_000), (20_000, 1_000, 4_000), (7_000, 3_500, 2_000), (450, 1_000, 160)],
    ids=["wide pipe", "slim pipe", "no motor", "spudding"],
)
def test_an_unusual_circulating_system_is_not_doubted(
    pressure: float, flow: float, depth: float
) -> None:
    table = _circulated(pressure, flow, depth)
    assert doubts(table, UNITS) == ()
    assert doubts(table.drop("hole_depth", "bit_depth"), _without("hole_depth", "bit_depth")) == ()


def test_low_pressure_is_doubted_only_where_weight_on_the_bit_shows_drilling() -> None:
    table = _circulated(3_050, 2_200, 2_000).with_columns(weight_on_bit=pl.lit(0.0))
    assert doubts(table, UNITS) == ()


def test_psi_headed_kpa_is_doubted_without_a_depth_where_no_hole_is_so_shallow() -> None:
    table = _circulated(2_500, 3_500, 1_400).drop("hole_depth", "bit_depth")
    suspicion = _only(doubts(table, _without("hole_depth", "bit_depth"))).suspicion
    assert (suspicion.likely, suspicion.last_line) == ("psi", 2_001)


def test_a_flow_headed_litres_that_holds_gallons_is_doubted() -> None:
    table = _scaled(_drilled(), "flow_in", 1 / 3.785412, 0, 4_000)
    suspicion = _only(doubts(table, UNITS)).suspicion
    assert (suspicion.channel, suspicion.likely) == ("flow_in", "gal/min")


@pytest.mark.parametrize(
    ("name", "factor", "likely"),
    [
        ("standpipe_pressure", 1 / PSI, "psi"),
        ("standpipe_pressure", 0.01, "bar"),
        ("flow_in", 1 / 3.785412, "gal/min"),
        ("hook_load", 224.8089, "lbf"),
        ("hook_load", 0.2248089, "klbf"),
        ("torque", 1_000.0, "N.m"),
        ("rotary_speed", 1 / 60, "Hz"),
        ("rate_of_penetration", 1 / 3_600, "m/s"),
    ],
)
def test_a_channel_that_changes_unit_half_way_is_doubted_from_there(
    name: str, factor: float, likely: str
) -> None:
    table = _scaled(_drilled(), name, factor, 2_100, 4_000)
    found = {doubt.suspicion.channel: doubt for doubt in doubts(table, UNITS)}
    doubt = found[name]
    assert len(found) == 1
    assert doubt.suspicion.likely == likely
    assert doubt.suspicion.factor == pytest.approx(1 / factor, rel=0.01)
    assert abs(doubt.suspicion.first_line - 2_102) <= 1
    assert doubt.suspicion.last_line == 4_001


def test_a_logger_that_changes_unit_and_back_is_doubted_in_between() -> None:
    table = _scaled(_drilled(), "standpipe_pressure", 1 / PSI, 1_100, 2_700)
    doubt = _only(doubts(table, UNITS))
    marked = table["line"].filter(doubt.rows)
    assert abs(int(marked[0]) - 1_102) <= 1
    assert abs(int(marked[-1]) - 2_701) <= 1


def test_the_rows_before_a_change_to_the_claimed_unit_are_the_doubted_ones() -> None:
    table = _scaled(_drilled(), "hook_load", 1_000.0, 0, 1_600)
    doubt = _only(doubts(table, UNITS | {"hook_load": "klbf"}))
    assert doubt.suspicion.likely == "lbf"
    assert doubt.suspicion.factor == pytest.approx(0.001)
    assert (doubt.suspicion.first_line, doubt.suspicion.last_line) == (2, 1_601)


def test_rows_in_another_order_are_marked_where_they_stand() -> None:
    table = _scaled(_drilled(), "standpipe_pressure", 1 / PSI, 2_100, 4_000)
    turned = table.reverse()
    doubt = _only(doubts(turned, UNITS))
    assert turned.filter(doubt.rows)["line"].min() == 2_102
    assert turned.filter(doubt.rows).height == 1_900


@pytest.mark.parametrize("name", ["hole_depth", "block_position", "rate_of_penetration"])
def test_feet_headed_metres_show_in_the_motion(name: str) -> None:
    table = _scaled(_drilled(), name, 1 / 0.3048, 0, 4_000)
    if name == "hole_depth":
        table = _scaled(table, "bit_depth", 1 / 0.3048, 0, 4_000)
    found = {doubt.suspicion.channel: doubt.suspicion for doubt in doubts(table, UNITS)}
    assert found[name].factor == pytest.approx(0.3048)
    assert set(found) <= {name, "bit_depth"}


def test_a_temperature_that_changes_to_fahrenheit_names_factor_and_shift() -> None:
    degrees = 45 + np.sin(np.arange(2_000) / 300)
    table = _drilled(2_000).with_columns(mud_temperature_out=pl.Series(degrees))
    hot = pl.when(pl.int_range(pl.len()) >= 900).then(pl.col("mud_temperature_out") * 1.8 + 32)
    table = table.with_columns(hot.otherwise("mud_temperature_out").alias("mud_temperature_out"))
    suspicion = _only(doubts(table, UNITS | {"mud_temperature_out": "degC"})).suspicion
    assert suspicion.likely == "degF"
    assert suspicion.factor == pytest.approx(5 / 9)
    assert suspicion.shift == pytest.approx(-160 / 9)


def test_a_density_in_specific_gravity_headed_kilograms_is_doubted() -> None:
    table = _drilled(500).with_columns(mud_density_in=pl.lit(1.21))
    suspicion = _only(doubts(table, UNITS | {"mud_density_in": "kg/m3"})).suspicion
    assert suspicion.likely == "g/cm3"
    assert suspicion.factor == pytest.approx(1_000.0)


def test_a_driller_may_change_his_set_points() -> None:
    rows = pl.int_range(pl.len()) >= 2_000
    table = _drilled().with_columns(
        pl.when(rows).then(pl.col("weight_on_bit") * 2.2046).otherwise("weight_on_bit"),
        pl.when(rows).then(pl.col("rotary_speed") / 9.55).otherwise("rotary_speed"),
    ).with_columns(
        pl.when(rows).then(pl.col("flow_in") / 2).otherwise("flow_in"),
        pl.when(rows).then(pl.col("standpipe_pressure") / 3.48).otherwise("standpipe_pressure"),
    )  # fmt: skip
    assert doubts(table, UNITS) == ()


def test_slips_are_no_change_of_unit() -> None:
    table = _drilled()
    quiet = pl.int_range(pl.len()) < 1_500
    at_rest = table.with_columns(
        pl.when(quiet).then(281.0 + pl.col("line") % 3).otherwise("hook_load").alias("hook_load"),
        pl.when(quiet).then(0.0).otherwise("rate_of_penetration").alias("rate_of_penetration"),
        pl.when(quiet).then(0.0).otherwise("flow_in").alias("flow_in"),
        pl.when(quiet).then(350.0).otherwise("standpipe_pressure").alias("standpipe_pressure"),
        pl.when(quiet).then(table["hole_depth"][1_500]).otherwise("hole_depth").alias("hole_depth"),
    )  # fmt: skip
    assert doubts(at_rest, UNITS) == ()


def test_a_few_rows_are_not_judged() -> None:
    assert doubts(_scaled(_drilled(40), "standpipe_pressure", 1 / PSI, 0, 40), UNITS) == ()


def test_the_null_of_las_is_a_sentinel_where_nobody_declared_it() -> None:
    found = find_sentinels(
        pl.Series([10.0, -999.25, None]), channel("hook_load"), conversion("klbf", "kN")
    )
    assert found.rows.to_list() == [False, True, False]
    assert found.counts == ((-999.25, 1),)


def test_a_customary_sentinel_counts_only_outside_the_limits_and_repeated() -> None:
    wells = pl.Series([9_999.0, 9_999.0, 12.0])
    rate, load = channel("rate_of_penetration"), channel("hook_load")
    assert find_sentinels(wells, rate, conversion("m/h", "m/h")).counts == ((9_999.0, 2),)
    assert find_sentinels(wells, load, conversion("kN", "kN")).counts == ()
    assert find_sentinels(wells[1:], rate, conversion("m/h", "m/h")).counts == ()


def test_a_number_beyond_all_measure_is_a_sentinel_once() -> None:
    found = find_sentinels(pl.Series([1e30, 5.0]), channel("total_gas"), conversion("%", "%"))
    assert found.counts == ((1e30, 1),)


def test_a_mud_density_of_zero_is_no_density_unless_there_is_nothing_else() -> None:
    density, same = channel("mud_density_in"), conversion("kg/m3", "kg/m3")
    assert find_sentinels(pl.Series([0.0, 0.0, 1_210.0]), density, same).counts == ((0.0, 2),)
    assert find_sentinels(pl.Series([0.0, 0.0, 0.0]), density, same).counts == ()


def _volve(path: Path) -> tuple[pl.DataFrame, dict[str, str]]:
    raw = pl.read_csv(path, infer_schema_length=None)
    columns = {"line": pl.int_range(2, raw.height + 2, eager=True)}
    columns["time"] = raw["date"].str.to_datetime(time_unit="us", time_zone="UTC")
    units = {}
    for name in raw.columns[1:]:
        one = candidate(name, raw[name].cast(pl.Float64), None, "", ColumnMap())
        assert not isinstance(one, str)
        columns[one.channel.name] = one.converted
        units[one.channel.name] = one.to_channel.source
    return pl.DataFrame(columns), units


@pytest.mark.real_data
@pytest.mark.parametrize("number", [2, 3, 4])
def test_volve_is_doubted_only_where_it_was_tampered_with(real_data: Path, number: int) -> None:
    table, units = _volve(real_data / "volve_drilling" / f"TSPP{number}.csv.gz")
    end = table.height
    assert doubts(table, units) == ()

    for start in (0, 2 * end // 3):
        tampered = _scaled(table, "standpipe_pressure", 1 / PSI, start, end)
        suspicion = _only(doubts(tampered, units)).suspicion
        assert (suspicion.channel, suspicion.likely) == ("standpipe_pressure", "psi")
        assert suspicion.factor == pytest.approx(PSI, rel=1e-6)
        assert abs(suspicion.first_line - start - 2) <= 2


@pytest.mark.real_data
@pytest.mark.parametrize("number", [2, 3, 4])
def test_volve_without_depths_is_doubted_only_where_it_holds_psi(
    real_data: Path, number: int
) -> None:
    table, units = _volve(real_data / "volve_drilling" / f"TSPP{number}.csv.gz")
    table = table.drop("hole_depth", "bit_depth")
    stretches = [table, *(table[start : start + 1_000] for start in range(0, table.height, 700))]
    tampered = _scaled(table, "standpipe_pressure", 1 / PSI, 0, table.height)

    assert [doubt.suspicion for part in stretches for doubt in doubts(part, units)] == []
    assert _only(doubts(tampered, units)).suspicion.likely == "psi"


@pytest.mark.real_data
@pytest.mark.parametrize("number", [2, 3, 4])
def test_stretches_of_volve_are_not_doubted(real_data: Path, number: int) -> None:
    table, units = _volve(real_data / "volve_drilling" / f"TSPP{number}.csv.gz")
    doubted = [
        (start, doubt.suspicion)
        for start in range(0, table.height, 700)
        for doubt in doubts(table[start : start + 1_000], units)
    ]
    assert doubted == []
