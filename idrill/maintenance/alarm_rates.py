"""How much alarms ask of those who answer them, in the words of ISA-18.2 and EEMUA 191.

The benchmarks of those documents are told from memory [e]: some 150 alarms a day for one operator
are taken to be acceptable and 300 the most that can be managed, more than 10 in ten minutes is a
flood, an alarm that comes three times or more within a minute chatters, and one that stands for
more than a day is stale.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

FLOOD = 10
"""More alarms than this within `FLOOD_TIME` are a flood [e]."""
FLOOD_TIME = timedelta(minutes=10)
CHATTER = 3
"""An alarm that comes so often within `CHATTER_TIME` chatters [e]."""
CHATTER_TIME = timedelta(minutes=1)
STALE = timedelta(hours=24)
"""An alarm that stands for longer is stale."""
FREQUENT = 10
"""How many of the most frequent ones are told."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An alarm that came, or came back."""

    rig_id: str
    what: str
    """The rule and the thing, or what a person said."""
    priority: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """An alarm that somebody acknowledged."""

    by: str
    after: timedelta
    """Since it came."""


@dataclass(frozen=True, slots=True)
class Frequent:
    """An alarm that came often."""

    rig_id: str
    what: str
    count: int
    share: float
    """Of all that came [-]."""
    chatters: bool


@dataclass(frozen=True, slots=True)
class RigRates:
    """What a rig asks for."""

    rig_id: str
    count: int
    per_hour: float
    per_day: float
    most_in_ten_minutes: int
    floods: bool
    """Whether more than `FLOOD` ever came within ten minutes."""


@dataclass(frozen=True, slots=True)
class OperatorRates:
    """What somebody answered."""

    by: str
    count: int
    per_hour: float
    per_day: float
    median_seconds: float
    """From an alarm to its acknowledgement [s]."""


@dataclass(frozen=True, slots=True)
class AlarmRates:
    """What alarms asked for in some time."""

    count: int
    priorities: Mapping[str, int]
    rigs: tuple[RigRates, ...]
    operators: tuple[OperatorRates, ...]
    frequent: tuple[Frequent, ...]
    """The most frequent ones first."""
    chattering: int
    """How many alarms chattered."""


def rates_of(came: Sequence[Occurrence], answered: Iterable[Answer], span: timedelta) -> AlarmRates:
    """What alarms asked for.

    Args:
        came: In order of time.
        answered: What was acknowledged meanwhile.
        span: The time that they came in.
    """
    kinds = Counter((one.rig_id, one.what) for one in came)
    chattering = {
        kind
        for kind in kinds
        if most_within([one.at for one in came if (one.rig_id, one.what) == kind], CHATTER_TIME)
        >= CHATTER
    }
    return AlarmRates(
        count=len(came),
        priorities=dict(sorted(Counter(one.priority for one in came).items())),
        rigs=tuple(_rig(rig, came, span) for rig in sorted({one.rig_id for one in came})),
        operators=_operators(answered, span),
        frequent=tuple(
            Frequent(*kind, count, count / len(came), kind in chattering)
            for kind, count in sorted(kinds.items(), key=lambda one: (-one[1], one[0]))[:FREQUENT]
        ),
        chattering=len(chattering),
    )


def most_within(times: Sequence[datetime], span: timedelta) -> int:
    """The greatest number of instants within a time.

    Example:
        >>> start = datetime(2025, 3, 1)
        >>> most_within([start + timedelta(seconds=one) for one in (0, 30, 59, 61)], CHATTER_TIME)
        3
    """
    window, most = deque[datetime](), 0
    for at in sorted(times):
        window.append(at)
        while at - window[0] >= span:
            window.popleft()
        most = max(most, len(window))
    return most


def _rig(rig_id: str, came: Sequence[Occurrence], span: timedelta) -> RigRates:
    times = [one.at for one in came if one.rig_id == rig_id]
    most = most_within(times, FLOOD_TIME)
    per_hour, per_day = _per(len(times), span)
    return RigRates(rig_id, len(times), per_hour, per_day, most, most > FLOOD)


def _operators(answered: Iterable[Answer], span: timedelta) -> tuple[OperatorRates, ...]:
    waits: dict[str, list[float]] = {}
    for one in answered:
        waits.setdefault(one.by, []).append(one.after.total_seconds())
    return tuple(
        OperatorRates(by, len(found), *_per(len(found), span), median(found))
        for by, found in sorted(waits.items())
    )


def _per(count: int, span: timedelta) -> tuple[float, float]:
    """How many come in an hour and in a day."""
    return count / (span / timedelta(hours=1)), count / (span / timedelta(days=1))
