"""What rigs are told to do, against what simulated rigs did."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from benchmarks.harness import Comparison, Result, interleaved
from idrill.activity import (
    ActivityThresholds,
    classify,
    connections,
    learn_thresholds,
    metres_gained,
)
from idrill.frame import Activity
from idrill.simulator.campaign import draw_campaign

START = datetime(2026, 1, 1, tzinfo=UTC)
SEEDS = (1, 2, 3, 4)
"""Of rigs that are as different as the distributions make them."""
DAYS = 6
"""Days that are scored; the limits are learned from those before."""
LEARNED = 2
TELLING = 20
"""Spells of less are too short for a delay [s]."""
STILL = 1e-3
"""Speed of the block below which the string stands [m/s]."""
NEAR_BOTTOM = 10.0
"""Distance from bottom within which a stand is added to drill [m]."""
LEAST_RISE = 8.0
"""A block that rises by less adds no pipe [m]."""
FAULTS = 0.3
"""Of each sensor, and events of each kind, per day, where rigs are not sound."""
ROUNDS = 7


@dataclass(frozen=True)
class Days:
    """What a rig measured and did, after the days from which its limits were learned."""

    measured: pl.DataFrame
    truth: pl.DataFrame
    thresholds: ActivityThresholds


def run() -> Result:
    """Precision, recall and delay of each activity, connections and metres, over several rigs."""
    rigs = [_simulated(seed) for seed in SEEDS]
    told = pl.concat([_told(days, days.thresholds) for days in rigs])
    plain = pl.concat([_told(days, ActivityThresholds()) for days in rigs])
    ill = [_simulated(seed, FAULTS) for seed in SEEDS]
    day = rigs[0].measured.filter(pl.col("time") < rigs[0].measured["time"][0] + timedelta(days=1))
    ours, peer = interleaved(
        lambda _: classify(day, rigs[0].thresholds), lambda _: _bare(day), rounds=ROUNDS
    )
    return Result(
        promise="",
        title="Activities on simulated rigs",
        against="truth; for speed, the bare rolling extremes of bit, block and hook load in polars",
        comparisons=(Comparison("a rig-day told", ours, peer, bound="at most"),),
        notes=(
            f"{len(SEEDS)} drawn rigs, {LEARNED} days to learn from and {DAYS} scored, without "
            "events and faults but where said. Delay: median from the start of a spell of at least "
            f"{TELLING} s until it is told.",
            "The truth names what the crew is at: reaming already while pumps and string still "
            "come up to speed off bottom, circulating while the bit is picked up. Moving: the same "
            "without rows where a reaming string stands or a circulating one moves.",
            "Simulated rigs never slide.",
        ),
        figures={
            **dict(_figures(told)),
            "rows told rightly": f"{_share(told):.4f}",
            "moving, rows told rightly": f"{_share(told.filter(_unambiguous())):.4f}",
            "rows told rightly with the limits of the field": f"{_share(plain):.4f}",
            f"rows told rightly with {FAULTS} faults per sensor and day, not validated": (
                f"{_share(pl.concat([_told(days, days.thresholds) for days in ill])):.4f}"
            ),
            **_connected(rigs),
            **_drilled(rigs),
        },
    )


def _simulated(seed: int, faults: float = 0.0) -> Days:
    campaign = draw_campaign(
        "RIG_01", start=START, days=LEARNED + DAYS, seed=seed, events=faults, faults=faults
    )
    chunks = list(campaign)
    measured = pl.concat([chunk.measured for chunk in chunks], how="diagonal")
    truth = pl.concat([chunk.truth for chunk in chunks]).select(
        "time", "activity", "block_speed", "block_position", "hole_depth", "bit_depth"
    )
    scored = pl.col("time") >= START + timedelta(days=LEARNED)
    thresholds = learn_thresholds(measured.filter(~scored))
    return Days(measured.filter(scored), truth.filter(scored), thresholds)


def _told(days: Days, thresholds: ActivityThresholds) -> pl.DataFrame:
    """Rows with what was and what was told: `truth`, `told`, and the block's speed."""
    told = days.measured.select("time", told=classify(days.measured, thresholds))
    truth = days.truth.select("time", "block_speed", truth="activity")
    return told.join(truth, on="time", maintain_order="left")


def _unambiguous() -> pl.Expr:
    stands = pl.col("block_speed").abs() < STILL
    reams = pl.col("truth").is_in([Activity.REAMING, Activity.BACK_REAMING])
    return ~(reams & stands) & ~((pl.col("truth") == Activity.CIRCULATING) & ~stands)


