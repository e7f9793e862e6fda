"""A simulated rig that runs, and to which things happen that people ask for meanwhile.

Its time never runs ahead of the clock. What is asked for begins with the next second that is not
simulated yet, and is entered in the store before any reading shows it; so a simulation that was
interrupted is simulated anew from its start, in a moment, and goes on as if it never was.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from threading import Event as Told

from idrill.errors import InvalidSimulation, UnknownChannel
from idrill.simulator.campaign import Campaign
from idrill.simulator.event_kinds import EventKind
from idrill.simulator.events import Event, Planned, Schedule, labels
from idrill.simulator.fault_schedules import FaultSchedule, PlannedFaults
from idrill.simulator.faults import Fault, FaultKind, fault_labels
from idrill.simulator.files import write_table
from idrill.simulator.rig import Chunk
from idrill.sources.pacing import Pace
from idrill.sources.sinks import Address, Sink, kept_waiting
from idrill.store import injections
from idrill.store.database import Database
from idrill.store.injections import Injection, Wanted

CATCHING_UP = timedelta(hours=1)
"""How much is simulated at once of what was told before."""

ALIASES = {"kick": EventKind.INFLUX}
"""What people call a kind otherwise."""


@dataclass(slots=True)
class Happenings:
    """The events that were drawn, and those that came to them."""

    drawn: Schedule
    added: list[Event] = field(default_factory=list)

    def between(self, start: float, end: float) -> tuple[Event, ...]:
        """The events under way from `start` to `end` [s], the earliest first."""
        both = self.drawn.between(start, end) + Planned(tuple(self.added)).between(start, end)
        return Planned(both).between(start, end)


@dataclass(slots=True)
class Breakdowns:
    """The sensor faults that were drawn, and those that came to them."""

    drawn: FaultSchedule
    added: list[Fault] = field(default_factory=list)

    def between(self, start: float, end: float) -> tuple[Fault, ...]:
        """The faults under way from `start` to `end` [s], the earliest first."""
        more = PlannedFaults(tuple(self.added)).between(start, end)
        return PlannedFaults(self.drawn.between(start, end) + more).between(start, end)


class SimulatedRig:
    """A rig of a campaign at work.

    Args:
        campaign: Which rig.
        begun: What was injected into it before.
    """

    def __init__(self, campaign: Campaign, begun: Sequence[Injection]) -> None:
        self._campaign = campaign
        self._events, self._faults = Happenings(campaign.events), Breakdowns(campaign.faults)
        self._channels = {sensor.channel for sensor in campaign.sensors.sensors}
        for one in begun:
            if one.start is not None:
                self._add(one.wanted, (one.start - campaign.start).total_seconds())
        self._running = campaign.running(self._events, self._faults)

    @property
    def now(self) -> datetime:
        """The first second that is not simulated yet."""
        return self._campaign.start + timedelta(seconds=self._running.seconds)

    def catch_up(self, until: datetime, ended: Callable[[], bool]) -> list[Chunk]:
        """Simulate what was told before, in a moment.

        Args:
            until: The first second that was not.
            ended: Whether to leave it.

        Returns:
            The stretches, without their tables.
        """
        passed = []
        while self.now < until and not ended():
            chunk = self.advance(min(CATCHING_UP, until - self.now))
            passed.append(Chunk(chunk.truth.clear(), chunk.measured.clear(), chunk.events,
                                chunk.faults))  # fmt: skip
        return passed

    def advance(self, step: timedelta) -> Chunk:
        """The next stretch of some whole seconds."""
        return self._running.advance(int(step.total_seconds()))

    def require_possible(self, wanted: Wanted) -> None:
        """See that something can happen from the next second on.

        Raises:
            InvalidSimulation: If it cannot.
            UnknownChannel: If it would happen to a sensor of no channel.
        """
        if wanted.channel is None:
            event_of(wanted, float(self._running.seconds))
            return
        fault_of(wanted, float(self._running.seconds))
        if wanted.channel not in self._channels:
            raise InvalidSimulation(
                f"{wanted.channel} is not measured on {self._campaign.rig.id}, so it cannot fail"
            )

    def inject(self, wanted: Wanted) -> None:
        """Have something happen from the next second on.

        Raises:
            InvalidSimulation: If it cannot happen.
            UnknownChannel: If it would happen to a sensor of no channel.
        """
        self.require_possible(wanted)
        self._add(wanted, float(self._running.seconds))

    def _add(self, wanted: Wanted, start: float) -> None:
        if wanted.channel is None:
            self._events.added.append(event_of(wanted, start))
        else:
            self._faults.added.append(fault_of(wanted, start))


class NeverAhead:
    """When a stretch of a simulation is due: at a pace, and never before the clock shows it.

    Args:
        pace: How fast it may catch up with the clock.
        ending: Ends every wait.
    """

    def __init__(self, pace: Pace, ending: Told) -> None:
        self._pace, self._ending = pace, ending

    def step(self, at: datetime) -> timedelta:
        """How much goes together from an instant on, in whole seconds."""
        behind = datetime.now(UTC) - at
        seconds = min(self._pace.step(), behind) // timedelta(seconds=1)
        return timedelta(seconds=max(1, seconds))

    def wait(self, until: datetime) -> bool:
        """Wait until an instant is due; False: it was told to end."""
        if not self._pace.wait(until):
            return False
        ahead = (until - datetime.now(UTC)).total_seconds()
        return not self._ending.wait(max(0.0, ahead))


@dataclass(frozen=True, slots=True)
class Stage:
    """What a simulated rig that runs is told by, and where its readings go."""

    database: Database
    """Knows what people want to happen."""
    sink: Sink
    to: Address
    say: Callable[[str], None]
    """Is told what a person should know."""
    ending: Told
    """Ends it."""


def streamed(rig: SimulatedRig, stage: Stage, clock: NeverAhead) -> Iterator[Chunk]:
    """Simulate on and tell readings as they are due, until told to end; each stretch is told.

    Args:
        rig: Who knows nothing yet of what is told from now on.
        stage: Where it happens.
        clock: When stretches are due.
    """
    second = timedelta(seconds=1)
    while True:
        step = clock.step(rig.now)
        if not clock.wait(rig.now + step - second):
            return
        if not kept_waiting(partial(_take_up, rig, stage), stage.say, stage.ending):
            return
        chunk = rig.advance(step)
        put = partial(stage.sink.put_table, stage.to, chunk.measured)
        if chunk.measured.height and not kept_waiting(put, stage.say, stage.ending):
            return
        yield chunk


def _take_up(rig: SimulatedRig, stage: Stage) -> None:
    """Have happen what people asked for, once the store knows when it begins or why it cannot."""
    possible: list[Wanted] = []
    with stage.database.session() as session:
        for one in injections.waiting(session, stage.to.rig_id):
            try:
                rig.require_possible(one.wanted)
            except (InvalidSimulation, UnknownChannel) as reason:
                injections.refuse(session, one.id, str(reason))
                stage.say(f"{one.wanted.kind} cannot happen: {reason}")
            else:
                injections.begin(session, one.id, rig.now)
                possible.append(one.wanted)
    for wanted in possible:
        rig.inject(wanted)
        stage.say(f"{wanted.kind} begins at {rig.now:%F %T}Z")


def event_of(wanted: Wanted, start: float) -> Event:
    """What is wanted as an event of the rig.

    Raises:
        InvalidSimulation: If there is no such event, or it cannot be so.
    """
    name = ALIASES.get(wanted.kind, wanted.kind)
    if name not in set(EventKind):
        raise _unknown(wanted.kind, EventKind)
    return Event(EventKind(name), start, start + wanted.lasting, wanted.severity, wanted.growth)


def fault_of(wanted: Wanted, start: float) -> Fault:
    """What is wanted as a fault of a sensor.

    Raises:
        InvalidSimulation: If there is no such fault, or it cannot be so.
        UnknownChannel: If there is no such channel.
    """
    if wanted.kind not in set(FaultKind):
        raise _unknown(wanted.kind, FaultKind)
    kind = FaultKind(wanted.kind)
    end = start + wanted.lasting
    return Fault(str(wanted.channel), kind, start, end, wanted.severity, wanted.growth)


@dataclass(slots=True)
class Labels:
    """What happened to a rig, and which of its sensors was wrong when."""

    start: datetime
    """Of the simulation."""
    events: set[Event] = field(default_factory=set)
    faults: set[Fault] = field(default_factory=set)

    def add(self, chunk: Chunk) -> bool:
        """Whether a stretch brought something new."""
        known = len(self.events) + len(self.faults)
        self.events.update(chunk.events)
        self.faults.update(chunk.faults)
        return len(self.events) + len(self.faults) > known

    def write(self, folder: Path) -> None:
        """Write them where the truth of a rig lies, as `stream.events` and `stream.faults`."""
        write_table(labels(tuple(self.events), self.start), folder / "stream.events.parquet")
        write_table(fault_labels(tuple(self.faults), self.start), folder / "stream.faults.parquet")


def _unknown(text: str, kinds: type[StrEnum]) -> InvalidSimulation:
    return InvalidSimulation(f"{text!r} is no kind; there are: {', '.join(kinds)}")
