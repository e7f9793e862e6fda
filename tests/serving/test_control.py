"""Changes of set-points over HTTP: a second person approves, and nothing is ever applied."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from idrill.access import DOORS, Role
from tests.rig_work import CHANGE, a_change, a_rig, a_well, actions, posted
from tests.service import PASSWORD, Service, bearer

CHANGES = "/api/v1/control/changes"
SESSIONS = "/api/v1/config/drilling-sessions"


def on_a_well_that_allows(service: Service, rig: str, speed: float) -> None:
    """Let a rig drill a well in whose upper kilometre it may turn so fast [rpm]."""
    upper = {"channel": "rotary_speed", "top": 0.0, "bottom": 1000.0, "high": speed}
    lower = {"channel": "rotary_speed", "top": 1000.0, "bottom": 3000.0, "high": 200.0}
    body = {"version": 1, "name": "W", "rig_id": rig, "limits": [upper, lower]}
    well, admin = a_well(service, rig), service.token(Role.ADMIN)
    put = service.client.put(f"/api/v1/config/well-profiles/{well}", json=body, headers=admin)
    assert put.status_code == 200, put.text
    start = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    posted(service, SESSIONS, {"rig_id": rig, "well_id": well, "start": start}, status=201)


def states(service: Service, change: int) -> list[str]:
    path = f"{CHANGES}/{change}/history"
    events = service.client.get(path, headers=service.token(Role.VIEWER)).json()["events"]
    return [one["state"] for one in events]


def test_a_change_is_approved_by_a_second_person_and_simulated(either: Service) -> None:
    operator, engineer = either.token(Role.OPERATOR), either.token(Role.ENGINEER)
    body = {**CHANGE, "rig_id": "R1", "previous": 110.0}
    change = either.client.post(CHANGES, json=body, headers=operator).json()
    path = f"{CHANGES}/{change['id']}"

    either.client.post(f"{path}/assess", headers=operator)
    either.client.post(f"{path}/approve", json={"note": "fine"}, headers=engineer)
    done = either.client.post(f"{path}/apply", json={}, headers=operator).json()
    either.client.post(f"{path}/verify", json={}, headers=operator)
    back = either.client.post(f"{path}/roll-back", json={}, headers=operator).json()

    assert (done["state"], done["actuator"]) == ("simulated", "none")
    assert (back["state"], back["previous"], back["unit"]) == ("rolled_back", 110.0, "rpm")
    events = either.client.get(f"{path}/history", headers=engineer).json()["events"]
    assert [(one["state"], one["by"].split("@")[0]) for one in events] == [
        ("proposed", "operator"),
        ("assessed", "operator"),
        ("approved", "engineer"),
        ("simulated", "operator"),
        ("verified", "operator"),
        ("rolled_back", "operator"),
    ]
    assert actions(either, f"change {change['id']}") == [
        f"control.{one}"
        for one in ("proposed", "assessed", "approved", "simulated", "verified", "rolled_back")
    ]


def test_who_proposes_a_change_cannot_approve_it_not_even_by_a_key_of_theirs(
    shared: Service,
) -> None:
    engineer = shared.token(Role.ENGINEER)
    wanted = {"name": "k", "scopes": ["propose_control", "approve_control"], "days": 1}
    key = shared.client.post("/api/v1/api-keys", json=wanted, headers=engineer).json()["secret"]
    proposed = shared.client.post(
        CHANGES, json={**CHANGE, "rig_id": "R1"}, headers={"X-API-Key": key}
    ).json()  # fmt: skip
    path = f"{CHANGES}/{proposed['id']}"
    shared.client.post(f"{path}/assess", headers=engineer)

    by_key = shared.client.post(f"{path}/approve", json={}, headers={"X-API-Key": key})
    by_hand = shared.client.post(f"{path}/approve", json={}, headers=engineer)

    assert (by_key.status_code, by_hand.status_code) == (403, 403)
    assert "somebody else" in by_hand.json()["detail"]
    assert states(shared, proposed["id"])[-1] == "assessed"


def test_of_two_who_approve_at_once_one_is_heard(either: Service) -> None:
    change = a_change(either, "R1", "assess")
    approvers = [either.newcomer(Role.ENGINEER) for _ in range(4)]

    def approve(headers: dict[str, str]) -> int:
        answer = either.client.post(f"{CHANGES}/{change}/approve", json={}, headers=headers)
        return int(answer.status_code)

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(approve, approvers))

    assert statuses == [200, 409, 409, 409]
    assert states(either, change) == ["proposed", "assessed", "approved"]


def test_what_was_not_assessed_is_not_approved(shared: Service) -> None:
    change = a_change(shared, "R1")

    answer = shared.client.post(
        f"{CHANGES}/{change}/approve", json={}, headers=shared.token(Role.ENGINEER)
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_move")


def test_what_the_well_does_not_allow_is_rejected_by_the_assessment(either: Service) -> None:
    rig = a_rig(either)
    on_a_well_that_allows(either, rig, 100.0)

    change = a_change(either, rig, "assess")

    viewer = either.token(Role.VIEWER)
    events = either.client.get(f"{CHANGES}/{change}/history", headers=viewer).json()["events"]
    assert (events[-1]["state"], events[-1]["by"]) == ("rejected", "assessment")
    assert [(one["name"], one["passed"]) for one in events[-1]["checks"]] == [
        ("limits of an order", True),
        ("limits of the well section", False),
    ]
    assert events[-1]["checks"][1]["detail"].endswith("at most 100 rpm")


def test_a_negative_weight_on_bit_is_rejected_though_a_sensor_may_show_it(
    either: Service,
) -> None:
    body = {**CHANGE, "rig_id": "R1", "channel": "weight_on_bit", "set_point": -20.0}
    change = posted(either, CHANGES, body, status=201)["id"]

    assessed = posted(either, f"{CHANGES}/{change}/assess")

    assert assessed["state"] == "rejected"


@pytest.mark.parametrize(
    ("depth", "age", "state"),
    [(1500.0, 1, "assessed"), (500.0, 1, "rejected"), (1500.0, 1800, "rejected")],
    ids=["in the deeper section", "in the upper section", "told too long ago"],
)
def test_a_change_for_no_depth_is_held_against_where_the_hole_is_now(
    either: Service, depth: float, age: int, state: str
) -> None:
    rig = a_rig(either)
    on_a_well_that_allows(either, rig, 100.0)
    told = (datetime.now(UTC) - timedelta(seconds=age)).isoformat()
    body = {"rig_id": rig, "time": told, "values": {"hole_depth": depth}}
    posted(either, "/api/v1/sensor-data", body)

    change = a_change(either, rig, "assess")

    assert states(either, change)[-1] == state


def test_limits_that_changed_since_the_assessment_stop_the_approval(shared: Service) -> None:
    rig = a_rig(shared)
    change = a_change(shared, rig, "assess")
    on_a_well_that_allows(shared, rig, 100.0)

    answer = shared.client.post(
        f"{CHANGES}/{change}/approve", json={}, headers=shared.token(Role.ADMIN)
    )

    assert answer.status_code == 409
    assert "since it was assessed" in answer.json()["detail"]
    assert states(shared, change)[-1] == "assessed"


def test_a_change_expires_by_itself(either: Service) -> None:
    rig = a_rig(either)
    change = a_change(either, rig, "assess", "approve")
    with either.database.session() as session:
        past = {"id": change, "at": datetime.now(UTC) - timedelta(seconds=1)}
        session.execute(text("UPDATE change_requests SET expires_at = :at WHERE id = :id"), past)

    late = either.client.post(
        f"{CHANGES}/{change}/apply", json={}, headers=either.token(Role.OPERATOR)
    )

    assert (late.status_code, late.json()["code"]) == (409, "illegal_move")
    assert states(either, change) == ["proposed", "assessed", "approved", "expired"]
    asked = f"{CHANGES}?rig_id={rig}&state=expired"
    listed = either.client.get(asked, headers=either.token(Role.VIEWER)).json()["changes"]
    assert [one["id"] for one in listed] == [change]


def test_no_way_through_the_service_ends_in_applied(shared: Service) -> None:
    verbs = [one.rsplit("/", 1)[1] for one in DOORS if "{change_id}/" in one and "POST" in one]
    changes = [a_change(shared, "R1", "assess", "approve") for _ in verbs]

    for change, first in zip(changes, verbs, strict=True):
        for verb in (first, *verbs):
            headers = shared.newcomer(Role.ADMIN)
            shared.client.post(f"{CHANGES}/{change}/{verb}", json={}, headers=headers)

    reached = {state for change in changes for state in states(shared, change)}
    assert {"apply", "approve", "verify"} <= set(verbs)
    assert reached == {
        *("proposed", "assessed", "approved"),
        *("simulated", "verified", "rolled_back", "rejected"),
    }


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"channel": "hole_depth"}, "invalid_change"),
        ({"channel": "spin"}, "unknown_channel"),
        ({"minutes": 24 * 60 + 1}, "invalid_request"),
        ({"hole_depth": -1.0}, "invalid_request"),
        ({"reason": ""}, "invalid_request"),
        ({"state": "approved"}, "invalid_request"),
        ({"proposed_by": "somebody"}, "invalid_request"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(
    shared: Service, wrong: dict[str, object], code: str
) -> None:
    operator = shared.token(Role.OPERATOR)

    answer = shared.client.post(CHANGES, json={**CHANGE, "rig_id": "R1", **wrong}, headers=operator)

    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_somebody_is_shown_the_changes_of_their_rigs_only(shared: Service) -> None:
    own, foreign = a_change(shared, "R1"), a_change(shared, "R2")
    one = bearer(shared.login("one@rig.example", PASSWORD)["access_token"])

    seen = [change["id"] for change in shared.client.get(CHANGES, headers=one).json()["changes"]]

    assert own in seen
    assert foreign not in seen
