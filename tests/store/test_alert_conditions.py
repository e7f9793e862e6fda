"""What rules found becomes alerts: one for each rule and thing, however often it is told."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text, update

from idrill.maintenance.alerts import Action, Priority, State
from idrill.maintenance.escalations import Escalation
from idrill.maintenance.rules import Condition, Turn
from idrill.rigs import Rig
from idrill.store import (
    alert_conditions,
    alert_rules,
    alerts,
    live_changes,
    live_outlet,
    rigs,
)
from idrill.store.alerts import Alert, NewAlert, Wanted
from idrill.store.audit import Actor
from idrill.store.database import Database
from idrill.store.live_outlet import Event, EventKind
from idrill.store.orm import AlertRow
from tests.store.conftest import with_driver

WHO = Actor("engineer@rig.example")
BEGIN = datetime(2025, 3, 1, 12, tzinfo=UTC)
RULE: dict[str, Any] = {
    "name": "high-torque",
    "priority": "medium",
    "when": {"channel": "torque", "above": 30},
    "escalate": [{"after": 600, "to": "high"}, {"after": 1800, "to": "critical"}],
}


@pytest.fixture(scope="module")
def postgresql_template(postgres_server: str) -> Iterator[str]:
    """Name of a migrated PostgreSQL database that others are copied from."""
    name = f"idrill_test_{uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        migrated = Database(with_driver(postgres_server.rsplit("/", 1)[0] + f"/{name}"))
        migrated.migrate()
        migrated.dispose()
        yield name
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def postgresql_copy(postgres_server: str, postgresql_template: str) -> Iterator[str]:
    """URL of a migrated PostgreSQL database of its own, in libpq's form."""
    name = f"idrill_test_{uuid4().hex[:12]}"
    copied = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    with psycopg.connect(postgres_server, autocommit=True) as server:
        server.execute(copied.format(*map(sql.Identifier, (name, postgresql_template))))
        yield postgres_server.rsplit("/", 1)[0] + f"/{name}"
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def database(
    dialect: str, sqlite_template: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Database]:
    """A store of its own, as a history cannot be emptied."""
    if dialect == "sqlite":
        shutil.copy(sqlite_template, tmp_path / "store.db")
        opened = Database(f"sqlite:///{tmp_path / 'store.db'}")
    else:
        opened = Database(with_driver(request.getfixturevalue("postgresql_copy")))
    with opened.session() as session:
        for name in ("R1", "R2"):
            rigs.create(session, Rig(name, name))
        alert_rules.add(session, RULE, WHO)
    yield opened
    opened.dispose()


def at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def condition(turn: Turn, seconds: float, key: str = "", version: int = 1) -> Condition:
    return Condition(
        "high-torque", version, key, turn, at(seconds), 31.0, "torque", Priority.MEDIUM, "torque 31"
    )


def found(database: Database, rig_id: str = "R1") -> list[Alert]:
    with database.session() as session:
        return alerts.listed(session, Wanted((rig_id,), tuple(State), limit=2000))


def told(database: Database, *conditions: Condition, rig_id: str = "R1") -> list[Alert]:
    with database.session() as session:
        alert_conditions.apply(session, rig_id, conditions)
    return found(database, rig_id)


def done(database: Database, number: int, action: Action) -> Alert:
    with database.session() as session:
        return alerts.act(session, number, action, by="operator", note="")


def entries(database: Database, number: int) -> list[tuple[str, str]]:
    with database.session() as session:
        return [(one.action, one.state.value) for one in alerts.history(session, number)]


def test_a_thousand_pairs_of_a_condition_a_millisecond_apart_open_one_alert(
    database: Database,
) -> None:
    def tell(number: int) -> None:
        for turn in (0, 1):
            with database.session() as session:
                again = [condition(Turn.RAISED, (2 * number + turn) / 1000)]
                alert_conditions.apply(session, "R1", again)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(tell, range(1000)))

    (alert,) = found(database)
    assert (alert.state, alert.version) == (State.UNACKNOWLEDGED, 1)
    assert entries(database, alert.id) == [("raise", "unacknowledged")]


def test_two_open_alerts_of_a_rule_and_a_thing_cannot_be(database: Database) -> None:
    told(database, condition(Turn.RAISED, 0))
    twin = text(
        "INSERT INTO alerts (rig_id, priority, message, raised_by, raised_at, state, version,"
        " rule_id, key) SELECT rig_id, priority, message, raised_by, raised_at, state, version,"
        " rule_id, key FROM alerts"
    )

    with pytest.raises(Exception, match=r"(?i)unique"), database.session() as session:
        session.execute(twin)


