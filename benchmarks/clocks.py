"""Whether the slow clock puts the loads on a rig that the fast clock does, for the same rigs."""

from benchmarks.harness import Comparison, Result, Sample
from idrill.simulator.agreement import Agreement, agreements, both_clocks

SEED = 29
RIGS = range(1, 25)
DAYS = 40

MEAN = 0.05
"""By how much a mean may differ, as share of the fast clock's."""
P95 = 0.10
"""The same of the 95th percentile."""


def run() -> Result:
    """24 rigs for 40 days, second by second and on the slow clock."""
    fast, slow = both_clocks(SEED, RIGS, DAYS)
    found = agreements(fast, slow)
    return Result(
        promise="",
        title="The two clocks",
        against="the fast clock: ours is by how much the slow clock differs from it",
        comparisons=tuple(one for each in found for one in _compared(each)),
        notes=(
            f"{len(RIGS)} rigs, {DAYS} days each; minute values over the minutes in which a load "
            "works. Wear is the damage of a minute by the load law, in reference hours.",
            "Nothing is fitted to these campaigns: the slow clock samples the kernel at spots of "
            "the same wells, and draws how long things take.",
        ),
        figures={each.load: _shares(each) for each in found}
        | {
            f"time {name.replace('_', ' ')}": f"{share:.1%} fast, {slow.activities[name]:.1%} slow"
            for name, share in fast.activities.items()
            if share > 0.0
        },
    )


def _compared(found: Agreement) -> tuple[Comparison, ...]:
    name = found.load.replace("_", " ")
    return (
        _off(f"{name}: mean", found.slow_mean, found.fast_mean, MEAN),
        _off(f"{name}: P95", found.slow_p95, found.fast_p95, P95),
    )


def _off(label: str, slow: float, fast: float, most: float) -> Comparison:
    ours, peer = Sample((abs(slow - fast),), "SI"), Sample((fast,), "SI")
    return Comparison(label, ours, peer, most, "at most")


def _shares(found: Agreement) -> str:
    return (
        f"slow / fast: mean {found.slow_mean / found.fast_mean:.3f}, "
        f"P95 {found.slow_p95 / found.fast_p95:.3f}, "
        f"share of the minutes {found.slow_share / found.fast_share:.3f}"
    )
