"""Maintenance plans over HTTP: what they are made from, asked for, looked at, drawn."""

import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from xml.etree import ElementTree as ET

import pytest

from idrill.access import Role
from idrill.rigs import Rig
from idrill.store import component_lives, maintenance_plans, rigs
from idrill.store.maintenance_plans import Request
from tests.rig_work import Json, a_rig, posted
from tests.service import Service
from tests.stored_plans import furnished

MAINTENANCE = "/api/v1/maintenance"
CREW = {"skills": ["mechanic"], "first_shift": "2026-03-01T06:00:00Z", "shift_hours": 12.0}
LONGEST_WAIT = 120.0
"""Until a plan of one rig is there [s]; it takes a few."""


def midnight() -> datetime:
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def a_world(service: Service) -> str:
    """A rig whose first liner is near its end, with a crew that replaces it."""
    rig = uuid4().hex[:12].upper()
    with service.database.session() as session:
        furnished(session, midnight(), rig)
    return rig


def made(service: Service, who: dict[str, str], **wish: object) -> Json:
    """A plan, once it was made."""
    asked = service.client.post(f"{MAINTENANCE}/schedule", json=wish, headers=who)
    assert asked.status_code == 202, asked.text
    until = time.monotonic() + LONGEST_WAIT
    path = f"{MAINTENANCE}/plans/{asked.json()['id']}"
    while time.monotonic() < until:
        told: Json = service.client.get(path, headers=who).json()
        if told["state"] not in ("requested", "running"):
            return told
        time.sleep(0.2)
    raise AssertionError(told)


def test_a_plan_is_asked_for_made_approved_drawn_and_done(on_either: Service) -> None:
    rig, planner = a_world(on_either), on_either.newcomer(Role.MAINTENANCE)

    told = made(on_either, planner, rigs=[rig], days=7, effort=2)

    assert (told["state"], told["problem"]) == ("done", "")
    [entry] = told["plan"]["entries"]
    assert (entry["equipment"], entry["component"]) == ("mud_pump_1", "liner")
    path = f"{MAINTENANCE}/tasks/{entry['task']}"
    task = on_either.client.get(path, headers=planner).json()
    assert (task["state"], task["created_by"]) == ("proposed", "maintenance plan")
    for action in ("approve", "schedule", "start", "finish"):
        body: Json = {"version": task["version"]}
        if action == "schedule":
            body |= {"planned_start": task["planned_start"], "planned_end": task["planned_end"]}
        if action == "finish":
            body |= {"make": "ceramic", "own_hours": 480.0, "done_at": midnight().isoformat()}
        answer = on_either.client.post(f"{path}/{action}", json=body, headers=planner)
        assert answer.status_code == 200, answer.text
        task = answer.json()

    with on_either.database.session() as session:
        lives = component_lives.of_rig(session, rig, "liner")
    old, new = [life for life in lives if life.equipment == "mud_pump_1"]
    assert (old.ended_by, old.own_hours, old.source) == ("preventive", 480.0, f"task {task['id']}")
    assert (new.end, new.variant) == (None, "ceramic")


def test_a_schedule_is_a_calendar_and_a_picture(shared: Service) -> None:
    rig, planner = a_world(shared), shared.newcomer(Role.MAINTENANCE)
    made(shared, planner, rigs=[rig], days=7, effort=2)
    span = {"rig_id": rig, "start": midnight(), "end": midnight() + timedelta(days=8)}
    asked = {key: str(value.isoformat() if isinstance(value, datetime) else value)
             for key, value in span.items()}  # fmt: skip

    calendar = shared.client.get(f"{MAINTENANCE}/schedule/calendar", params=asked, headers=planner)
    picture = shared.client.get(f"{MAINTENANCE}/schedule/gantt", params=asked, headers=planner)

    assert calendar.headers["content-type"].startswith("text/calendar")
    assert f"SUMMARY:{rig}: replace liner of mud pump 1\r\n" in calendar.text
    assert "STATUS:TENTATIVE" in calendar.text
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert "default-src 'none'" in picture.headers["content-security-policy"]
    words = "".join(ET.fromstring(picture.text).itertext())  # noqa: S314
    assert f"{rig} mud_pump_1" in words
    assert "fails before" in words


def test_a_plan_that_nobody_can_keep_says_which_limit_and_by_how_much(shared: Service) -> None:
    rig, planner = a_world(shared), shared.newcomer(Role.MAINTENANCE)
    due = {"rig_id": rig, "equipment": "drawworks", "component": "brake", "title": "look",
           "priority": "low", "activity": "inspection", "due": "2026-03-02T08:00:00Z"}  # fmt: skip
    posted(shared, f"{MAINTENANCE}/tasks", due, status=201)

    told = made(shared, planner, rigs=[rig], days=7, effort=2)

    assert (told["state"], told["plan"]) == ("impossible", None)
    assert "inspection" in told["problem"]
    assert "h late" in told["problem"]


