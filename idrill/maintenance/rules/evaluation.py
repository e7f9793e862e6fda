"""Rules judged on the readings of a rig, as they come.

Only event time counts, so a recording tells the same at any speed, in whatever batches it comes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import polars as pl

from idrill.maintenance.alerts import Priority
from idrill.maintenance.rules.definition import Rule, ScoreLimit, Stale, leaves
from idrill.maintenance.rules.judging import Judge, judge_of, verdict_of
from idrill.maintenance.rules.rows import SECOND, Rows, Score, instant, micros
from idrill.maintenance.rules.telling import message_of, words_of_channel


class Turn(StrEnum):
    """What became of a condition."""

    RAISED = "raised"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that began or ended."""

    rule: str
    version: int
    """Of the rule."""
    key: str
    """What of the rig it concerns, such as `mud_pump_1/liner`; "" for the rig itself."""
    turn: Turn
    at: datetime
    """In event time; grows from turn to turn of a rule and key."""
    value: float | None
    channel: str | None
    priority: Priority
    message: str
    equipment: str | None = None
    component: str | None = None


class Evaluator:
    """Judges the rules that cover one rig.

    Rows have to come in order of time, in any batches; a row that is not later than the one before
    it is passed over. A score is heard before the first row that is not earlier, so it has to come
    no later than that row.

    Args:
        rig_id: The rig.
        rules: Those of others and disabled ones are passed over.
        state: What `state` gave before; what a rule has remembered is forgotten once its version
            is another, but for the condition that it raised.

    Example:
        >>> from idrill.frame import empty
        >>> from idrill.maintenance.rules.definition import Limit
        >>> rule = Rule("deep", Limit("hole_depth", high=5000.0))
        >>> Evaluator("RIG-1", [rule]).step(empty(["hole_depth"]))
        []
    """

    def __init__(
        self, rig_id: str, rules: Iterable[Rule], state: Mapping[str, Any] | None = None
    ) -> None:
        kept = state or {}
        self._last: int | None = kept.get("last")
        self._activity: str | None = kept.get("activity")
        self._scores = [Score.of_state(one) for one in kept.get("scores", [])]
        known = kept.get("rules", {})
        self._watches = [
            _Watch(rig_id, rule, known.get(rule.name)) for rule in rules if rule.covers(rig_id)
        ]

    def step(self, frame: pl.DataFrame, scores: Sequence[Score] = ()) -> list[Condition]:
        """Judge rows and scores, and give the conditions that began or ended, in order of time.

        Args:
            frame: Validated rows of the rig, with `activity`.
            scores: What models say; those ahead of the rows wait for them.
        """
        rows, told = Rows(frame), list[Condition]()
        self._scores = sorted([*self._scores, *scores], key=lambda score: score.at)
        for row, at in enumerate(rows.times):
            if self._last is None or at > self._last:
                told += self._hear(at)
                told += self._read(rows, row)
        return told if self._last is None else told + self._hear(self._last)

    def advance(self, to: datetime) -> list[Condition]:
        """Let event time come to an instant though no row came: what is stale then is raised."""
        return self._wait(micros(to) + 1)

    @property
    def last(self) -> datetime | None:
        """Of the last row that was judged."""
        return None if self._last is None else instant(self._last)

    def standing(self) -> dict[tuple[str, str], bool]:
        """Whether the condition of each rule and key stands."""
        return {
            (watch.rule.name, key): stands
            for watch in self._watches
            for key, stands in watch.standing().items()
        }

    def state(self) -> dict[str, Any]:
        """What the next evaluator has to know, as plain JSON."""
        return {
            "last": self._last,
            "activity": self._activity,
            "scores": [one.as_state() for one in self._scores],
            "rules": {watch.rule.name: watch.state() for watch in self._watches},
        }

    def _read(self, rows: Rows, row: int) -> list[Condition]:
        told = self._wait(rows.times[row])
        self._last, self._activity = rows.times[row], rows.activities[row]
        for watch in self._watches:
            told += watch.read(rows, row)
        return told

    def _hear(self, until: int) -> list[Condition]:
        """What the scores up to an instant tell."""
        told = list[Condition]()
        while self._scores and micros(self._scores[0].at) <= until:
            score = self._scores.pop(0)
            at = max(micros(score.at), self._last or 0)
            told += self._wait(at)
            for watch in self._watches:
                told += watch.hear(score, at, self._activity)
        return told

    def _wait(self, before: int) -> list[Condition]:
        """What turns by time alone before an instant."""
        told = list[Condition]()
        while due := [one for one in self._due() if one[0] < before]:
            at, number = min(due)
            told += self._watches[number].wait(at, self._activity)
        return told

    def _due(self) -> list[tuple[int, int]]:
        dues = ((watch.due(), number) for number, watch in enumerate(self._watches))
        return [(at, number) for at, number in dues if at is not None]


