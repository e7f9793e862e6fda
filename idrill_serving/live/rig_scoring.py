"""Scoring of one rig: what came in since is validated, judged by rules, and foreseen.

A step reads, makes everything in memory, and writes it in one transaction together with how far it
went. So a step that was cut off has told nothing and is made again, and a step that was told is
never made again. What is remembered from step to step can be made anew from the store.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from sqlalchemy.orm import Session

from idrill.aggregation import BUCKET_SCHEMA
from idrill.dvr.activities import came_late
from idrill.dvr.stepping import Validator
from idrill.errors import IDrillError, StoreError
from idrill.maintenance.rules import Evaluator
from idrill.registry.foresight import CHANNELS, Foresight, serving
from idrill.registry.prognoses import Bench
from idrill.store import (
    alert_conditions,
    alert_rules,
    lake_pins,
    live_hours,
    live_outlet,
    live_readings,
    live_scoring,
    live_validators,
    predictions,
)
from idrill.store.live_hours import HOUR
from idrill.store.live_outlet import Outlet
from idrill.store.live_readings import LiveRig
from idrill.store.live_verdicts import verdicts_of
from idrill.store.predictions import Prediction
from idrill.store.tables import HOURLY
from idrill_serving.live.telling import prediction_event, scores_of

AT_ONCE = 2_000
"""Rows of a step at most, unless one commit alone has more."""

LOOKED_BACK = timedelta(hours=48)
"""How far back hours are made of what was judged before any was."""

MINUTE = timedelta(minutes=1)


@dataclass
class _Held:
    """What is remembered of a rig from step to step."""

    scored_to: int
    validator: Validator
    foresight: Foresight
    last: datetime | None
    """The newest instant that was judged in time."""
    rules: Evaluator
    mark: int
    """Of the rules that it judges by."""


class RigScoring:
    """Scores one rig.

    Args:
        bench: What prognoses are made from.
        rig_id: The rig.
    """

    def __init__(self, bench: Bench, rig_id: str) -> None:
        self._bench, self._rig_id = bench, rig_id
        self._held: _Held | None = None

    def step(self) -> bool:
        """Score what came in since; whether anything had.

        Raises:
            IDrillError: If it cannot be scored; nothing of the step is told then.
        """
        with self._bench.database.session() as session:
            rig = live_readings.mark_of(session, self._rig_id)
            outlet = live_outlet.outlet_of(session, self._rig_id)
            if rig is None or rig.revision <= outlet.scored_to:
                return False
            rows = live_readings.after(session, rig, outlet.scored_to, AT_ONCE)
            held = self._recalled(session, rig, outlet, rows)
            if alert_rules.mark(session) != held.mark:
                held.rules, held.mark = self._rules(session, held.rules.state())
        # Until the step is committed, nothing that it changes in memory is true.
        self._held = None
        to = int(str(rows["revision"].max())) if rows.height else rig.revision
        judged = held.validator.step(rows.drop("revision"), rows["revision"])
        self._tell(rig, held, judged, to)
        self._held = held
        return True

    def _recalled(
        self, session: Session, rig: LiveRig, outlet: Outlet, rows: pl.DataFrame
    ) -> _Held:
        """What is remembered, or the same made anew."""
        held = self._held
        state: dict[str, Any] = dict(outlet.state)
        if held is not None and held.scored_to == outlet.scored_to:
            return held
        foresight = Foresight(self._bench, rig)
        if not state:
            first = rows["time"].min()
            day = first.date() if isinstance(first, datetime) else datetime.now(UTC).date()
            validator = live_validators.begun(self._bench.lake, rig.rig_id, day)
            return _Held(outlet.scored_to, validator, foresight, None, *self._rules(session, None))
        validator = live_validators.resumed(self._bench.database, session, rig, state["validator"])
        last = datetime.fromisoformat(state["last"]) if state["last"] else None
        rules = self._rules(session, state["rules"])
        return _Held(outlet.scored_to, validator, foresight, last, *rules)

    def _rules(self, session: Session, state: Mapping[str, Any] | None) -> tuple[Evaluator, int]:
        """The rules as they are now, and their mark."""
        mark = alert_rules.mark(session)
        return Evaluator(self._rig_id, alert_rules.covering(session, self._rig_id), state), mark

    def _as_far_as_foreseen(
        self, rig: LiveRig, held: _Held, prompt: pl.DataFrame
    ) -> tuple[pl.DataFrame, list[Prediction], str]:
        """The same as `_foreseen`, and why nothing is; "" if nothing was wrong.

        Raises:
            StoreError: If the store is away.
        """
        try:
            return *self._foreseen(rig, held, prompt), ""
        except StoreError:
            raise
        except Exception as fault:  # noqa: BLE001  a model at fault must not keep back alerts
            words = str(fault) if isinstance(fault, IDrillError) else repr(fault)
            return BUCKET_SCHEMA.to_frame(), [], f"no remaining life is foreseen: {words}"

    def _foreseen(
        self, rig: LiveRig, held: _Held, prompt: pl.DataFrame
    ) -> tuple[pl.DataFrame, list[Prediction]]:
        """Hours that are to be kept, and prognoses of each minute that is over."""
        if not serving(self._bench):
            return BUCKET_SCHEMA.to_frame(), []
        rolling = _Rolling(self._bench, rig, prompt)
        found: list[Prediction] = []
        for minute in _ended(prompt["time"], held.last):
            found += held.foresight.at(minute, rolling.until)
        return rolling.hours, found

    def _tell(self, rig: LiveRig, held: _Held, judged: pl.DataFrame, to: int) -> None:
        """Everything that follows from what was judged, in one transaction."""
        prompt = judged.filter(~came_late(judged))
        hours, foreseen, fault = self._as_far_as_foreseen(rig, held, prompt)
        scores = [score for one in foreseen for score in scores_of(one)]
        conditions = held.rules.step(prompt, scores)
        scored_to, held.scored_to = held.scored_to, to
        held.last = _newest(prompt, held.last)
        given = [one for one in foreseen if one.prognosis.quantiles is not None]
        state = {
            "validator": live_validators.state_of(held.validator),
            "last": held.last and held.last.isoformat(),
            "rules": held.rules.state(),
        }
        with self._bench.database.session() as session:
            live_scoring.advance(session, rig.rig_id, scored_to=scored_to, to=to, state=state)
            live_hours.keep(session, hours)
            predictions.keep(session, given)
            for version in {one.lake_version for one in given if one.lake_version is not None}:
                lake_pins.pin(session, HOURLY.name, version, f"live prognoses of {rig.rig_id}")
            events = list(map(prediction_event, given))
            live_outlet.tell(session, rig.rig_id, verdicts_of(judged), events)
            alert_conditions.apply(session, rig.rig_id, conditions)
            if held.last is not None:
                alert_conditions.escalate_rig(session, rig.rig_id, held.last)
            if fault:
                live_scoring.note_fault(session, rig.rig_id, fault)
            else:
                live_scoring.clear_fault(session, rig.rig_id)


class _Rolling:
    """The hours that end in a step."""

    def __init__(self, bench: Bench, rig: LiveRig, prompt: pl.DataFrame) -> None:
        told = tuple(name for name in rig.channels if name in CHANNELS)
        self._bench, self._rig, self._prompt = bench, replace(rig, channels=told), prompt
        self.hours = BUCKET_SCHEMA.to_frame()

    def until(self, end: datetime) -> pl.DataFrame:
        """Those that are over by an instant and not in the store."""
        hour = end.replace(minute=0, second=0, microsecond=0)
        with self._bench.database.session() as session:
            last = live_hours.last(session, self._rig.rig_id)
            known = [one for one in (last, self.hours["time"].max()) if isinstance(one, datetime)]
            start = max(known) + HOUR if known else hour - LOOKED_BACK
            more = live_hours.ended(session, self._rig, self._prompt, start, hour)
        self.hours = pl.concat([self.hours, more])
        return self.hours


def _newest(prompt: pl.DataFrame, before: datetime | None) -> datetime | None:
    newest = prompt["time"].max()
    return newest if isinstance(newest, datetime) else before


def _ended(times: pl.Series, last: datetime | None) -> list[datetime]:
    """The ends of the minutes with readings that are over.

    Args:
        times: Judged now, in order.
        last: Judged before.
    """
    earlier = pl.Series("time", [] if last is None else [last], dtype=times.dtype)
    minutes = pl.concat([earlier, times]).dt.truncate("1m").unique(maintain_order=True)
    return [one + MINUTE for one in minutes[:-1]]
