"""From the store to a plan, to proposed tasks, to what was done, on each of the two databases."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import psycopg
import pytest
from psycopg import sql

from idrill.errors import AlreadyExists, IllegalMove, InvalidTask, NotFound, VersionConflict
from idrill.maintenance.alerts import Priority
from idrill.maintenance.plan_states import PlanState
from idrill.maintenance.rig_plan import Phase, RigPlan
from idrill.maintenance.tasks import Activity, State
from idrill.rigs import FailureMode, Rig
from idrill.rul.components import EndedBy
from idrill.store import (
    component_lives,
    maintenance_inputs,
    maintenance_plans,
    predictions,
    rigs,
    schedule,
    task_labels,
    tasks,
)
from idrill.store.database import Database
from idrill.store.maintenance_plans import LEASE, KnownPlan, Request
from idrill.store.planned_from import PLANNER, gathered, inputs_mark
from idrill.store.planning import answered, plan_now
from idrill.store.task_labels import Finding
from idrill.store.tasks import Author, Plan, Task, Wanted, Work
from tests.store.conftest import with_driver
from tests.stored_plans import FAR, crew, failures, furnished, said

AT = datetime(2026, 3, 2, tzinfo=UTC)
WISH = Request(None, {"days": 7.0, "effort": 2.0}, "ada")


@pytest.fixture(scope="module")
def postgresql_template(postgres_server: str) -> Iterator[str]:
    """Name of a migrated PostgreSQL database that nobody is connected to."""
    name = f"idrill_test_{uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        opened = Database(with_driver(postgres_server.rsplit("/", 1)[0] + f"/{name}"))
        opened.migrate()
        opened.dispose()
        yield name
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def database(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated store of its own: what is entered in a history is never deleted."""
    if dialect == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "store.db")
        opened = Database(f"sqlite:///{tmp_path / 'store.db'}")
        yield opened
        opened.dispose()
        return
    server_url, like = (
        request.getfixturevalue(name) for name in ("postgres_server", "postgresql_template")
    )
    name = f"idrill_test_{uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(like)
            )
        )
        opened = Database(with_driver(server_url.rsplit("/", 1)[0] + f"/{name}"))
        yield opened
        opened.dispose()
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(autouse=True)
def known(database: Database) -> None:
    with database.session() as session:
        furnished(session, AT)


def made(database: Database, at: datetime = AT) -> dict[str, Any]:
    """What a plan that could be made says."""
    found = plan_now(database, WISH, at)
    assert found.state is PlanState.DONE, found.problem
    assert found.told is not None
    return dict(found.told)


def open_tasks(database: Database) -> list[Task]:
    with database.session() as session:
        return tasks.listed(session, Wanted(None))


def test_a_plan_proposes_work_on_the_unit_whose_end_is_near(database: Database) -> None:
    told = made(database)

    [task] = open_tasks(database)
    assert task.work == Work("R1", Activity.REPLACE, "mud_pump_1", "liner")
    assert (task.state, task.created_by) == (State.PROPOSED, PLANNER)
    assert task.plan.title == "replace liner of mud pump 1"
    assert task.plan.assigned_to == "day crew"
    [entry] = told["entries"]
    assert entry["task"] == task.id
    assert entry["forestalls"]["model"] == "rul-liner/3"
    assert datetime.fromisoformat(entry["start"]) == task.plan.planned_start


def test_a_unit_without_a_prognosis_is_left_alone_with_the_reason(database: Database) -> None:
    told = made(database)

    reasons = {(one["equipment"], one["component"]): one["reason"] for one in told["left_out"]}
    assert reasons["mud_pump_2", "liner"] == "later is cheaper"
    assert reasons["mud_pump_3", "liner"] == (
        "not planned: no champion serves; fewer than 5 failures on record to plan by age"
    )
    assert reasons["top_drive", "gearbox"].startswith("not planned: no prognosis")


def test_with_enough_failures_on_record_it_is_planned_by_its_age(database: Database) -> None:
    with database.session() as session:
        rigs.register(session, Rig("R9", "R9", synthetic=True))
        component_lives.record(session, "R9", failures("R9", AT, 8))
        inputs = gathered(session, AT, ["R1"])

    by = {one.equipment: one for one in inputs.places if one.component == "liner"}
    old = by["mud_pump_3"]
    assert old.outlook is not None
    assert (old.outlook.said_by, old.outlook.model, old.why) == ("age", "", "no champion serves")
    assert old.usual == pytest.approx(435.0 / 960.0, rel=0.05)
    assert by["mud_pump_1"].outlook is not None
    assert by["mud_pump_1"].outlook.said_by == "prognosis"


