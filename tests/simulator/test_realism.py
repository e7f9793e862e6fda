"""The statistics that simulated records are held against real ones by."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from benchmarks.realism import classifier, energy, real, strips, twins
from benchmarks.realism import statistics as of
from benchmarks.realism.connections import connections, slips_load
from benchmarks.realism.recorder import recorded
from benchmarks.realism.rows import ROWS, Near, SameSign, Share, Times, Within
from benchmarks.realism.tables import compare, compared, differs, recomputed
from benchmarks.realism.windows import column, drilling, kurtosis, means, spread, windows
from idrill.physics.bit import bit_pressure_drop
from idrill.physics.cutting import cutting
from idrill.physics.jets import hydraulic_power
from idrill.simulator.pressures import SEA_WATER
from idrill.units import GRAVITY, conversion

Series = NDArray[np.float64]
TONNE = conversion("kkgf", "kN").factor

STEADY = {
    "bit_depth": 1_000.0, "hole_depth": 1_000.0, "block_position": 20.0, "hook_load": 1_000.0,
    "weight_on_bit": 50.0, "rotary_speed": 120.0, "torque": 10.0, "standpipe_pressure": 15_000.0,
    "flow_in": 3_000.0, "rate_of_penetration": 20.0,
}  # fmt: skip


def record(rows: int, changes: Mapping[str, Series | float], *, step: int = 4) -> pl.DataFrame:
    """Steady drilling, but for the channels changed."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    times = [start + timedelta(seconds=step * row) for row in range(rows)]
    steady: dict[str, Series | float] = {**STEADY, **changes}
    values = {name: np.broadcast_to(value, rows) for name, value in steady.items()}
    return pl.DataFrame({"time": times, **{name: pl.Series(v) for name, v in values.items()}})


def saw(rows: int, height: float) -> Series:
    """+height, -height, -height, +height and so on: no trend over four rows."""
    return height * np.resize([1.0, -1.0, -1.0, 1.0], rows)


@pytest.fixture
def with_a_connection() -> pl.DataFrame:
    """Ten minutes of drilling, two without the pumps and four of them in slips, ten of drilling."""
    rows = 150 + 90 + 150
    load, flow, block = np.full(rows, 1_000.0), np.full(rows, 3_000.0), np.full(rows, 3.0)
    flow[150:240] = 0.0
    load[165:225] = 600.0
    load[190:195] = 900.0
    block[200:] = 43.5
    off = np.zeros(rows)
    off[150:240] = 2.0
    changes = {"hook_load": load, "flow_in": flow, "block_position": block}
    return record(rows, {**changes, "bit_depth": 1_000.0 - off})


def test_only_rows_on_bottom_rotating_pumping_and_advancing_count_as_drilling() -> None:
    frame = record(
        5,
        {
            "bit_depth": np.array([1_000.0, 999.8, 1_000.0, 1_000.0, 1_000.0]),
            "rotary_speed": np.array([120.0, 120.0, 10.0, 120.0, 120.0]),
            "flow_in": np.array([3_000.0, 3_000.0, 3_000.0, 900.0, 3_000.0]),
            "rate_of_penetration": np.array([20.0, 20.0, 20.0, 20.0, 0.5]),
        },
    )

    assert drilling(frame).tolist() == [True, False, False, False, False]
    assert of.drilling_share(frame) == pytest.approx(20.0)


def test_a_value_that_is_not_there_is_no_drilling() -> None:
    frame = record(2, {"rotary_speed": np.array([120.0, np.nan])})

    assert drilling(frame).tolist() == [True, False]


def test_windows_lie_in_runs_of_two_minutes_whatever_the_interval() -> None:
    long_enough, too_short = record(44, {}), record(29, {})
    every_second = record(125, {}, step=1)

    assert windows(long_enough) == [slice(0, 15), slice(15, 30)]
    assert windows(too_short) == []
    assert windows(every_second) == [slice(0, 60), slice(60, 120)]


def test_the_spread_is_that_about_a_straight_line() -> None:
    trend: Series = 5.0 + 0.3 * np.arange(4.0)

    assert spread(trend) == pytest.approx(0.0, abs=1e-12)
    assert spread(trend + saw(4, 1.0)) == pytest.approx(math.sqrt(4 / 2))


