"""Calibrations that would take away what is wrong with the meters of the mud."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from idrill.channels import channel
from idrill.dvr.calibration import Calibration
from idrill.dvr.rig_days.circulation import Learned
from idrill.dvr.rig_days.fault import Fault
from idrill.dvr.rig_days.instruments import middle
from idrill.dvr.rig_days.settling import METERS

SINCE_EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Start of a calibration of what was never right."""
PROVED = timedelta(hours=1)
"""How long a meter must have been wrong for a calibration to be proposed [e]."""
MOST_OFF = 0.2
"""Share of its usual reading beyond which a meter is broken, not off [-] [e]."""
ZERO_SHOWN = 50.0
"""What a standpipe gauge may show with the pumps off [kPa] [e]."""
RESTS = 20
"""Windows at rest from which its zero is known."""
FLOW = "L/min"


def proposed(
    faults: Sequence[Fault], memory: pl.DataFrame, learned: Learned | None
) -> tuple[Calibration, ...]:
    """Calibrations for meters that were wrong for an hour, and for the zero of the standpipe gauge.

    Args:
        faults: Those that are over and those that go on.
        memory: The windows remembered.
        learned: What they say.
    """
    if learned is None or memory.is_empty():
        return ()
    last = memory["time"][-1]
    wrong = [
        _of(fault, memory, learned)
        for fault in faults
        if len(fault.suspects) == 1
        and fault.suspects[0] in METERS
        and (fault.end or last) - fault.detected >= PROVED
    ]
    usual = {name: middle(memory.filter("settled")[name]) for name in METERS}
    off = [each for each in wrong if abs(each.offset) <= MOST_OFF * abs(usual[each.channel])]
    return (*off, *_zero(memory))


def _of(fault: Fault, memory: pl.DataFrame, learned: Learned) -> Calibration:
    name = fault.suspects[0]
    scale, unit = in_own_unit(fault, memory, learned)
    return Calibration(
        name, fault.start, fault.end, offset=-fault.size * scale, sd=fault.sd * scale,
        reason=f"it shows {fault.size * scale:+.4g} {unit} against the other instruments",
    )  # fmt: skip


def _zero(memory: pl.DataFrame) -> list[Calibration]:
    """The zero of the standpipe gauge, where it is known and is none."""
    shown = memory.filter("resting")["standpipe_pressure"].drop_nulls()
    zero = round(middle(shown), -1)
    if shown.len() < RESTS or abs(zero) < ZERO_SHOWN:
        return []
    scatter = 1.4826 * middle((shown - middle(shown)).abs())
    return [
        Calibration(
            "standpipe_pressure", SINCE_EVER, None, offset=-zero,
            sd=max(scatter / np.sqrt(shown.len()), 5.0),
            reason=f"it shows {zero:.0f} kPa with the pumps off",
        )
    ]  # fmt: skip


def in_own_unit(fault: Fault, memory: pl.DataFrame, learned: Learned | None) -> tuple[float, str]:
    """What makes of a size as a flow one in the unit of the meter, and that unit.

    Args:
        fault: Its size is in [L/min].
        memory: The windows remembered: they say what flow is usual.
        learned: What they say.
    """
    names = fault.hypothesis.signature
    if learned is None or len(names) != 1 or (name := next(iter(names))) not in METERS:
        return 1.0, FLOW
    settled = memory.filter("settled").tail(100)
    if settled.is_empty():
        return 1.0, FLOW
    scale = learned.scale(name, learned.flow(settled), settled)
    return float(np.nanmedian(scale)), channel(name).unit