def test_lives_of_simulated_rigs_say_nothing_of_real_ones(database: Database) -> None:
    with database.session() as session:
        rigs.register(session, Rig("R9", "R9", synthetic=False))
        component_lives.record(session, "R9", failures("R9", AT, 8))
        inputs = gathered(session, AT, ["R1"])

    [old] = [one for one in inputs.places if one.name == "R1 mud_pump_3 liner"]
    assert old.outlook is None


def test_planning_again_changes_nothing_where_nothing_changed(database: Database) -> None:
    made(database)
    before = open_tasks(database)

    again = made(database)

    assert open_tasks(database) == before
    assert [one["moved"] for one in again["entries"]] == [False]


def test_a_proposal_that_is_no_longer_wanted_is_taken_back(database: Database) -> None:
    made(database)
    later = AT + timedelta(hours=1)
    with database.session() as session:
        predictions.keep(session, [said("R1", 1, FAR, later)])

    told = made(database, later)

    [task] = open_tasks(database)
    assert task.state is State.CANCELLED
    [out] = [one for one in told["left_out"] if one["task"] == task.id]
    assert out["withdrawn"]


def test_what_people_approved_stays(database: Database) -> None:
    made(database)
    [task] = open_tasks(database)
    with database.session() as session:
        tasks.move(session, task.id, State.APPROVED, Author("ada", 1), task.plan)
        predictions.keep(session, [said("R1", 1, FAR, AT + timedelta(hours=1))])

    told = made(database, AT + timedelta(hours=1))

    assert [one["task"] for one in told["entries"]] == [task.id]
    assert [one.state for one in open_tasks(database)] == [State.APPROVED]


def test_a_task_that_is_due_is_given_a_time_and_stays_approved(database: Database) -> None:
    due = AT + timedelta(hours=34)
    work = Work("R1", Activity.INSPECTION, "drawworks", "brake")
    with database.session() as session:
        wanted = Plan("look at the brake", Priority.LOW, due)
        number = tasks.propose(session, work, wanted, Author("bob", 0)).id
        tasks.move(session, number, State.APPROVED, Author("ada", 1), wanted)

    made(database)

    [task] = [one for one in open_tasks(database) if one.id == number]
    assert task.state is State.APPROVED
    assert task.plan.planned_end is not None
    assert task.plan.planned_end <= due
    assert task.plan.title == "look at the brake"


def test_a_due_date_that_cannot_be_kept_is_an_impossible_plan(database: Database) -> None:
    work = Work("R1", Activity.INSPECTION, "drawworks", "brake")
    with database.session() as session:
        due = Plan("look at the brake", Priority.LOW, AT + timedelta(hours=8))
        tasks.propose(session, work, due, Author("bob", 0))

    found = plan_now(database, WISH, AT)

    assert found.state is PlanState.IMPOSSIBLE
    assert "due 2026-03-02 08:00, done 2 h late" in found.problem
    assert len(open_tasks(database)) == 1


def test_work_on_rigs_that_are_not_planned_keeps_its_crew(database: Database) -> None:
    with database.session() as session:
        furnished(session, AT, "R2")
        start = AT + timedelta(hours=6)
        busy = Plan("all day", Priority.LOW, None, start, start + timedelta(hours=12), "day crew")
        tasks.propose(session, Work("R2", Activity.SERVICE, "drawworks"), busy, Author("bob", 0))

    found = plan_now(database, replace(WISH, rigs=("R1",)), AT)

    assert found.told is not None
    told: Any = found.told
    [entry] = told["entries"]
    assert datetime.fromisoformat(entry["start"]).date() > AT.date()
    assert [one.version for one in open_tasks(database) if one.work.rig_id == "R2"] == [1]


