"""Alerts over HTTP: acknowledged, put aside, closed, with a history that stays."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from idrill.access import Role
from idrill.errors import StoreError
from idrill.store import alerts
from tests.rig_work import ALERT, a_change, a_rig, a_task, actions, an_alert
from tests.service import Service, bearer

ALERTS = "/api/v1/maintenance/alerts"
HISTORIES = ("alert_history", "task_history", "change_history")


def numbers(service: Service, query: str) -> list[int]:
    answer = service.client.get(f"{ALERTS}?{query}", headers=service.token(Role.VIEWER))
    return [one["id"] for one in answer.json()["alerts"]]


def history(service: Service, alert: int) -> list[tuple[str, str]]:
    answer = service.client.get(f"{ALERTS}/{alert}/history", headers=service.token(Role.VIEWER))
    return [(one["action"], one["state"]) for one in answer.json()["events"]]


def test_an_alert_is_raised_seen_returned_and_thereby_closed(either: Service) -> None:
    operator = either.token(Role.OPERATOR)
    raised = either.client.post(
        ALERTS, json={**ALERT, "rig_id": "R1", "component": "liner"}, headers=operator
    ).json()  # fmt: skip
    path = f"{ALERTS}/{raised['id']}"

    either.client.post(f"{path}/acknowledge", json={"note": "seen"}, headers=operator)
    closed = either.client.post(f"{path}/return", json={}, headers=operator)
    again = either.client.post(f"{path}/acknowledge", json={}, headers=operator)

    assert (raised["state"], raised["raised_by"]) == ("unacknowledged", "operator@rig.example")
    assert (closed.json()["state"], closed.json()["version"]) == ("closed", 3)
    assert (again.status_code, again.json()["code"]) == (409, "illegal_move")
    events = either.client.get(f"{path}/history", headers=operator).json()["events"]
    assert [(one["number"], one["action"], one["by"], one["note"]) for one in events] == [
        (1, "raise", "operator@rig.example", ""),
        (2, "acknowledge", "operator@rig.example", "seen"),
        (3, "return", "operator@rig.example", ""),
    ]
    assert actions(either, f"alert {raised['id']}") == [
        "alert.raised",
        "alert.acknowledged",
        "alert.returned",
    ]


def test_a_shelf_ends_by_itself_and_the_history_says_when(either: Service) -> None:
    alert = an_alert(either, "R1", "acknowledge", "shelve")
    assert alert in numbers(either, "state=shelved")
    with either.database.session() as session:
        end = alerts.get(session, alert).shelved_until
        past = {"id": alert, "at": datetime.now(UTC) - timedelta(seconds=1)}
        session.execute(text("UPDATE alerts SET shelved_until = :at WHERE id = :id"), past)

    found = numbers(either, "state=unacknowledged")

    assert end is not None
    assert timedelta(minutes=59) < end - datetime.now(UTC) <= timedelta(minutes=60)
    assert alert in found
    assert history(either, alert)[-2:] == [
        ("shelve", "shelved"),
        ("unshelve", "unacknowledged"),
    ]
    viewer = either.token(Role.VIEWER)
    [*_, last] = either.client.get(f"{ALERTS}/{alert}/history", headers=viewer).json()["events"]
    assert (last["by"], last["note"]) == ("clock", "its time was up")


def test_of_many_who_look_at_a_shelf_that_is_over_one_ends_it(either: Service) -> None:
    alert = an_alert(either, a_rig(either), "shelve")
    viewer = either.token(Role.VIEWER)
    with either.database.session() as session:
        past = {"id": alert, "at": datetime.now(UTC) - timedelta(seconds=1)}
        session.execute(text("UPDATE alerts SET shelved_until = :at WHERE id = :id"), past)

    with ThreadPoolExecutor(6) as pool:
        ask = [
            pool.submit(either.client.get, f"{ALERTS}/{alert}", headers=viewer) for _ in range(6)
        ]
        answers = [one.result() for one in ask]

    assert {(one.status_code, one.json()["state"]) for one in answers} == {(200, "unacknowledged")}
    assert [action for action, _ in history(either, alert)] == ["raise", "shelve", "unshelve"]


def test_a_shelf_that_is_too_long_is_refused(shared: Service) -> None:
    path = f"{ALERTS}/{an_alert(shared, 'R1')}/shelve"
    operator = shared.token(Role.OPERATOR)

    statuses = [
        shared.client.post(path, json={"minutes": minutes}, headers=operator).status_code
        for minutes in (0, 7 * 24 * 60 + 1, 7 * 24 * 60)
    ]

    assert statuses == [422, 422, 200]


def test_only_those_who_manage_the_rig_suppress_an_alert(shared: Service) -> None:
    alert = an_alert(shared, "R1")

    statuses = {
        role: shared.client.post(
            f"{ALERTS}/{alert}/suppress", json={}, headers=shared.token(role)
        ).status_code
        for role in (Role.OPERATOR, Role.MAINTENANCE, Role.ENGINEER)
    }

    assert statuses == {Role.OPERATOR: 403, Role.MAINTENANCE: 403, Role.ENGINEER: 200}
    assert history(shared, alert)[-1] == ("suppress", "suppressed")


def test_alerts_come_page_by_page_and_as_asked_for(shared: Service) -> None:
    made = [an_alert(shared, "R2") for _ in range(3)]
    closed = an_alert(shared, "R2", "acknowledge", "close")
    viewer = shared.token(Role.VIEWER)

    first = shared.client.get(f"{ALERTS}?rig_id=R2&limit=2", headers=viewer).json()
    second = shared.client.get(
        f"{ALERTS}?rig_id=R2&limit=2&before={first['next']}", headers=viewer
    ).json()  # fmt: skip

    pages = [one["id"] for page in (first, second) for one in page["alerts"]]
    assert pages == made[::-1]
    assert second["next"] is None
    assert numbers(shared, "rig_id=R2&state=closed") == [closed]
    assert numbers(shared, "rig_id=R2&priority=low&priority=medium") == []
    assert numbers(shared, "rig_id=R2&priority=low&priority=high") == made[::-1]


def test_somebody_is_shown_the_alerts_of_their_rigs_only(shared: Service) -> None:
    own, foreign = an_alert(shared, "R1"), an_alert(shared, "R2")
    one = bearer(shared.login("one@rig.example")["access_token"])

    seen = [alert["id"] for alert in shared.client.get(ALERTS, headers=one).json()["alerts"]]

    assert own in seen
    assert foreign not in seen
    assert (
        shared.client.get(f"{ALERTS}?rig_id=R9", headers=shared.token(Role.ADMIN)).status_code
        == 404
    )


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"equipment": "mud_pump_9"}, "invalid_equipment"),
        ({"component": "washpipe"}, "invalid_equipment"),
        ({"equipment": None, "component": "liner"}, "invalid_equipment"),
        ({"channel": "knocking"}, "unknown_channel"),
        ({"priority": "urgent"}, "invalid_request"),
        ({"message": "  "}, "invalid_request"),
        ({"state": "closed"}, "invalid_request"),
    ],
)
def test_an_alert_is_about_something_that_is_there(
    shared: Service, wrong: dict[str, object], code: str
) -> None:
    operator = shared.token(Role.OPERATOR)

    answer = shared.client.post(ALERTS, json={**ALERT, "rig_id": "R1", **wrong}, headers=operator)

    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize("statement", ["UPDATE {} SET note = 'forged'", "DELETE FROM {}"])
def test_no_history_is_changed_or_deleted(either: Service, statement: str) -> None:
    rig = a_rig(either)
    an_alert(either, rig)
    a_task(either, rig)
    a_change(either, rig)

    for table in HISTORIES:
        with (
            pytest.raises(StoreError, match="a history is only ever added to"),
            either.database.session() as session,
        ):
            session.execute(text(statement.format(table)))
