"""The audit trail over HTTP: what each route writes of itself, in words of one kind."""

import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import insert

from idrill.access import Role
from idrill.store import audit
from idrill.store.audit import Actor, Change
from idrill.store.audit_actions import FORMERLY, Action
from idrill.store.orm import AuditRow
from tests.document import OPERATIONS, Document, carried_by, permitted
from tests.service import Service

AUTH, USERS, RIGS = "/api/v1/auth", "/api/v1/users", "/api/v1/rigs"
WELLS, SESSIONS = "/api/v1/config/well-profiles", "/api/v1/config/drilling-sessions"
ALERTS, TASKS = "/api/v1/maintenance/alerts", "/api/v1/maintenance/tasks"
CHANGES, DVR = "/api/v1/control/changes", "/api/v1/dvr/calibrations/{calibration_id}"
KEYS, MODELS = "/api/v1/api-keys", "/api/v1/models/{model}"
RULES, TOLD = "/api/v1/maintenance/alert-rules", "/api/v1/maintenance/alert-subscriptions"
SENSORS, FACILITIES = "/api/v1/rigs/{rig_id}/sensors/{channel}", "/api/v1/facilities"

WRITTEN = {
    f"POST {AUTH}/login": "auth.logged_in",
    f"POST {AUTH}/logout": "auth.logged_out",
    f"POST {AUTH}/password-reset/confirm": "user.password_reset",
    f"POST {AUTH}/invitations/accept": "user.invitation_accepted",
    f"POST {USERS}/invitations": "user.invited",
    f"PATCH {USERS}/me": "user.changed",
    f"POST {USERS}/me/password": "user.password_changed",
    f"PATCH {USERS}/{{user_id}}": "user.changed",
    f"DELETE {USERS}/{{user_id}}": "user.disabled",
    f"POST {KEYS}": "api_key.created",
    f"DELETE {KEYS}/{{key_id}}": "api_key.revoked",
    f"POST {RIGS}": "rig.created",
    f"PATCH {RIGS}/{{rig_id}}": "rig.changed",
    f"PUT {RIGS}/{{rig_id}}/equipment": "rig.equipment_changed",
    f"POST {WELLS}": "well.created",
    f"PUT {WELLS}/{{well_id}}": "well.changed",
    f"DELETE {WELLS}/{{well_id}}": "well.removed",
    f"POST {SESSIONS}": "session.created",
    f"PATCH {SESSIONS}/{{session_id}}": "session.changed",
    f"DELETE {SESSIONS}/{{session_id}}": "session.removed",
    f"POST {ALERTS}": "alert.raised",
    f"POST {ALERTS}/{{alert_id}}/acknowledge": "alert.acknowledged",
    f"POST {ALERTS}/{{alert_id}}/return": "alert.returned",
    f"POST {ALERTS}/{{alert_id}}/recur": "alert.recurred",
    f"POST {ALERTS}/{{alert_id}}/shelve": "alert.shelved",
    f"POST {ALERTS}/{{alert_id}}/unshelve": "alert.unshelved",
    f"POST {ALERTS}/{{alert_id}}/suppress": "alert.suppressed",
    f"POST {ALERTS}/{{alert_id}}/unsuppress": "alert.unsuppressed",
    f"POST {ALERTS}/{{alert_id}}/close": "alert.closed",
    f"POST {SENSORS}/deactivate": "sensor.deactivated",
    f"POST {SENSORS}/activate": "sensor.activated",
    f"POST {FACILITIES}": "facility.created",
    f"POST {FACILITIES}/{{facility_id}}/rigs": "facility.changed",
    f"POST {RULES}": "alert_rule.created",
    f"PUT {RULES}/{{rule}}": "alert_rule.changed",
    f"POST {TOLD}": "alert_subscription.created",
    f"DELETE {TOLD}/{{subscription_id}}": "alert_subscription.removed",
    f"POST {TASKS}": "task.proposed",
    f"PATCH {TASKS}/{{task_id}}": "task.changed",
    f"POST {TASKS}/{{task_id}}/approve": "task.approved",
    f"POST {TASKS}/{{task_id}}/schedule": "task.scheduled",
    f"POST {TASKS}/{{task_id}}/start": "task.started",
    f"POST {TASKS}/{{task_id}}/finish": "task.finished",
    f"POST {TASKS}/{{task_id}}/cancel": "task.cancelled",
    "POST /api/v1/maintenance/schedule": "plan.requested",
    "PUT /api/v1/maintenance/crews/{crew}": "crew.changed",
    "DELETE /api/v1/maintenance/crews/{crew}": "crew.removed",
    "PUT /api/v1/maintenance/parts/{part}": "part.changed",
    "DELETE /api/v1/maintenance/parts/{part}": "part.removed",
    "PUT /api/v1/maintenance/upkeep/{component}": "upkeep.changed",
    "DELETE /api/v1/maintenance/upkeep/{component}": "upkeep.removed",
    "PUT /api/v1/maintenance/rig-plans/{rig_id}": "rig_plan.changed",
    f"POST {CHANGES}": "control.proposed",
    f"POST {CHANGES}/{{change_id}}/assess": "control.assessed",
    f"POST {CHANGES}/{{change_id}}/approve": "control.approved",
    f"POST {CHANGES}/{{change_id}}/apply": "control.simulated",
    f"POST {CHANGES}/{{change_id}}/reject": "control.rejected",
    f"POST {CHANGES}/{{change_id}}/verify": "control.verified",
    f"POST {CHANGES}/{{change_id}}/roll-back": "control.rolled_back",
    f"POST {DVR}/approve": "calibration.approved",
    f"POST {DVR}/reject": "calibration.rejected",
    f"POST {DVR}/withdraw": "calibration.withdrawn",
    f"POST {MODELS}/versions/{{version}}/promote": "model.promoted",
    f"POST {MODELS}/rollback": "model.rolled_back",
}
"""What each route that changes something writes."""