def test_one_plan_is_made_once(database: Database) -> None:
    with database.session() as session:
        first = maintenance_plans.request(session, WISH)
        second = maintenance_plans.request(session, WISH)
        other = maintenance_plans.request(session, replace(WISH, rigs=("R1",)))
    with database.session() as session:
        taken = maintenance_plans.claim(session)
    with database.session() as session:
        again = maintenance_plans.claim(session, first.id)

    assert (first.id, first.id == other.id) == (second.id, False)
    assert taken is not None
    assert (taken.id, taken.state) == (first.id, PlanState.RUNNING)
    assert again is None
    assert answered(database, first.id, AT).state is PlanState.RUNNING


def test_a_plan_whose_maker_vanished_is_made_by_the_next(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.session() as session:
        number = maintenance_plans.request(session, WISH).id
        maintenance_plans.claim(session, number)
    monkeypatch.setattr(maintenance_plans, "LEASE", -LEASE)

    with database.session() as session:
        unmade = maintenance_plans.unmade(session, datetime.now(UTC))
    found = answered(database, number, AT)

    assert (unmade, found.state) == ([number], PlanState.DONE)


def test_a_task_that_somebody_changed_meanwhile_fails_the_plan_whole(database: Database) -> None:
    made(database)
    [task] = open_tasks(database)
    with database.session() as session:
        inputs = gathered(session, AT)
        predictions.keep(session, [said("R1", 1, FAR, AT + timedelta(hours=1))])
        later = gathered(session, AT + timedelta(hours=1))
        tasks.change(session, task.id, replace(task.plan, title="mine"), Author("bob", 1))

    from idrill.maintenance.plan_inputs import Asked, Wish
    from idrill.maintenance.planning import planned
    from idrill.store.planning import propose

    plan = planned(Asked(later, Wish(days=7.0, effort=2.0)))
    assert inputs.known[0].version == 1
    with pytest.raises(VersionConflict), database.session() as session:
        propose(session, later, plan, 1)


def finished(database: Database, finding: Finding) -> bool:
    """Replace the first liner, from its proposal to its end."""
    with database.session() as session:
        start = AT + timedelta(hours=6)
        timed = Plan("new liner", Priority.LOW, None, start, start + timedelta(hours=2))
        work = Work("R1", Activity.REPLACE, "mud_pump_1", "liner")
        task = tasks.propose(session, work, timed, Author("bob", 0))
        for state in (State.APPROVED, State.SCHEDULED, State.IN_PROGRESS, State.DONE):
            task = tasks.move(session, task.id, state, Author("ada", task.version), timed)
        return task_labels.record_done(session, task, finding)


def test_what_was_done_ends_a_life_and_begins_the_next(database: Database) -> None:
    at = AT + timedelta(hours=8)

    assert finished(
        database, Finding(at, EndedBy.FAILURE, FailureMode.LOW_OUTPUT, "ceramic", 470.0)
    )

    with database.session() as session:
        lives = component_lives.of_rig(session, "R1", "liner")
    old, new = [one for one in lives if one.equipment == "mud_pump_1"]
    assert (old.end, old.ended_by, old.failure_mode) == (at, EndedBy.FAILURE, "LOO")
    assert (old.own_hours, old.variant) == (470.0, "metal")
    assert (new.start, new.end, new.variant, new.number) == (at, None, "ceramic", 2)


def test_what_was_done_and_cannot_be_is_refused(database: Database) -> None:
    with pytest.raises(InvalidTask, match="fails by LOO"):
        finished(database, Finding(AT, EndedBy.FAILURE, FailureMode.VIBRATION))
    with pytest.raises(InvalidTask, match="in service no more"):
        finished(database, Finding(AT, EndedBy.IN_SERVICE))


def test_a_renewed_unit_is_planned_by_what_is_known_of_it_and_not_of_the_old_one(
    database: Database,
) -> None:
    finished(database, Finding(AT + timedelta(hours=8)))

    with database.session() as session:
        inputs = gathered(session, AT + timedelta(hours=9))

    [place] = [one for one in inputs.places if one.name == "R1 mud_pump_1 liner"]
    assert place.outlook is None
    assert "installed after the newest prognosis" in place.why


def test_inputs_come_back_as_they_were_said(database: Database) -> None:
    move = Phase(AT, AT + timedelta(days=1), 0.0, "rig move")
    one_pump = Phase(AT, AT + timedelta(days=2), 0.5, "one pump", "mud_pump_2")
    plan = RigPlan("R1", 700.0, (move, one_pump))
    with database.session() as session:
        version = maintenance_inputs.put_rig_plan(session, plan, 1)
        maintenance_inputs.put_crew(session, replace(crew(AT), rigs=("R1", "R2"), size=2), 1)

    with database.session() as session:
        assert maintenance_inputs.rig_plans(session, "R1") == [(plan, version)]
        [(found, number)] = maintenance_inputs.crews(session)
    assert (found.rigs, found.size, number) == (("R1", "R2"), 2, 2)


def test_nobody_overwrites_what_somebody_else_said(database: Database) -> None:
    with database.session() as session:
        with pytest.raises(VersionConflict):
            maintenance_inputs.put_crew(session, crew(AT), 7)
        with pytest.raises(AlreadyExists):
            maintenance_inputs.put_crew(session, crew(AT), 0)
        with pytest.raises(NotFound):
            maintenance_inputs.put_crew(session, replace(crew(AT), name="nobody"), 1)
        with pytest.raises(NotFound):
            maintenance_inputs.remove_part(session, "nothing")
        maintenance_inputs.remove_upkeep(session, "liner")
        assert [one.component for one, _ in maintenance_inputs.upkeep(session)] == ["brake"]


def test_the_mark_of_inputs_changes_with_what_people_say_and_not_by_plans(
    database: Database,
) -> None:
    marks = []
    for change in (
        lambda _: None,
        lambda _: made(database),
        lambda session: maintenance_inputs.put_crew(session, crew(AT), 1),
    ):
        with database.session() as session:
            change(session)
        with database.session() as session:
            marks.append(inputs_mark(session))

    assert marks[0] == marks[1] != marks[2]


def test_a_schedule_shows_the_risk_that_the_newest_plan_saw(database: Database) -> None:
    told = made(database)

    with database.session() as session:
        bars, start, end = schedule.planned_bars(session, told)

    [bar] = bars
    assert bar.risk == told["entries"][0]["forestalls"]["failed_before"]
    assert (bar.row, bar.state, end - start) == ("R1 mud_pump_1", "proposed", timedelta(days=7))


def test_a_plan_of_the_past_stays_as_it_was(database: Database) -> None:
    first: KnownPlan = plan_now(database, WISH, AT)
    plan_now(database, WISH, AT + timedelta(hours=1))

    with database.session() as session:
        assert maintenance_plans.get(session, first.id) == first
        newest = maintenance_plans.latest(session)
        assert newest is not None
        assert newest.id == first.id + 1
        with pytest.raises(NotFound):
            maintenance_plans.get(session, 999)


def test_work_that_is_over_is_not_planned(database: Database) -> None:
    made(database)
    [task] = open_tasks(database)
    with database.session() as session:
        tasks.move(session, task.id, State.CANCELLED, Author("ada", 1), task.plan)
        with pytest.raises(IllegalMove):
            tasks.move(session, task.id, State.APPROVED, Author("ada", 2), task.plan)

    told = made(database)

    assert told["entries"][0]["task"] != task.id


def test_a_model_that_cried_wolf_is_weighed_by_what_came_true(database: Database) -> None:
    # Liners that lasted 40 days each, of which the model said every day that the end is near.
    with database.session() as session:
        rigs.register(session, Rig("R9", "R9", synthetic=True))
        over = failures("R9", AT, 4)
        component_lives.record(session, "R9", over)
        days = [AT - timedelta(days=1 + number) for number in range(159)]
        told = [said("R9", 3, (2.0, 4.0, 10.0, 20.0, 30.0), at) for at in days]
        ageless = [replace(one, prognosis=replace(one.prognosis, age=None)) for one in told]
        predictions.keep(session, ageless)
        inputs = gathered(session, AT, ["R1"])

    [place] = [one for one in inputs.places if one.name == "R1 mud_pump_1 liner"]
    assert place.outlook is not None
    assert "its warnings came true 0.0" in place.why
    assert float(place.outlook.failed(np.array([70.0]))[0]) < 0.1


def test_a_model_that_was_seldom_seen_is_taken_at_its_word(database: Database) -> None:
    with database.session() as session:
        inputs = gathered(session, AT, ["R1"])

    [place] = [one for one in inputs.places if one.name == "R1 mud_pump_1 liner"]
    assert place.outlook is not None
    assert place.why == ""
    assert float(place.outlook.failed(np.array([70.0]))[0]) == pytest.approx(0.5)
