"""Simulate six hours of a drilling rig, and see what its sensors made of what happened.

The truth, what was measured and what was wrong when come apart, so that a detector can be tried on
the one and judged by the other. Run it: `python examples/04_simulate_a_rig.py`
"""

from datetime import UTC, datetime, timedelta

import polars as pl

from idrill.simulator.campaign import draw_campaign
from idrill.simulator.event_kinds import HOUR, LITRES_A_MINUTE, EventKind
from idrill.simulator.events import Event, Planned
from idrill.simulator.rig import Simulation, simulate

START = datetime(2026, 2, 1, tzinfo=UTC)

EVENTS = (
    Event(EventKind.PIT_TRANSFER, 1.0 * HOUR, 1.2 * HOUR, severity=700 * LITRES_A_MINUTE),
    Event(EventKind.INFLUX, 3.0 * HOUR, 3.4 * HOUR, severity=400 * LITRES_A_MINUTE, growth=180.0),
)
"""A transfer between tanks, and the influx that it looks like; seconds since the start."""


def simulated() -> Simulation:
    """Six hours of a drawn rig with its crew, on the first well that was drawn for it."""
    drawn = draw_campaign("EXAMPLE_01", start=START, days=1, seed=7)
    return simulate(
        drawn.rig,
        drawn.wells[0],
        drawn.crew,
        start=START,
        duration=timedelta(hours=6),
        seed=7,
        events=Planned(EVENTS),
        sensors=drawn.sensors,
    )


def gains(frame: pl.DataFrame, start: datetime, end: datetime) -> dict[str, float]:
    """By how much the pits rose between two instants, as their sensors read them [m³]."""
    during = frame.filter(pl.col("time").is_between(start, end))
    pits = {name: during[name].drop_nulls() for name in ("pit_volume_active", "pit_volume_total")}
    return {name: round(levels[-1] - levels[0], 1) for name, levels in pits.items()}


def main() -> None:
    """Truth beside measured, and the labels."""
    simulation = simulated()
    truth, measured = simulation.truth, simulation.measured
    print(f"{truth.height} seconds of truth, in SI units; {measured.height} rows measured")
    both = truth.select(
        "time",
        (pl.col("standpipe_pressure") / 1e3).alias("true_kpa"),
        pl.col("stick_slip_severity").alias("hidden_severity"),
    ).join(measured.select("time", "standpipe_pressure", "torque"), on="time")
    print(both.gather_every(1800))
    print(simulation.activities["activity"].value_counts(sort=True))
    for kind, start, end, alike in simulation.events.select(
        "kind", "start", "end", "look_alike_of"
    ).iter_rows():
        rose = gains(measured, start, end)
        print(f"{kind} from {start:%H:%M} to {end:%H:%M}, looks like {alike or 'itself'}: {rose}")
    assert "influx" in truth.columns, "what came from the rock is known"
    assert "influx" not in measured.columns, "and no sensor says so"
    assert simulation.events["kind"].to_list() == ["pit_transfer", "influx"]


if __name__ == "__main__":
    main()
