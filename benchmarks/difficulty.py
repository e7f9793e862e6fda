"""How hard simulated failures are to foresee, component by component, and what a fleet costs."""

import time
from datetime import timedelta

import polars as pl

from benchmarks.harness import Comparison, Result, Sample
from idrill.simulator.difficulty import Difficulty, difficulty
from idrill.simulator.fleet import SimulatedFleet
from idrill.simulator.upkeep import PolicyKind

SEED = 11
HOUR = timedelta(hours=1)
SHORT_LIVED = ("liner", "piston", "valve", "washpipe")
LONG_LIVED = ("gearbox", "brake")

ORACLE = 0.7
"""RMSE of the oracle, as share of the constant's, that the specification allows."""
LEAST_R2 = 0.05
"""R² of a single row that it asks for."""


def run() -> Result:
    """All components on fleets that run to failure, and 200 rigs for 15,000 hours."""
    found = (
        *difficulty(_fleet(120, 30_000 * HOUR), SHORT_LIVED),
        *difficulty(_fleet(250, 120_000 * HOUR), LONG_LIVED),
    )
    return Result(
        promise="",
        title="Difficulty of the simulated lives",
        against="the constant that suits best, rigs held out",
        comparisons=tuple(comparison for each in found for comparison in _compared(each)),
        notes=(
            "Target: remaining own hours, capped at half the median life. A row's least squares "
            f"must explain {LEAST_R2:.0%} to 70 % of its variance (ratio 0.975 to 0.548); the "
            "oracle sees wear and age and must leave 0.3 to 0.7 of the constant's RMSE.",
            "Only lives that ended by failure, on fleets that run to failure.",
        ),
        figures={each.component: _described(each) for each in found} | _cost(),
    )


def _fleet(rigs: int, duration: timedelta) -> SimulatedFleet:
    return SimulatedFleet(
        rigs, SEED, duration=duration, step=HOUR, policies=(PolicyKind.RUN_TO_FAILURE,)
    )


def _compared(found: Difficulty) -> tuple[Comparison, ...]:
    peer = Sample((found.constant,), "h")
    linear = found.constant * (1.0 - found.single_row) ** 0.5
    oracle = found.constant * found.oracle
    label = found.component
    most = (1.0 - LEAST_R2) ** 0.5
    return (
        Comparison(f"{label}: RMSE from one row", Sample((linear,), "h"), peer, most, "at most"),
        Comparison(f"{label}: RMSE of the oracle", Sample((oracle,), "h"), peer, ORACLE, "at most"),
    )


def _described(found: Difficulty) -> str:
    return (
        f"{found.lives} lives, median {found.median_life:.0f} own hours, "
        f"R² of one row {found.single_row:.2f}, oracle {found.oracle:.2f}"
    )


def _cost() -> dict[str, float | str]:
    start = time.perf_counter()
    fleet = SimulatedFleet(200, SEED, step=timedelta(minutes=10))
    histories = fleet.histories()
    lives = time.perf_counter() - start
    start = time.perf_counter()
    rows = sum(frame.height for frame in SimulatedFleet(1, SEED).rig(1).frames())
    minutes = time.perf_counter() - start
    ended = histories.filter(pl.col("ended_by") != "end_of_data")
    censored = ended.filter(pl.col("ended_by") != "failure").height / ended.height
    return {
        "lives of 200 rigs, 12 slots each, 15,000 h in steps of 10 minutes [s]": round(lives, 1),
        "lives among them": histories.height,
        "of those that ended, censored by replacement": f"{censored:.0%}",
        f"one rig, 15,000 h, {rows:,} rows of minutes with all channels [s]": round(minutes, 1),
    }
