"""The activity of simulated rigs, whose crews say what they did."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from idrill.activity import (
    ActivityThresholds,
    classify,
    connections,
    learn_thresholds,
    metres_gained,
)
from idrill.frame import Activity
from idrill.simulator.campaign import draw_campaign
from idrill.simulator.rig import Chunk

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def days() -> list[Chunk]:
    """Two days of a drawn rig: one to learn from, one to be told."""
    return list(draw_campaign("RIG_01", start=START, days=2, seed=4))


@pytest.fixture(scope="module")
def learned(days: list[Chunk]) -> ActivityThresholds:
    return learn_thresholds(days[0].measured)


def test_a_day_is_told_as_the_crew_spent_it(days: list[Chunk], learned: ActivityThresholds) -> None:
    _, day = days
    told = day.measured.select("time", told=classify(day.measured, learned))
    both = told.join(day.truth.select("time", "activity"), on="time")

    right = (both["told"] == both["activity"]).to_numpy()

    assert np.mean(right) >= 0.93
    for activity, least in (
        (Activity.DRILLING_ROTATING, 0.95),
        (Activity.CONNECTION, 0.9),
        (Activity.CIRCULATING, 0.9),
        (Activity.OUT_OF_HOLE, 0.99),
        (Activity.STATIC, 0.8),
        (Activity.TRIPPING_IN, 0.75),
        (Activity.TRIPPING_OUT, 0.75),
    ):
        was = (both["activity"] == activity).to_numpy()
        assert not was.any() or np.mean(right[was]) >= least, activity


def test_the_stands_of_simulated_days_are_found(
    days: list[Chunk], learned: ActivityThresholds
) -> None:
    measured = pl.concat([day.measured for day in days])
    truth = pl.concat([day.truth for day in days])
    block = pl.col("block_position")
    true = (
        truth.group_by(spell=pl.col("activity").rle_id(), maintain_order=True)
        .agg(
            pl.col("activity").first(),
            start=pl.col("time").first(),
            held=pl.len(),
            rise=block.last() - block.first(),
            gap=(pl.col("hole_depth") - pl.col("bit_depth")).first(),
        )
        .filter(
            (pl.col("activity") == Activity.CONNECTION)
            & (pl.col("rise") > 8.0)
            & (pl.col("gap") < 9.0)
            & (pl.col("spell") > 0)
            & (pl.col("spell") < pl.col("spell").max())
        )
    )

    found = connections(measured, learned)

    assert true.height >= 3
    assert found["slips"].to_list() == pytest.approx(true["held"].to_list(), abs=8)


def test_the_metres_of_a_simulated_day_add_up_to_its_hole(
    days: list[Chunk], learned: ActivityThresholds
) -> None:
    _, day = days
    gained = metres_gained(day.measured.with_columns(classify(day.measured, learned)))
    depth = day.measured["hole_depth"].drop_nulls()
    drills = gained["activity"] == Activity.DRILLING_ROTATING

    assert gained["metres"].sum() == pytest.approx(depth[-1] - depth[0], abs=1e-6)
    assert gained.filter(drills)["metres"].sum() == pytest.approx(depth[-1] - depth[0], abs=0.5)


def test_a_simulated_stream_is_told_as_its_day_is(
    days: list[Chunk], learned: ActivityThresholds
) -> None:
    frame = days[1].measured
    whole = classify(frame, learned)
    for cut in range(5_000, frame.height, 17_777):
        known = frame.slice(0, cut + 3_600).filter(
            pl.col("time") >= frame["time"][cut] - timedelta(minutes=15)
        )
        assert whole.slice(cut, 3_600).equals(classify(known, learned).tail(3_600))
