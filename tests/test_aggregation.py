"""Statistics per bucket, how they join to coarser ones, and what a rig achieved in a day."""

import math
import statistics
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idrill import readers
from idrill.aggregation import BUCKET_SCHEMA, KPI_SCHEMA, downsample, drilling_kpis, roll_up
from idrill.dvr.validation import validate
from idrill.errors import FrameError
from idrill.frame import ACTIVITY, ORIGIN, QUALITY, TIME, Activity, Quality, quality_of
from idrill.physics.bit import mechanical_specific_energy
from idrill.wells import Section, Well

START = datetime(2026, 2, 1, tzinfo=UTC)


def a_frame(
    seconds: Sequence[float],
    channels: Mapping[str, Sequence[float | None]],
    qualities: Mapping[str, Sequence[int]] | None = None,
) -> pl.DataFrame:
    bits = {name: [0] * len(seconds) for name in channels} | dict(qualities or {})
    return pl.DataFrame(
        {
            "rig_id": pl.Series(["RIG_01"] * len(seconds), dtype=pl.String),
            "time": pl.Series(
                [START + timedelta(seconds=second) for second in seconds], dtype=TIME
            ),
            "origin": pl.Series(["file"] * len(seconds), dtype=ORIGIN),
            **{name: pl.Series(values, dtype=pl.Float64) for name, values in channels.items()},
            **{quality_of(name): pl.Series(bits[name], dtype=QUALITY) for name in channels},
        }
    )


def sampled(frame: pl.DataFrame) -> pl.DataFrame:
    """The minutes that have values of their own."""
    return downsample(frame, "1m").filter(pl.col("count") > 0)


def test_a_minute_has_the_statistics_of_its_values() -> None:
    values = [2.0, 4.0, 4.0, 6.0]
    (row,) = sampled(a_frame([0, 15, 30, 45], {"torque": values})).rows(named=True)
    assert row == {
        "rig_id": "RIG_01",
        "time": START,
        "origin": "file",
        "channel": "torque",
        "count": 4,
        "min": 2.0,
        "mean": 4.0,
        "max": 6.0,
        "last": 6.0,
        "std": pytest.approx(statistics.stdev(values)),
        "coverage": 1.0,
    }


def test_only_usable_values_count() -> None:
    wrong = [0, int(Quality.OUT_OF_RANGE), 0, int(Quality.RECONCILED)]
    frame = a_frame([0, 1, 2, 3], {"torque": [1.0, 900.0, None, 3.0]}, {"torque": wrong})
    (row,) = downsample(frame, "1m").rows(named=True)
    assert (row["count"], row["max"], row["mean"]) == (2, 3.0, 2.0)


def test_a_value_that_is_not_a_number_does_not_count() -> None:
    frame = a_frame([0, 1, 2], {"torque": [1.0, math.nan, 3.0]})
    (row,) = downsample(validate(frame).frame, "1m").rows(named=True)
    assert (row["count"], row["mean"]) == (2, 2.0)


def test_a_single_value_has_no_deviation() -> None:
    (row,) = downsample(a_frame([10], {"torque": [5.0]}), "1m").rows(named=True)
    assert (row["count"], row["std"]) == (1, None)


def test_buckets_begin_on_the_clock() -> None:
    long = downsample(a_frame([59, 60, 61], {"torque": [1.0, 2.0, 3.0]}), "1m")
    assert long["time"].to_list() == [START, START + timedelta(minutes=1)]


def test_a_channel_nobody_could_use_has_no_row() -> None:
    wrong = [int(Quality.OUT_OF_RANGE)] * 2
    frame = a_frame([0, 1], {"torque": [900.0] * 2, "flow_in": [1.0] * 2}, {"torque": wrong})
    assert downsample(frame, "1m")["channel"].unique().to_list() == ["flow_in"]


def test_coverage_is_judged_by_the_interval_of_the_channel() -> None:
    seconds = range(0, 600, 3)
    pits = [50.0 if second % 30 == 0 else None for second in seconds]
    frame = a_frame(seconds, {"hook_load": [900.0] * 200, "pit_volume_total": pits})
    assert sampled(frame)["coverage"].to_list() == [1.0] * 20


def test_sources_that_interleave_for_an_hour_leave_no_hole_in_the_coverage() -> None:
    interleaved = {*range(0, 3_600, 3), *range(0, 3_600, 10)}
    seconds = sorted(interleaved | set(range(3_600, 20_000)))

    minutes = sampled(a_frame(seconds, {"hook_load": [900.0] * len(seconds)}))

    assert minutes["coverage"].head(60).to_list() == pytest.approx([1.0] * 60)