def test_an_alert_tells_when_in_time_of_the_rig_and_when_by_the_clock(database: Database) -> None:
    before = datetime.now(UTC)

    (alert,) = told(database, condition(Turn.RAISED, 5))

    assert alert.found is not None
    assert (alert.found.rule, alert.found.value, alert.found.event_at) == (
        "high-torque",
        31.0,
        at(5),
    )
    assert before <= alert.raised_at <= datetime.now(UTC)
    assert (alert.raised_by, alert.active) == ("rule high-torque", True)


def test_what_is_told_again_after_a_crash_changes_nothing(database: Database) -> None:
    course = [
        condition(Turn.RAISED, 1),
        condition(Turn.RETURNED, 2),
        condition(Turn.RAISED, 3),
        condition(Turn.RETURNED, 4),
    ]
    first = told(database, *course)

    again = told(database, *course)
    part = told(database, *course[2:])

    assert again == first == part
    assert entries(database, first[0].id) == [
        ("raise", "unacknowledged"),
        ("return", "returned_unacknowledged"),
        ("recur", "unacknowledged"),
        ("return", "returned_unacknowledged"),
    ]


def test_an_acknowledged_alert_closes_with_its_condition_and_the_next_one_is_new(
    database: Database,
) -> None:
    (first,) = told(database, condition(Turn.RAISED, 1))
    done(database, first.id, Action.ACKNOWLEDGE)

    told(database, condition(Turn.RETURNED, 2))
    newest, oldest = told(database, condition(Turn.RAISED, 3))

    assert (oldest.state, newest.state) == (State.CLOSED, State.UNACKNOWLEDGED)
    assert told(database, condition(Turn.RAISED, 1))[0] == newest


def test_things_and_rigs_have_alerts_of_their_own(database: Database) -> None:
    told(database, condition(Turn.RAISED, 1, "mud_pump_1/liner"))
    told(database, condition(Turn.RAISED, 1, "mud_pump_2/liner"))
    told(database, condition(Turn.RAISED, 1), rig_id="R2")

    assert [one.found.key for one in found(database) if one.found] == [
        "mud_pump_2/liner",
        "mud_pump_1/liner",
    ]
    assert len(found(database, "R2")) == 1


def test_a_shelved_alert_follows_silently_and_recurs_when_its_shelf_ends(
    database: Database,
) -> None:
    (alert,) = told(database, condition(Turn.RAISED, 1))
    with database.session() as session:
        alerts.shelve(session, alert.id, timedelta(hours=1), by="operator", note="being mended")
    told(database, condition(Turn.RETURNED, 2))
    (aside,) = told(database, condition(Turn.RAISED, 3))

    assert (aside.state, aside.active) == (State.SHELVED, True)
    with database.session() as session:
        past = datetime.now(UTC) - timedelta(seconds=1)
        session.execute(update(AlertRow).values(shelved_until=past))
    assert found(database)[0].state is State.UNACKNOWLEDGED


def test_a_shelf_that_ends_after_its_condition_leaves_it_returned(database: Database) -> None:
    (alert,) = told(database, condition(Turn.RAISED, 1))
    done(database, alert.id, Action.SUPPRESS)
    told(database, condition(Turn.RETURNED, 2))

    assert done(database, alert.id, Action.UNSUPPRESS).state is State.RETURNED_UNACKNOWLEDGED
    assert entries(database, alert.id)[-3:] == [
        ("return", "suppressed"),
        ("unsuppress", "unacknowledged"),
        ("return", "returned_unacknowledged"),
    ]


def test_an_alert_escalates_by_the_time_of_its_rig_until_it_is_acknowledged(
    database: Database,
) -> None:
    (alert,) = told(database, condition(Turn.RAISED, 0))

    def priority_at(seconds: float) -> Priority:
        with database.session() as session:
            alert_conditions.escalate_rig(session, "R1", at(seconds))
        return found(database)[0].told.priority

    assert priority_at(599) is Priority.MEDIUM
    assert priority_at(600) is Priority.HIGH
    assert priority_at(1799) is Priority.HIGH
    assert priority_at(9999) is Priority.CRITICAL
    assert done(database, alert.id, Action.ACKNOWLEDGE).told.priority is Priority.MEDIUM
    assert priority_at(99_999) is Priority.MEDIUM
    assert [action for action, _ in entries(database, alert.id)] == [
        "raise",
        "escalate",
        "escalate",
        "acknowledge",
        "deescalate",
    ]


def test_steps_that_are_due_at_once_are_all_taken_and_begin_anew_with_the_condition(
    database: Database,
) -> None:
    told(database, condition(Turn.RAISED, 0))
    with database.session() as session:
        alert_conditions.escalate_rig(session, "R1", at(5000))
    assert found(database)[0].told.priority is Priority.CRITICAL

    (returned,) = told(database, condition(Turn.RETURNED, 5001))
    told(database, condition(Turn.RAISED, 6000))
    with database.session() as session:
        alert_conditions.escalate_rig(session, "R1", at(6700))

    assert returned.told.priority is Priority.MEDIUM
    assert found(database)[0].told.priority is Priority.HIGH


