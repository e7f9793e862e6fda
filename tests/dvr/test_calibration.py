"""Calibrations: what they do to readings, and what may become of them."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from idrill import frame as frames
from idrill.dvr.calibration import Approval, Calibration, calibrate, moved
from idrill.errors import IllegalMove, InvalidCalibration, UnknownChannel
from idrill.frame import Quality

START = datetime(2026, 2, 1, tzinfo=UTC)
AT_3 = START + timedelta(seconds=3)


def readings() -> pl.DataFrame:
    """Six seconds of hook loads, the last of which is missing."""
    rows = {
        "rig_id": ["R1"] * 6,
        "time": [START + timedelta(seconds=row) for row in range(6)],
        "origin": ["file"] * 6,
        "hook_load": [100.0, 101.0, 102.0, 103.0, 104.0, None],
        "hook_load_quality": [0, 0, int(Quality.SPIKE), 0, 0, int(Quality.MISSING)],
    }
    return pl.DataFrame(rows, schema=frames.schema(["hook_load"]))


def test_readings_from_the_start_until_before_the_end_are_corrected_and_marked() -> None:
    end = START + timedelta(seconds=5)
    found = calibrate(readings(), [Calibration("hook_load", AT_3, end, gain=2.0, offset=-6.0)])

    assert found["hook_load"].to_list() == [100.0, 101.0, 102.0, 200.0, 202.0, None]
    marked = (found["hook_load_quality"] & int(Quality.CALIBRATED)) != 0
    assert marked.to_list() == [False, False, False, True, True, False]
    frames.check(found)


def test_other_bits_and_other_columns_stay() -> None:
    found = calibrate(readings(), [Calibration("hook_load", START, None, offset=1.0)])

    bits = found["hook_load_quality"].to_list()
    assert bits[2] == int(Quality.SPIKE | Quality.CALIBRATED)
    assert bits[5] == int(Quality.MISSING)
    assert found.columns == readings().columns


def test_a_second_calibration_corrects_what_the_first_left() -> None:
    first = Calibration("hook_load", START, None, offset=-100.0)
    second = Calibration("hook_load", START, None, gain=10.0)

    assert calibrate(readings(), [first, second])["hook_load"][1] == 10.0


def test_a_channel_that_is_not_there_is_left_alone() -> None:
    found = calibrate(readings(), [Calibration("torque", START, None, offset=1.0)])

    assert found.equals(readings())


@pytest.mark.parametrize(
    ("gain", "offset", "end"),
    [
        (0.0, 1.0, None),
        (float("nan"), 0.0, None),
        (1.0, float("inf"), None),
        (1.0, 1.0, START),
    ],
)
def test_what_corrects_nothing_is_refused_by_the_name_of_its_channel(
    gain: float, offset: float, end: datetime | None
) -> None:
    with pytest.raises(InvalidCalibration, match="hook_load"):
        Calibration("hook_load", START, end, gain=gain, offset=offset)


def test_a_calibration_is_of_a_channel_that_exists() -> None:
    with pytest.raises(UnknownChannel):
        Calibration("hookload", START, None, offset=1.0)


LEGAL = {
    (Approval.PROPOSED, Approval.APPROVED),
    (Approval.PROPOSED, Approval.REJECTED),
    (Approval.PROPOSED, Approval.LAPSED),
    (Approval.APPROVED, Approval.WITHDRAWN),
    (Approval.WITHDRAWN, Approval.PROPOSED),
    (Approval.LAPSED, Approval.PROPOSED),
}


@pytest.mark.parametrize("to", Approval)
@pytest.mark.parametrize("state", Approval)
def test_only_legal_moves_are_made(state: Approval, to: Approval) -> None:
    if (state, to) in LEGAL:
        assert moved(state, to) is to
    else:
        with pytest.raises(IllegalMove, match=f"it is {state} and cannot become {to}"):
            moved(state, to)
