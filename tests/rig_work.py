"""Alerts, tasks, changes of set-points, wells and rigs in the state that a request needs."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from idrill.access import Role
from idrill.store import drilling_sessions
from tests.service import Service

MAINTENANCE, CONTROL, CONFIG = "/api/v1/maintenance", "/api/v1/control", "/api/v1/config"
ALERT = {"message": "pump 1 knocks", "priority": "high", "equipment": "mud_pump_1"}
TASK = {"title": "look at it", "priority": "low", "activity": "inspection"}
CHANGE = {"channel": "rotary_speed", "set_point": 120.0, "reason": "whirl"}
HOOK = "https://hooks.example/alerts"
TIMES = {"planned_start": "2026-03-01T06:00:00Z", "planned_end": "2026-03-01T10:00:00Z"}

Json = dict[str, Any]

_DAYS = count()


def posted(service: Service, path: str, body: Json | None = None, *, status: int = 200) -> Json:
    """What a new admin is answered, who posts a body and is not refused."""
    answer = service.client.post(path, json=body or {}, headers=service.newcomer(Role.ADMIN))
    assert answer.status_code == status, answer.text
    told: Json = answer.json()
    return told


def an_alert(service: Service, rig: str, *done: str) -> int:
    """The number of a new alert, once some things were done to it."""
    alert = posted(service, f"{MAINTENANCE}/alerts", {**ALERT, "rig_id": rig}, status=201)["id"]
    for action in done:
        body = {"minutes": 60} if action == "shelve" else {}
        posted(service, f"{MAINTENANCE}/alerts/{alert}/{action}", body)
    return int(alert)


def a_task(service: Service, rig: str, *done: str) -> Json:
    """A new task, once some things were done to it."""
    task = posted(service, f"{MAINTENANCE}/tasks", {**TASK, "rig_id": rig}, status=201)
    for action in done:
        body = {"version": task["version"], **(TIMES if action == "schedule" else {})}
        task = posted(service, f"{MAINTENANCE}/tasks/{task['id']}/{action}", body)
    return task


def a_change(service: Service, rig: str, *done: str) -> int:
    """The number of a new change, once some things were done to it, each by somebody else."""
    change = posted(service, f"{CONTROL}/changes", {**CHANGE, "rig_id": rig}, status=201)["id"]
    for action in done:
        posted(service, f"{CONTROL}/changes/{change}/{action}")
    return int(change)


def a_rule(service: Service, **fields: object) -> Json:
    """A new rule that raises alerts."""
    body = {"name": f"rule-{uuid4().hex}", "when": {"channel": "torque", "above": 30}, **fields}
    return posted(service, f"{MAINTENANCE}/alert-rules", body, status=201)


def a_subscription(service: Service) -> int:
    """The number of a new subscription to alerts."""
    path, body = f"{MAINTENANCE}/alert-subscriptions", {"means": "webhook", "url": HOOK}
    return int(posted(service, path, body, status=201)["id"])


def a_rig(service: Service) -> str:
    """The name of a new rig that a test has for itself."""
    body = {"id": uuid4().hex[:12].upper(), "name": "a test's own"}
    return str(posted(service, "/api/v1/rigs", body, status=201)["id"])


def actions(service: Service, subject: str) -> list[str]:
    """What the audit trail says was done to something, oldest first."""
    told = _told(service, "/api/v1/audit?limit=1000")["entries"]
    return [one["action"] for one in told if one["subject"] == subject][::-1]


def a_well(service: Service, rig: str) -> str:
    """The identifier of a new well that a rig is to drill."""
    body = {"name": uuid4().hex, "rig_id": rig}
    return str(posted(service, f"{CONFIG}/well-profiles", body, status=201)["id"])


def a_session(service: Service, rig: str) -> int:
    """The number of a new session of an hour, on a day of its own."""
    told = posted(service, f"{CONFIG}/drilling-sessions", _session(service, rig), status=201)
    return int(told["id"])


def _session(service: Service, rig: str) -> Json:
    """A session that nothing overlaps with, whatever was said of the rig before."""
    with service.database.session() as session:
        for other in drilling_sessions.of_rig(session, rig):
            drilling_sessions.remove(session, other.id)
    start = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(days=next(_DAYS))
    end = start + timedelta(hours=1)
    told = {"start": start.isoformat(), "end": end.isoformat()}
    return {"rig_id": rig, "well_id": a_well(service, rig), **told}


def _told(service: Service, path: str) -> Json:
    answer = service.client.get(path, headers=service.newcomer(Role.ADMIN))
    told: Json = answer.json()
    return told


def _alert_after(*done: str) -> Callable[[Any, str], Any]:
    return lambda document, name: document.example(
        name, alert_id=an_alert(document.service, document.rig, *done)
    )


def _task_after(*done: str) -> Callable[[Any, str], Any]:
    def prepared(document: Any, name: str) -> Any:
        task = a_task(document.service, document.rig, *done)
        asked = document.example(name, task_id=task["id"])
        return replace(asked, body={**(asked.body or {}), "version": task["version"]})

    return prepared


def _change_after(*done: str) -> Callable[[Any, str], Any]:
    return lambda document, name: document.example(
        name, change_id=a_change(document.service, document.rig, *done)
    )


def _of_well(document: Any, name: str) -> Any:
    return document.example(name, well_id=a_well(document.service, document.rig))


def _new_well(document: Any, name: str) -> Any:
    asked = document.example(name)
    return replace(asked, body={"name": uuid4().hex, "rig_id": document.rig})


def _of_session(document: Any, name: str) -> Any:
    return document.example(name, session_id=a_session(document.service, document.rig))


def _new_session(document: Any, name: str) -> Any:
    asked = document.example(name)
    return replace(asked, body=_session(document.service, document.rig))


def _new_rig(document: Any, name: str) -> Any:
    asked = document.example(name)
    return replace(asked, body={"id": uuid4().hex[:12].upper(), "name": "New"})


def _rig(document: Any, name: str) -> Any:
    told = _told(document.service, f"/api/v1/rigs/{document.rig}")
    asked = document.example(name)
    return replace(asked, body={"version": told["version"], "kind": "jack-up"})


def _layout(document: Any, name: str) -> Any:
    told = _told(document.service, f"/api/v1/rigs/{document.rig}/equipment")
    asked = document.example(name)
    carried = [{key: one[key] for key in ("id", "kind")} for one in told["equipment"]]
    return replace(asked, body={"version": told["version"], "equipment": carried})


def _new_rule(document: Any, name: str) -> Any:
    asked = document.example(name)
    body = {**asked.body, "name": f"rule-{uuid4().hex}", "rig": document.rig}
    return replace(asked, body=body)


def _of_rule(document: Any, name: str) -> Any:
    return document.example(name, rule=a_rule(document.service, rig=document.rig)["name"])


def _changed_rule(document: Any, name: str) -> Any:
    told = a_rule(document.service)
    asked = document.example(name, rule=told["name"])
    body = {**asked.body, "name": told["name"], "rig": document.rig, "version": told["version"]}
    return replace(asked, body=body)


def _subscribing(document: Any, name: str) -> Any:
    asked = document.example(name)
    return replace(asked, body={"means": "webhook", "url": HOOK, "rigs": [document.rig]})


def _of_subscription(document: Any, name: str) -> Any:
    return document.example(name, subscription_id=a_subscription(document.service))


def _sensor(document: Any, name: str) -> Any:
    return document.example(name, channel="torque")


_RULES, _TOLD = f"{MAINTENANCE}/alert-rules", f"{MAINTENANCE}/alert-subscriptions"
_ALERT, _TASK = f"{MAINTENANCE}/alerts/{{alert_id}}", f"{MAINTENANCE}/tasks/{{task_id}}"
_CHANGE, _SENSOR = f"{CONTROL}/changes/{{change_id}}", "/api/v1/rigs/{rig_id}/sensors/{channel}"
_WELL, _SESSION = f"{CONFIG}/well-profiles", f"{CONFIG}/drilling-sessions"

PREPARED: dict[str, Callable[[Any, str], Any]] = {
    "POST /api/v1/rigs": _new_rig,
    "PATCH /api/v1/rigs/{rig_id}": _rig,
    "PUT /api/v1/rigs/{rig_id}/equipment": _layout,
    **{f"POST {_SENSOR}/{verb}": _sensor for verb in ("deactivate", "activate")},
    f"POST {_WELL}": _new_well,
    **{f"{verb} {_WELL}/{{well_id}}": _of_well for verb in ("GET", "PUT", "DELETE")},
    f"POST {_SESSION}": _new_session,
    **{f"{verb} {_SESSION}/{{session_id}}": _of_session for verb in ("GET", "PATCH", "DELETE")},
    f"GET {_ALERT}": _alert_after(),
    f"GET {_ALERT}/history": _alert_after(),
    f"POST {_ALERT}/acknowledge": _alert_after(),
    f"POST {_ALERT}/return": _alert_after(),
    f"POST {_ALERT}/recur": _alert_after("return"),
    f"POST {_ALERT}/shelve": _alert_after(),
    f"POST {_ALERT}/unshelve": _alert_after("shelve"),
    f"POST {_ALERT}/suppress": _alert_after(),
    f"POST {_ALERT}/unsuppress": _alert_after("suppress"),
    f"POST {_ALERT}/close": _alert_after("acknowledge"),
    f"POST {_RULES}": _new_rule,
    f"GET {_RULES}/{{rule}}": _of_rule,
    f"PUT {_RULES}/{{rule}}": _changed_rule,
    f"GET {_RULES}/{{rule}}/history": _of_rule,
    f"POST {_TOLD}": _subscribing,
    f"DELETE {_TOLD}/{{subscription_id}}": _of_subscription,
    f"GET {_TOLD}/{{subscription_id}}/notifications": _of_subscription,
    f"GET {_TASK}": _task_after(),
    f"GET {_TASK}/history": _task_after(),
    f"PATCH {_TASK}": _task_after(),
    f"POST {_TASK}/approve": _task_after(),
    f"POST {_TASK}/schedule": _task_after("approve"),
    f"POST {_TASK}/start": _task_after("approve", "schedule"),
    f"POST {_TASK}/finish": _task_after("approve", "schedule", "start"),
    f"POST {_TASK}/cancel": _task_after(),
    f"GET {_CHANGE}": _change_after(),
    f"GET {_CHANGE}/history": _change_after(),
    f"POST {_CHANGE}/assess": _change_after(),
    f"POST {_CHANGE}/approve": _change_after("assess"),
    f"POST {_CHANGE}/reject": _change_after(),
    f"POST {_CHANGE}/apply": _change_after("assess", "approve"),
    f"POST {_CHANGE}/verify": _change_after("assess", "approve", "apply"),
    f"POST {_CHANGE}/roll-back": _change_after("assess", "approve", "apply"),
}
"""What the state of things has to be for each of these requests."""


def _named(path: str, body: Json) -> Callable[[Any, str], Any]:
    """A request about something new of that name, which a change or an end finds there."""

    def prepared(document: Any, name: str) -> Any:
        key = path.rpartition("{")[2].rstrip("}")
        own = {"component": "liner", "rig_id": document.rig}.get(key) or uuid4().hex[:12]
        where = f"{MAINTENANCE}{path}".replace(f"{{{key}}}", own)
        document.service.client.delete(where, headers=document.service.newcomer(Role.ADMIN))
        known = [
            one["version"]
            for one in _told(document.service, where.rpartition("/")[0]).get("plans", [])
            if one["rig_id"] == own
        ]
        if name.startswith("DELETE"):
            put = document.service.client.put(
                where, json={**body, "version": 0}, headers=document.service.newcomer(Role.ADMIN)
            )
            assert put.status_code == 200, put.text
        asked = document.example(name, **{key: own})
        version = known[0] if known else 0
        return replace(asked, body={**body, "version": version} if asked.body else None)

    return prepared


CREW = {"skills": ["mechanic"], "first_shift": "2026-03-01T06:00:00Z", "shift_hours": 12.0}
PART = {"stock": 3, "lead_days": 14.0}
UPKEEP = {
    "failures": [{"cost": 6000.0, "lost_hours": 3.0}],
    "work": [{"activity": "replace", "hours": 2.0, "cost": 1000.0, "skill": "mechanic"}],
}
RIG_PLAN = {"hour_cost": 500.0}
_INPUTS: dict[str, Json] = {
    "/crews/{crew}": CREW,
    "/parts/{part}": PART,
    "/upkeep/{component}": UPKEEP,
    "/rig-plans/{rig_id}": RIG_PLAN,
}


def _plan(document: Any, name: str) -> Any:
    asked = posted(
        document.service, f"{MAINTENANCE}/schedule", {"rigs": [document.rig]}, status=202
    )
    return document.example(name, plan_id=asked["id"])


PREPARED |= {
    f"{verb} {MAINTENANCE}{path}": _named(path, body)
    for path, body in _INPUTS.items()
    for verb in ("PUT", "DELETE")
} | {f"GET {MAINTENANCE}/plans/{{plan_id}}": _plan}
