"""Work on equipment over HTTP: planned, scheduled, done; nobody overwrites somebody else."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from idrill.access import Role
from idrill.maintenance.alerts import Priority
from idrill.maintenance.tasks import Activity
from idrill.store import tasks
from idrill.store.tasks import Author, Plan, Work
from tests.rig_work import TASK, TIMES, Json, a_rig, a_task, an_alert
from tests.service import Service, bearer

TASKS = "/api/v1/maintenance/tasks"
SCHEDULE = "/api/v1/maintenance/schedule"
MARCH = "start=2026-03-01T00:00:00Z&end=2026-04-01T00:00:00Z"


def test_work_goes_from_its_proposal_to_its_end(either: Service) -> None:
    planner, admin = either.token(Role.MAINTENANCE), either.token(Role.ADMIN)
    rig = a_rig(either)
    alert = an_alert(either, rig)
    body = {**TASK, "rig_id": rig, "equipment": "mud_pump_1", "alert_id": alert}
    task = either.client.post(TASKS, json=body, headers=planner).json()
    path = f"{TASKS}/{task['id']}"

    for action, more in (
        ("approve", {"note": "needed"}),
        ("schedule", {**TIMES, "assigned_to": "night crew"}),
        ("start", {}),
        ("finish", {}),
    ):
        body = {"version": task["version"], **more}
        who = admin if action == "approve" else planner
        answer = either.client.post(f"{path}/{action}", json=body, headers=who)
        assert answer.status_code == 200, answer.text
        task = answer.json()

    events = either.client.get(f"{path}/history", headers=planner).json()["events"]
    assert [(one["number"], one["state"]) for one in events[::-1]] == [
        (1, "proposed"),
        (2, "approved"),
        (3, "scheduled"),
        (4, "in_progress"),
        (5, "done"),
    ]
    assert events[2]["changed"] == {
        "planned_start": "2026-03-01T06:00:00+00:00",
        "planned_end": "2026-03-01T10:00:00+00:00",
        "assigned_to": "night crew",
    }
    assert events[3]["note"] == "needed"
    assert (task["alert_id"], task["version"], task["assigned_to"]) == (alert, 5, "night crew")
    whole = either.client.get(f"/api/v1/maintenance/history?rig_id={rig}", headers=planner).json()
    assert whole["events"] == events


def test_who_proposes_work_does_not_approve_it_by_key_either(either: Service) -> None:
    planner, admin = either.token(Role.MAINTENANCE), either.token(Role.ADMIN)
    wanted = {"name": "scheduler", "scopes": ["plan_maintenance"], "days": 1}
    key = either.client.post("/api/v1/api-keys", json=wanted, headers=planner).json()["secret"]
    machine = {"X-API-Key": key}

    def proposed(by: dict[str, str]) -> str:
        task = either.client.post(TASKS, json={**TASK, "rig_id": "R1"}, headers=by)
        assert task.status_code == 201, task.text
        return f"{TASKS}/{task.json()['id']}/approve"

    def told(path: str, who: dict[str, str]) -> tuple[int, str | None]:
        answer = either.client.post(path, json={"version": 1}, headers=who)
        return answer.status_code, answer.json().get("code")

    own, by_key = proposed(planner), proposed(machine)

    assert told(own, planner) == told(by_key, planner) == (403, "access_denied")
    assert told(own, machine) == (403, "access_denied")
    assert told(own, admin) == told(by_key, admin) == (200, None)


def told(
    service: Service, who: dict[str, str], task: Json, action: str, **body: object
) -> tuple[int, Json]:
    """What somebody is answered who changes a task, or takes it on."""
    verb, path = ("PATCH", "") if action == "change" else ("POST", f"/{action}")
    sent = {"version": task["version"], **body}
    answer = service.client.request(verb, f"{TASKS}/{task['id']}{path}", json=sent, headers=who)
    return answer.status_code, answer.json()


def test_who_last_wrote_what_is_approved_does_not_approve_it_by_key_either(
    either: Service,
) -> None:
    rewriter, other = either.newcomer(Role.ADMIN), either.newcomer(Role.MAINTENANCE)
    wanted = {"name": "editor", "scopes": ["plan_maintenance"], "days": 1}
    key = either.client.post("/api/v1/api-keys", json=wanted, headers=rewriter).json()["secret"]

    for writer in (rewriter, {"X-API-Key": key}):
        _, task = told(either, writer, a_task(either, "R1"), "change", title="cut the derrick")
        code, refused = told(either, rewriter, task, "approve")
        assert (code, refused["code"]) == (403, "access_denied")
        _, planned = told(either, other, task, "change", assigned_to="day crew", **TIMES)
        assert told(either, rewriter, planned, "approve")[0] == 403
        code, approved = told(either, other, planned, "approve")
        assert (code, approved["title"]) == (200, "cut the derrick")


@pytest.mark.parametrize("done", [("approve",), ("approve", "schedule")])
@pytest.mark.parametrize(
    "anew", [{"title": "cut it"}, {"priority": "critical"}, {"due": "2026-03-02T00:00:00Z"}]
)
def test_what_was_approved_and_is_told_to_be_another_is_proposed_again(
    shared: Service, done: tuple[str, ...], anew: dict[str, str]
) -> None:
    task = a_task(shared, "R1", *done)
    writer, second = shared.newcomer(Role.MAINTENANCE), shared.newcomer(Role.MAINTENANCE)

    code, changed = told(shared, writer, task, "change", **anew)

    assert (code, changed["state"]) == (200, "proposed")
    assert told(shared, writer, changed, "approve")[0] == 403
    assert told(shared, second, changed, "schedule", **TIMES)[0] == 409
    assert told(shared, second, changed, "approve")[0] == 200
    events = shared.client.get(f"{TASKS}/{task['id']}/history", headers=second).json()["events"]
    assert [one["state"] for one in events[:2]] == ["approved", "proposed"]
    trail = shared.client.get(
        "/api/v1/audit?action=task.changed&limit=1", headers=shared.newcomer(Role.ADMIN)
    )
    details = trail.json()["entries"][0]["details"]
    assert (details["formerly"], details["state"]) == (task["state"], "proposed")


def test_what_was_approved_stays_approved_where_only_its_time_and_crew_change(
    shared: Service,
) -> None:
    task = a_task(shared, "R1", "approve", "schedule")
    later = {"planned_end": "2026-03-01T12:00:00Z", "assigned_to": "day crew"}

    code, changed = told(
        shared, shared.token(Role.MAINTENANCE), task, "change", **later,
        title=task["title"], priority=task["priority"],
    )  # fmt: skip

    assert (code, changed["state"]) == (200, "scheduled")


def test_work_that_has_begun_is_what_was_approved(shared: Service) -> None:
    task, planner = a_task(shared, "R1", "approve", "schedule", "start"), shared.token(Role.ADMIN)

    code, refused = told(shared, planner, task, "change", title="cut the derrick")

    assert (code, refused["code"]) == (409, "illegal_move")
    assert told(shared, planner, task, "change", assigned_to="day crew")[0] == 200


def test_what_the_platform_proposes_is_approved_by_anybody_who_plans(either: Service) -> None:
    work, plan = Work("R1", Activity.REPLACE, "mud_pump_1"), Plan("liner is worn", Priority.HIGH)
    with either.database.session() as session:
        task = tasks.propose(session, work, plan, Author("planner", 0))

    path, planner = f"{TASKS}/{task.id}/approve", either.token(Role.MAINTENANCE)
    approved = either.client.post(path, json={"version": 1}, headers=planner)

    assert (approved.status_code, approved.json()["state"]) == (200, "approved")


def test_of_two_who_change_the_same_version_one_is_told_that_the_other_came_first(
    either: Service,
) -> None:
    task = a_task(either, "R1")
    planner = either.token(Role.MAINTENANCE)

    def change(title: str) -> int:
        body = {"version": task["version"], "title": title}
        path = f"{TASKS}/{task['id']}"
        return int(either.client.patch(path, json=body, headers=planner).status_code)

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(change, ["one", "two", "three", "four"]))

    assert sorted(statuses) == [200, 409, 409, 409]
    shown = either.client.get(f"{TASKS}/{task['id']}", headers=planner).json()
    assert shown["version"] == 2
    stale = either.client.post(
        f"{TASKS}/{task['id']}/approve", json={"version": 1}, headers=planner
    )
    assert (stale.status_code, stale.json()["code"]) == (409, "version_conflict")


def test_a_change_leaves_what_it_does_not_name(shared: Service) -> None:
    task = a_task(shared, "R1", "approve", "schedule")
    planner = shared.token(Role.MAINTENANCE)

    body = {"version": task["version"], "assigned_to": "day crew", "title": None}
    changed = shared.client.patch(f"{TASKS}/{task['id']}", json=body, headers=planner).json()

    assert changed == {**task, "assigned_to": "day crew", "version": task["version"] + 1}


def test_what_is_scheduled_keeps_a_time_and_what_is_over_keeps_its_plan(shared: Service) -> None:
    scheduled = a_task(shared, "R1", "approve", "schedule")
    over = a_task(shared, "R1", "cancel")
    planner = shared.token(Role.MAINTENANCE)

    def told(task: dict[str, int], body: dict[str, object]) -> tuple[int, str]:
        body = {"version": task["version"], **body}
        answer = shared.client.patch(f"{TASKS}/{task['id']}", json=body, headers=planner)
        return answer.status_code, answer.json()["code"]

    assert told(scheduled, {"planned_start": None}) == (422, "invalid_task")
    assert told(scheduled, {"planned_start": None, "planned_end": None}) == (422, "invalid_task")
    assert told(scheduled, {"planned_end": TIMES["planned_start"]}) == (422, "invalid_task")
    assert told(over, {"title": "again"}) == (409, "illegal_move")


def test_the_schedule_holds_work_whose_time_meets_the_span_by_its_start(shared: Service) -> None:
    later = a_task(shared, "R2", "approve", "schedule")
    planner = shared.token(Role.MAINTENANCE)
    body = {
        "version": later["version"],
        "planned_start": "2026-03-31T23:00:00Z",
        "planned_end": "2026-04-02T00:00:00Z",
    }
    shared.client.patch(f"{TASKS}/{later['id']}", json=body, headers=planner)
    first = a_task(shared, "R2", "approve", "schedule")
    a_task(shared, "R2")
    a_task(shared, "R2", "approve", "schedule", "cancel")

    def found(span: str) -> list[int]:
        told = shared.client.get(f"{SCHEDULE}?rig_id=R2&{span}", headers=planner).json()
        assert told["complete"]
        return [one["id"] for one in told["tasks"]]

    assert found(MARCH) == [first["id"], later["id"]]
    assert found("start=2026-04-01T00:00:00Z&end=2026-05-01T00:00:00Z") == [later["id"]]
    assert found("start=2026-03-01T10:00:00Z&end=2026-03-02T00:00:00Z") == []
    cut = shared.client.get(f"{SCHEDULE}?rig_id=R2&{MARCH}&limit=1", headers=planner).json()
    assert ([one["id"] for one in cut["tasks"]], cut["complete"]) == ([first["id"]], False)


@pytest.mark.parametrize(
    "span",
    [
        "start=2026-03-01T00:00:00Z&end=2026-03-01T00:00:00Z",
        "start=2026-03-01T00:00:00Z&end=2028-03-01T00:00:00Z",
        "start=2026-03-01T00:00:00&end=2026-03-02T00:00:00",
        "start=0001-01-01T00:00:00%2B14:00&end=0001-01-02T00:00:00Z",
    ],
)
def test_a_span_that_makes_no_sense_is_refused(shared: Service, span: str) -> None:
    answer = shared.client.get(f"{SCHEDULE}?{span}", headers=shared.token(Role.VIEWER))

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_somebody_is_shown_the_work_on_their_rigs_only(shared: Service) -> None:
    own, foreign = a_task(shared, "R1")["id"], a_task(shared, "R2")["id"]
    one = bearer(shared.login("one@rig.example")["access_token"])

    shown = [task["id"] for task in shared.client.get(TASKS, headers=one).json()["tasks"]]
    told = shared.client.get("/api/v1/maintenance/history", headers=one).json()["events"]

    assert own in shown
    assert foreign not in shown
    assert {event["rig_id"] for event in told} == {"R1"}


def test_work_answers_an_alert_of_its_own_rig(shared: Service) -> None:
    planner = shared.token(Role.MAINTENANCE)

    def told(alert: int) -> tuple[int, str]:
        body = {**TASK, "rig_id": "R1", "alert_id": alert}
        answer = shared.client.post(TASKS, json=body, headers=planner)
        return answer.status_code, answer.json()["detail"].replace(str(alert), "?")

    assert told(an_alert(shared, "R2")) == told(99_999)
    assert told(99_999)[0] == 404
