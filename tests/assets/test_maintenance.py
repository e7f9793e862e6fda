"""The maintenance plan in the graph: made, drawn, asked for again when something changes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg

from idrill.maintenance.plan_states import PlanState
from idrill.store import maintenance_inputs, maintenance_plans, tasks
from idrill.store.maintenance_plans import PATIENCE, Request
from idrill.store.orm import PlanRow
from idrill_assets.defs.maintenance import (
    daily_plan,
    maintenance_plan,
    maintenance_schedule,
    plan_requests,
)
from idrill_assets.execution import Workplace
from tests.stored_plans import crew, furnished


def furnish(workplace: Workplace) -> datetime:
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with workplace.platform.database.session() as session:
        furnished(session, midnight)
    return midnight


def planned(
    workplace: Workplace, **config: float
) -> tuple[dg.ExecuteInProcessResult, dict[str, Any]]:
    """What a run of the asset did, and what it says."""
    told = {"days": 7.0, "effort": 2.0} | config
    done = dg.materialize(
        [maintenance_schedule],
        instance=workplace.instance,
        resources={"platform": workplace.platform},
        run_config={"ops": {"maintenance_schedule": {"config": told}}},
        raise_on_error=False,
        selection=[maintenance_schedule],
    )
    events = done.get_asset_materialization_events()
    metadata = events[0].step_materialization_data.materialization.metadata if events else {}
    return done, dict(metadata)


def asked(workplace: Workplace, cursor: str | None) -> tuple[list[dg.RunRequest], str | None]:
    """What the sensor asks for, and what it remembers."""
    context = dg.build_sensor_context(
        instance=workplace.instance, cursor=cursor, resources={"platform": workplace.platform}
    )
    found = plan_requests.evaluate_tick(context)
    return list(found.run_requests or []), context.cursor


def test_the_plan_of_every_rig_is_made_and_drawn(workplace: Workplace) -> None:
    furnish(workplace)

    done, told = planned(workplace)

    assert done.success
    assert told["pieces of work"].value == 1
    assert told["gap"].value == 0.0
    assert told["found"].value == "optimal"
    assert str(told["schedule"].value).startswith("![schedule](data:image/svg+xml;base64,")
    with workplace.platform.database.session() as session:
        assert len(tasks.listed(session, tasks.Wanted(None))) == 1


def test_a_plan_that_cannot_be_fails_the_run_with_the_reason(workplace: Workplace) -> None:
    at = furnish(workplace)
    from idrill.maintenance.alerts import Priority
    from idrill.maintenance.tasks import Activity

    with workplace.platform.database.session() as session:
        work = tasks.Work("R1", Activity.INSPECTION, "drawworks", "brake")
        due = tasks.Plan("look", Priority.LOW, at - timedelta(days=1))
        tasks.propose(session, work, due, tasks.Author("bob", 0))

    done, _ = planned(workplace)

    assert not done.success
    failure = done.all_events[-2].event_specific_data
    assert "impossible" in str([str(event) for event in done.all_events]) or failure


def test_a_plan_is_made_anew_once_inputs_change_and_not_before(workplace: Workplace) -> None:
    at = furnish(workplace)
    planned(workplace)

    first, cursor = asked(workplace, None)
    second, cursor = asked(workplace, cursor)
    with workplace.platform.database.session() as session:
        maintenance_inputs.put_crew(session, crew(at), 1)
    third, later = asked(workplace, cursor)
    fourth, _ = asked(workplace, later)

    assert (first, second, fourth) == ([], [], [])
    assert [one.run_key for one in third] == [f"inputs {later}"]


def test_a_plan_that_nobody_makes_is_made_by_the_graph(workplace: Workplace) -> None:
    furnish(workplace)
    with workplace.platform.database.session() as session:
        wish = {"days": 7.0, "effort": 2.0}
        number = maintenance_plans.request(session, Request(None, wish, "ada")).id
    assert asked(workplace, None)[0] == []
    with workplace.platform.database.session() as session:
        row = session.get_one(PlanRow, number)
        row.asked_at -= 2 * PATIENCE

    [request], _ = asked(workplace, None)
    done, _ = planned(workplace, plan=number)

    assert request.run_key == f"plan {number}"
    assert done.success
    with workplace.platform.database.session() as session:
        assert maintenance_plans.get(session, number).state is PlanState.DONE


def test_a_morning_without_crews_plans_nothing(workplace: Workplace) -> None:
    context = dg.build_schedule_context(
        instance=workplace.instance,
        scheduled_execution_time=datetime(2026, 3, 2, 7, 30, tzinfo=UTC),
        resources={"platform": workplace.platform},
    )

    before = daily_plan.evaluate_tick(context)
    furnish(workplace)
    after = daily_plan.evaluate_tick(context)

    assert before.run_requests == []
    assert [one.run_key for one in after.run_requests or []] == ["plan@2026-03-02"]
    assert maintenance_plan.name == "maintenance_plan"