def test_a_value_stands_for_one_and_a_half_intervals() -> None:
    frame = a_frame([0, 10, 20, 30, 50], {"torque": [1.0] * 5})
    (row,) = sampled(frame).rows(named=True)
    assert row["coverage"] == pytest.approx((30 + 15 + 10) / 60)


def test_what_still_stands_in_the_next_bucket_is_counted_there() -> None:
    frame = a_frame([10, 30, 50], {"torque": [1.0] * 3})
    long = downsample(frame, "1m")
    assert long["count"].to_list() == [3, 0]
    assert long["coverage"].to_list() == pytest.approx([50 / 60, 20 / 60])
    assert long["mean"].to_list() == [1.0, None]


def test_no_value_stands_across_midnight() -> None:
    frame = a_frame([-40, -20], {"torque": [1.0, 2.0]})
    long = downsample(frame, "1m")
    assert long["time"].to_list() == [START - timedelta(minutes=1)]
    assert long["coverage"].to_list() == pytest.approx([40 / 60])


def test_two_days_at_once_are_the_two_days_one_by_one() -> None:
    frame = a_frame(range(-300, 300), {"torque": [float(second) for second in range(600)]})
    days = [frame.filter((pl.col("time") >= START) == side) for side in (False, True)]
    assert downsample(frame, "1m").equals(pl.concat(downsample(day, "1m") for day in days))


def test_rigs_and_origins_are_kept_apart() -> None:
    one = a_frame(range(60), {"torque": [1.0] * 60})
    two = one.with_columns(rig_id=pl.lit("RIG_02"), torque=pl.lit(5.0))
    replay = two.with_columns(origin=pl.lit("replay", dtype=ORIGIN), torque=pl.lit(9.0))
    long = sampled(pl.concat([one, two, replay]))
    assert long.select("rig_id", "origin", "mean").rows() == [
        ("RIG_01", "file", 1.0),
        ("RIG_02", "file", 5.0),
        ("RIG_02", "replay", 9.0),
    ]


def test_a_frame_without_channels_has_no_buckets() -> None:
    assert downsample(a_frame([0, 1], {}), "1m").equals(BUCKET_SCHEMA.to_frame())


def test_a_frame_without_rows_has_no_buckets() -> None:
    assert downsample(a_frame([], {"torque": []}), "1h").equals(BUCKET_SCHEMA.to_frame())


@pytest.mark.parametrize("every", [timedelta(minutes=7), timedelta(0), timedelta(days=2)])
def test_buckets_that_do_not_divide_a_day_are_refused(every: timedelta) -> None:
    with pytest.raises(FrameError, match="divide"):
        downsample(a_frame([0], {"torque": [1.0]}), every)


def test_minutes_taken_for_hours_are_refused() -> None:
    minutes = downsample(a_frame(range(120), {"torque": [1.0] * 120}), "1m")
    with pytest.raises(FrameError, match="not buckets of 1h"):
        roll_up(minutes, "1d", finer="1h")


def test_hours_cannot_become_minutes() -> None:
    hours = downsample(a_frame(range(120), {"torque": [1.0] * 120}), "1h")
    with pytest.raises(FrameError, match="cannot be joined"):
        roll_up(hours, "1m", finer="1h")


@st.composite
def frames(draw: st.DrawFn) -> pl.DataFrame:
    steps = draw(st.lists(st.sampled_from([1, 2, 3, 5, 30, 400, 4000]), min_size=1, max_size=80))
    seconds = [sum(steps[: row + 1]) for row in range(len(steps))]
    offset = draw(st.sampled_from([0.0, 5_000.0, -40.0]))
    value = st.none() | st.floats(-100, 100).map(lambda each: each + offset)
    columns = {
        name: draw(st.lists(value, min_size=len(steps), max_size=len(steps)))
        for name in ("torque", "hole_depth")
    }
    flaw = st.lists(st.sampled_from([0, 0, 0, 4]), min_size=len(steps), max_size=len(steps))
    return a_frame(seconds, columns, {"torque": draw(flaw)})


@settings(max_examples=60, deadline=None)
@given(frames())
def test_hours_made_of_minutes_are_hours_made_of_seconds(frame: pl.DataFrame) -> None:
    minutes = downsample(frame, "1m")
    for every in ("1h", "1d"):
        assert_same(roll_up(minutes, every, finer="1m"), downsample(frame, every))
    hours = roll_up(minutes, "1h", finer="1m")
    assert_same(roll_up(hours, "1d", finer="1h"), downsample(frame, "1d"))