@pytest.mark.parametrize("batches", [1, 2])
def test_what_escalates_between_two_conditions_does_so_in_any_batches(
    database: Database, batches: int
) -> None:
    course = [condition(Turn.RAISED, 0), condition(Turn.RETURNED, 900)]

    for first in range(0, 2, 2 // batches):
        part = course[first : first + 2 // batches]
        told(database, *part)
        with database.session() as session:
            alert_conditions.escalate_rig(session, "R1", part[-1].at)

    (alert,) = found(database)
    assert [action for action, _ in entries(database, alert.id)] == [
        "raise",
        "escalate",
        "return",
        "deescalate",
    ]


def test_what_a_person_raised_escalates_by_the_clock(database: Database) -> None:
    steps = (Escalation(60.0, Priority.CRITICAL),)
    with database.session() as session:
        new = NewAlert("R1", "it knocks", Priority.LOW, escalations=steps)
        raised = alerts.raise_alert(session, new, by="operator")
        alert_conditions.escalate_rig(session, "R1", raised.raised_at + timedelta(days=1))
        early = alerts.get(session, raised.id)
        alert_conditions.escalate_by_clock(session, raised.raised_at + timedelta(seconds=61))
        late = alerts.get(session, raised.id)

    assert (early.told.priority, late.told.priority) == (Priority.LOW, Priority.CRITICAL)
    assert late.base_priority is Priority.LOW


def test_every_change_is_an_event_of_its_rig_in_the_same_transaction(database: Database) -> None:
    (alert,) = told(database, condition(Turn.RAISED, 1))
    done(database, alert.id, Action.ACKNOWLEDGE)

    with database.session() as session:
        events = live_outlet.events_after(session, "R1", 0, 100)

    assert [(one.kind, one.body["action"], one.body["change"]) for one in events] == [
        (EventKind.ALERT, "raise", 1),
        (EventKind.ALERT, "acknowledge", 2),
    ]
    assert (events[0].time, events[0].body["rule"]) == (at(1), "high-torque")


def test_a_rule_that_is_switched_off_ends_its_conditions_and_raises_nothing(
    database: Database,
) -> None:
    told(database, condition(Turn.RAISED, 1))
    with database.session() as session:
        alert_rules.switch(session, "high-torque", "off", WHO)

    (alert,) = told(database, condition(Turn.RAISED, 3))

    assert (alert.state, alert.active) == (State.RETURNED_UNACKNOWLEDGED, False)


def test_what_an_earlier_version_of_a_rule_found_is_passed_over(database: Database) -> None:
    with database.session() as session:
        alert_rules.change(session, "high-torque", RULE | {"priority": "low"}, WHO)

    assert told(database, condition(Turn.RAISED, 1)) == []
    assert len(told(database, condition(Turn.RAISED, 2, version=2))) == 1


def test_a_rule_that_is_kept_to_one_rig_ends_its_conditions_on_others(database: Database) -> None:
    told(database, condition(Turn.RAISED, 1))
    told(database, condition(Turn.RAISED, 1), rig_id="R2")

    with database.session() as session:
        alert_rules.change(session, "high-torque", RULE | {"rig": "R2"}, WHO)

    assert [one.active for one in found(database)] == [False]
    assert [one.active for one in found(database, "R2")] == [True]


def test_who_begins_to_watch_sees_each_open_alert_whatever_was_told_since(
    database: Database,
) -> None:
    stands = told(database, condition(Turn.RAISED, 1, "stands"))[0]
    told(database, condition(Turn.RAISED, 2, "is over"), condition(Turn.RETURNED, 3, "is over"))
    [over] = [one for one in found(database) if one.id != stands.id]
    for one in (stands, over):
        done(database, one.id, Action.ACKNOWLEDGE)
    later = [Event(EventKind.PREDICTION, at(9), {}) for _ in range(live_changes.LATEST)]

    with database.session() as session:
        live_outlet.tell(session, "R1", events=later)
        end = live_outlet.outlet_of(session, "R1").sequence
        seen = live_changes.latest_events(session, "R1", end)
        earlier = live_changes.latest_events(session, "R1", 1)

    first, *others = seen
    assert (first.body["alert"], first.body["action"]) == (stands.id, "acknowledge")
    assert [one.kind for one in others] == [EventKind.PREDICTION] * live_changes.LATEST
    assert [one.body["action"] for one in earlier] == ["raise"]
