"""What a rig-day must be before it may be published."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from idrill.aggregation import downsample
from idrill.channels import CHANNELS, channel
from idrill.dvr.validation import validate
from idrill.errors import PartitionFault
from idrill.expectations import ExpectationReport, check_aggregate, check_frame, require
from idrill.expectations.checking import told
from idrill.expectations.suites import TOGETHER, as_pandas, frame_suite, parameters
from idrill.frame import ORIGIN, QUALITY, TIME, quality_of, sd_of

DAY = date(2026, 2, 1)
START = datetime(2026, 2, 1, tzinfo=UTC)
RIG = "RIG_01"


def a_frame(height: int = 120, *, start: datetime = START) -> pl.DataFrame:
    channels = {"hole_depth": 1500.0, "torque": 9.0}
    return pl.DataFrame(
        {
            "rig_id": [RIG] * height,
            "time": pl.Series(
                [start + timedelta(seconds=row) for row in range(height)], dtype=TIME
            ),
            "origin": pl.Series(["file"] * height, dtype=ORIGIN),
            **{name: [value] * height for name, value in channels.items()},
            **{quality_of(name): pl.Series([0] * height, dtype=QUALITY) for name in channels},
        }
    )


def faults(frame: pl.DataFrame) -> tuple[str, ...]:
    report = check_frame(frame, rig_id=RIG, day=DAY)
    assert report.success is not bool(report.faults)
    return report.faults


def test_a_sound_rig_day_meets_every_expectation() -> None:
    report = check_frame(a_frame(), rig_id=RIG, day=DAY)
    assert report.success
    assert report.faults == report.warnings == ()
    assert report.statistics["unmet"] == 0
    assert report.statistics["met"] == report.statistics["evaluated"] == 13


FIRST = pl.int_range(pl.len()) == 0


@pytest.mark.parametrize(
    ("frame", "fault"),
    [
        (a_frame(0), "RIG_01 has no row on 2026-02-01"),
        (a_frame(start=START - timedelta(seconds=1)), "a row lies before the day"),
        (a_frame(start=START + timedelta(hours=23, minutes=59)), "a row lies after the day"),
        (pl.concat([a_frame(3), a_frame(1)]), "an instant stands in more than one row"),
        (
            a_frame().with_columns(
                rig_id=pl.when(FIRST).then(pl.lit("RIG_02")).otherwise("rig_id")
            ),
            "rows are those of another rig",
        ),
        (
            a_frame().with_columns(
                origin=pl.when(FIRST).then(pl.lit("replay")).otherwise("origin").cast(ORIGIN)
            ),
            "rows of more than one origin are mixed",
        ),
        (a_frame().with_columns(mood=pl.lit(1)), "unexpected: mood"),
        (a_frame().drop("torque_quality"), "columns are missing: torque_quality"),
        (
            a_frame().with_columns(torque_quality=pl.lit(1 << 13, dtype=QUALITY)),
            "the quality of torque has unknown bits",
        ),
        (
            a_frame().with_columns(torque=pl.lit(None, dtype=pl.Float64)),
            "torque holds no value at all",
        ),
    ],
)
def test_a_partition_fault_is_said_in_a_sentence(frame: pl.DataFrame, fault: str) -> None:
    (sentence,) = faults(frame)
    assert fault in sentence


def test_a_row_at_the_next_midnight_is_not_of_the_day() -> None:
    assert faults(a_frame(60, start=START + timedelta(hours=23, minutes=59))) == ()
    assert faults(a_frame(61, start=START + timedelta(hours=23, minutes=59))) != ()


def test_what_is_asked_of_one_rig_and_day_is_not_asked_of_the_next() -> None:
    next_day = a_frame(start=START + timedelta(days=1)).with_columns(rig_id=pl.lit("RIG_02"))

    reports = [
        check_frame(a_frame(), rig_id=RIG, day=DAY),
        check_frame(next_day, rig_id="RIG_02", day=DAY + timedelta(days=1)),
        check_frame(a_frame(), rig_id=RIG, day=DAY),
    ]

    assert [report.faults for report in reports] == [()] * 3


def test_a_kept_expectation_says_as_much_as_the_usual_one_and_follows_its_fields() -> None:
    usual = {each.expectation_type for each in frame_suite(a_frame().columns).expectations}
    limits: Any
    [limits] = [
        each
        for each in frame_suite(a_frame().columns).expectations
        if each.configuration.kwargs.get("column") == "torque" and each.severity == "warning"
    ]
    before = limits.configuration.kwargs

    limits.max_value = 7.0

    assert "expect_kept_column_values_to_be_between" in usual
    assert limits.configuration.kwargs == {**before, "max_value": 7.0}


def test_values_beyond_their_limits_are_a_warning_and_no_fault() -> None:
    rarely, often = (
        a_frame().with_columns(
            torque=pl.when(pl.int_range(pl.len()) < rows).then(900.0).otherwise("torque")
        )
        for rows in (5, 12)
    )
    assert check_frame(rarely, rig_id=RIG, day=DAY).warnings == ()
    report = check_frame(often, rig_id=RIG, day=DAY)
    assert report.success
    assert report.warnings == ("torque lies outside -10 … 150 kN·m (10 % of 120 rows)",)


def test_what_validation_explains_by_a_zero_offset_is_no_warning() -> None:
    frame = a_frame().rename({"torque": "flow_in", "torque_quality": "flow_in_quality"})
    offset, broken = (frame.with_columns(flow_in=pl.lit(value)) for value in (-101.0, -150.0))

    assert validate(offset).frame["flow_in_quality"].sum() == 0
    assert check_frame(offset, rig_id=RIG, day=DAY).warnings == ()
    assert validate(broken).frame["flow_in_quality"].min() != 0
    (warning,) = check_frame(broken, rig_id=RIG, day=DAY).warnings
    assert warning == "flow_in lies outside -140 … 8000 L/min (100 % of 120 rows)"


def test_a_reconciled_rig_day_has_standard_deviations_above_0() -> None:
    spread = [None, 0.1] * 60
    reconciled = a_frame().with_columns(torque_sd=pl.Series(spread))
    assert faults(reconciled) == ()
    assert faults(reconciled.with_columns(torque_sd=pl.lit(None, dtype=pl.Float64))) == ()
    (fault,) = faults(reconciled.with_columns(torque_sd=pl.lit(0.0)))
    assert fault.startswith("a standard deviation of torque is not above 0")
    (fault,) = faults(a_frame().with_columns(flow_in_sd=pl.lit(1.0)))
    assert "unexpected: flow_in_sd" in fault


def in_one_piece(frame: pl.DataFrame) -> ExpectationReport:
    """What the whole suite finds in the whole frame, every figure with it."""
    import great_expectations as gx

    source = gx.get_context(mode="ephemeral").data_sources.add_pandas("whole")
    rows = source.add_dataframe_asset("frame").add_batch_definition_whole_dataframe("rows")
    found = rows.get_batch(batch_parameters={"dataframe": as_pandas(frame)}).validate(
        frame_suite(frame.columns),
        result_format="COMPLETE",
        expectation_parameters=parameters(RIG, DAY),
    )
    return told(found.results)


def test_what_is_found_in_parts_is_what_is_found_in_one_piece() -> None:
    names = [each.name for each in CHANNELS[: 2 * TOGETHER + 1]]
    rows, first = pl.int_range(pl.len()), pl.int_range(pl.len()) < 12
    frame = a_frame().with_columns(
        *(pl.lit(channel(name).low).alias(name) for name in names),
        *(pl.lit(0, dtype=QUALITY).alias(quality_of(name)) for name in names),
        *(pl.lit(0.1).alias(sd_of(name)) for name in names[::2]),
    )
    broken = frame.with_columns(
        mood=pl.lit(1),
        time=pl.when(rows < 3).then(pl.col("time") - timedelta(minutes=1)).otherwise("time"),
        rig_id=pl.when(first).then(pl.lit("RIG_02")).otherwise("rig_id"),
        origin=pl.when(first).then(pl.lit("replay")).otherwise("origin").cast(ORIGIN),
        **{names[0]: pl.lit(None, pl.Float64), sd_of(names[0]): pl.lit(0.0)},
        **{names[1]: pl.when(first).then(1e9).when(rows > 90).then(names[1])},
        **{names[3]: pl.when(rows < 5).then(1e9).otherwise(names[3])},
        **{quality_of(names[-2]): pl.lit(1 << 13, dtype=QUALITY)},
        **{names[-1]: pl.lit(-1e9), sd_of(names[-1]): pl.when(first).then(-0.5)},
    )

    report, whole = check_frame(broken, rig_id=RIG, day=DAY), in_one_piece(broken)

    assert (len(report.faults), len(report.warnings)) == (8, 2)
    assert sorted(report.faults) == sorted(whole.faults)
    assert sorted(report.warnings) == sorted(whole.warnings)
    assert report.statistics == whole.statistics
    assert check_frame(frame, rig_id=RIG, day=DAY) == in_one_piece(frame)


def test_what_is_required_passes_or_raises_with_all_faults() -> None:
    sound = check_frame(a_frame(), rig_id=RIG, day=DAY)
    require(sound)
    wrong = check_frame(a_frame(), rig_id="RIG_02", day=DAY + timedelta(days=1))
    with pytest.raises(PartitionFault, match=r"another rig.*; a row lies before the day"):
        require(wrong)


def test_minutes_of_a_rig_day_meet_every_expectation() -> None:
    report = check_aggregate(downsample(a_frame(), "1m"), rig_id=RIG, day=DAY)
    assert report.success
    assert report.statistics["unmet"] == 0


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (pl.lit(1.5).alias("coverage"), "coverage lies outside"),
        (pl.lit(-1, dtype=pl.Int64).alias("count"), "a count is negative"),
        (pl.lit("mood").alias("channel"), "a channel is unknown"),
        (pl.lit(-99.0).alias("max"), "a maximum lies below its minimum"),
        (pl.lit("RIG_02").alias("rig_id"), "rows are those of another rig"),
        (pl.lit(START, dtype=TIME).alias("time"), "a bucket of a channel stands in more than one"),
    ],
)
def test_a_broken_table_of_minutes_is_refused(change: pl.Expr, fault: str) -> None:
    minutes = downsample(a_frame(), "1m").with_columns(change)
    report = check_aggregate(minutes, rig_id=RIG, day=DAY)
    assert any(fault in sentence for sentence in report.faults)


def test_a_bucket_without_values_of_its_own_is_no_fault() -> None:
    frame = a_frame().filter(pl.col("time").dt.second() % 20 == 10)
    minutes = downsample(frame, "1m")
    assert minutes["count"].min() == 0
    assert check_aggregate(minutes, rig_id=RIG, day=DAY).success


def test_great_expectations_is_loaded_by_the_first_check_only() -> None:
    program = (
        "import sys, idrill.expectations; print({'great_expectations', 'pandas'} & {*sys.modules})"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  our own program
    assert done.stdout.strip() == "set()"
