"""What validation marks, and that a day beside its history equals a stream."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

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

    alone = validate(later, history=history_before(START.date(), earlier)).frame

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