def assert_same(found: pl.DataFrame, expected: pl.DataFrame) -> None:
    keys = ["rig_id", "time", "origin", "channel", "count", "min", "max", "last"]
    assert found.schema == BUCKET_SCHEMA
    assert found.select(keys).equals(expected.select(keys))
    # a deviation is known no better than the rounding of the values it is the deviation of
    largest = 5_100.0
    assert_close(found, expected, "mean", "coverage", within=1e-9)
    assert_close(found, expected, "std", within=1e-12 * largest)


def assert_close(
    found: pl.DataFrame, expected: pl.DataFrame, *names: str, within: float = 1e-9
) -> None:
    for name in names:
        here, there = (table[name].fill_null(math.nan).to_list() for table in (found, expected))
        assert here == pytest.approx(there, rel=1e-9, abs=within, nan_ok=True)


@settings(max_examples=40, deadline=None)
@given(frames())
def test_the_statistics_are_those_of_polars(frame: pl.DataFrame) -> None:
    usable = pl.col("torque").filter(
        (pl.col("torque_quality") == 0) & pl.col("torque").is_not_null()
    )
    expected = (
        frame.group_by(pl.col("time").dt.truncate("1m"), maintain_order=True)
        .agg(
            count=usable.count().cast(pl.Int64),
            mean=usable.mean(),
            last=usable.last(),
            std=usable.std(),
        )
        .filter(pl.col("count") > 0)
    )
    long = sampled(frame).filter(pl.col("channel") == "torque")
    found = long.select(expected.columns)
    assert found.select("time", "count", "last").equals(expected.select("time", "count", "last"))
    assert_close(found, expected, "mean", "std")


def drilling(hours: float = 1.0, step: float = 4.0) -> pl.DataFrame:
    """Hours of drilling at 18 m/h."""
    seconds = [row * step for row in range(int(hours * 3600 / step))]
    height = len(seconds)
    frame = a_frame(
        seconds,
        {
            "hole_depth": [1000.0 + 18.0 * second / 3600 for second in seconds],
            "weight_on_bit": [80.0] * height,
            "torque": [9.0] * height,
            "rotary_speed": [120.0] * height,
        },
    )
    return frame.with_columns(activity=pl.lit("drilling_rotating", dtype=ACTIVITY))


def kpis(frame: pl.DataFrame, hole_diameter: float | None = 0.2159) -> dict[str, float]:
    (row,) = drilling_kpis(frame, hole_diameter=hole_diameter).rows(named=True)
    return dict(row)


def test_metres_by_hours_are_the_mean_rate() -> None:
    found = kpis(drilling())
    assert found["metres_drilled"] == pytest.approx(18.0, abs=0.03)
    assert found["drilling_hours"] == pytest.approx(1.0, rel=1e-3)
    assert found["mean_rate_of_penetration"] == pytest.approx(18.0, rel=2e-3)


def test_the_specific_energy_is_teales() -> None:
    found = kpis(drilling())
    rate = found["mean_rate_of_penetration"] / 3600
    expected = mechanical_specific_energy(80e3, 9e3, 2.0, rate, 0.2159) / 1e6
    assert found["mechanical_specific_energy"] == pytest.approx(expected)


def test_the_torque_of_a_pause_in_rotation_does_no_work() -> None:
    frame = drilling().with_columns(
        rotary_speed=pl.when(pl.int_range(pl.len()) % 2 == 0).then(0.0).otherwise(120.0)
    )
    rate = kpis(frame)["mean_rate_of_penetration"] / 3600
    expected = mechanical_specific_energy(80e3, 9e3, 1.0, rate, 0.2159) / 1e6
    assert kpis(frame)["mechanical_specific_energy"] == pytest.approx(expected, rel=1e-3)


def test_a_measured_bit_diameter_goes_before_that_of_the_hole() -> None:
    frame = drilling().with_columns(
        bit_diameter=pl.lit(0.2159), bit_diameter_quality=pl.lit(0, dtype=QUALITY)
    )
    assert kpis(frame, hole_diameter=0.5) == kpis(drilling())


def test_the_well_knows_the_diameter_where_it_is_deepest() -> None:
    sections = (Section("hole", 0, 1005, 0.3), Section("hole", 1005, 2000, 0.2159))
    well = Well("W1", "W1", sections=sections)
    (row,) = drilling_kpis(drilling(), well=well).rows(named=True)
    assert row["well_id"] == "W1"
    assert row["mechanical_specific_energy"] == kpis(drilling())["mechanical_specific_energy"]


