"""Accounts over HTTP: an admin's view, one's own, and what nobody may set."""

import pytest

from idrill.access import Role
from tests.service import PASSWORD, Service, bearer

USERS = "/api/v1/users"


def number_of(service: Service, email: str) -> int:
    headers = bearer(service.login(email)["access_token"])
    found: int = service.client.get(f"{USERS}/me", headers=headers).json()["id"]
    return found


def test_people_are_listed_in_pages_without_a_hash(shared: Service) -> None:
    admin = shared.token(Role.ADMIN)

    first = shared.client.get(USERS, params={"limit": 3}, headers=admin)
    second = shared.client.get(
        USERS, params={"limit": 1000, "after": first.json()["next"]}, headers=admin
    )  # fmt: skip

    emails = [one["email"] for page in (first, second) for one in page.json()["users"]]
    assert len(emails) == len(set(emails)) == len(Role) + 1
    assert second.json()["next"] is None
    assert "hash" not in first.text


@pytest.mark.parametrize("field", ["role", "rigs", "active", "email", "id", "password_hash"])
def test_nobody_raises_themselves(shared: Service, field: str) -> None:
    viewer = shared.token(Role.VIEWER)
    value = {"role": "admin", "rigs": None, "active": True, "id": 6}.get(field, "x@y")

    answer = shared.client.patch(f"{USERS}/me", json={"name": "V", field: value}, headers=viewer)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_people_change_their_own_name_and_nothing_else_moves(service: Service) -> None:
    headers = bearer(service.login("one@rig.example")["access_token"])
    before = service.client.get(f"{USERS}/me", headers=headers).json()

    after = service.client.patch(f"{USERS}/me", json={"name": " Uno "}, headers=headers).json()

    assert after == before | {"name": "Uno"}


def test_an_admin_changes_what_is_said_and_the_rest_stays(service: Service) -> None:
    admin, number = service.token(Role.ADMIN), number_of(service, "one@rig.example")
    path = f"{USERS}/{number}"

    role = service.client.patch(path, json={"role": "viewer"}, headers=admin).json()
    rigs = service.client.patch(path, json={"rigs": None}, headers=admin).json()

    assert (role["role"], role["rigs"]) == ("viewer", ["R1"])
    assert (rigs["role"], rigs["rigs"]) == ("viewer", None)
    assert service.client.get(path, headers=admin).json() == rigs


def test_a_disabled_person_is_out_at_once_and_cannot_come_back(service: Service) -> None:
    token = service.login("viewer@rig.example")["access_token"]
    admin, number = service.token(Role.ADMIN), number_of(service, "viewer@rig.example")

    status = service.client.delete(f"{USERS}/{number}", headers=admin).status_code

    assert status == 204
    assert service.client.get(f"{USERS}/me", headers=bearer(token)).status_code == 401
    body = {"email": "viewer@rig.example", "password": PASSWORD}
    assert service.client.post("/api/v1/auth/login", json=body).status_code == 401


def test_the_last_admin_cannot_leave(service: Service) -> None:
    admin, number = service.token(Role.ADMIN), number_of(service, "admin@rig.example")

    answer = service.client.delete(f"{USERS}/{number}", headers=admin)

    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_move")


def test_an_invited_person_comes_in(service: Service) -> None:
    admin = service.token(Role.ADMIN)
    wanted = {"email": "New@rig.example", "role": "maintenance", "rigs": ["R2"]}
    issued = service.client.post(f"{USERS}/invitations", json=wanted, headers=admin)

    body = {"token": issued.json()["token"], "name": "New", "password": PASSWORD}
    service.client.post("/api/v1/auth/invitations/accept", json=body)

    assert issued.status_code == 201
    assert service.login("new@rig.example")


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"email": "viewer@rig.example"}, 409),
        ({"email": "no email"}, 422),
        ({"role": "god"}, 422),
        ({"rigs": ["../../etc"]}, 422),
        ({"active": True}, 422),
    ],
)
def test_an_invitation_that_makes_no_sense_is_refused(
    shared: Service, changed: dict[str, object], status: int
) -> None:
    wanted = {"email": "new@rig.example", "role": "viewer", "rigs": None} | changed

    answer = shared.client.post(
        f"{USERS}/invitations", json=wanted, headers=shared.token(Role.ADMIN)
    )  # fmt: skip

    assert answer.status_code == status


def test_a_password_is_changed_by_who_knows_it(service: Service) -> None:
    token = service.login("viewer@rig.example")["access_token"]
    path, new = f"{USERS}/me/password", "another horse battery"

    wrong = service.client.post(
        path, json={"current": "x" * 12, "new": new}, headers=bearer(token)
    )  # fmt: skip
    right = service.client.post(
        path, json={"current": PASSWORD, "new": new}, headers=bearer(token)
    )  # fmt: skip

    assert (wrong.status_code, right.status_code) == (403, 204)
    assert service.client.get(f"{USERS}/me", headers=bearer(token)).status_code == 401
    assert service.login("viewer@rig.example", new)


def test_what_was_typed_wrong_is_not_sent_back(shared: Service) -> None:
    body = {"email": "a@b", "password": "sesame-open-sesame", "oops": "sesame-too"}

    answer = shared.client.post("/api/v1/auth/login", json=body)

    assert answer.status_code == 422
    assert "sesame" not in answer.text


def test_every_change_stands_in_the_audit_trail_with_its_request(service: Service) -> None:
    admin, number = service.token(Role.ADMIN), number_of(service, "viewer@rig.example")
    carried = admin | {"X-Request-ID": "change-of-role-1"}
    service.client.patch(f"{USERS}/{number}", json={"role": "operator"}, headers=carried)

    told = service.client.get("/api/v1/audit?action=user.changed", headers=admin).json()

    [entry] = told["entries"]
    assert (entry["actor"], entry["subject"]) == ("admin@rig.example", f"user {number}")
    assert (entry["request_id"], entry["details"]) == ("change-of-role-1", {"role": "operator"})
