"""Rules of alerts over HTTP: strict, versioned, on record."""

from typing import Any

import pytest

from idrill.access import Role
from idrill.store import users
from tests.rig_work import a_rig, a_rule, actions
from tests.service import Service, email_of

RULES = "/api/v1/maintenance/alert-rules"
WHEN: dict[str, Any] = {
    "all": [
        {"channel": "standpipe_pressure", "above": 200, "unit": "bar", "deadband": 5},
        {"activity": ["drilling_rotating"]},
    ]
}


def names(service: Service, headers: dict[str, str]) -> set[str]:
    found = service.client.get(RULES, headers=headers).json()["rules"]
    return {one["name"] for one in found}


def test_a_rule_is_entered_read_and_changed_with_every_version_kept(either: Service) -> None:
    engineer = either.token(Role.ENGINEER)
    body = {"name": "high-pressure", "when": WHEN, "priority": "high", "on_delay": 5}

    made = either.client.post(RULES, json=body, headers=engineer)
    off = {**body, "enabled": False, "version": 1, "note": "being tuned"}
    changed = either.client.put(f"{RULES}/high-pressure", json=off, headers=engineer)
    again = either.client.put(f"{RULES}/high-pressure", json=off, headers=engineer)

    assert made.status_code == 201
    assert made.json()["channels"] == ["standpipe_pressure"]
    assert (changed.json()["version"], changed.json()["enabled"]) == (2, False)
    assert (again.status_code, again.json()["code"]) == (409, "version_conflict")
    viewer = either.token(Role.VIEWER)
    shown = either.client.get(f"{RULES}/high-pressure", headers=viewer).json()
    told = either.client.get(f"{RULES}/high-pressure/history", headers=viewer).json()["versions"]
    assert shown["definition"]["when"] == WHEN
    assert [(one["version"], one["by"], one["note"]) for one in told] == [
        (1, email_of(Role.ENGINEER), ""),
        (2, email_of(Role.ENGINEER), "being tuned"),
    ]
    assert actions(either, "alert rule high-pressure") == [
        "alert_rule.created",
        "alert_rule.changed",
    ]


def test_a_rule_is_entered_once(shared: Service) -> None:
    rule = a_rule(shared)
    body = {"name": rule["name"], "when": WHEN}

    answer = shared.client.post(RULES, json=body, headers=shared.token(Role.ENGINEER))

    assert (answer.status_code, answer.json()["code"]) == (409, "already_exists")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"when": {"channel": "torqe", "above": 3}}, "did you mean torque"),
        ({"when": {"channel": "torque", "above": 3, "unit": "bar"}}, "when.unit"),
        ({"when": {"channel": "torque", "above": 900}}, "lies outside"),
        ({"when": {"channel": "torque", "above": 3, "deadband": 50}}, "deadband"),
        ({"when": {"all": []}}, "at least two"),
        ({"message": "{password}"}, "is none of rig"),
        ({"escalate": [{"after": 60, "to": "low"}]}, "no higher"),
        ({"rig": "NOWHERE"}, "no rig"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_by_name(
    shared: Service, fields: dict[str, Any], said: str
) -> None:
    body = {"name": "odd", "when": WHEN, **fields}

    answer = shared.client.post(RULES, json=body, headers=shared.token(Role.ENGINEER))

    assert answer.status_code in (404, 422), answer.text
    assert said in answer.json()["detail"]


def test_a_rule_of_a_rig_is_seen_by_those_who_see_the_rig(shared: Service) -> None:
    rig = a_rig(shared)
    own, all_rigs = a_rule(shared, rig=rig)["name"], a_rule(shared)["name"]
    restricted = shared.newcomer(Role.ENGINEER, ("R1",))

    seen = names(shared, restricted)
    direct = shared.client.get(f"{RULES}/{own}", headers=restricted)
    history = shared.client.get(f"{RULES}/{own}/history", headers=restricted)

    assert (own in seen, all_rigs in seen) == (False, True)
    assert (direct.status_code, history.status_code) == (404, 404)


def test_who_sees_some_rigs_decides_no_rule_of_every_rig(shared: Service) -> None:
    restricted = shared.newcomer(Role.ENGINEER, ("R1",))
    every = a_rule(shared)
    body = {"when": WHEN, "rig": "R1"}

    new = shared.client.post(RULES, json={"name": "all", "when": WHEN}, headers=restricted)
    taken = shared.client.put(
        f"{RULES}/{every['name']}",
        json={**body, "name": every["name"], "version": 1},
        headers=restricted,
    )
    own = shared.client.post(RULES, json={**body, "name": "only-r1"}, headers=restricted)
    other = shared.client.post(RULES, json={**body, "name": "r2", "rig": "R2"}, headers=restricted)

    codes = [one.status_code for one in (new, taken, own, other)]
    assert codes == [403, 403, 201, 404]


def test_a_rule_too_deep_to_be_read_is_refused(shared: Service) -> None:
    deep = b'{"all":[' * 2000 + b"{}" + b"]}" * 2000
    body = b'{"name": "deep", "when": ' + deep + b"}"
    headers = {**shared.token(Role.ENGINEER), "content-type": "application/json"}

    answer = shared.client.post(RULES, content=body, headers=headers)

    assert answer.status_code in (400, 413, 422)


def test_a_subscription_is_its_owners_and_its_secret_is_shown_once(either: Service) -> None:
    mine, other = either.newcomer(Role.OPERATOR), either.newcomer(Role.OPERATOR)
    path = "/api/v1/maintenance/alert-subscriptions"
    body = {"means": "webhook", "url": "https://hooks.example/", "from_priority": "high"}

    made = either.client.post(path, json=body, headers=mine).json()
    listed = either.client.get(path, headers=mine).json()["subscriptions"]
    number = made["id"]
    notices = f"{path}/{number}/notifications"
    foreign = [
        either.client.get(notices, headers=other),
        either.client.delete(f"{path}/{number}", headers=other),
        either.client.get(f"{path}?user_id=1", headers=other),
    ]

    assert len(made["secret"]) > 30
    assert [one["target"] for one in listed] == ["https://hooks.example/"]
    assert "secret" not in listed[0]
    assert [one.status_code for one in foreign] == [404, 404, 404]
    either.client.post(
        "/api/v1/maintenance/alerts",
        json={"rig_id": "R1", "message": "it knocks", "priority": "critical"},
        headers=mine,
    )
    (notice,) = either.client.get(notices, headers=mine).json()["notifications"]
    assert (notice["state"], notice["attempts"], notice["change"]) == ("waiting", 0, 1)
    assert either.client.delete(f"{path}/{number}", headers=mine).status_code == 204
    assert either.client.get(notices, headers=mine).status_code == 404


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"means": "webhook"}, "needs a url"),
        ({"means": "webhook", "url": "ftp://hooks.example"}, "https://HOST"),
        ({"means": "email", "url": "https://hooks.example"}, "leave url out"),
        ({"means": "email"}, "IDRILL_SMTP_URL"),
    ],
)
def test_a_subscription_that_leads_nowhere_is_refused(
    shared: Service, body: dict[str, Any], said: str
) -> None:
    path = "/api/v1/maintenance/alert-subscriptions"

    answer = shared.client.post(path, json=body, headers=shared.newcomer(Role.VIEWER))

    assert answer.status_code == 422
    assert said in answer.json()["detail"]


