"""The quality of each channel and hour, and the report of a period that is made of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from idrill import frame as frames
from idrill.dvr.hourly_quality import HOURLY_QUALITY, hourly_quality, mean_scores
from idrill.dvr.period import DROPPED, MADE, SAID, PeriodReport
from idrill.dvr.period_page import compose
from idrill.dvr.rig_days import ReconciliationReport
from idrill.dvr.rig_days.report import BALANCES, CHANNELS, FAULTS
from idrill.frame import Quality

DAY = date(2026, 2, 1)
START = datetime(2026, 2, 1, tzinfo=UTC)
ROWS = 7200


def two_hours() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Two hours of torque each second: half of the first is frozen, the second is moved by 2."""
    frozen = [int(Quality.FROZEN)] * 1800 + [0] * 5400
    rows = {
        "rig_id": ["R1"] * ROWS,
        "time": [START + timedelta(seconds=row) for row in range(ROWS)],
        "origin": ["file"] * ROWS,
        "torque": [10.0] * ROWS,
        "torque_quality": frozen,
    }
    validated = pl.DataFrame(rows, schema=frames.schema(["torque"])).with_columns(
        activity=pl.lit("static", frames.ACTIVITY)
    )
    late = pl.col("time") >= START + timedelta(hours=1)
    moved = pl.col("torque_quality") | int(Quality.RECONCILED)
    reconciled = validated.with_columns(
        pl.when(late).then(pl.col("torque") - 2.0).otherwise("torque").alias("torque"),
        pl.when(late).then(moved).otherwise("torque_quality").cast(frames.QUALITY).alias(
            "torque_quality"
        ),
    )  # fmt: skip
    return validated, reconciled


def found(*, after: float = 0.5) -> ReconciliationReport:
    """A sensor fault in the second hour that goes on, and a balance."""
    one = START + timedelta(minutes=70)
    fault = (
        "sensor",
        "torque",
        "rotation",
        ["torque"],
        one,
        one,
        None,
        2.0,
        0.1,
        "kN·m",
        "jump",
        "?",
    )
    channel = {"channel": "torque", "role": "measured", "reconciled": 3600, "move": 2.0}
    judged = channel | {"unit": "kN·m", "adjustability": 0.2, "detectability": 0.6, "sd": 0.1}
    return ReconciliationReport(
        pl.DataFrame([fault], schema=FAULTS, orient="row"),
        pl.DataFrame([("drive", 2.0, 4.0, after, "kN·m")], schema=BALANCES, orient="row"),
        pl.DataFrame([{name: judged[name] for name in CHANNELS}], schema=CHANNELS),
    )


def a_period(*reports: ReconciliationReport) -> PeriodReport:
    hours = hourly_quality(*two_hours(), reports[0])
    days = [DAY + timedelta(days=place) for place in range(len(reports))]
    by_day = [pl.lit(day).alias("day") for day in days]
    return PeriodReport(
        rig_id="R1",
        first=days[0],
        last=days[-1],
        hours=hours,
        faults=pl.concat(
            one.faults.select(day, pl.all()) for one, day in zip(reports, by_day, strict=True)
        ),
        balances=pl.concat(
            one.balances.select(day, pl.all()) for one, day in zip(reports, by_day, strict=True)
        ),
        channels=pl.concat(
            one.channels.select(day, pl.all()) for one, day in zip(reports, by_day, strict=True)
        ),
        made=pl.DataFrame(
            [(day, "a" * 64, "", "", "1") for day in days], schema=MADE, orient="row"
        ),
        dropped=DROPPED.to_frame(),
        said=SAID.to_frame(),
    )


def test_each_channel_and_hour_has_its_score_bits_moves_and_faults() -> None:
    hours = hourly_quality(*two_hours(), found())

    assert hours.schema == HOURLY_QUALITY
    assert hours["values"].to_list() == [3600, 3600]
    assert hours["score"].to_list() == pytest.approx([0.5, 1.0], abs=1e-3)
    assert hours["frozen"].to_list() == [1800, 0]
    assert hours["reconciled"].to_list() == [0, 3600]
    assert hours["move"].to_list() == [None, 2.0]
    assert hours["faults"].to_list() == [0, 1]
    assert hours["detectability"].to_list() == [0.6, 0.6]
    assert mean_scores(hours) == {"torque": pytest.approx(0.75, abs=1e-3)}


def test_a_rig_day_without_rows_has_no_quality() -> None:
    validated, reconciled = two_hours()

    assert hourly_quality(validated.clear(), reconciled.clear(), found()).is_empty()


def test_a_fault_that_went_on_over_midnight_is_told_once_and_as_it_ended() -> None:
    second = found()
    ended = second.faults.with_columns(end=pl.lit(START + timedelta(hours=30), frames.TIME))

    period = a_period(found(), replace(second, faults=ended))

    assert period.found.height == 1
    assert period.found["end"].to_list() == [START + timedelta(hours=30)]
    assert period.found.schema == FAULTS


def test_a_fault_that_was_renamed_over_midnight_is_told_once_by_its_last_name() -> None:
    first = found()
    unclear = first.faults.with_columns(
        kind=pl.lit("unclear"),
        name=pl.lit("torque or pump_wear"),
        suspects=pl.lit(["torque", "pump_wear"]),
    )

    period = a_period(replace(first, faults=unclear), found())

    assert period.found.select("kind", "name").rows() == [("sensor", "torque")]
    assert period.figures()["faults found"] == "1"


def test_imbalances_of_several_days_add_up_as_squares_over_the_hours() -> None:
    period = a_period(found(after=0.3), found(after=0.4))

    [(_, hours, before, after, unit)] = period.imbalance.rows()
    assert (hours, before, unit) == (4.0, 4.0, "kN·m")
    assert after == pytest.approx((0.3**2 / 2 + 0.4**2 / 2) ** 0.5)


def test_a_balance_that_moved_nothing_has_no_imbalance_after() -> None:
    assert a_period(found(after=float("nan"))).imbalance["after"].to_list() == [None]


def test_the_page_stands_alone_and_names_the_fault() -> None:
    page = compose(a_period(found(), found(after=float("nan"))))

    assert "rotation" not in page
    assert page.count("<svg") == 2
    assert "torque" in page
    assert "nan" not in page.replace("finance", "")
    assert "https://" not in page


def test_every_table_of_a_period_can_be_written_as_comma_separated_values() -> None:
    for table in a_period(found()).tables().values():
        assert table.write_csv().splitlines()[0] == ",".join(table.columns)
