"""How many alarms came, stand, and were answered."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from idrill.maintenance.alarm_rates import STALE, AlarmRates, Answer, Occurrence, rates_of
from idrill.maintenance.alerts import Action, State
from idrill.store.alert_changes import RAISED, rule_of
from idrill.store.orm import AlertHistoryRow, AlertRow

Asked = TypeVar("Asked", bound=Select[Any])

_ASIDE = (State.SHELVED.value, State.SUPPRESSED.value)


@dataclass(frozen=True, slots=True)
class Standing:
    """Alerts that are open now."""

    open: int
    active: int
    """Whose condition holds, and that nobody put aside."""
    unacknowledged: int
    stale: int
    """Active for more than a day, by the clock."""
    aside: int
    """Shelved or suppressed."""


def rates(
    session: Session, rigs: Collection[str] | None, since: datetime, until: datetime
) -> AlarmRates:
    """What alarms asked for in some time, in time of the rigs.

    Args:
        session: An open session.
        rigs: Of which rigs; None: of every one.
        since: When it begins.
        until: When it ends.
    """
    at = func.coalesce(AlertHistoryRow.event_at, AlertHistoryRow.at)
    query = select(AlertRow, AlertHistoryRow).join(
        AlertHistoryRow, AlertHistoryRow.alert_id == AlertRow.id
    )
    query = _of(query, rigs).where(
        at >= since,
        at < until,
        AlertHistoryRow.action.in_([RAISED, Action.RECUR.value]),
        AlertHistoryRow.state == State.UNACKNOWLEDGED,
    )
    came = [
        Occurrence(
            alert.rig_id,
            _what(alert),
            entry.priority or alert.priority,
            entry.event_at or entry.at,
        )
        for alert, entry in session.execute(query)
    ]
    came.sort(key=lambda one: one.at)
    return rates_of(came, _answers(session, rigs, since, until), until - since)


def standing(session: Session, rigs: Collection[str] | None, now: datetime) -> Standing:
    """Alerts that are open now."""
    aside = AlertRow.state.in_(_ASIDE)
    active = AlertRow.active & ~aside
    query = _of(
        select(
            func.count(),
            _count(active),
            _count(AlertRow.state == State.UNACKNOWLEDGED),
            _count(active & (AlertRow.raised_at <= now - STALE)),
            _count(aside),
        ).where(AlertRow.state != State.CLOSED),
        rigs,
    )
    return Standing(*session.execute(query.select_from(AlertRow)).one())


def _answers(
    session: Session, rigs: Collection[str] | None, since: datetime, until: datetime
) -> list[Answer]:
    """Who acknowledged what by the clock, and how long after it came last."""
    entry, before = AlertHistoryRow, aliased(AlertHistoryRow)
    came = (
        select(func.max(before.at))
        .where(before.alert_id == entry.alert_id, before.number < entry.number)
        .where(before.action.in_([RAISED, Action.RECUR.value]))
        .correlate(entry)
        .scalar_subquery()
    )
    query = select(entry.by, entry.at, came).join(AlertRow, AlertRow.id == entry.alert_id)
    query = query.where(entry.action == Action.ACKNOWLEDGE, entry.at >= since, entry.at < until)
    return [Answer(by, at - first) for by, at, first in session.execute(_of(query, rigs))]


def _what(alert: AlertRow) -> str:
    rule = rule_of(alert)
    return alert.message if rule is None else " ".join(part for part in (rule, alert.key) if part)


def _count(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(which)


def _of(query: Asked, rigs: Collection[str] | None) -> Asked:
    return query if rigs is None else query.where(AlertRow.rig_id.in_(rigs))
