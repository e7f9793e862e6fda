"""From faults and moves to the report of a rig-day."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import polars as pl

from idrill.channels import BY_NAME
from idrill.dvr.rig_days.fault import Fault
from idrill.dvr.rig_days.moving import Moves
from idrill.dvr.rig_days.network import Network
from idrill.dvr.rig_days.report import BALANCES, CHANNELS, FAULTS, ReconciliationReport
from idrill.frame import channels_in

REASONS = {
    "influx": "more comes out of the well than goes in, and the pits take it up",
    "losses": "less comes out of the well than goes in, and the pits show it",
    "pit_gain": "the pits rise, and no return shows why: mud was added, or led in",
    "pit_loss": "the pits fall, and no return shows why: mud was led away",
    "pump_wear": "every meter shows less flow than the strokes say",
    "washout": "the flow costs less pressure than before, and the gauge reads right at rest",
    "plugged_nozzle": "the flow costs more pressure than before, and the gauge reads right at rest",
    "string_weight_change": "the string weighs another amount, and the gauge is right in slips",
    "tare_error": "the weight on bit is reckoned with a tare that is not the weight of the string",
}
"""What an event looks like."""

SEEN = {
    "rest": "with the pumps off it shows another zero than at the rests before",
    "jump": "its level is another within a minute; the pumps ran on, and no other pit moved",
}
"""What the detectors that watch one instrument alone have seen."""


ALIKE = "what is seen fits these nearly alike, and nothing measured tells them apart"
"""Why a fault has several names."""
FLOW = "L/min"
"""Unit of the balances of mud."""


def reported(
    networks: Sequence[Network], moves: Moves, frame: pl.DataFrame
) -> ReconciliationReport:
    """The report of a rig-day."""
    found = [(fault, network) for network in networks for fault in network.faults]
    found.sort(key=lambda each: each[0].detected)
    rows = [_fault(fault, network) for fault, network in found]
    units = {name: unit for network in networks for name, unit in network.units.items()}
    derived = frozenset().union(*(network.derived or () for network in networks))
    return ReconciliationReport(
        faults=pl.DataFrame(rows, schema=FAULTS, orient="row"),
        balances=pl.DataFrame(list(_balances(moves, frame, units)), schema=BALANCES, orient="row"),
        channels=pl.DataFrame(
            list(_channels(moves, derived, frame)), schema=CHANNELS, orient="row"
        ),
        proposals=tuple(each for network in networks for each in network.proposals),
    )


def _fault(fault: Fault, network: Network) -> tuple[object, ...]:
    name = " or ".join(fault.suspects)
    kinds = {each.name: each.kind for each in network.known}
    kind = kinds[fault.suspects[0]] if len(fault.suspects) == 1 else "unclear"
    disagrees = REASONS.get(name, f"{name} disagrees with what the other instruments say")
    reason = ALIKE if kind == "unclear" else SEEN.get(fault.detector, disagrees)
    scale, unit = network.shown(fault)
    return (
        kind, name, network.name, list(fault.suspects), fault.start, fault.detected, fault.end,
        fault.size * scale, fault.sd * scale, unit, fault.detector, reason,
    )  # fmt: skip


def _balances(
    moves: Moves, frame: pl.DataFrame, units: Mapping[str, str]
) -> Iterable[tuple[object, ...]]:
    step = frame["time"].diff().dt.total_microseconds().median() or 0.0
    for name, parts in moves.imbalance.items():
        counts = np.array([part[0] for part in parts], float)
        before, after = (
            float(np.sqrt(sum(part[0] * part[place] for part in parts) / counts.sum()))
            for place in (1, 2)
        )
        if not (np.isfinite(before) and np.isfinite(after)):
            continue
        hours = counts.sum() * float(step) / 3.6e9  # type: ignore[arg-type]
        yield name, hours, before, after, units.get(name, FLOW)


def _channels(
    moves: Moves, derived: frozenset[str], frame: pl.DataFrame
) -> Iterable[tuple[object, ...]]:
    for name in channels_in(frame.columns):
        values = moves.values.get(name)
        role = "derived" if name in derived else "unchecked" if values is None else "measured"
        left = np.array(moves.ratios.get(name, [(1, 1.0)]))
        weights, ratios = left[:, 0] / left[:, 0].sum(), left[:, 1]
        moved = np.abs(values - frame[name].to_numpy()) if values is not None else np.empty(0)
        moved = moved[np.isfinite(moved)]
        yield (
            name, role, moved.size, float(moved.mean()) if moved.size else 0.0,
            _weighed(moves.spreads.get(name, [])),
            BY_NAME[name].unit,
            float(weights @ (1.0 - ratios)),
            float(weights @ np.sqrt(1.0 - ratios**2)),
        )  # fmt: skip


def _weighed(parts: Sequence[tuple[int, float]]) -> float:
    """Mean of values by their rows; 0 without any."""
    rows = sum(count for count, _ in parts)
    return sum(count * value for count, value in parts) / rows if rows else 0.0