def _share(rows: pl.DataFrame) -> float:
    return float(np.mean((rows["truth"] == rows["told"]).to_numpy()))


def _figures(told: pl.DataFrame) -> Iterator[tuple[str, str]]:
    """Precision, recall and delay by activity."""
    delays = _delays(told)
    moving = told.filter(_unambiguous())
    for activity in Activity:
        if (told["truth"] == activity).any():
            precision, recall = _scores(told, activity)
            exact, found = _scores(moving, activity)
            yield (
                activity.value,
                f"precision {precision:.3f}, recall {recall:.3f}, delay {delays[activity]:.0f} s; "
                f"moving {exact:.3f}, {found:.3f}",
            )


def _scores(rows: pl.DataFrame, activity: Activity) -> tuple[float, float]:
    """Precision and recall."""
    was, said = rows["truth"] == activity, rows["told"] == activity
    both = float((was & said).sum())
    return both / max(float(said.sum()), 1.0), both / max(float(was.sum()), 1.0)


def _delays(told: pl.DataFrame) -> dict[str, float]:
    """Median time from the start of a spell until it is told [s], by activity."""
    hit = pl.col("truth") == pl.col("told")
    spells = (
        told.group_by(spell=pl.col("truth").rle_id(), maintain_order=True)
        .agg(
            pl.col("truth").first(), pl.len(), hit.arg_max().alias("delay"), hit.any().alias("hit")
        )
        .filter((pl.col("len") >= TELLING) & pl.col("hit"))
    )
    return dict(spells.group_by("truth").agg(pl.col("delay").median()).iter_rows())


def _connected(rigs: Sequence[Days]) -> dict[str, str]:
    """Stands added while drilling: found, missed, invented, and how far off their time in slips."""
    found = missed = invented = 0
    errors: list[float] = []
    for days in rigs:
        true, ours = _added(days.truth), connections(days.measured, days.thresholds)
        pairs = true.join_asof(
            ours, left_on="start", right_on="start", strategy="nearest", tolerance="2m"
        )
        matched = pairs.filter(pl.col("slips").is_not_null())
        errors += (matched["slips"] - matched["held"]).to_list()
        found += matched.height
        missed += true.height - matched.height
        invented += ours.height - matched.height
    far = max(map(abs, errors), default=0.0)
    return {
        "stand connections": f"{found} found, {missed} missed, {invented} invented; slips off by "
        f"{np.median(errors):.0f} s, at most {far:.0f} s"
    }


def _added(truth: pl.DataFrame) -> pl.DataFrame:
    """True stands, but those that the days cut: `start` and seconds `held`."""
    block = pl.col("block_position")
    return (
        truth.group_by(spell=pl.col("activity").rle_id(), maintain_order=True)
        .agg(
            pl.col("activity").first(),
            start=pl.col("time").first(),
            held=pl.len().cast(pl.Float64),
            rise=block.last() - block.first(),
            off=(pl.col("hole_depth") - pl.col("bit_depth")).first(),
        )
        .filter(
            (pl.col("activity") == Activity.CONNECTION)
            & (pl.col("rise") > LEAST_RISE)
            & (pl.col("off") < NEAR_BOTTOM)
            & (pl.col("spell") > 0)
            & (pl.col("spell") < pl.col("spell").max())
        )
        .select("start", "held")
    )


def _drilled(rigs: Sequence[Days]) -> dict[str, str]:
    """Metres told to be drilled, of all that the hole grew."""
    drilled = grown = off = 0.0
    for days in rigs:
        told = days.measured.with_columns(classify(days.measured, days.thresholds))
        gained = metres_gained(told)
        depth = days.measured["hole_depth"].drop_nulls()
        grew = float(depth[-1] - depth[0])
        off = max(off, abs(float(gained["metres"].sum()) - grew))
        drills = pl.col("activity").cast(pl.String).str.starts_with("drilling")
        drilled += float(gained.filter(drills)["metres"].sum())
        grown += grew
    return {
        "metres": f"{drilled:.1f} of {grown:.1f} m while drilling; all activities add up within "
        f"{off:.1e} m"
    }


def _bare(day: pl.DataFrame) -> pl.DataFrame:
    names = ("bit_depth", "block_position", "hook_load")
    return day.select(
        each
        for name in names
        for each in (
            pl.col(name).rolling_max_by("time", "1m").name.suffix("_max"),
            pl.col(name).rolling_min_by("time", "1m").name.suffix("_min"),
        )
    )
