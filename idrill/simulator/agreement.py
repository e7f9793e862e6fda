"""How well the slow clock agrees with the fast one about the loads of the same rigs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from idrill.simulator.campaign import Campaign, draw_campaign
from idrill.simulator.fleet import SimulatedFleet, SimulatedRig
from idrill.simulator.operation import Operation, draw_around
from idrill.simulator.segments import ACTIVITIES
from idrill.simulator.upkept import UpkeptRig, minutes, segments_of

Array = NDArray[np.float64]

DAY_SECONDS = 86_400
WORKING = 0.01
"""Share of a load's 99th percentile from which a minute counts as worked [-]."""
TURNING = 0.05
"""Speed from which a string turns [1/s]; one at rest holds torque that wears nothing."""
LEVELS = ("pressure", "rotary_speed", "braking_power")
"""Loads that are levels of segments."""
WORN = ("mud_pump_1_liner", "mud_pump_1_valve", "top_drive_washpipe", "top_drive_gearbox",
        "drawworks_brake")  # fmt: skip
"""Slots whose load laws are compared; those of a pump for all pumps together."""


@dataclass(frozen=True, slots=True)
class Minutes:
    """What the minutes of some rigs were like on one clock."""

    loads: Mapping[str, Array]
    """By name (minute)."""
    activities: Mapping[str, float]
    """Share of the time, by activity [-]."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """One load on both clocks, over the minutes in which it works."""

    load: str
    fast_mean: float
    slow_mean: float
    fast_p95: float
    slow_p95: float
    fast_share: float
    """Of the minutes in which it works [-]."""
    slow_share: float


def both_clocks(seed: int, rigs: Iterable[int], days: int) -> tuple[Minutes, Minutes]:
    """The minutes of the same rigs on the fast and on the slow clock.

    Args:
        seed: Of the simulation.
        rigs: Numbers of the rigs in a fleet of this seed.
        days: From the first day of the rig's first well on.
    """
    fleet = SimulatedFleet(max(rigs := tuple(rigs)), seed, duration=timedelta(days=days))
    fast, slow = [], []
    for number in rigs:
        rig = fleet.rig(number)
        fast.append(_fast(rig, days))
        slow.append(Minutes(_loads(rig), _activities(rig)))
    return _together(fast), _together(slow)


def agreements(fast: Minutes, slow: Minutes) -> tuple[Agreement, ...]:
    """Each load on both clocks."""
    return tuple(_agreement(name, fast.loads[name], slow.loads[name]) for name in fast.loads)


def _agreement(load: str, fast: Array, slow: Array) -> Agreement:
    least = WORKING * float(np.quantile(fast[fast > 0.0], 0.99))
    works, runs = fast[fast > least], slow[slow > least]
    return Agreement(
        load,
        float(works.mean()),
        float(runs.mean()),
        float(np.quantile(works, 0.95)),
        float(np.quantile(runs, 0.95)),
        works.size / fast.size,
        runs.size / slow.size,
    )


def _fast(rig: SimulatedRig, days: int) -> Minutes:
    """A rig of a fleet, simulated second by second."""
    campaign = draw_campaign(rig.rig.id, start=rig.fleet.start, days=days, seed=rig.fleet.seed)
    chunks, seconds = [], np.zeros(len(ACTIVITIES))
    operation = _operation(campaign)
    for _ in range(days):
        truth = operation.advance(DAY_SECONDS)
        seconds += np.bincount(
            truth["activity_code"].to_numpy().astype(int), minlength=seconds.size
        )
        chunks.append(minutes(truth))
    drilled = segments_of(pl.concat(chunks), rig.duty.sand)
    worked = UpkeptRig(rig.fleet, rig.rig, rig.duty, rig.effects, rig.policy, drilled)
    shares = seconds / seconds.sum()
    return Minutes(
        _loads(worked), {a.value: float(s) for a, s in zip(ACTIVITIES, shares, strict=True)}
    )


def _operation(campaign: Campaign) -> Operation:
    first = campaign.wells[0]
    around = draw_around(campaign.rig, first, campaign.seed)
    return Operation(
        campaign.rig, first, campaign.crew, campaign.start, campaign.seed, around,
        list(campaign.wells[1:]),
    )  # fmt: skip


def _loads(rig: SimulatedRig) -> dict[str, Array]:
    segments, slots = rig.segments, [slot.name for slot in rig.slots]
    found = {name: segments.over(getattr(segments, name), rig.grid) for name in LEVELS}
    turned = segments.torque * (segments.rotary_speed > TURNING)
    found["torque while turning"] = segments.over(turned, rig.grid)
    found["strokes of all pumps"] = segments.over(segments.stroke_rates.sum(axis=0), rig.grid)
    for slot in WORN:
        alike = [name for name in slots if name == slot or name == slot.replace("1", "2")
                 or name == slot.replace("1", "3")]  # fmt: skip
        worn = sum(rig.loads.load[slots.index(name)] for name in alike)
        found[f"wear of the {slot.rpartition('_')[2]}"] = np.asarray(worn)
    return found


def _activities(rig: SimulatedRig) -> dict[str, float]:
    bounds = np.minimum(rig.segments.bounds, rig.grid[-1])
    weights = np.diff(bounds) / rig.grid[-1]
    shares = np.bincount(rig.segments.activity.astype(int), weights, minlength=len(ACTIVITIES))
    return {a.value: float(s) for a, s in zip(ACTIVITIES, shares, strict=True)}


def _together(rigs: list[Minutes]) -> Minutes:
    return Minutes(
        {name: np.concatenate([rig.loads[name] for rig in rigs]) for name in rigs[0].loads},
        {
            name: float(np.mean([rig.activities[name] for rig in rigs]))
            for name in rigs[0].activities
        },
    )