def test_without_a_diameter_there_is_no_specific_energy() -> None:
    assert kpis(drilling(), hole_diameter=None)["mechanical_specific_energy"] is None


def test_without_a_hole_depth_the_metres_are_unknown() -> None:
    found = kpis(drilling().drop("hole_depth", "hole_depth_quality"))
    assert found["metres_drilled"] is None
    assert found["mean_rate_of_penetration"] is None


ROW = pl.int_range(pl.len())
DEPTH = pl.col("hole_depth")


@pytest.mark.parametrize(
    ("where", "depth"),
    [
        (ROW == 300, pl.lit(9999.0)),
        (ROW == 300, pl.lit(0.0)),
        (ROW.is_between(300, 302), pl.lit(9999.0)),
        (ROW > 450, DEPTH - 30.0),
        (ROW > 450, DEPTH + 30.0),
        (ROW % 2 == 0, DEPTH - 0.01),
    ],
    ids=["outlier", "dropout to zero", "outliers", "set back", "set forward", "noise"],
)
def test_metres_survive_a_disturbed_hole_depth(where: pl.Expr, depth: pl.Expr) -> None:
    frame = drilling().with_columns(hole_depth=pl.when(where).then(depth).otherwise(DEPTH))
    assert kpis(frame)["metres_drilled"] == pytest.approx(18.0, abs=0.15)


def test_the_hours_add_up_to_those_with_rows() -> None:
    activities = [each.value for each in Activity]
    frame = drilling().with_columns(
        activity=pl.Series(
            [activities[row % len(activities)] for row in range(900)], dtype=ACTIVITY
        )
    )
    found = kpis(frame)
    parts = [value for name, value in found.items() if name.endswith("_hours")]
    assert sum(parts) == pytest.approx(2 * found["coverage_hours"])
    assert found["other_hours"] == pytest.approx(found["coverage_hours"] * 4 / 11, rel=0.02)


def test_hours_without_rows_are_nobodys() -> None:
    frame = drilling(hours=2.0)
    rest = frame.filter(
        ~pl.col("time").is_between(START + timedelta(minutes=30), START + timedelta(minutes=60))
    )
    assert kpis(rest)["coverage_hours"] == pytest.approx(1.5, abs=0.01)


def test_each_day_has_its_own_row() -> None:
    frame = drilling().with_columns(pl.col("time") - timedelta(minutes=30))
    found = drilling_kpis(frame, hole_diameter=None)
    assert found.schema == KPI_SCHEMA
    assert found["day"].to_list() == [date(2026, 1, 31), date(2026, 2, 1)]
    assert found["metres_drilled"].to_list() == pytest.approx([9.0, 9.0], abs=0.03)


@pytest.mark.real_data
def test_the_volve_day_is_218_9_metres(real_data: Path) -> None:
    with readers.unpack(real_data / "volve_drilling" / "TSPP2.csv.gz") as unpacked:
        (member,) = unpacked.members
        reading = readers.read(member.path, readers.ReadOptions(member.name))
    table = reading.table.unique("time", keep="first").sort("time")
    names = reading.channels
    frame = table.select(
        pl.lit("VOLVE").alias("rig_id"),
        "time",
        pl.lit("file", dtype=ORIGIN).alias("origin"),
        *names,
        *(pl.lit(0, dtype=QUALITY).alias(quality_of(name)) for name in names),
    )

    found = kpis(validate(frame).frame, hole_diameter=0.4445)

    assert found["metres_drilled"] == pytest.approx(218.9, abs=0.05)
    assert found["drilling_hours"] == pytest.approx(5.4, abs=0.2)
    assert found["coverage_hours"] == pytest.approx(9.44, abs=0.01)
    assert 10 < found["mechanical_specific_energy"] < 300


def test_live_rows_and_rows_of_files_are_one_series_of_a_day() -> None:
    origins = pl.Series("origin", ["file", "live", "file", "live"], dtype=ORIGIN)
    frame = a_frame(range(4), {"torque": [1.0] * 4}).with_columns(origins)

    minutes = downsample(frame, "1m")
    hours = drilling_kpis(frame.with_columns(pl.lit("static", ACTIVITY).alias("activity")))

    assert minutes.select("origin", "count").rows() == [("live", 4)]
    assert hours.select("origin", "coverage_hours").rows() == [("live", pytest.approx(4.5 / 3600))]
