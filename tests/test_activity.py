"""The activity of a rig, on rows made by hand and on the Volve drilling files."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from idrill import readers
from idrill.activity import classify
from idrill.frame import ORIGIN, QUALITY, TIME, Activity, Quality, quality_of

START = datetime(2026, 2, 1, tzinfo=UTC)

DRILLING = {
    "hole_depth": 1500.0,
    "bit_depth": 1500.0,
    "block_position": 20.0,
    "hook_load": 1200.0,
    "weight_on_bit": 80.0,
    "rotary_speed": 120.0,
    "torque": 9.0,
    "standpipe_pressure": 17_000.0,
    "flow_in": 3_000.0,
}


def rows(channels: Mapping[str, Sequence[float | None] | float], seconds: int = 1) -> pl.DataFrame:
    """A frame at one row in `seconds`, two minutes long unless a channel says otherwise."""
    lengths = [len(values) for values in channels.values() if not isinstance(values, float)]
    height = max(lengths, default=120)
    columns = {
        name: pl.Series(
            [values] * height if isinstance(values, float) else values, dtype=pl.Float64
        )
        for name, values in channels.items()
    }
    times = [START + timedelta(seconds=seconds * row) for row in range(height)]
    return rows_of(pl.DataFrame({"time": times}), columns)


def rows_of(times: pl.DataFrame, columns: Mapping[str, pl.Series]) -> pl.DataFrame:
    return (
        times.select("time")
        .with_columns(**columns)
        .select(
            pl.lit("RIG_01").alias("rig_id"),
            pl.col("time").cast(TIME),
            pl.lit("file", dtype=ORIGIN).alias("origin"),
            *columns,
            *(pl.lit(0, dtype=QUALITY).alias(quality_of(name)) for name in columns),
        )
    )


def ramp(start: float, per_row: float, height: int = 120) -> list[float]:
    return [start + per_row * row for row in range(height)]


def last(channels: Mapping[str, Sequence[float | None] | float]) -> str:
    return str(classify(rows(channels))[-1])


OFF_BOTTOM = DRILLING | {"bit_depth": 1400.0, "weight_on_bit": 0.0}
PUMPS_OFF = {"flow_in": 0.0, "standpipe_pressure": 300.0, "rotary_speed": 0.0, "torque": 0.0}
ADVANCING = {"hole_depth": ramp(1500.0, 0.008), "bit_depth": ramp(1500.0, 0.008)}


@pytest.mark.parametrize(
    ("channels", "activity"),
    [
        (DRILLING | ADVANCING, Activity.DRILLING_ROTATING),
        (DRILLING | ADVANCING | {"rotary_speed": 0.0, "torque": 2.0}, Activity.DRILLING_SLIDING),
        (DRILLING, Activity.CIRCULATING),
        (OFF_BOTTOM, Activity.CIRCULATING),
        (OFF_BOTTOM | {"bit_depth": ramp(1400.0, 0.1)}, Activity.REAMING),
        (OFF_BOTTOM | {"bit_depth": ramp(1400.0, -0.1)}, Activity.BACK_REAMING),
        (OFF_BOTTOM | PUMPS_OFF | {"bit_depth": ramp(400.0, 0.5)}, Activity.TRIPPING_IN),
        (OFF_BOTTOM | PUMPS_OFF | {"bit_depth": ramp(400.0, -0.5)}, Activity.TRIPPING_OUT),
        (OFF_BOTTOM | PUMPS_OFF, Activity.STATIC),
        (OFF_BOTTOM | PUMPS_OFF | {"block_position": ramp(2.0, 0.3)}, Activity.CONNECTION),
        (OFF_BOTTOM | PUMPS_OFF | {"bit_depth": 0.0}, Activity.OUT_OF_HOLE),
    ],
)
def test_each_activity_is_known_by_its_signs(
    channels: dict[str, Sequence[float | None] | float], activity: Activity
) -> None:
    assert last(channels) == activity


def test_slips_are_seen_before_the_block_moves() -> None:
    pumping, stopped = [3_000.0] * 120, [0.0] * 60
    channels = OFF_BOTTOM | {
        "flow_in": pumping + stopped,
        "hook_load": [1200.0] * 120 + [650.0] * 60,
        "standpipe_pressure": [17_000.0] * 120 + [300.0] * 60,
    }
    assert last(channels) == Activity.CONNECTION


def test_a_dead_flow_meter_does_not_stop_the_pumps() -> None:
    assert last(DRILLING | ADVANCING | {"flow_in": 0.0}) == Activity.DRILLING_ROTATING


def test_trapped_pressure_is_no_pumping() -> None:
    assert last(OFF_BOTTOM | PUMPS_OFF | {"standpipe_pressure": 575.0}) == Activity.STATIC


@pytest.mark.parametrize(
    "absent", [{"bit_depth"}, {"hole_depth"}, {"flow_in", "standpipe_pressure"}]
)
def test_without_a_deciding_channel_the_activity_is_unknown(absent: set[str]) -> None:
    channels = {name: values for name, values in DRILLING.items() if name not in absent}
    assert set(classify(rows(channels))) == {Activity.UNKNOWN}


def test_drilling_without_a_sign_of_rotation_is_unknown() -> None:
    silent = {"rotary_speed", "torque"}
    channels = DRILLING | ADVANCING
    assert last({name: channels[name] for name in channels if name not in silent}) == "unknown"


def test_a_value_stands_for_a_minute_and_no_longer() -> None:
    flow: list[float | None] = [3_000.0] + [None] * 119
    found = classify(rows(OFF_BOTTOM | {"flow_in": flow, "standpipe_pressure": [None] * 120}))
    assert found[60] == Activity.CIRCULATING
    assert found[61] == Activity.UNKNOWN


def test_a_flagged_value_decides_nothing() -> None:
    frame = rows(DRILLING).with_columns(
        pl.lit(int(Quality.OUT_OF_RANGE), dtype=QUALITY).alias("bit_depth_quality")
    )
    assert set(classify(frame)) == {Activity.UNKNOWN}


def test_what_comes_later_changes_nothing() -> None:
    channels = OFF_BOTTOM | {"bit_depth": ramp(1400.0, 0.1, 90) + ramp(1409.0, -0.5, 90)}
    frame = rows(channels)
    assert classify(frame).head(100).equals(classify(frame.head(100)))


def test_a_frame_without_rows_has_no_activities() -> None:
    assert classify(rows(DRILLING).clear()).is_empty()


def volve(path: Path) -> pl.DataFrame:
    """The rows of a Volve drilling file as a frame."""
    with readers.unpack(path) as unpacked:
        (member,) = unpacked.members
        reading = readers.read(member.path, readers.ReadOptions(member.name))
    names = reading.channels
    table = reading.table.unique("time", keep="first").sort("time")
    return rows_of(table, {name: table[name] for name in names})


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "on_bottom", "pumps_off", "stands"),
    [
        ("TSPP2.csv.gz", 0.49, 0.124, 5),
        ("TSPP3.csv.gz", 0.61, 0.080, 6),
        ("TSPP4.csv.gz", 0.47, 0.047, 2),
    ],
)
def test_the_activities_of_the_volve_files_are_true(
    real_data: Path, name: str, on_bottom: float, pumps_off: float, stands: int
) -> None:
    frame = volve(real_data / "volve_drilling" / name)
    activity = classify(frame)
    rotating = activity == Activity.DRILLING_ROTATING
    advance = frame["hole_depth"].diff().fill_null(0.0)
    drilling = rotating | (activity == Activity.DRILLING_SLIDING)
    strict = frame.select(
        (pl.col("hole_depth") - pl.col("bit_depth") < 0.15)
        & (pl.col("rotary_speed") > 20)
        & (pl.col("flow_in") > 1000)
        & (pl.col("rate_of_penetration") > 1)
    ).to_series()
    quiet = [Activity.CONNECTION, Activity.STATIC, Activity.TRIPPING_IN, Activity.TRIPPING_OUT]

    assert strict.mean() == pytest.approx(on_bottom, abs=0.01)
    assert rotating.filter(strict).mean() == pytest.approx(1.0, abs=0.02)
    assert float(advance.filter(drilling).sum()) >= 0.96 * float(advance.sum())
    assert (activity.is_in(quiet) & (frame["flow_in"] < 50)).mean() == pytest.approx(
        pumps_off, abs=0.03
    )
    assert connections(frame["time"], activity) == stands


def connections(times: pl.Series, activity: pl.Series) -> int:
    """Connections of at least 200 s, pauses of a minute in them ignored."""
    spells = (
        pl.DataFrame({"time": times, "activity": activity})
        .filter(pl.col("activity") == Activity.CONNECTION)
        .with_columns(
            spell=(pl.col("time").diff() > timedelta(minutes=2)).fill_null(False).cum_sum()
        )
        .group_by("spell")
        .agg(length=pl.col("time").max() - pl.col("time").min())
    )
    return spells.filter(pl.col("length") >= timedelta(seconds=200)).height
