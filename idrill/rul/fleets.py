"""Lives of components of simulated fleets, by the same features as a real rig's.

A fleet is simulated in steps of ten minutes: hours made of them tell the own hours of pumps and top
drive within 3 % (steps of an hour would miss them by up to 25 %), and a rig of 12,000 hours takes
half a second. What is lost: unsteadiness within ten minutes, so that sensor noise averages over 6
values an hour instead of 60.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from functools import partial
from multiprocessing import get_context

import polars as pl

from idrill.rigs import EquipmentKind, FailureMode
from idrill.rul.components import ComponentLife, EndedBy, framing_of, kind_of
from idrill.rul.features import channels_of
from idrill.rul.histories import lives_of
from idrill.rul.hours import Hours, hours_of_frame
from idrill.rul.hours import joined as joined_hours
from idrill.rul.signs import channels_for
from idrill.simulator.fleet import SimulatedFleet, SimulatedRig
from idrill.simulator.upkeep import USUAL_POLICIES, PolicyKind
from idrill.simulator.upkeep import EndedBy as SimulatedEnd
from idrill.windows import Lives

STEP = timedelta(minutes=10)
"""Of a fleet that is simulated to learn from."""
_DAYS_AT_ONCE = 1_000
"""Of a rig that lie in memory."""


def fleet_for(
    component: str, rigs: int, seed: int, policies: tuple[PolicyKind, ...] = USUAL_POLICIES
) -> SimulatedFleet:
    """A fleet that shows enough lives of a component to learn from.

    Raises:
        InvalidWindows: If there is no such component.
        InvalidSimulation: If the fleet cannot exist.
    """
    duration = framing_of(component).duration
    return SimulatedFleet(rigs, seed, duration=duration, step=STEP, policies=policies)


def fleet_lives(
    components: Sequence[str], fleet: SimulatedFleet, *, processes: int = 1
) -> Mapping[str, Lives]:
    """Lives of components on all rigs of a fleet, by component; each rig is a group.

    Args:
        components: Names in `rigs.COMPONENT_KINDS`.
        fleet: In steps that divide an hour.
        processes: How many rigs are simulated at once.

    Raises:
        InvalidWindows: If there is no such component.
    """
    one_rig = partial(rig_lives, components, fleet)
    numbers = range(1, fleet.rigs + 1)
    if processes == 1:
        found = [one_rig(number) for number in numbers]
    else:
        # A forked process inherits the locks of polars' threads, but not the threads.
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            found = list(pool.map(one_rig, numbers))
    return {one: joined(one, [rig[one] for rig in found]) for one in components}


def rig_lives(components: Sequence[str], fleet: SimulatedFleet, number: int) -> Mapping[str, Lives]:
    """Lives of components on rig `number` of a fleet, counted from 1."""
    rig = fleet.rig(number)
    hours = hours_of_rig(rig, {kind_of(one).equipment for one in components})
    records = records_of(rig)
    return {one: lives_of(one, hours, records) for one in components}


def joined(component: str, parts: Iterable[Lives]) -> Lives:
    """Lives of a component on several rigs."""
    lives = tuple(life for part in parts for life in part)
    return Lives(channels_of(component)[0], kind_of(component).life_clock, lives)


def hours_of_rig(rig: SimulatedRig, equipment: Collection[EquipmentKind]) -> Hours:
    """Hours of what a simulated rig's sensors read of some of its equipment."""
    names = {name for kind in equipment for name in channels_for(kind)}
    frames = rig.frames(_DAYS_AT_ONCE)
    return joined_hours([hours_of_frame(frame, sorted(names)) for frame in frames])


def records_of(rig: SimulatedRig) -> tuple[ComponentLife, ...]:
    """The lives of a simulated rig as its maintenance department knows them."""
    return records_from(rig.histories)


def records_from(histories: pl.DataFrame) -> tuple[ComponentLife, ...]:
    """Simulated lives as a maintenance department knows them: no wear, no hidden hours.

    Args:
        histories: As `simulator.histories.HISTORY`.
    """
    return tuple(
        ComponentLife(
            rig_id=row["rig_id"],
            equipment=row["equipment"],
            component=row["component"],
            number=int(row["unit"].rsplit("/", 1)[1]),
            start=row["start"],
            end=None if row["ended_by"] == SimulatedEnd.END_OF_DATA else row["end"],
            ended_by=_ENDS[SimulatedEnd(row["ended_by"])],
            failure_mode=FailureMode(row["failure_mode"]) if row["failure_mode"] else None,
            variant=row["variant"],
            source="simulation",
        )
        for row in histories.iter_rows(named=True)
    )


_ENDS = {
    SimulatedEnd.FAILURE: EndedBy.FAILURE,
    SimulatedEnd.PREVENTIVE: EndedBy.PREVENTIVE,
    SimulatedEnd.OPPORTUNISTIC: EndedBy.OPPORTUNISTIC,
    SimulatedEnd.END_OF_DATA: EndedBy.IN_SERVICE,
}
