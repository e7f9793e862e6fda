"""Keys of machines over HTTP: what they open, whose they are, what they may cost."""

from typing import Any

import pytest
from limits import parse

from idrill.access import DOORS, Role, Tier
from idrill_serving import rate_limits
from tests.service import Service, bearer

KEYS = "/api/v1/api-keys"
READING = {"name": "logger", "scopes": ["read_sensor_data"], "days": 30}


def made(service: Service, role: Role, **changed: Any) -> dict[str, Any]:
    answer = service.client.post(KEYS, json=READING | changed, headers=service.token(role))
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_key_comes_in_by_either_header_and_its_use_is_shown(service: Service) -> None:
    key = made(service, Role.VIEWER)

    by_header = service.client.get("/api/v1/rigs", headers={"X-API-Key": key["secret"]})
    as_token = service.client.get("/api/v1/rigs", headers=bearer(key["secret"]))

    assert (by_header.status_code, as_token.status_code) == (200, 200)
    [shown] = service.client.get(KEYS, headers=service.token(Role.VIEWER)).json()
    assert (shown["uses"], "secret" in shown) == (2, False)
    assert shown["last_used_at"] is not None


@pytest.mark.parametrize("route", [one for one in DOORS if not DOORS[one].public])
def test_a_key_opens_what_its_scope_names_and_nothing_that_is_for_people(
    shared: Service, admins_key: str, route: str
) -> None:
    method, template = route.split(" ")
    path = template.replace("{rig_id}", "R1").replace("{calibration_id}", "9")
    path = path.replace("{user_id}", "9").replace("{key_id}", "9")

    status = shared.client.request(method, path, headers={"X-API-Key": admins_key}).status_code

    assert (status == 403) is (DOORS[route].scope != "read_sensor_data")


@pytest.fixture(scope="module")
def admins_key(shared: Service) -> str:
    """A key of an admin that may read sensor data."""
    return str(made(shared, Role.ADMIN)["secret"])


def test_nobody_makes_a_key_that_may_more_than_they(shared: Service) -> None:
    viewer = shared.token(Role.VIEWER)

    statuses = [
        shared.client.post(KEYS, json=READING | changed, headers=viewer).status_code
        for changed in ({"scopes": ["manage_user"]}, {"tier": "bulk"}, {"user_id": 6})
    ]

    assert statuses == [403, 403, 422]


def test_a_key_belongs_to_its_owner_and_an_admin_may_revoke_it(service: Service) -> None:
    key = made(service, Role.ENGINEER)
    stranger, admin = service.token(Role.VIEWER), service.token(Role.ADMIN)

    foreign = service.client.delete(f"{KEYS}/{key['id']}", headers=stranger)
    peeked = service.client.get(f"{KEYS}?user_id={key['user_id']}", headers=stranger)
    revoked = service.client.delete(f"{KEYS}/{key['id']}", headers=admin)

    assert [one.status_code for one in (foreign, peeked, revoked)] == [404, 404, 204]
    used = service.client.get("/api/v1/rigs", headers={"X-API-Key": key["secret"]})
    assert used.status_code == 401
    assert len(service.client.get(f"{KEYS}?user_id={key['user_id']}", headers=admin).json()) == 1


def test_a_key_sees_the_rigs_of_its_owner(service: Service) -> None:
    owner = bearer(service.login("one@rig.example")["access_token"])
    secret = service.client.post(KEYS, json=READING, headers=owner).json()["secret"]

    seen = service.client.get("/api/v1/rigs", headers={"X-API-Key": secret}).json()["rigs"]

    assert [one["id"] for one in seen] == ["R1"]


def test_a_key_asks_no_more_often_than_its_tier_allows(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates = {Tier.STANDARD: parse("2/minute"), Tier.BULK: parse("5/minute")}
    monkeypatch.setattr(rate_limits, "TIERS", rates)
    standard = made(service, Role.ADMIN)["secret"]
    bulk = made(service, Role.ADMIN, tier="bulk")["secret"]

    def answered(secret: str) -> list[int]:
        headers = {"X-API-Key": secret}
        codes = [service.client.get("/api/v1/rigs", headers=headers) for _ in range(6)]
        return [one.status_code for one in codes]

    assert answered(standard).count(200) == 2
    assert answered(bulk).count(200) == 5
