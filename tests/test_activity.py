"""The activity of a rig, on rows made by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import polars as pl
import pytest

from idrill.activity import (
    ActivityThresholds,
    classify,
    connections,
    learn_thresholds,
    metres_gained,
    rotating,
)
from idrill.errors import InvalidThresholds
from idrill.frame import ORIGIN, QUALITY, TIME, Activity, Quality, quality_of

START = datetime(2026, 2, 1, tzinfo=UTC)

Channels = Mapping[str, Sequence[float | None] | float]

DRILLING: Mapping[str, float] = {
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


def rows(channels: Channels, seconds: int = 1) -> pl.DataFrame:
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


def last(channels: Channels) -> str:
    return str(classify(rows(channels))[-1])


OFF_BOTTOM: Channels = {**DRILLING, "bit_depth": 1400.0, "weight_on_bit": 0.0}
PUMPS_OFF: Channels = {
    "flow_in": 0.0,
    "standpipe_pressure": 300.0,
    "rotary_speed": 0.0,
    "torque": 0.0,
}
ADVANCING: Channels = {"hole_depth": ramp(1500.0, 0.008), "bit_depth": ramp(1500.0, 0.008)}


@pytest.mark.parametrize(
    ("channels", "activity"),
    [
        ({**DRILLING, **ADVANCING}, Activity.DRILLING_ROTATING),
        ({**DRILLING, **ADVANCING, "rotary_speed": 0.0, "torque": 2.0}, Activity.DRILLING_SLIDING),
        (DRILLING, Activity.CIRCULATING),
        (OFF_BOTTOM, Activity.CIRCULATING),
        ({**OFF_BOTTOM, "bit_depth": ramp(1400.0, 0.1)}, Activity.REAMING),
        ({**OFF_BOTTOM, "bit_depth": ramp(1400.0, -0.1)}, Activity.BACK_REAMING),
        ({**OFF_BOTTOM, **PUMPS_OFF, "bit_depth": ramp(400.0, 0.5)}, Activity.TRIPPING_IN),
        ({**OFF_BOTTOM, **PUMPS_OFF, "bit_depth": ramp(400.0, -0.5)}, Activity.TRIPPING_OUT),
        ({**OFF_BOTTOM, **PUMPS_OFF}, Activity.STATIC),
        ({**OFF_BOTTOM, **PUMPS_OFF, "block_position": ramp(2.0, 0.3)}, Activity.CONNECTION),
        ({**OFF_BOTTOM, **PUMPS_OFF, "bit_depth": 0.0}, Activity.OUT_OF_HOLE),
    ],
)
def test_each_activity_is_known_by_its_signs(channels: Channels, activity: Activity) -> None:
    assert last(channels) == activity


def test_slips_are_seen_before_the_block_moves() -> None:
    pumping, stopped = [3_000.0] * 120, [0.0] * 60
    channels = {
        **OFF_BOTTOM,
        "flow_in": pumping + stopped,
        "hook_load": [1200.0] * 120 + [650.0] * 60,
        "standpipe_pressure": [17_000.0] * 120 + [300.0] * 60,
    }
    assert last(channels) == Activity.CONNECTION


def test_a_dead_flow_meter_does_not_stop_the_pumps() -> None:
    assert last({**DRILLING, **ADVANCING, "flow_in": 0.0}) == Activity.DRILLING_ROTATING


def test_trapped_pressure_is_no_pumping() -> None:
    assert last({**OFF_BOTTOM, **PUMPS_OFF, "standpipe_pressure": 575.0}) == Activity.STATIC


@pytest.mark.parametrize(
    "absent", [{"bit_depth"}, {"hole_depth"}, {"flow_in", "standpipe_pressure"}]
)
def test_without_a_deciding_channel_the_activity_is_unknown(absent: set[str]) -> None:
    channels = {name: values for name, values in DRILLING.items() if name not in absent}
    assert set(classify(rows(channels))) == {Activity.UNKNOWN}


def test_drilling_without_a_sign_of_rotation_is_unknown() -> None:
    silent = {"rotary_speed", "torque"}
    channels: Channels = {**DRILLING, **ADVANCING}
    assert last({name: channels[name] for name in channels if name not in silent}) == "unknown"


def test_a_value_stands_for_a_minute_and_no_longer() -> None:
    flow: list[float | None] = [3_000.0] + [None] * 119
    found = classify(rows({**OFF_BOTTOM, "flow_in": flow, "standpipe_pressure": [None] * 120}))
    assert found[60] == Activity.CIRCULATING
    assert found[61] == Activity.UNKNOWN


def test_a_flagged_value_decides_nothing() -> None:
    frame = rows(DRILLING).with_columns(
        pl.lit(int(Quality.OUT_OF_RANGE), dtype=QUALITY).alias("bit_depth_quality")
    )
    assert set(classify(frame)) == {Activity.UNKNOWN}


def test_what_comes_later_changes_nothing() -> None:
    channels: Channels = {**OFF_BOTTOM, "bit_depth": ramp(1400.0, 0.1, 90) + ramp(1409.0, -0.5, 90)}
    frame = rows(channels)
    assert classify(frame).head(100).equals(classify(frame.head(100)))


def test_a_frame_without_rows_has_no_activities() -> None:
    assert classify(rows(DRILLING).clear()).is_empty()


def test_flow_between_the_limit_and_its_half_counts_as_what_it_was() -> None:
    falling, rising = [3_000.0] * 60 + [35.0] * 20, [0.0] * 60 + [35.0] * 20
    channels: Channels = {**OFF_BOTTOM, "standpipe_pressure": 300.0}
    assert last({**channels, "flow_in": falling}) == Activity.CIRCULATING
    assert last({**channels, "flow_in": rising}) == Activity.STATIC


def test_an_activity_is_reported_once_it_has_lasted() -> None:
    flow = [3_000.0] * 60 + [0.0] * 3 + [3_000.0] * 60
    found = classify(rows({**OFF_BOTTOM, "flow_in": flow, "standpipe_pressure": [300.0] * 123}))
    assert set(found) == {Activity.CIRCULATING}


def test_a_hole_that_grows_under_weight_is_drilled_wherever_the_bit_is_read() -> None:
    shallow = {**DRILLING, **ADVANCING, "bit_depth": ramp(1499.0, 0.008)}
    assert last(shallow) == Activity.DRILLING_ROTATING
    assert last({**shallow, "weight_on_bit": 0.0}) == Activity.REAMING


def test_picking_up_off_bottom_is_no_back_reaming() -> None:
    lifted = [*ramp(1500.0, -0.2, 3), *[1499.4] * 60]
    found = classify(rows({**DRILLING, "bit_depth": [1500.0] * 60 + lifted}))
    assert Activity.BACK_REAMING not in set(found)


def test_a_string_that_heaves_does_not_trip() -> None:
    heave = [1400.0 + 0.3 * (1 if row % 8 < 4 else -1) for row in range(240)]
    found = classify(rows({**OFF_BOTTOM, **PUMPS_OFF, "bit_depth": heave}))
    assert set(found[60:]) == {Activity.STATIC}


def test_working_the_string_near_bottom_with_the_pumps_on_is_circulating() -> None:
    channels: Channels = {
        **DRILLING,
        "bit_depth": ramp(1480.0, 0.1),
        "rotary_speed": 0.0,
        "torque": 0.0,
    }
    assert last(channels) == Activity.CIRCULATING
    assert last({**channels, "bit_depth": ramp(900.0, 0.1)}) == Activity.TRIPPING_IN


def test_zero_offsets_count_from_the_reading_at_rest() -> None:
    at_rest = ActivityThresholds(flow_at_rest=80.0, rotary_speed_at_rest=4.0)
    frame = rows({**OFF_BOTTOM, **PUMPS_OFF, "flow_in": 90.0, "rotary_speed": 5.0})
    assert set(classify(frame, at_rest)) == {Activity.STATIC}
    assert set(classify(frame)) == {Activity.CIRCULATING}
    assert not rotating(frame, at_rest).any()
    assert rotating(frame).all()


def test_the_slips_hold_the_string_for_hours_once_their_load_is_known() -> None:
    hours = rows({**OFF_BOTTOM, **PUMPS_OFF, "hook_load": [650.0] * 7200})
    known = ActivityThresholds(slips_load=640.0)
    assert classify(hours, known)[-1] == Activity.CONNECTION
    assert classify(hours)[-1] == Activity.STATIC


def test_slips_are_seen_while_the_pumps_run_down() -> None:
    channels: Channels = {
        **OFF_BOTTOM,
        "hook_load": [1200.0] * 60 + [700.0] * 60,
        "rotary_speed": 0.0,
    }
    known = ActivityThresholds(slips_load=640.0)
    assert classify(rows(channels), known)[-1] == Activity.CONNECTION


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_limit_that_is_no_number_is_refused_by_its_name(value: float) -> None:
    with pytest.raises(InvalidThresholds, match="on_bottom"):
        ActivityThresholds(on_bottom=value)


def test_limits_come_back_from_storage_as_they_were() -> None:
    learned = ActivityThresholds(slips_load=641.25, stand=28.7, torque_at_rest=-0.1)
    assert ActivityThresholds.from_json(learned.as_json()) == learned


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "no stored limits"),
        ("[1]", "no stored limits"),
        ('{"slip": 1}', "slip"),
        ('{"flow": "much"}', "flow"),
    ],
)
def test_a_text_that_holds_no_limits_is_refused(text: str, problem: str) -> None:
    with pytest.raises(InvalidThresholds, match=problem):
        ActivityThresholds.from_json(text)


STAND = 30
"""Length of the stands of the day made by hand [m], drilled at a metre in half a minute."""


def stands(count: int) -> pl.DataFrame:
    """Stands drilled one after the other: 900 s of drilling, 60 s of waiting, 300 s in slips."""
    drilled = [STAND / 900.0] * 900 + [0.0] * 360
    depth = [1500.0 + grown for grown in accumulate(drilled * count)]
    block = [*ramp(32.0, -STAND / 900.0, 900), *[2.0] * 210, *ramp(2.0, 0.5, 60), *[32.0] * 90]
    in_slips = [False] * 960 + [True] * 300
    busy = [True] * 930 + [False] * 330
    return rows(
        {
            "hole_depth": depth,
            "bit_depth": depth,
            "block_position": block * count,
            "hook_load": [650.0 if held else 1200.0 for held in in_slips] * count,
            "weight_on_bit": [80.0 if each else 0.0 for each in drilled] * count,
            "rotary_speed": [120.0 if each else 0.5 for each in busy] * count,
            "torque": [9.0 if each else -0.2 for each in busy] * count,
            "standpipe_pressure": [17_000.0 if each else 420.0 for each in busy] * count,
            "flow_in": [3_000.0 if each else 12.0 for each in busy] * count,
        }
    )


def test_offsets_slips_load_and_stand_are_learned() -> None:
    learned = learn_thresholds(stands(4))
    assert learned.pressure_at_rest == 420.0
    assert learned.flow_at_rest == 12.0
    assert learned.torque_at_rest == -0.2
    assert learned.rotary_speed_at_rest == 0.5
    assert learned.slips_load == 650.0
    assert learned.stand == pytest.approx(STAND, abs=0.1)
    assert learned.dead_flow_pressure == (17_000.0 - 420.0) / 2


def test_what_little_evidence_there_is_leaves_the_defaults() -> None:
    assert learn_thresholds(rows({**DRILLING, **ADVANCING})) == ActivityThresholds()
    assert learn_thresholds(rows(DRILLING).clear()) == ActivityThresholds()


def test_what_little_evidence_there_is_leaves_what_was_learned_before() -> None:
    before = learn_thresholds(stands(4))
    assert learn_thresholds(rows({**DRILLING, **ADVANCING}), before) == before
    lighter = stands(4).with_columns(hook_load=pl.col("hook_load") - 100.0)
    assert learn_thresholds(lighter.drop("torque", "torque_quality"), before) == replace(
        before, slips_load=550.0
    )


def test_faulty_values_teach_nothing() -> None:
    frame = stands(4)
    spoilt = frame.with_columns(
        hook_load=pl.when(pl.int_range(pl.len()) % 7 == 0).then(0.0).otherwise("hook_load"),
        hook_load_quality=pl.when(pl.int_range(pl.len()) % 7 == 0)
        .then(int(Quality.OUT_OF_RANGE))
        .otherwise(0)
        .cast(QUALITY),
    )
    assert learn_thresholds(spoilt).slips_load == learn_thresholds(frame).slips_load


def test_connections_are_found_with_their_slips_and_metres() -> None:
    found = connections(stands(4))
    assert found["slips"].to_list() == [300.0] * 3
    assert found["stand"].to_list() == pytest.approx([STAND] * 3, abs=0.1)
    assert found["metres"].to_list()[1:] == pytest.approx([STAND] * 2, abs=0.1)
    assert found["start"][0] == START + timedelta(seconds=960)


def test_a_connection_that_the_rows_cut_is_left_out() -> None:
    frame = stands(3)
    assert connections(frame.slice(1000), learn_thresholds(frame)).height == 1
    assert connections(frame.head(1100), learn_thresholds(frame)).is_empty()


def test_where_no_slips_load_can_be_learned_no_connection_is_found() -> None:
    found = connections(rows({**DRILLING, **ADVANCING}))
    assert found.is_empty()
    assert found.columns == ["start", "end", "slips", "stand", "depth", "metres"]


def test_slips_without_a_stand_added_are_no_connection() -> None:
    load = [1200.0] * 300 + [650.0] * 300 + [1200.0] * 300
    frame = rows({**OFF_BOTTOM, **PUMPS_OFF, "bit_depth": 1499.0, "hook_load": load})
    assert connections(frame, ActivityThresholds(slips_load=640.0)).is_empty()


def test_the_metres_of_all_activities_add_up_to_the_hole() -> None:
    frame = stands(3).with_columns(
        hole_depth=pl.when(pl.int_range(pl.len()) % 5 > 0).then("hole_depth")
    )
    gained = metres_gained(frame.with_columns(classify(frame)))
    seen = frame["hole_depth"].drop_nulls()
    assert gained["metres"].sum() == pytest.approx(seen[-1] - seen[0], abs=1e-9)
    assert gained["activity"][0] == Activity.DRILLING_ROTATING
    assert gained["metres"][0] >= 0.99 * (seen[-1] - seen[0])


@pytest.mark.parametrize("cut", range(1000, 3700, 137))
@pytest.mark.parametrize("slips_load", [None, 640.0])
def test_fifteen_minutes_of_history_are_all_that_is_needed(
    cut: int, slips_load: float | None
) -> None:
    frame, known = stands(3), ActivityThresholds(slips_load=slips_load)
    begins = frame["time"][cut] - timedelta(minutes=15)
    late = frame.filter(pl.col("time") >= begins)
    whole = classify(frame, known).slice(cut)
    assert whole.equals(classify(late, known).tail(frame.height - cut))


def test_what_the_load_was_while_pumping_is_forgotten_within_fifteen_minutes() -> None:
    waits: Channels = {"flow_in": [3_000.0] * 200 + [0.0] * 1000, "standpipe_pressure": 300.0}
    load = [1200.0] * 200 + [1000.0] * 1000
    frame = rows({**OFF_BOTTOM, **waits, "hook_load": load, "rotary_speed": 0.0, "torque": 0.0})
    found = classify(frame)

    assert found[600] == Activity.CONNECTION
    assert found[199 + 900] == Activity.STATIC
