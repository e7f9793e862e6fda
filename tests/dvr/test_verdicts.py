"""Each rule finds what it is for, and leaves alone what only looks like it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from idrill.dvr.validation import validate
from idrill.frame import ORIGIN, QUALITY, TIME, Quality, quality_of

START = datetime(2026, 2, 1, tzinfo=UTC)
EVERY = 4
"""[s]"""

ROWS = 400

Values = NDArray[np.float64]


def drilling(**changed: Values) -> pl.DataFrame:
    """A rig that drills at 30 m/h, a row every 4 s, with other values where they are given."""
    random = np.random.default_rng(1)
    hole = 1500.0 + np.arange(ROWS) * EVERY * 30.0 / 3600.0
    channels = {
        "hole_depth": hole,
        "bit_depth": hole,
        "block_position": 30.0 - (hole - 1500.0),
        "hook_load": 1200.0 + 3.0 * random.standard_normal(ROWS),
        "rotary_speed": np.full(ROWS, 120.0),
        "torque": 9.0 + 0.3 * random.standard_normal(ROWS),
        "standpipe_pressure": 15_000.0 + 60.0 * random.standard_normal(ROWS),
        "flow_in": np.full(ROWS, 3500.0),
    }
    return a_frame(channels | changed)


def a_frame(channels: Mapping[str, Values]) -> pl.DataFrame:
    rows = len(next(iter(channels.values())))
    return pl.DataFrame(
        {
            "rig_id": pl.repeat("RIG_01", rows, eager=True),
            "time": pl.Series(
                [START + timedelta(seconds=EVERY * row) for row in range(rows)], dtype=TIME
            ),
            "origin": pl.repeat("file", rows, dtype=ORIGIN, eager=True),
            **{name: pl.Series(values).fill_nan(None) for name, values in channels.items()},
            **{
                quality_of(name): pl.repeat(0, rows, dtype=QUALITY, eager=True) for name in channels
            },
        }
    )


def marked(frame: pl.DataFrame, name: str, bit: Quality) -> list[int]:
    """The rows with this bit."""
    quality = validate(frame).frame[quality_of(name)].to_numpy()
    return [int(row) for row in np.flatnonzero(quality & int(bit))]


def sound(name: str) -> Values:
    return drilling()[name].to_numpy().copy()


@pytest.mark.parametrize("rows", [[300], [300, 301]])
def test_one_or_two_values_that_stand_out_are_a_spike(rows: list[int]) -> None:
    load = sound("hook_load")
    load[rows] += 300.0
    assert marked(drilling(hook_load=load), "hook_load", Quality.SPIKE) == rows


def test_a_step_and_a_peak_of_three_values_are_no_spike() -> None:
    load = sound("hook_load")
    load[200:203] += 300.0
    load[300:] += 300.0
    assert marked(drilling(hook_load=load), "hook_load", Quality.SPIKE) == []


def test_a_peak_is_no_spike_where_the_rig_does_not_drill() -> None:
    torque = np.full(400, 0.3)
    torque[300] = 40.0
    still = drilling(torque=torque, flow_in=np.zeros(400), standpipe_pressure=np.full(400, 200.0))
    assert marked(still, "torque", Quality.SPIKE) == []


def test_a_pump_start_and_setting_the_slips_are_sound() -> None:
    pressure, load = sound("standpipe_pressure"), sound("hook_load")
    flow, hole = sound("flow_in"), sound("hole_depth")
    pressure[:200], load[:200], flow[:200], hole[:200] = 300.0, 600.0, 0.0, hole[200]
    frame = drilling(standpipe_pressure=pressure, hook_load=load, flow_in=flow, hole_depth=hole)
    validated = validate(frame).frame
    assert validated["standpipe_pressure_quality"].sum() == 0
    assert validated["hook_load_quality"].sum() == 0


def test_of_a_lasting_jump_of_depth_the_first_value_is_too_fast() -> None:
    bit = sound("bit_depth")
    bit[300:] -= 100.0
    assert marked(drilling(bit_depth=bit), "bit_depth", Quality.TOO_FAST) == [300]


def test_the_value_after_a_lone_wrong_one_is_not_blamed() -> None:
    bit = sound("bit_depth")
    bit[300] = 3.0
    assert marked(drilling(bit_depth=bit), "bit_depth", Quality.TOO_FAST) == [300]


def test_values_in_another_unit_are_suspect_for_five_minutes_or_until_they_jump_back() -> None:
    back, on = sound("hook_load"), sound("hook_load")
    back[200:230] *= 0.22481
    on[200:] *= 0.22481
    suspect = Quality.UNIT_SUSPECT
    assert marked(drilling(hook_load=back), "hook_load", suspect) == list(range(200, 230))
    assert marked(drilling(hook_load=on), "hook_load", suspect) == list(range(200, 276))


def test_a_load_that_halves_is_in_no_other_unit() -> None:
    load = sound("hook_load")
    load[200:] *= 0.5
    assert marked(drilling(hook_load=load), "hook_load", Quality.UNIT_SUSPECT) == []


def test_a_load_that_repeats_while_drilling_is_frozen_after_half_a_minute() -> None:
    load = sound("hook_load")
    load[200:300] = load[200]
    assert marked(drilling(hook_load=load), "hook_load", Quality.FROZEN) == list(range(208, 300))


def test_a_load_that_has_stood_for_long_is_frozen_whatever_came_before() -> None:
    frame = drilling(hook_load=np.full(400, 1200.0))
    found = marked(frame, "hook_load", Quality.FROZEN)
    assert found == list(range(found[0], ROWS))
    assert 75 <= found[0] <= 91


def test_what_is_held_set_quantised_or_at_rest_is_not_frozen() -> None:
    random = np.random.default_rng(2)
    rate = np.repeat(random.uniform(10.0, 40.0, 20), 20)
    frame = drilling(
        torque=np.round(sound("torque")),
        rate_of_penetration=rate,
        weight_on_bit=np.zeros(400),
        total_gas=np.repeat(np.round(random.random(20), 2), 20),
    )
    for name in ("torque", "rate_of_penetration", "weight_on_bit", "rotary_speed", "total_gas"):
        assert marked(frame, name, Quality.FROZEN) == []


def test_a_load_that_stands_in_slips_is_not_frozen() -> None:
    still = drilling(
        hook_load=np.full(400, 600.0),
        flow_in=np.zeros(400),
        standpipe_pressure=np.full(400, 200.0),
        hole_depth=np.full(400, 1500.0),
        bit_depth=np.full(400, 1490.0),
    )
    assert marked(still, "hook_load", Quality.FROZEN) == []


@pytest.mark.parametrize("name", ["bit_depth", "block_position"])
def test_a_depth_that_stands_while_the_hole_grows_is_frozen(name: str) -> None:
    values = sound(name)
    values[200:300] = values[200]
    found = marked(drilling(**{name: values}), name, Quality.FROZEN)
    assert 228 <= found[0] <= 232
    assert found[-1] == 299


@pytest.mark.parametrize(("pressure", "frozen"), [(15_000.0, True), (430.0, False)])
def test_a_bit_that_stands_while_the_block_goes_is_frozen_where_the_pumps_do_run(
    pressure: float, frozen: bool
) -> None:
    frame = drilling(
        hole_depth=np.full(ROWS, 1500.0),
        bit_depth=np.full(ROWS, 1480.0),
        block_position=10.0 + 15.0 * np.abs(np.sin(np.arange(ROWS) / 20.0)),
        rotary_speed=np.full(ROWS, 25.0),
        standpipe_pressure=np.full(ROWS, pressure),
        flow_in=np.full(ROWS, 80.0),
    )
    assert bool(marked(frame, "bit_depth", Quality.FROZEN)) is frozen


def test_a_bit_below_the_hole_is_impossible_but_for_zero_offsets() -> None:
    bit = sound("bit_depth")
    bit[100:200] += 0.04
    bit[300:] += 0.2
    found = marked(drilling(bit_depth=bit), "bit_depth", Quality.IMPOSSIBLE)
    assert found == list(range(300, 400))


def test_a_hole_that_stands_while_the_bit_goes_below_it_is_to_blame() -> None:
    hole = sound("hole_depth")
    hole[200:300] = hole[200]
    frame = drilling(hole_depth=hole)
    found = marked(frame, "hole_depth", Quality.IMPOSSIBLE)
    assert found[-1] == 299
    assert len(found) > 80


def test_a_hole_that_grows_with_the_bit_off_bottom_is_impossible() -> None:
    frame = drilling(bit_depth=sound("bit_depth") - 5.0)
    assert len(marked(frame, "hole_depth", Quality.IMPOSSIBLE)) > 350


def test_drilling_under_pressure_without_flow_is_impossible() -> None:
    flow = sound("flow_in")
    flow[200:300] = 0.0
    found = marked(drilling(flow_in=flow), "flow_in", Quality.IMPOSSIBLE)
    assert found == list(range(found[0], 300))
    assert found[0] <= 216


def test_zeros_of_a_load_are_no_measurement_after_a_minute() -> None:
    load = sound("hook_load")
    load[200:300] = 0.0
    found = marked(drilling(hook_load=load), "hook_load", Quality.SENTINEL)
    assert found == list(range(215, 300))


def test_zeros_of_torque_are_no_measurement_after_ten_minutes_of_drilling() -> None:
    found = marked(drilling(torque=np.zeros(400)), "torque", Quality.SENTINEL)
    assert 150 <= found[0] <= 170
    assert found[-1] == 399


def test_zeros_of_torque_at_rest_are_sound() -> None:
    still = drilling(torque=np.zeros(400), hole_depth=np.full(400, 1600.0))
    assert marked(still, "torque", Quality.SENTINEL) == []


def test_noise_and_zero_offset_below_zero_are_in_range() -> None:
    frame = drilling(choke_pressure=np.linspace(-300.0, 50.0, 400))
    assert marked(frame, "choke_pressure", Quality.OUT_OF_RANGE) == []


def test_findings_say_in_words_what_was_wrong_where() -> None:
    load = sound("hook_load")
    load[[300, 320]] = 4000.0
    ((channel, rows, bit, reason),) = (
        validate(drilling(hook_load=load))
        .report.findings.select("channel", "rows", "bit", "reason")
        .rows()
    )
    assert (channel, rows, bit) == ("hook_load", 2, "spike")
    assert reason.endswith("4000 kN")


def test_the_findings_in_words_are_those_that_mark_most_rows() -> None:
    load = sound("hook_load")
    load[300], load[100:120] = 4000.0, np.nan
    words = validate(drilling(hook_load=load)).report.in_words(most=1)
    assert "| hook_load | 2026-02-01 00:06:44 | 2026-02-01 00:07:56 | 19 | missing |" in words
    assert words.endswith("2 more")


def test_the_score_of_an_hour_is_the_share_for_which_usable_values_stood() -> None:
    load = sound("hook_load")
    load[100:200] = np.nan
    scores = validate(drilling(hook_load=load)).report.scores
    ((score,),) = scores.filter(pl.col("channel") == "hook_load").select("score").rows()
    assert score == pytest.approx((300 * EVERY + 4) / 3600.0)


def test_the_scores_in_words_have_a_row_per_channel_and_a_column_per_hour() -> None:
    lines = validate(drilling()).report.scores_in_words().splitlines()
    assert lines[0] == "| channel | 00 |"
    assert "| hook_load | 44 |" in lines
    assert len(lines) == 2 + 8
