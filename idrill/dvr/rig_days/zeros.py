"""What a standpipe gauge shows with the pumps off: it tells a gauge that drifts from a washout.

A leak or a plugged nozzle changes the pressure of the flow alone; a gauge that drifts is off
without any flow as well.
"""

from dataclasses import replace
from datetime import timedelta

import polars as pl

from idrill.dvr.rig_days.circulation import Learned
from idrill.dvr.rig_days.fault import Fault
from idrill.dvr.rig_days.instruments import middle

SHARE = 0.5
"""Share of the change under flow that must show at rest for the gauge to be off [-]."""
RESOLVED = 20.0
"""Change of pressure that a gauge at rest cannot hide, however steady it was before [kPa] [e]."""
NEAR = timedelta(minutes=40)
"""Within this before a rest the change under flow is looked at [e]."""


def with_zero_check(
    fault: Fault, memory: pl.DataFrame, windows: pl.DataFrame, learned: Learned
) -> Fault:
    """A fault of the pressure, named by what the gauge shows at rest since it began.

    Args:
        fault: Any; one that is not of the pressure alone is given back as it is.
        memory: Earlier windows.
        windows: Those of this hour.
        learned: What was learned before.
    """
    if fault.instruments != {"standpipe_pressure"} or learned.pressure is None:
        return fault
    shared = [name for name in memory.columns if name in windows.columns]
    known = pl.concat([memory.select(shared), windows.select(shared)], how="vertical_relaxed")
    rests = known.filter(pl.col("resting") & pl.col("standpipe_pressure").is_not_null())
    before = rests.filter(pl.col("time") < fault.start)["standpipe_pressure"]
    until = pl.col("time") > fault.start
    if fault.end is not None:
        until &= pl.col("time") <= fault.end + NEAR
    after = rests.filter(until)
    if before.len() < 3 or after.is_empty():
        return fault
    last = after.tail(5)
    flowing = known.filter(
        pl.col("settled")
        & pl.col("time").is_between(last["time"][0] - NEAR, last["time"][-1])
        & (pl.col("time") >= fault.start)
    )
    if flowing.height < 3:
        return fault
    flow = learned.flow(flowing)
    due = learned.pressure.at(flow, flowing)
    change = middle(flowing["standpipe_pressure"] - pl.Series(due))
    usual = before.tail(60)
    scatter = 1.4826 * middle((usual - middle(usual)).abs())
    spread = max(3.0 * scatter, RESOLVED)
    shift = middle(last["standpipe_pressure"]) - middle(usual)
    if abs(change) < 2.0 * spread:
        return fault
    if shift * change > 0.0 and abs(shift) > max(SHARE * abs(change), spread):
        return replace(fault, suspects=("standpipe_pressure",))
    if abs(shift) < spread:
        named = tuple(name for name in fault.suspects if name != "standpipe_pressure")
        return replace(fault, suspects=named or fault.suspects)
    return fault