def test_variation_is_spread_by_mean_in_per_cent() -> None:
    frame = record(60, {"torque": 10.0 + np.resize(saw(16, 0.5)[:15], 60)})
    one = 10.0 + saw(15, 0.5)

    assert of.window_variation(frame, "torque") == pytest.approx(100 * spread(one) / one.mean())


def test_kurtosis_of_white_noise_is_three_and_of_rare_steps_far_more() -> None:
    random = np.random.default_rng(1)
    rare = np.where(random.random(4_000) < 0.01, 10.0, 0.0)

    assert kurtosis(random.standard_normal(200_000)) == pytest.approx(3.0, abs=0.1)
    assert kurtosis(rare) > 50.0
    assert math.isnan(kurtosis(np.ones(5)))


def test_the_exponent_of_pressure_on_flow_is_found() -> None:
    flow = np.linspace(1_500.0, 4_000.0, 50)
    frame = record(50, {"flow_in": flow, "standpipe_pressure": 0.01 * flow**1.75})

    assert of.flow_exponent(frame) == pytest.approx(1.75)
    assert math.isnan(of.flow_exponent(record(50, {})))


def test_the_gross_rate_is_metres_by_all_hours() -> None:
    frame = record(901, {"hole_depth": 1_000.0 + np.linspace(0.0, 15.0, 901)})

    assert of.gross_rate(frame) == pytest.approx(15.0)


def test_a_rate_that_is_shown_late_has_that_lag() -> None:
    rows = 900
    rate = 20.0 + 8.0 * np.sin(np.arange(rows) / 15.0) + 4.0 * np.sin(np.arange(rows) / 7.0)
    depth = 1_000.0 + np.cumsum(rate) * 4 / 3600
    shown = np.concatenate([np.full(10, 20.0), rate[:-10]])
    frame = record(rows, {"hole_depth": depth, "bit_depth": depth, "rate_of_penetration": shown})

    assert of.rate_lag(frame) == pytest.approx(40.0, abs=4.0)


def test_the_share_of_repeated_rates_counts_equal_neighbours() -> None:
    frame = record(5, {"rate_of_penetration": np.array([20.0, 20.0, 21.0, 21.0, 21.0])})

    assert of.repeated_rate_share(frame) == pytest.approx(75.0)


def test_correlation_is_that_of_the_minute_means() -> None:
    levels = np.repeat([10.0, 12.0, 11.0, 14.0], 15)
    frame = record(60, {"torque": levels + saw(60, 1.0), "weight_on_bit": 100.0 - 2.0 * levels})

    found = of.window_correlation(frame, "torque", "weight_on_bit")

    assert found == pytest.approx(-1.0, abs=0.01)


def test_a_connection_is_timed_and_measured(with_a_connection: pl.DataFrame) -> None:
    (found,) = connections(with_a_connection)

    assert slips_load(with_a_connection) == pytest.approx(600.0 / TONNE)
    assert found.slips == 60 * 4.0
    assert found.stand == pytest.approx(40.5)
    assert found.weight_to_weight == 91 * 4.0


def test_slips_without_a_stand_are_no_connection(with_a_connection: pl.DataFrame) -> None:
    nothing_added = with_a_connection.with_columns(block_position=pl.lit(3.0))

    assert connections(nothing_added) == []


def test_a_record_without_slips_has_no_slips_load() -> None:
    assert math.isnan(slips_load(record(60, {})))
    assert connections(record(60, {})) == []


def test_pumps_off_and_rotating_off_bottom_are_shares_of_all_rows(
    with_a_connection: pl.DataFrame,
) -> None:
    assert of.pumps_off_share(with_a_connection) == pytest.approx(100 * 90 / 390)
    assert of.rotating_off_bottom_share(with_a_connection) == pytest.approx(100 * 90 / 390)


