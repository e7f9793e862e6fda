"""What `idrill simulate` is asked for, checked before anything is drawn or written."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from idrill.cli.recipe import Recipe
from idrill.errors import InvalidSimulation
from idrill.rigs import Rig, rig_id

if TYPE_CHECKING:
    from idrill.simulator.days import SimulatedDay
    from idrill.simulator.upkeep import PolicyKind

EVENTS = 0.1
"""Of each kind per day, unless told otherwise [e]."""
FAULTS = 0.01
"""Of each kind, for each sensor, per day, unless told otherwise [e]."""


class Resolution(StrEnum):
    """How often the sensors are read."""

    SECOND = "1s"
    MINUTE = "1min"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options as they were given; None where they were not."""

    rig: str | None
    days: int
    seed: int
    start: datetime | None
    resolution: Resolution
    fleet: int | None
    policy: str | None
    events: float | None
    faults: float | None


@dataclass(frozen=True, slots=True)
class Simulation:
    """Rigs, and their days, which are simulated as they are asked for."""

    rigs: tuple[Rig, ...]
    days: "Iterable[SimulatedDay]"
    recipe: Recipe


def simulation_of(wanted: Wanted, first_day: date, today: date) -> Simulation:
    """The simulation that the options ask for.

    Args:
        wanted: The options.
        first_day: First day that has a partition (UTC).
        today: The current day (UTC), which is not over.

    Raises:
        InvalidSimulation: If an option is missing, makes no sense or suits another resolution; the
            message names it.
        InvalidName: If a rig cannot be called that.
    """
    first = _first(wanted, first_day, today)
    if wanted.resolution is Resolution.SECOND:
        fleets = {"--rigs": wanted.fleet, "--policy": wanted.policy}
        refuse(fleets, "is of a fleet; add --resolution 1min, or leave it out")
        return _one_rig(wanted, first)
    one = {"--rig": wanted.rig, "--events": wanted.events, "--faults": wanted.faults}
    refuse(one, "is of one rig at 1 Hz, not of a fleet in minutes; leave it out")
    return _fleet(wanted, first)


def next_step(rigs: Sequence[Rig], inbox: Path | None) -> str:
    """The command that makes tables of the rig-days, to be pasted into a shell.

    Args:
        rigs: Those that were simulated.
        inbox: Where their files lie; None if they are in the lake.
    """
    several = len(rigs) > 1
    rig = "$rig" if several else rigs[0].id
    folder = shlex.quote(str(inbox)) + f"/{rig}"
    command = f"ingest {folder} --rig {rig}" if inbox else f"backfill --rig {rig} --failed"
    if not several:
        return f"idrill {command}"
    return f"for rig in $(seq -f SIM_%04g 1 {len(rigs)}); do idrill {command}; done"


def _first(wanted: Wanted, first_day: date, today: date) -> datetime:
    """Midnight of the first day; every day must have a partition and be over."""
    option = "--from" if wanted.start else "--days"
    if wanted.start is not None and wanted.start.time() != time():
        raise InvalidSimulation("--from: name the day alone; only a stream begins within one")
    try:
        first = wanted.start.date() if wanted.start else today - timedelta(days=wanted.days)
        last = first + timedelta(days=wanted.days - 1)
    except OverflowError:
        raise InvalidSimulation(f"--days: {wanted.days} are more than there are") from None
    if first < first_day:
        raise InvalidSimulation(
            f"{option}: the first day, {first}, lies before IDRILL_FIRST_DAY={first_day}; "
            "ask for a later one, or set that to an earlier one"
        )
    if last >= today:
        raise InvalidSimulation(
            f"{option}: the last of {wanted.days} days, {last}, is not over; the last one that is "
            f"lies on {today - timedelta(days=1)}"
        )
    return datetime.combine(first, time(), UTC)


def refuse(options: Mapping[str, object], reason: str) -> None:
    """See that none of some options was given.

    Raises:
        InvalidSimulation: If one was; the message names it.
    """
    for option, value in options.items():
        if value is not None:
            raise InvalidSimulation(f"{option}: {reason}")


def _one_rig(wanted: Wanted, first: datetime) -> Simulation:
    if wanted.rig is None:
        raise InvalidSimulation("--rig: name the rig, such as SIM_01")
    from idrill.simulator.campaign import draw_campaign
    from idrill.simulator.days import days_of_campaign

    name = rig_id(wanted.rig)
    events = EVENTS if wanted.events is None else wanted.events
    faults = FAULTS if wanted.faults is None else wanted.faults
    campaign = draw_campaign(
        name, start=first, days=wanted.days, seed=wanted.seed, events=events, faults=faults
    )
    recipe = _recipe(wanted, first) | {"events": events, "faults": faults}
    return Simulation((Rig(name, name, synthetic=True),), days_of_campaign(campaign), recipe)


def _fleet(wanted: Wanted, first: datetime) -> Simulation:
    if wanted.fleet is None:
        raise InvalidSimulation("--rigs: say how many rigs the fleet has")
    from idrill.simulator.days import days_of_fleet
    from idrill.simulator.fleet import SimulatedFleet
    from idrill.simulator.upkeep import USUAL_POLICIES

    fleet = SimulatedFleet(
        wanted.fleet,
        wanted.seed,
        start=first,
        duration=timedelta(days=wanted.days),
        policies=USUAL_POLICIES if wanted.policy is None else (_policy(wanted.policy),),
    )
    recipe = _recipe(wanted, first) | {"days": wanted.days, "policy": wanted.policy}
    return Simulation(tuple(simulated.rig for simulated in fleet), days_of_fleet(fleet), recipe)


def _recipe(wanted: Wanted, first: datetime) -> dict[str, str | float | None]:
    """What decides the readings of either clock; of a fleet its length does too."""
    return {"resolution": wanted.resolution, "seed": wanted.seed, "from": f"{first.date()}"}


def _policy(name: str) -> "PolicyKind":
    from idrill.simulator.upkeep import PolicyKind

    try:
        return PolicyKind(name)
    except ValueError:
        known = ", ".join(PolicyKind)
        raise InvalidSimulation(f"--policy: {name!r} is none; there are {known}") from None
