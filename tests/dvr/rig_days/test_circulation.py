"""The balances of the mud: what they find, what they move, and what they leave alone."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from polars.testing import assert_frame_equal

from idrill.dvr.calibration import Calibration
from idrill.dvr.rig_days import (
    RigDayReconciliation,
    RigState,
    filtered_frame,
    reconcile_rig_day,
)
from idrill.errors import FrameError, InvalidState
from idrill.frame import Quality, check, quality_of, sd_of
from tests.dvr.rig_days.conftest import START, drilling_day, hours_in, shifted, true_flow

SINCE = 8.0
"""Hour at which things go wrong."""


def error(frame: pl.DataFrame, channel: str, true: NDArray[np.float64], rows: pl.Series) -> float:
    missed = frame[channel].to_numpy() - true
    return float(np.sqrt(np.mean(missed[rows.to_numpy()] ** 2)))


def faults(frame: pl.DataFrame) -> pl.DataFrame:
    return reconcile_rig_day(frame).report.faults


def event(frame: pl.DataFrame, size: float) -> NDArray[np.float64]:
    """A rate [L/min] that begins at the hour (row)."""
    return np.where(hours_in(frame) >= SINCE, size, 0.0)


@pytest.fixture(scope="module")
def sound() -> pl.DataFrame:
    return drilling_day()


@pytest.fixture(scope="module")
def done(sound: pl.DataFrame) -> RigDayReconciliation:
    return reconcile_rig_day(sound)


def test_a_sound_day_has_no_fault(done: RigDayReconciliation) -> None:
    assert done.report.faults.is_empty()


@pytest.mark.parametrize("channel", ["flow_in", "flow_out"])
def test_reconciled_flows_are_nearer_to_the_truth_than_raw_ones_and_filtered_ones(
    sound: pl.DataFrame, done: RigDayReconciliation, channel: str
) -> None:
    true = true_flow(sound)
    rows = done.frame[sd_of(channel)].is_not_null()
    assert rows.sum() > 3_000
    raw, filtered = (error(frame, channel, true, rows) for frame in (sound, filtered_frame(sound)))
    reconciled = error(done.frame, channel, true, rows)
    assert reconciled < filtered < raw


def test_the_stated_deviation_is_that_of_the_reconciled_value(
    sound: pl.DataFrame, done: RigDayReconciliation
) -> None:
    rows = done.frame[sd_of("flow_out")].is_not_null()
    stated = done.frame[sd_of("flow_out")].drop_nulls().mean()
    missed = error(done.frame, "flow_out", true_flow(sound), rows)
    assert isinstance(stated, float)
    assert 0.3 * stated < missed < 2.0 * stated


def test_a_reconciled_value_has_its_bit_and_no_other_value_changes(
    sound: pl.DataFrame, done: RigDayReconciliation
) -> None:
    check(done.frame)
    for channel in ("flow_in", "flow_out", "flow_out_fraction"):
        bit = done.frame[quality_of(channel)] & int(Quality.RECONCILED) != 0
        assert bit.equals(done.frame[sd_of(channel)].is_not_null().alias(bit.name))
        same = done.frame[channel] == sound[channel]
        assert (same | bit).all()
    for channel in ("torque", "pit_volume_1", "standpipe_pressure", "pump_1_stroke_rate"):
        assert done.frame[channel].equals(sound[channel])


def test_nothing_is_reconciled_before_anything_is_learned(done: RigDayReconciliation) -> None:
    first = done.frame.filter(pl.Series(hours_in(done.frame) < 1.0))
    assert first[sd_of("flow_in")].null_count() == first.height


@pytest.mark.parametrize(
    ("channel", "size"), [("flow_in", 40.0), ("flow_out", -150.0), ("flow_out_fraction", 4.0)]
)
def test_a_meter_that_is_off_is_found_named_sized_and_replaced(
    sound: pl.DataFrame, channel: str, size: float
) -> None:
    wrong = shifted(sound, channel, size, SINCE)
    done = reconcile_rig_day(wrong)
    (fault,) = done.report.faults.filter(pl.col("network") == "circulation").rows(named=True)
    assert (fault["kind"], fault["name"]) == ("sensor", channel)
    assert fault["detected"] <= START + timedelta(hours=SINCE, minutes=25)
    assert fault["size"] == pytest.approx(size, rel=0.15)
    later = pl.Series(hours_in(wrong) > SINCE + 0.6) & done.frame[sd_of(channel)].is_not_null()
    assert later.sum() > 1_000
    good = reconcile_rig_day(sound).frame.filter(later)[channel].mean()
    assert done.frame.filter(later)[channel].mean() == pytest.approx(good, abs=abs(size) / 10)


def test_a_calibration_takes_the_fault_away_once_it_is_applied(sound: pl.DataFrame) -> None:
    wrong = shifted(sound, "flow_out", 150.0, SINCE)
    proposed = [
        each for each in reconcile_rig_day(wrong).report.proposals if each.channel == "flow_out"
    ]
    (calibration,) = proposed
    assert calibration.offset == pytest.approx(-150.0, rel=0.15)
    assert reconcile_rig_day(wrong, calibrations=proposed).report.faults.is_empty()


def test_an_influx_and_losses_are_told_from_meters(sound: pl.DataFrame) -> None:
    for lost, name in ((-250.0, "influx"), (250.0, "losses")):
        found = faults(drilling_day(lost=event(sound, lost)))
        assert found["name"].to_list()[0] == name
        assert found["kind"].to_list()[0] == "process"
        assert set(found["name"]) <= {name}


def test_worn_pumps_are_told_from_meters(sound: pl.DataFrame) -> None:
    found = faults(drilling_day(slipped=event(sound, 60.0)))
    assert found["name"].to_list()[0] == "pump_wear"


def test_mud_that_is_added_is_a_gain_of_the_pits_alone(sound: pl.DataFrame) -> None:
    minutes = np.clip((hours_in(sound) - SINCE) * 60, 0.0, 40.0)
    added = sound.with_columns(pl.col("pit_volume_1") + pl.Series(minutes * 0.4))
    found = faults(added)
    assert found["name"].to_list() == ["pit_gain"]
    assert found["size"][0] == pytest.approx(400.0, rel=0.35)


@pytest.mark.parametrize(("share", "name"), [(0.96, "washout"), (1.04, "plugged_nozzle")])
def test_what_changes_the_pressure_of_the_flow_alone_is_no_fault_of_the_gauge(
    sound: pl.DataFrame, share: float, name: str
) -> None:
    flowing = pl.Series((hours_in(sound) >= SINCE) & (true_flow(sound) > 0.0))
    pressure = pl.col("standpipe_pressure")
    changed = sound.with_columns(pl.when(flowing).then(pressure * share).otherwise(pressure))
    found = faults(changed)
    assert found["name"].to_list()[0] == name


def test_a_gauge_that_is_off_at_rest_as_well_is_at_fault(sound: pl.DataFrame) -> None:
    found = faults(shifted(sound, "standpipe_pressure", -800.0, SINCE))
    named = found.filter(pl.col("kind") == "sensor")["name"].unique().to_list()
    assert named == ["standpipe_pressure"]
    assert not found.filter(pl.col("kind") == "process").height


def test_the_zero_of_a_gauge_is_proposed_and_not_applied(
    sound: pl.DataFrame, done: RigDayReconciliation
) -> None:
    (zero,) = [each for each in done.report.proposals if each.channel == "standpipe_pressure"]
    assert zero.offset == pytest.approx(-300.0, abs=10.0)
    assert done.frame["standpipe_pressure"].equals(sound["standpipe_pressure"])


@pytest.mark.parametrize("until", [12.0, 9.6])
def test_a_day_in_one_piece_is_the_same_day_hour_by_hour(sound: pl.DataFrame, until: float) -> None:
    wrong = shifted(shifted(sound, "flow_out", 150.0, SINCE), "flow_out", -150.0, until)
    whole = reconcile_rig_day(wrong)
    state, pieces, before = RigState(), [], None
    for _, hour in wrong.group_by(pl.col("time").dt.truncate("1h"), maintain_order=True):
        done = reconcile_rig_day(hour, history=before, state=RigState.from_json(state.as_json()))
        state, before = done.state, hour.tail(15 * 60 // 4)
        pieces.append(done.frame)
    pieced = pl.concat(pieces, how="diagonal").select(whole.frame.columns)
    # Running means add up rounding from where a piece begins.
    assert_frame_equal(pieced, whole.frame, rel_tol=1e-12, abs_tol=1e-12)
    assert state.as_json() == whole.state.as_json()


def test_derived_channels_are_not_counted_as_measured(sound: pl.DataFrame) -> None:
    strokes = pl.col("pump_1_stroke_rate") * pl.Series(1.0 + 0.05 * (hours_in(sound) % 1 > 0.5))
    reckoned = sound.with_columns(strokes).with_columns(flow_in=strokes * 20.0)
    done = reconcile_rig_day(reckoned)
    roles = dict(done.report.channels.select("channel", "role").iter_rows())
    assert roles["flow_in"] == "derived"
    assert done.frame["flow_in"].equals(reckoned["flow_in"])
    assert "flow_in" not in done.report.balances["balance"].to_list()


def test_without_a_flow_nothing_is_said_and_nothing_changes(sound: pl.DataFrame) -> None:
    blind = sound.drop(
        *(
            column
            for name in ("flow_in", "pump_1_stroke_rate")
            for column in (name, quality_of(name))
        )
    )
    done = reconcile_rig_day(blind)
    assert done.frame["flow_out"].equals(blind["flow_out"])
    assert done.report.faults.filter(pl.col("network") == "circulation").is_empty()


def test_channels_without_values_and_numbers_that_are_none_are_passed_over(
    sound: pl.DataFrame,
) -> None:
    holes = pl.Series(np.arange(sound.height) % 50 == 0)
    odd = sound.with_columns(
        pl.lit(None, pl.Float64).alias("flow_out_fraction"),
        pl.when(holes).then(float("nan")).otherwise(pl.col("flow_out")).alias("flow_out"),
        pl.when(holes).then(None).otherwise(pl.col("flow_in")).alias("flow_in"),
    )
    done = reconcile_rig_day(odd)
    assert done.report.faults.is_empty()
    finite = done.frame.filter(~holes)["flow_out"].is_finite()
    assert finite.all()
    assert done.frame["flow_out_fraction"].null_count() == odd.height


def test_an_empty_day_leaves_the_state_as_it_was(done: RigDayReconciliation) -> None:
    again = reconcile_rig_day(done.frame.clear(), state=done.state)
    assert again.frame.is_empty()
    assert again.state.as_json() == done.state.as_json()


def test_rows_that_were_not_validated_or_of_two_rigs_are_refused(sound: pl.DataFrame) -> None:
    with pytest.raises(FrameError, match="activity"):
        reconcile_rig_day(sound.drop("activity"))
    other = sound.with_columns(pl.lit("OTHER").alias("rig_id"))
    with pytest.raises(FrameError, match="more than one rig"):
        reconcile_rig_day(pl.concat([other, sound]))


@pytest.mark.parametrize(
    "broken", ['{"windows": {"time": [1]}}', '{"faults": [{}]}', '{"windows": {"strokes": "x"}}']
)
def test_what_is_no_state_within_a_state_is_refused(sound: pl.DataFrame, broken: str) -> None:
    state = RigState.from_json(f'{{"circulation": {{"reference": "strokes", {broken[1:]}}}')
    with pytest.raises(InvalidState, match="cannot be read"):
        reconcile_rig_day(sound.head(100), state=state)


def test_a_rig_that_loses_its_counters_goes_by_its_flow_meter(sound: pl.DataFrame) -> None:
    half = sound.height // 2
    uncounted = sound.tail(half).drop("pump_1_stroke_rate", "pump_1_stroke_rate_quality")
    before = reconcile_rig_day(sound.head(half))
    done = reconcile_rig_day(shifted(uncounted, "flow_out", -200.0, 9.0), state=before.state)
    assert any("flow_out" in suspects for suspects in done.report.faults["suspects"])


def test_a_meter_that_shows_a_tenth_is_broken_and_gets_no_calibration(sound: pl.DataFrame) -> None:
    tenth = pl.Series(np.where(hours_in(sound) >= SINCE, 0.1, 1.0))
    report = reconcile_rig_day(sound.with_columns(pl.col("flow_out") * tenth)).report
    assert "flow_out" in report.faults["name"].to_list()
    assert "flow_out" not in [each.channel for each in report.proposals]


@pytest.mark.parametrize("text", ["", "[1]", "{", '{"circulation": 5}'])
def test_a_state_that_nobody_left_is_refused(text: str) -> None:
    with pytest.raises(InvalidState):
        RigState.from_json(text)


def test_a_calibration_ends_before_its_end(sound: pl.DataFrame) -> None:
    start = START + timedelta(hours=2)
    end = start + timedelta(hours=1)
    done = reconcile_rig_day(
        sound, calibrations=[Calibration("torque", start, end, gain=2.0, offset=1.0)]
    )
    inside = pl.col("time").is_between(start, end, closed="left")
    assert _torque(done.frame, inside) == pytest.approx(2.0 * _torque(sound, inside) + 1.0)
    assert _torque(done.frame, ~inside) == _torque(sound, ~inside)
    bits = done.frame.filter(inside)["torque_quality"].unique().to_list()
    assert bits == [int(Quality.CALIBRATED)]


def _torque(frame: pl.DataFrame, rows: pl.Expr) -> float:
    mean = frame.filter(rows)["torque"].mean()
    assert isinstance(mean, float)
    return mean


def test_the_report_tells_a_person_what_was_found(sound: pl.DataFrame) -> None:
    report = reconcile_rig_day(shifted(sound, "flow_out", -150.0, SINCE)).report
    words = report.in_words()
    assert "sensor: flow_out" in words
    figures = report.as_metadata()
    assert figures["faults"] == 1
    assert figures["balance/flow_in/after"] <= figures["balance/flow_in/before"]
    assert isinstance(report.faults["start"][0], datetime)


def test_a_reading_that_is_only_not_judged_stays(sound: pl.DataFrame) -> None:
    slower = pl.Series(
        np.where((hours_in(sound) % 1.0 > 0.6) & (hours_in(sound) > SINCE), 0.6, 1.0)
    )
    rate = [
        (pl.col(name) * slower)
        for name in ("pump_1_stroke_rate", "flow_in", "flow_out", "flow_out_fraction")
    ]
    slow = sound.with_columns(*rate, (pl.col("standpipe_pressure") * slower**1.8))
    done = reconcile_rig_day(slow)
    assert done.frame["standpipe_pressure"].equals(slow["standpipe_pressure"])


def test_a_calibrated_value_beyond_the_limits_is_out_of_range(sound: pl.DataFrame) -> None:
    wild = [Calibration("flow_in", START, None, gain=1e6)]
    done = reconcile_rig_day(sound.head(2_000), calibrations=wild).frame
    flowing = done.filter(pl.col("flow_in") > 1e6)
    assert flowing.height > 1_000
    assert (flowing["flow_in_quality"] & int(Quality.OUT_OF_RANGE) != 0).all()


def test_a_drift_that_sums_up_over_hours_is_found_in_one_piece_and_in_many(
    sound: pl.DataFrame,
) -> None:
    drift = pl.Series(np.clip(hours_in(sound) - 6.0, 0.0, None) * 12.0)
    slow = sound.with_columns(pl.col("flow_out") + drift)
    whole = reconcile_rig_day(slow)
    assert "cusum" in whole.report.faults["detector"].to_list()
    assert in_hours(slow).equals(whole.frame[quality_of("flow_out")])


def test_the_bit_of_a_fault_ends_with_it(sound: pl.DataFrame) -> None:
    wrong = shifted(shifted(sound, "flow_out", 150.0, SINCE), "flow_out", -150.0, 9.6)
    bits = reconcile_rig_day(wrong).frame[quality_of("flow_out")] & int(Quality.GROSS_ERROR) != 0
    spent = pl.Series(hours_in(sound))
    assert bits.filter((spent > SINCE + 1.0) & (spent < 9.5)).any()
    assert not bits.filter(spent > 11.0).any()


def in_hours(frame: pl.DataFrame) -> pl.Series:
    """The bits of the return flow, hour by hour."""
    state, before, pieces = RigState(), None, []
    for _, hour in frame.group_by(pl.col("time").dt.truncate("1h"), maintain_order=True):
        done = reconcile_rig_day(hour, history=before, state=RigState.from_json(state.as_json()))
        state, before = done.state, hour.tail(15 * 60 // 4)
        pieces.append(done.frame[quality_of("flow_out")])
    return pl.concat(pieces)