class _Watch:
    """A rule on a rig: one course, or one for each thing that models speak of."""

    def __init__(self, rig_id: str, rule: Rule, state: Mapping[str, Any] | None) -> None:
        self.rule, self._rig_id = rule, rig_id
        found = list(leaves(rule.term))
        self._scores = {leaf.score for leaf in found if isinstance(leaf, ScoreLimit)}
        self._waits = any(isinstance(leaf, Stale) for leaf in found)
        self._courses: dict[str, _Course] = {}
        if not self._scores:
            self._courses[""] = _Course(rig_id, rule, None, None)
        for key, kept in (state or {}).get("courses", {}).items():
            self._course(key, kept["equipment"], kept["component"]).restore(kept, state or {})

    def read(self, rows: Rows, row: int) -> list[Condition]:
        activity = rows.activities[row]
        told = list[Condition]()
        for course in self._courses.values():
            for judge in course.judges:
                judge.read(rows, row)
            told += course.turn(rows.times[row], activity)
        return told

    def hear(self, score: Score, at: int, activity: str | None) -> list[Condition]:
        if score.name not in self._scores:
            return []
        course = self._course(score.key, score.equipment, score.component)
        for judge in course.judges:
            judge.hear(score)
        return course.turn(at, activity)

    def due(self) -> int | None:
        if not self._waits:
            return None
        return min((at for _, at in self._dues()), default=None)

    def wait(self, at: int, activity: str | None) -> list[Condition]:
        told = list[Condition]()
        for course in {id(one): one for one, due in self._dues() if due <= at}.values():
            for judge in course.judges:
                judge.wait(at)
            told += course.turn(at, activity)
        return told

    def standing(self) -> dict[str, bool]:
        return {key: course.stands is not False for key, course in self._courses.items()}

    def state(self) -> dict[str, Any]:
        courses = {key: course.state() for key, course in self._courses.items()}
        return {"version": self.rule.version, "courses": courses}

    def _dues(self) -> "list[tuple[_Course, int]]":
        return [
            (course, at)
            for course in self._courses.values()
            for judge in course.judges
            if (at := judge.due()) is not None
        ]

    def _course(self, key: str, equipment: str | None, component: str | None) -> "_Course":
        if key not in self._courses:
            self._courses[key] = _Course(self._rig_id, self.rule, equipment, component)
        return self._courses[key]


class _Course:
    """How a condition stands."""

    def __init__(
        self, rig_id: str, rule: Rule, equipment: str | None, component: str | None
    ) -> None:
        self._rig_id, self._rule = rig_id, rule
        self._equipment, self._component = equipment, component
        self._terms = list(leaves(rule.term))
        self.judges: list[Judge] = [judge_of(leaf, rule.unusable) for leaf in self._terms]
        found = {id(leaf): one for leaf, one in zip(self._terms, self.judges, strict=True)}
        self._verdict = verdict_of(rule.term, found)
        self.stands: bool | None = False
        """None: it stood by an earlier version of the rule."""
        self._since: int | None = None
        """Since when the term says otherwise."""
        self._turned: int | None = None

    def turn(self, at: int, activity: str | None) -> list[Condition]:
        """What follows from the outcome at an instant."""
        outcome = self._verdict()
        if outcome is None:
            return []
        if outcome is self.stands:
            self._since = None
            return []
        self._since = at if self._since is None else self._since
        delay = self._rule.on_delay if outcome else self._rule.off_delay
        if at - self._since < delay * SECOND:
            return []
        self.stands, self._since = outcome, None
        self._turned = at if self._turned is None else max(at, self._turned + 1)
        return [self._told(activity)]

    def state(self) -> dict[str, Any]:
        """What it remembers."""
        return {
            "equipment": self._equipment,
            "component": self._component,
            "stands": self.stands,
            "since": self._since,
            "turned": self._turned,
            "judges": [judge.memory() for judge in self.judges],
        }

    def restore(self, kept: Mapping[str, Any], watch: Mapping[str, Any]) -> None:
        """Go on from what was remembered."""
        self._turned = kept["turned"]
        if watch["version"] != self._rule.version:
            self.stands = False if kept["stands"] is False else None
            return
        self.stands, self._since = kept["stands"], kept["since"]
        for judge, memory in zip(self.judges, kept["judges"], strict=True):
            judge.restore(memory)

    def _told(self, activity: str | None) -> Condition:
        term, judge = self._telling()
        channel = getattr(term, "channel", None)
        words = words_of_channel(channel) | {"activity": (activity or "unknown").replace("_", " ")}
        words |= {"rig": self._rig_id, "rule": self._rule.name}
        words |= {"value": judge.value, "limit": judge.limit}
        words |= {"equipment": self._equipment, "component": self._component}
        return Condition(
            self._rule.name,
            self._rule.version,
            "/".join(part for part in (self._equipment, self._component) if part),
            Turn.RAISED if self.stands else Turn.RETURNED,
            instant(self._turned or 0),
            judge.value,
            channel,
            self._rule.priority,
            message_of(self._rule, words),
            self._equipment,
            self._component,
        )

    def _telling(self) -> tuple[object, Judge]:
        """The first leaf that holds and measures something, else the first that measures."""
        pairs = list(zip(self._terms, self.judges, strict=True))
        measuring = [one for one in pairs if one[1].value is not None] or pairs
        return next((one for one in measuring if one[1].outcome), measuring[0])
