"""What validation marks, and that a day beside its history equals a stream."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from idrill.activity import ActivityThresholds
from idrill.dvr.report import ChannelReport
from idrill.dvr.validation import history_before, validate
from idrill.errors import FrameError
from idrill.frame import ORIGIN, QUALITY, TIME, Quality, channels_in, quality_of

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


def bits(frame: pl.DataFrame, channel: str, history: pl.DataFrame | None = None) -> list[int]:
    return validate(frame, history=history).frame[quality_of(channel)].to_list()


def report_of(frame: pl.DataFrame, channel: str) -> ChannelReport:
    (found,) = [each for each in validate(frame).report.channels if each.channel == channel]
    return found


def test_a_value_beyond_its_limits_is_out_of_range_and_stays_as_it_is() -> None:
    values = [5.0, 401.0, -2.1, float("nan"), float("inf"), 400.0]
    frame = a_frame(range(6), {"rotary_speed": values})

    validated = validate(frame).frame

    outside = int(Quality.OUT_OF_RANGE)
    assert validated["rotary_speed_quality"].to_list() == [0, outside, outside, outside, outside, 0]
    assert validated["rotary_speed"].equals(frame["rotary_speed"])


def test_bits_that_are_there_stay() -> None:
    suspect = int(Quality.UNIT_SUSPECT)
    frame = a_frame([0, 1], {"torque": [5.0, 999.0]}, {"torque": [suspect, suspect]})
    assert bits(frame, "torque") == [suspect, suspect | Quality.OUT_OF_RANGE]


def test_a_slower_channel_is_not_missing_between_its_values() -> None:
    pits = [50.0 if second % 30 == 0 else None for second in range(0, 600, 3)]
    frame = a_frame(range(0, 600, 3), {"hook_load": [900.0] * 200, "pit_volume_total": pits})

    report = report_of(frame, "pit_volume_total")

    assert report.flagged == {}
    assert report.values == 20
    assert report.coverage == pytest.approx(615 / 86_400)


def test_a_null_is_missing_once_one_and_a_half_intervals_have_passed() -> None:
    torque = [5.0] * 60 + [None] * 4 + [5.0] * 6
    found = bits(a_frame(range(70), {"torque": torque}), "torque")
    assert found[60:64] == [0, Quality.MISSING, Quality.MISSING, Quality.MISSING]
    assert sum(found) == 3 * Quality.MISSING


def test_alternating_clock_steps_leave_nothing_missing() -> None:
    seconds = np.cumsum([3, 3, 3, 3, 2] * 40).tolist()
    frame = a_frame(seconds, {"torque": [5.0] * 200})
    assert bits(frame, "torque") == [0] * 200


def test_the_first_value_after_a_gap_is_marked() -> None:
    seconds = [*range(60), *range(130, 160)]
    found = bits(a_frame(seconds, {"torque": [5.0] * 90}), "torque")
    assert found[60] == Quality.GAP
    assert sum(found) == Quality.GAP


def test_an_interruption_of_less_than_a_minute_is_no_gap() -> None:
    seconds = [*range(60), *range(118, 148)]
    assert bits(a_frame(seconds, {"torque": [5.0] * 90}), "torque") == [0] * 90


def test_ten_intervals_of_a_slow_channel_are_no_gap_though_longer_than_a_minute() -> None:
    seconds = [*range(0, 300, 30), *range(540, 900, 30)]
    frame = a_frame(seconds, {"pit_volume_total": [50.0] * len(seconds)})
    assert bits(frame, "pit_volume_total") == [0] * len(seconds)


def test_the_first_value_of_a_rig_follows_no_gap_but_that_of_a_silent_channel_does() -> None:
    late = [None] * 100 + [50.0] * 20
    frame = a_frame(range(0, 1200, 10), {"torque": [5.0] * 120, "flow_in": late})
    assert bits(frame, "torque") == [0] * 120
    assert bits(frame, "flow_in")[100] == Quality.GAP


def test_a_day_after_silence_begins_with_a_gap() -> None:
    frame = a_frame(range(10), {"torque": [5.0] * 10})
    assert bits(frame, "torque", history=frame.clear())[0] == Quality.GAP


def two_days(seed: int) -> pl.DataFrame:
    """40 minutes around midnight: two joined sources, dropouts, gaps, a bit that moves."""
    random = np.random.default_rng(seed)
    seconds = np.unique(np.concatenate([np.arange(-1200, 1200, 3), np.arange(-1199, 1200, 5)]))
    gap = random.integers(-1100, 1000)
    seconds = seconds[(seconds < gap) | (seconds > gap + random.integers(5, 700))]

    def some(values: np.ndarray, every: int, dropout: float) -> list[float | None]:
        gone = (seconds % every != 0) | (random.random(len(seconds)) < dropout)
        start = random.integers(-1200, 1200)
        gone |= (seconds > start) & (seconds < start + random.integers(10, 900))
        return [None if away else float(value) for value, away in zip(values, gone, strict=True)]

    wave = np.sin(seconds / 90)
    return a_frame(
        seconds.tolist(),
        {
            "hole_depth": some(1500 + seconds * 0.005, 3, 0.01),
            "bit_depth": some(1500 + seconds * 0.005 - np.clip(wave, 0, 1) * 20, 3, 0.02),
            "hook_load": some(np.where(wave > 0.7, 650.0, 1200.0), 3, 0.05),
            "rotary_speed": some(np.where(wave > 0.5, 0.0, 120.0), 5, 0.1),
            "flow_in": some(np.where(wave > 0.6, 0.0, 3000.0), 5, 0.1),
            "pit_volume_total": some(50 + wave, 30, 0.2),
            "annular_pressure": some(np.where(wave > 0, 3e5, 2e4), 90, 0.1),
        },
    )


@pytest.mark.parametrize("seed", range(20))
def test_a_day_with_its_history_equals_both_days_in_one_go(seed: int) -> None:
    both = two_days(seed)
    earlier, later = (both.filter((pl.col("time") >= START) == side) for side in (False, True))

    history, left = history_before(START.date(), earlier), validate(earlier).thresholds
    alone = validate(later, history=history, thresholds=left).frame

    together = validate(both).frame.filter(pl.col("time") >= START)
    assert alone.equals(together)
    assert sum(together[quality_of(name)].sum() for name in channels_in(together.columns)) > 0


def test_without_its_history_the_day_would_differ() -> None:
    differ = 0
    for seed in range(20):
        both = two_days(seed)
        together = validate(both).frame.filter(pl.col("time") >= START)
        differ += not validate(both.filter(pl.col("time") >= START)).frame.equals(together)
    assert differ > 10


def test_the_history_of_a_day_is_the_end_of_the_day_before() -> None:
    earlier = a_frame([-901, -900, -1, 0], {"torque": [1.0, 2.0, 3.0, 4.0]})
    history = history_before(date(2026, 2, 1), earlier)
    assert history is not None
    assert history["torque"].to_list() == [2.0, 3.0]


def test_an_empty_day_before_is_no_history() -> None:
    assert history_before(date(2026, 2, 1), a_frame([], {})) is None


def test_a_repeated_instant_is_refused() -> None:
    with pytest.raises(FrameError, match="stands twice"):
        validate(a_frame([0, 1, 1], {"torque": [1.0, 2.0, 3.0]}))


def test_backward_time_is_refused() -> None:
    with pytest.raises(FrameError, match="not sorted"):
        validate(a_frame([0, 2, 1], {"torque": [1.0, 2.0, 3.0]}))


def test_two_rigs_at_once_are_refused() -> None:
    one = a_frame([0, 1], {"torque": [1.0, 2.0]})
    with pytest.raises(FrameError, match="more than one rig"):
        validate(pl.concat([one, one.with_columns(rig_id=pl.lit("RIG_02"))]))


def test_a_history_that_overlaps_the_day_is_refused() -> None:
    frame = a_frame([0, 1, 2], {"torque": [1.0, 2.0, 3.0]})
    with pytest.raises(FrameError, match="before the frame"):
        validate(frame, history=frame.head(2))


def test_the_report_counts_rows_values_and_bits() -> None:
    torque = [5.0] * 50 + [999.0] * 10 + [None] * 40
    frame = a_frame(range(100), {"torque": torque, "hook_load": [900.0] * 100})

    report = validate(frame).report

    assert report_of(frame, "torque").flagged == {"out_of_range": 10, "missing": 39}
    assert report.usable_share == pytest.approx(150 / 160)
    assert report.activity == {"unknown": 100}
    assert report.as_metadata()["flagged/out_of_range"] == 10


def test_a_frame_without_rows_is_valid() -> None:
    validated = validate(a_frame([], {"torque": []}))
    assert validated.frame.columns[-1] == "activity"
    assert validated.report.rows == 0
    assert validated.report.coverage == 0.0


def test_a_channel_without_any_value_is_missing_and_has_no_score() -> None:
    frame = a_frame(range(300), {"torque": [5.0] * 300, "flow_in": [None] * 300})

    report = report_of(frame, "flow_in")

    assert report.values == report.usable == 0
    assert report.coverage == 0.0
    assert set(report.scores.values()) == {0.0}
    found = bits(frame, "flow_in")
    assert found[-1] == Quality.MISSING
    assert found[0] == Quality.GOOD
    assert bits(frame, "torque") == [0] * 300


def test_a_frame_whose_channels_are_all_without_values_is_valid() -> None:
    validated = validate(a_frame(range(600), {"torque": [None] * 600, "hole_depth": [None] * 600}))
    assert set(validated.frame["activity"]) == {"unknown"}
    assert validated.report.usable_share == 1.0
    assert validated.report.coverage == 0.0
    assert validated.thresholds == ActivityThresholds()


def test_a_frame_without_channels_is_valid() -> None:
    validated = validate(a_frame(range(3), {}))
    assert validated.frame.columns == ["rig_id", "time", "origin", "activity"]
    assert validated.report.channels == ()


@pytest.mark.parametrize("value", [5.0, None, float("nan")])
def test_a_single_row_is_judged_by_its_range_alone(value: float | None) -> None:
    frame = a_frame([0], {"torque": [value]})
    outside = 0 if value is None or value == 5.0 else int(Quality.OUT_OF_RANGE)
    assert bits(frame, "torque") == [outside]
    assert validate(frame).frame["activity"].to_list() == ["unknown"]


def test_values_that_are_no_numbers_say_nothing_of_the_others() -> None:
    sound = [40.0 + row % 7 / 10 for row in range(300)]
    spoilt = [float("nan") if row % 3 == 1 else value for row, value in enumerate(sound)]
    endless = [float("-inf") if row % 5 == 2 else value for row, value in enumerate(sound)]

    frame = a_frame(range(300), {"mud_temperature_in": spoilt, "mud_temperature_out": endless})
    validated = validate(frame)

    for name in ("mud_temperature_in", "mud_temperature_out"):
        wrong = validated.frame[quality_of(name)].to_list()
        finite = [bit for bit, value in zip(wrong, frame[name], strict=True) if abs(value) < 1e9]
        assert set(finite) == {0}
        assert wrong.count(int(Quality.OUT_OF_RANGE)) == 300 - len(finite)
    shown = validated.report.as_metadata()
    assert all(value == value for value in shown.values())
    assert validated.frame["mud_temperature_in"].equals(frame["mud_temperature_in"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (pl.lit(1.0).alias("mood"), "columns that no frame has: mood"),
        (pl.lit(1.0).alias("mood_quality"), "columns that no frame has: mood_quality"),
        (pl.col("torque").cast(pl.String), "column 'torque' is String, not Float64"),
        (pl.col("time").dt.replace_time_zone(None), "column 'time' is Datetime"),
        (pl.lit(None, pl.String).alias("rig_id"), "a row has no rig_id"),
        (pl.lit(None, TIME).alias("time"), "a row has no time"),
    ],
)
def test_a_table_that_is_no_frame_is_refused_with_the_reason(change: pl.Expr, message: str) -> None:
    frame = a_frame([0, 1], {"torque": [1.0, 2.0]}).with_columns(change)
    with pytest.raises(FrameError, match=message):
        validate(frame)


def test_a_channel_without_its_quality_is_refused() -> None:
    with pytest.raises(FrameError, match="'torque_quality' is missing"):
        validate(a_frame([0, 1], {"torque": [1.0, 2.0]}).drop("torque_quality"))


def test_bits_that_are_absent_are_good() -> None:
    frame = a_frame([0, 1], {"torque": [1.0, 999.0]}).with_columns(
        torque_quality=pl.lit(None, dtype=QUALITY)
    )
    assert bits(frame, "torque") == [0, int(Quality.OUT_OF_RANGE)]