def test_nobody_subscribes_to_a_rig_that_they_may_not_see(shared: Service) -> None:
    path = "/api/v1/maintenance/alert-subscriptions"
    body = {"means": "webhook", "url": "https://hooks.example/", "rigs": ["R2"]}

    answer = shared.client.post(path, json=body, headers=shared.newcomer(Role.VIEWER, ("R1",)))

    assert answer.status_code == 404


def test_figures_tell_how_many_alarms_came_and_who_answered_them(shared: Service) -> None:
    rig = a_rig(shared)
    operator = shared.newcomer(Role.OPERATOR)
    path = "/api/v1/maintenance"
    body = {"rig_id": rig, "message": "it knocks", "priority": "high"}
    numbers = [
        shared.client.post(f"{path}/alerts", json=body, headers=operator).json()["id"]
        for _ in range(3)
    ]
    shared.client.post(f"{path}/alerts/{numbers[0]}/acknowledge", json={}, headers=operator)
    shared.client.post(f"{path}/alerts/{numbers[1]}/shelve", json={"minutes": 5}, headers=operator)

    told = shared.client.get(f"{path}/alert-figures?rig_id={rig}", headers=operator).json()

    (of_rig,), (who,), (often,) = told["rigs"], told["operators"], told["frequent"]
    assert (told["count"], told["priorities"], told["chattering"]) == (3, {"high": 3}, 1)
    assert (of_rig["count"], of_rig["per_day"], of_rig["floods"]) == (
        3,
        pytest.approx(3 / 7),
        False,
    )
    assert (who["count"], often["what"], often["share"], often["chatters"]) == (
        1,
        "it knocks",
        1.0,
        True,
    )
    assert told["standing"] == {
        "open": 3, "active": 2, "unacknowledged": 1, "stale": 0, "aside": 1,
    }  # fmt: skip


def test_figures_of_a_time_that_makes_no_sense_are_refused(shared: Service) -> None:
    path = "/api/v1/maintenance/alert-figures?since=2024-03-08T00:00:00Z"

    answer = shared.client.get(
        f"{path}&until=2024-03-01T00:00:00Z", headers=shared.token(Role.VIEWER)
    )

    assert answer.status_code == 422


def test_an_alert_that_a_person_raises_may_escalate(shared: Service) -> None:
    headers = shared.newcomer(Role.OPERATOR)
    body: dict[str, Any] = {"rig_id": "R1", "message": "it knocks", "priority": "high"}
    path = "/api/v1/maintenance/alerts"

    steps = [{"minutes": 15, "to": "critical"}]
    good = shared.client.post(path, json={**body, "escalate": steps}, headers=headers)
    steps = [{"minutes": 15, "to": "low"}]
    bad = shared.client.post(path, json={**body, "escalate": steps}, headers=headers)

    assert (good.status_code, bad.status_code) == (201, 422)
    assert (good.json()["base_priority"], good.json()["rule"]) == ("high", None)


def test_who_is_disabled_is_told_no_longer(shared: Service) -> None:
    path = "/api/v1/maintenance/alert-subscriptions"
    leaver = shared.newcomer(Role.OPERATOR)
    body = {"means": "webhook", "url": "https://hooks.example/"}
    number = shared.client.post(path, json=body, headers=leaver).json()["id"]
    me = shared.client.get("/api/v1/users/me", headers=leaver).json()["id"]
    with shared.database.session() as session:
        user = users.get(session, me)
        users.change(session, me, users.Change(user.name, user.role, user.rigs, active=False))

    headers = shared.newcomer(Role.ADMIN)
    alert = {"rig_id": "R1", "message": "it knocks", "priority": "high"}
    shared.client.post("/api/v1/maintenance/alerts", json=alert, headers=headers)

    told = shared.client.get(f"{path}/{number}/notifications", headers=headers).json()
    assert told["notifications"] == []