def test_specific_energy_is_teales() -> None:
    frame = record(30, {"weight_on_bit": 155.687757, "torque": 6.101180767,
                        "rate_of_penetration": 15.24})  # fmt: skip

    found = of.specific_energy(frame, bit_diameter=0.2159)

    assert found == pytest.approx([498.957447, 498.957447], rel=1e-6)


def test_each_tolerance_accepts_at_its_bound_and_not_beyond() -> None:
    assert Within(5, 16).met(16.0, 0.0)
    assert not Within(5, 16).met(16.1, 0.0)
    assert Near(0.5).met(40.5, 40.0)
    assert not Near(0.5).met(40.6, 40.0)
    assert Share(0.25).met(7.5, 10.0)
    assert not Share(0.25).met(7.4, 10.0)
    assert Times(2).met(5.0, 10.0)
    assert not Times(2).met(20.1, 10.0)
    assert not Times(2).met(4.9, 10.0)
    assert SameSign().met(-0.3, -0.6)
    assert not SameSign().met(0.3, -0.6)


def test_a_correlation_near_zero_has_no_sign_to_meet_or_to_meet_with() -> None:
    rate_and_weight = next(row for row in ROWS if row.label == "correlation of rate and weight")

    assert rate_and_weight.met(simulated=0.3, real=-0.2) is None
    assert rate_and_weight.met(simulated=0.2, real=0.6) is False
    assert rate_and_weight.met(simulated=0.21, real=0.21) is True


def test_a_figure_that_is_not_there_is_not_met() -> None:
    row = next(row for row in ROWS if row.label == "stand")

    assert row.met(math.nan, 40.0) is False
    assert row.met(40.2, 40.0) is True


def test_a_figure_is_marked_only_beyond_its_rounding() -> None:
    assert not differs("17,300", 17_266.0)
    assert not differs("1", 0.685)
    assert differs("2.40", 2.83)


def noisy(seed: int, grain: float) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    torque = 10.0 + random.standard_normal(900)
    return record(900, {"torque": np.round(torque / grain) * grain})


def test_what_is_alike_cannot_be_told_apart() -> None:
    real_ones = [classifier.features(noisy(seed, 0.01)) for seed in (1, 2, 3)]
    twins = [classifier.features(noisy(seed, 0.01)) for seed in (4, 5, 6)]

    found = classifier.separate(real_ones, twins)

    assert found.area == pytest.approx(0.5, abs=0.15)
    assert found.control == pytest.approx(0.5, abs=0.1)


def test_coarser_steps_are_told_apart_and_named() -> None:
    fine = [classifier.features(noisy(seed, 0.01)) for seed in (1, 2, 3)]
    coarse = [classifier.features(noisy(seed, 0.8)) for seed in (4, 5, 6)]

    found = classifier.separate(fine, coarse)

    assert found.area > 0.95
    assert found.control == pytest.approx(0.5, abs=0.1)
    assert found.strongest[0][0] == "torque repeats"


def test_a_strip_is_a_small_picture(tmp_path: Path, with_a_connection: pl.DataFrame) -> None:
    path = tmp_path / "strips.png"

    strips.draw(path, {"one": with_a_connection, "other": with_a_connection})

    assert path.read_bytes().startswith(b"\x89PNG")
    assert path.stat().st_size < 60_000


def test_a_recorder_keeps_means_of_loads_and_the_latest_depth() -> None:
    rate = np.array([20.0, np.nan, np.nan, 24.0, np.nan, np.nan, np.nan, np.nan])
    frame = record(
        8,
        {"torque": np.arange(8.0), "hole_depth": 1_000.0 + np.arange(8.0),
         "rate_of_penetration": rate},
        step=1,
    ).with_columns(pl.col("rate_of_penetration").fill_nan(None))  # fmt: skip

    coarse = recorded(frame)

    assert coarse["torque"].to_list() == [1.5, 5.5]
    assert coarse["hole_depth"].to_list() == [1_003.0, 1_007.0]
    assert coarse["rate_of_penetration"].to_list() == [24.0, 24.0]