def test_who_sees_one_rig_plans_it_and_sees_no_plan_of_another(shared: Service) -> None:
    one, other = a_rig(shared), a_rig(shared)
    planner = shared.newcomer(Role.MAINTENANCE, (one,))
    wish: Json = {"days": 7.0}

    mine = shared.client.post(f"{MAINTENANCE}/schedule", json=wish, headers=planner)
    stranger = shared.client.post(
        f"{MAINTENANCE}/schedule", json={"rigs": [other]}, headers=planner
    )
    with shared.database.session() as session:
        theirs = maintenance_plans.request(session, Request((other,), wish, "bob")).id

    assert (mine.status_code, mine.json()["rigs"]) == (202, [one])
    assert stranger.status_code == 404
    path = f"{MAINTENANCE}/plans"
    assert shared.client.get(f"{path}/{theirs}", headers=planner).status_code == 404
    listed = shared.client.get(path, headers=planner).json()["plans"]
    assert {tuple(plan["rigs"]) for plan in listed} == {(one,)}


def test_what_concerns_every_rig_is_said_by_who_sees_every_one(shared: Service) -> None:
    one = a_rig(shared)
    planner = shared.newcomer(Role.MAINTENANCE, (one,))
    body = {**CREW, "version": 0}

    crew = shared.client.put(f"{MAINTENANCE}/crews/mine", json=body, headers=planner)
    plan = shared.client.put(
        f"{MAINTENANCE}/rig-plans/{one}", json={"version": 0, "hour_cost": 1.0}, headers=planner
    )

    assert (crew.status_code, plan.status_code) == (403, 200)


def test_inputs_are_told_kept_and_told_back(shared: Service) -> None:
    admin, rig, name = shared.newcomer(Role.ADMIN), a_rig(shared), uuid4().hex[:8]
    phase = {"name": "move", "start": "2026-03-04T00:00:00Z", "end": "2026-03-06T00:00:00Z",
             "duty": 0.0, "equipment": "mud_pump_1"}  # fmt: skip
    sent: dict[str, Json] = {
        f"crews/{name}": {**CREW, "rigs": [rig], "size": 2, "days_on": 14, "days_off": 14},
        f"parts/{name}": {"stock": 1, "lead_days": 9.5,
                          "deliveries": [{"at": "2026-03-05T12:00:00Z", "count": 2}]},
        f"rig-plans/{rig}": {"hour_cost": 900.0, "phases": [phase]},
        "upkeep/gearbox": {
            "failures": [{"failure_mode": "VIB", "cost": 9e4, "lost_hours": 48.0}],
            "work": [{"activity": "overhaul", "hours": 14.0, "cost": 3e4, "skill": "mechanic",
                      "part": "gearbox", "stops": True}],
        },
    }  # fmt: skip

    for path, body in sent.items():
        url = f"{MAINTENANCE}/{path}"
        told = shared.client.put(url, json={**body, "version": 0}, headers=admin)
        assert told.status_code == 200, told.text
        assert told.json().items() >= {**body, "version": 1}.items()
        listed = shared.client.get(url.rpartition("/")[0], headers=admin).json()
        assert told.json() in next(iter(listed.values()))
        assert shared.client.put(url, json={**body, "version": 7}, headers=admin).status_code == 409
        assert shared.client.put(url, json={**body, "version": 0}, headers=admin).status_code == 409


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("crews/x", {**CREW, "skills": []}),
        ("crews/x", {**CREW, "shift_hours": 25.0}),
        ("crews/x,y", CREW),
        ("parts/x", {"stock": -1, "lead_days": 1.0}),
        ("upkeep/moon", {"failures": []}),
        ("rig-plans/R1", {"hour_cost": 1.0, "phases": [
            {"start": "2026-03-04T00:00:00Z", "end": "2026-03-03T00:00:00Z", "duty": 0.0}]}),
        ("rig-plans/R1", {"hour_cost": 1.0, "phases": [
            {"start": "2026-03-04T00:00:00Z", "end": "2026-03-05T00:00:00Z", "duty": 0.0,
             "equipment": "moon"}]}),
    ],
    ids=["no skill", "25 h", "comma", "stock", "component", "phase", "equipment"],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(shared: Service, path: str, body: Json) -> None:
    admin = shared.token(Role.ADMIN)

    answer = shared.client.put(f"{MAINTENANCE}/{path}", json={**body, "version": 0}, headers=admin)

    assert answer.status_code == 422, answer.text


def test_the_same_plan_asked_for_twice_is_one(shared: Service) -> None:
    rig, planner = a_rig(shared), shared.newcomer(Role.MAINTENANCE)
    with shared.database.session() as session:
        wish = {"days": 3.0, "slot_hours": 2.0, "freeze_hours": 48.0, "move_cost": 50.0,
                "effort": 10.0}  # fmt: skip
        waiting = maintenance_plans.request(session, Request((rig,), wish, "bob")).id

    again = shared.client.post(
        f"{MAINTENANCE}/schedule", json={"rigs": [rig], "days": 3.0}, headers=planner
    )

    assert again.json()["id"] == waiting


def test_a_plan_of_one_rig_says_nothing_of_others(shared: Service) -> None:
    other, planner = a_world(shared), shared.newcomer(Role.MAINTENANCE)
    made(shared, planner, rigs=[other], days=7, effort=2)
    with shared.database.session() as session:
        rigs.register(session, Rig("QUIET", "QUIET"))

    told = made(shared, planner, rigs=["QUIET"], days=1, effort=0.1)

    assert told["state"] == "done", told["problem"]
    assert told["plan"]["entries"] == []
    assert other not in str(told)