SILENT = {
    f"POST {AUTH}/refresh",
    f"POST {AUTH}/password-reset",
    f"POST {AUTH}/tickets",
    "POST /api/v1/sensor-data",
    "POST /api/v1/sensor-data/batch",
    "POST /api/v1/sensor-data/columns",
    "POST /api/v1/producer/sensor-data",
    "POST /api/v1/predictions/rul",
    "POST /api/v1/predictions/rul/auto",
}
"""Readings and prognoses, which name their sender themselves, a login that goes on, a ticket of it
for half a minute, and the wish for a mail, whose entry follows where there is an account."""


def test_every_route_that_may_change_something_is_in_one_of_the_tables() -> None:
    changing = {name for name in OPERATIONS if not name.startswith("GET ")}

    assert changing == WRITTEN.keys() | SILENT
    assert not WRITTEN.keys() & SILENT


@pytest.mark.parametrize("name", WRITTEN)
def test_a_route_writes_what_it_did(shared: Service, name: str) -> None:
    asked, request_id = Document(shared).sensible(name), uuid4().hex
    headers = carried_by(shared, permitted(name)) | {"X-Request-ID": request_id}

    answer = asked.sent(shared, headers)

    assert answer.status_code < 300, answer.text
    trail = shared.client.get("/api/v1/audit?limit=50", headers=shared.newcomer(Role.ADMIN))
    entries = [one for one in trail.json()["entries"] if one["request_id"] == request_id]
    assert [one["action"] for one in entries] == [WRITTEN[name]]


def test_what_is_written_is_a_noun_and_what_was_done_to_it() -> None:
    irregular = {"logged_in", "logged_out", "invitation_accepted", "reset_requested"}
    irregular |= {"password_changed", "password_reset", "equipment_changed", "withdrawn"}
    irregular |= {"rolled_back"}
    verbs = [str(one).split(".")[1] for one in Action]

    assert all(re.fullmatch(r"[a-z]+ed", one) or one in irregular for one in verbs)
    assert set(WRITTEN.values()) | {"user.created", "user.reset_requested"} == set(Action)


def test_entries_are_found_by_the_word_of_today_and_by_that_of_earlier_versions(
    service: Service,
) -> None:
    admin = service.newcomer(Role.ADMIN)
    with service.database.session() as session:
        audit.record(session, Actor("new"), Change(Action.WELL_CHANGED, "well W"))
        told = {"actor": "old", "action": "well.change", "subject": "well W"}
        rest = {"request_id": "", "address": "", "details": {}, "at": datetime.now(UTC)}
        session.execute(insert(AuditRow).values(**told, **rest))

    def found(action: str) -> list[str]:
        told = service.client.get(f"/api/v1/audit?action={action}", headers=admin).json()
        return [one["actor"] for one in told["entries"]]

    assert found("well.changed") == ["old", "new"]
    assert found("well.change") == ["old", "new"]
    assert set(FORMERLY).isdisjoint(FORMERLY.values())


def test_a_word_that_the_trail_does_not_have_is_not_written(service: Service) -> None:
    with (
        pytest.raises(ValueError, match="flooded"),
        service.database.session() as session,
    ):
        audit.record(session, Actor("new"), Change("well.flooded", "well W"))