@pytest.mark.parametrize("name", list(twins.TWINS))
def test_a_twin_drills_the_real_rate_at_the_real_weight(name: str) -> None:
    twin = twins.TWINS[name]

    plan = twins.plan(name, np.random.default_rng(7))

    section, rocks = plan.sections[0], [layer.rock for layer in plan.formation.layers]
    flow, speed = section.set_points.flow, section.set_points.rotary_speed
    jets = hydraulic_power(bit_pressure_drop(flow, twin.density, section.bit.nozzle_area), flow)
    overbalance = max(twin.density - SEA_WATER, 0.0) * GRAVITY * twin.start
    rates = [
        cutting(section.bit.bit, rock, twin.weight * 1e3 * TONNE, speed, overbalance, jets, 0.0)
        for rock in rocks
    ]
    shown = [3600 * one.rate_of_penetration for one in rates]
    assert min(shown) <= twin.rate <= max(shown)
    assert plan.start == twin.start
    assert flow * 60_000 == pytest.approx(twin.flow)


def test_a_twins_rig_has_the_real_block_and_stand() -> None:
    outfit = twins.outfit("T3", np.random.default_rng(7))

    assert outfit.hoist.block_load == pytest.approx(66.7e3 * GRAVITY)
    assert outfit.hoist.stand_length == 40.7


def test_the_comparison_says_what_is_met_and_what_is_missed() -> None:
    steady = record(60, {})
    faster = record(60, {"flow_in": 3_000.0, "rate_of_penetration": 30.0})
    frames = dict.fromkeys(("T2", "T3", "T4"), steady)

    found = compare(frames, {name: [faster, faster, steady] for name in frames})
    lines = compared(found, list(frames)).splitlines()

    rate = next(line for line in lines if line.startswith("| rate of penetration, median"))
    assert rate.count("20.0 → **30.0**") == 3
    assert rate.endswith("0 of 3 |")
    weight = next(line for line in lines if line.startswith("| weight on bit, median"))
    assert weight.endswith("3 of 3 |")


@pytest.mark.real_data
def test_the_real_sections_give_the_figures_of_the_specification(real_data: Path) -> None:
    frames = {name: real.section(name, real_data) for name in real.SECTIONS}

    lines = recomputed(frames).splitlines()[2:]

    assert len(lines) == len(ROWS)
    assert {line.split("|")[1].split("[")[0].strip() for line in lines if "**" in line} == {
        "rate of penetration, median",
        "standpipe pressure, exponent on flow",
        "hook load in slips",
        "standpipe pressure, kurtosis of 4 s steps",
        "rate of penetration, lag",
        "correlation of torque and weight",
        "correlation of rate and weight",
    }


def test_specific_energy_is_accepted_within_twice_of_each_well() -> None:
    spent = energy.Spent("T2", real=np.array([100.0]), simulated=np.array([150.0]))
    wells = {"near": np.array([80.0]), "far": np.array([30.0])}

    assert energy.verdicts([spent], wells) == [True, False]
    assert energy.compared([spent], wells).splitlines()[-1].endswith("| 1.50 | 1.88 | **5.00** |")


def test_variation_between_minutes_is_that_of_their_means() -> None:
    frame = record(
        60, {"torque": np.repeat([8.0, 12.0, 8.0, 12.0], 15) + np.resize([1.0, -1.0, 0.0], 60)}
    )

    assert of.variation_between_minutes(frame, "torque") == pytest.approx(20.0)


@pytest.mark.real_data
def test_the_rate_of_t2_goes_with_its_weight_only_away_from_its_limit(real_data: Path) -> None:
    frame = real.section("T2", real_data)
    parts = windows(frame)
    rate, weight = (
        means(column(frame, name), parts) for name in ("rate_of_penetration", "weight_on_bit")
    )
    limited = np.abs(rate / np.median(rate) - 1) < 0.1

    assert np.corrcoef(rate, weight)[0, 1] > 0.7
    assert abs(np.corrcoef(rate[limited], weight[limited])[0, 1]) < 0.2


@pytest.mark.real_data
def test_the_real_wells_give_the_specific_energy_of_the_specification(real_data: Path) -> None:
    found = np.percentile(energy.along(real.well("F-7", real_data)), [5, 50, 95])

    assert found == pytest.approx([10, 31, 57], rel=0.05)
