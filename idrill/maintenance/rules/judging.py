"""What a term makes of the readings: true, false, or None where it cannot be known.

Each leaf remembers what it needs of earlier readings, as plain JSON. All time is event time, in
microseconds since 1970.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from idrill.frame import Activity
from idrill.maintenance.rules.definition import (
    Change,
    Contrary,
    Direction,
    Doing,
    Either,
    Every,
    Leaf,
    Limit,
    ScoreLimit,
    Stale,
    Term,
)
from idrill.maintenance.rules.rows import SECOND, Rows, Score
from idrill.maintenance.rules.smoothing import Smoothed
from idrill.maintenance.rules.windows import Window

PARTS = 20
"""In how many parts the window of a change is kept."""

Memory = dict[str, Any]
Outcome = bool | None


class Judge(ABC):
    """A leaf, and what it remembers."""

    limit: float | None = None
    """The one that was passed."""

    def __init__(self) -> None:
        self.outcome: Outcome = None
        self.value: float | None = None

    @abstractmethod
    def read(self, rows: Rows, row: int) -> None:
        """Judge a row."""

    def hear(self, score: Score) -> None:  # noqa: B027  most leaves read no scores
        """Take in what a model says."""

    def wait(self, at: int) -> None:  # noqa: B027  most leaves change by rows alone
        """Judge an instant without a row."""

    def due(self) -> int | None:
        """When the outcome changes though no row comes."""
        return None

    def memory(self) -> Memory:
        """What it remembers."""
        return {"outcome": self.outcome, "value": self.value, "limit": self.limit}

    def restore(self, memory: Memory) -> None:
        """Go on from what was remembered."""
        for name, value in memory.items():
            setattr(self, name, value)


class _Beyond(Judge):
    """A value beyond a limit, with a dead band."""

    def __init__(self, term: Limit | ScoreLimit) -> None:
        super().__init__()
        self._low, self._high, self._deadband = term.low, term.high, term.deadband

    def _judge(self, value: float) -> None:
        inside = self._deadband if self.outcome else 0.0
        self.value, self.outcome = value, False
        if self._low is not None and value < self._low + inside:
            self.outcome, self.limit = True, self._low
        elif self._high is not None and value > self._high - inside:
            self.outcome, self.limit = True, self._high


class _OfChannel(_Beyond):
    def __init__(self, term: Limit, unusable: int) -> None:
        super().__init__(term)
        self._channel, self._unusable = term.channel, unusable
        self._smoothed = Smoothed(term.smooth)
        self._held: Outcome = None

    def read(self, rows: Rows, row: int) -> None:
        value = rows.usable(self._channel, self._unusable)[row]
        mean = None if value is None else self._smoothed.take(rows.times[row], value)
        self.outcome = None
        if mean is not None:
            self.outcome = self._held
            self._judge(mean)
            self._held = self.outcome

    def memory(self) -> Memory:
        return super().memory() | {"_held": self._held, "smoothed": self._smoothed.memory()}

    def restore(self, memory: Memory) -> None:
        kept = dict(memory)
        self._smoothed.restore(kept.pop("smoothed"))
        super().restore(kept)


class _OfScore(_Beyond):
    def __init__(self, term: ScoreLimit) -> None:
        super().__init__(term)
        self._score = term.score

    def read(self, rows: Rows, row: int) -> None:
        """A score holds until the next one."""

    def hear(self, score: Score) -> None:
        if score.name == self._score and score.value is not None:
            self._judge(score.value)


class _OfChange(Judge):
    def __init__(self, term: Change, unusable: int) -> None:
        super().__init__()
        self._term, self._unusable = term, unusable
        self._window = Window(max(1, int(term.within * SECOND) // PARTS), PARTS)
        self._smoothed = Smoothed(term.smooth)
        self._held = False
        self.limit = term.by

    def read(self, rows: Rows, row: int) -> None:
        during, activity = self._term.during, rows.activities[row]
        if during and activity not in during:
            self._window.forget()
            self._smoothed.forget()
            self._held = False
            self.outcome = None if activity in (None, Activity.UNKNOWN) else False
            return
        value = rows.usable(self._term.channel, self._unusable)[row]
        mean = None if value is None else self._smoothed.take(rows.times[row], value)
        self.outcome = None
        if mean is not None:
            self._window.take(rows.times[row], mean)
            self._judge(mean)

    def memory(self) -> Memory:
        more = {"_held": self._held, "window": self._window.parts}
        return super().memory() | more | {"smoothed": self._smoothed.memory()}

    def restore(self, memory: Memory) -> None:
        kept = dict(memory)
        self._window.restore(kept.pop("window"))
        self._smoothed.restore(kept.pop("smoothed"))
        super().restore(kept)

    def _judge(self, value: float) -> None:
        rise, fall = value - self._window.low, self._window.high - value
        change = {Direction.RISES: rise, Direction.FALLS: fall}.get(
            self._term.direction, rise if rise >= fall else -fall
        )
        least = self._term.by - (self._term.deadband if self._held else 0.0)
        self.value, self.outcome = change, abs(change) > least
        self._held = self.outcome


class _OfSilence(Judge):
    def __init__(self, term: Stale, unusable: int) -> None:
        super().__init__()
        self._channel, self._unusable = term.channel, unusable
        self._after = int(term.after * SECOND)
        self._since: int | None = None
        self.limit = term.after

    def read(self, rows: Rows, row: int) -> None:
        if rows.usable(self._channel, self._unusable)[row] is not None:
            self._since = rows.times[row]
        self.wait(rows.times[row])

    def wait(self, at: int) -> None:
        if self._since is None:
            return
        self.outcome = at - self._since >= self._after
        self.value = (at - self._since) / SECOND

    def due(self) -> int | None:
        return None if self._since is None or self.outcome else self._since + self._after

    def memory(self) -> Memory:
        return super().memory() | {"_since": self._since}


class _OfActivity(Judge):
    def __init__(self, term: Doing) -> None:
        super().__init__()
        self._activities = term.activities

    def read(self, rows: Rows, row: int) -> None:
        activity = rows.activities[row]
        known = activity is not None and activity != Activity.UNKNOWN
        self.outcome = activity in self._activities if known else None
        if activity == Activity.UNKNOWN and Activity.UNKNOWN in self._activities:
            self.outcome = True


def judge_of(leaf: Leaf, unusable: int) -> Judge:
    """What judges a leaf."""
    match leaf:
        case Limit():
            return _OfChannel(leaf, unusable)
        case ScoreLimit():
            return _OfScore(leaf)
        case Change():
            return _OfChange(leaf, unusable)
        case Stale():
            return _OfSilence(leaf, unusable)
        case Doing():
            return _OfActivity(leaf)


def verdict_of(term: Term, judges: Mapping[int, Judge]) -> Callable[[], Outcome]:
    """What tells the outcome of a tree from those of its leaves, found by their `id`."""
    if isinstance(term, Every | Either):
        parts = [verdict_of(one, judges) for one in term.terms]
        return lambda: _combined(parts, decisive=isinstance(term, Either))
    if isinstance(term, Contrary):
        part = verdict_of(term.term, judges)
        return lambda: None if (told := part()) is None else not told
    judge = judges[id(term)]
    return lambda: judge.outcome


def _combined(parts: Sequence[Callable[[], Outcome]], *, decisive: bool) -> Outcome:
    """The outcome in Kleene's logic: one that is `decisive` settles it, else an unknown one."""
    told = [part() for part in parts]
    if decisive in told:
        return decisive
    return None if None in told else not decisive
