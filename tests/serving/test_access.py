"""Every route and every role, and nobody at all, against the table written by hand."""

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from idrill.access import DOORS, Role
from idrill.errors import SettingsError
from idrill.settings import Settings
from idrill_serving.app import create_app
from idrill_serving.doors import ClosedRoute, ClosedSocket, check_doors
from tests.service import Service, bearer

NOBODY = None
WHO = (NOBODY, *Role)


@pytest.fixture(scope="module")
def headers(shared: Service) -> dict[Role | None, dict[str, str]]:
    """The headers of nobody, and of somebody with each role."""
    return {NOBODY: {}, **{role: shared.token(role) for role in Role}}


def routes_of(client: TestClient) -> Iterator[tuple[str, str]]:
    app = client.app
    assert isinstance(app, FastAPI)
    for route in app.routes:
        if isinstance(route, ClosedSocket):
            yield "WS", route.path
            continue
        assert isinstance(route, APIRoute), route
        for method in route.methods or ():
            yield method, route.path


def test_the_application_has_the_routes_of_the_table_and_no_other(shared: Service) -> None:
    assert {" ".join(one) for one in routes_of(shared.client)} == set(DOORS)


@pytest.mark.parametrize("route", [one for one in DOORS if not one.startswith("WS ")])
def test_each_door_opens_for_those_of_the_table_and_for_nobody_else(
    shared: Service, headers: dict[Role | None, dict[str, str]], route: str
) -> None:
    method, template = route.split(" ")
    door, path = DOORS[route], re.sub(r"\{\w+\}", "999999", template)

    for role in WHO:
        carried = headers[role]
        if path.endswith("/logout") and role is not None:
            carried = shared.token(role)
        status = shared.client.request(method, path, headers=carried).status_code

        if door.public or role in door.roles:
            assert status not in (401, 403, 405), (role, status)
            assert status < 500 or "password-reset" in path, (role, status)
        else:
            assert status == (401 if role is None else 403), (role, status)


@pytest.mark.parametrize("route", [one for one in DOORS if one.startswith("WS ")])
def test_each_socket_lets_in_those_of_the_table_and_nobody_else(
    shared: Service, headers: dict[Role | None, dict[str, str]], route: str
) -> None:
    path = re.sub(r"\{\w+\}", "R1", route.removeprefix("WS "))

    for role in WHO:
        token = headers[role].get("Authorization", "Bearer nothing").removeprefix("Bearer ")
        with shared.client.websocket_connect(path) as socket:
            assert socket.receive_json()["type"] == "hello"
            socket.send_json({"type": "login", "token": token})
            told = socket.receive_json()

        if role in DOORS[route].roles:
            assert told["type"] == "welcome", role
        else:
            assert told["code"] == ("not_authenticated" if role is None else "access_denied"), role


def test_a_door_is_closed_before_the_body_is_looked_at(shared: Service) -> None:
    answer = shared.client.post(
        "/api/v1/users/invitations", content=b"{broken", headers={"content-type": "text/json"}
    )

    assert answer.status_code == 401


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "HEAD", "OPTIONS"])
def test_a_method_that_no_route_has_leads_nowhere(shared: Service, method: str) -> None:
    assert shared.client.request(method, "/api/v1/rigs").status_code == 405


@pytest.mark.parametrize(
    "path",
    ["/api/v1/users/", "/api/v1//users", "/API/v1/users", "/api/v1/users/../users", "/%61pi/v1/x"],
)
def test_another_spelling_of_a_path_opens_nothing(shared: Service, path: str) -> None:
    assert shared.client.get(path, follow_redirects=False).status_code in (401, 404, 307)


def nothing() -> None:
    """Answers without a door."""


def test_a_route_that_is_not_in_the_table_is_refused_at_start(settings: Settings) -> None:
    app = create_app(settings)
    app.router.routes.append(ClosedRoute("/api/v1/secret", nothing, methods=["GET"]))

    with pytest.raises(SettingsError, match=r"differ: GET /api/v1/secret"):
        check_doors(app)


def test_a_route_without_a_door_is_refused_at_start(settings: Settings) -> None:
    app = create_app(settings)
    app.get("/api/v1/rigs")(nothing)

    with pytest.raises(SettingsError, match="stands open"):
        check_doors(app)


def test_a_door_that_leads_nowhere_is_refused_at_start(settings: Settings) -> None:
    app = create_app(settings)
    del app.router.routes[-1]

    with pytest.raises(SettingsError, match="differ"):
        check_doors(app)


def test_a_person_whose_role_changes_meets_other_doors_at_once(service: Service) -> None:
    viewer = service.login("viewer@rig.example")["access_token"]
    admin = service.token(Role.ADMIN)
    me = service.client.get("/api/v1/users/me", headers=bearer(viewer)).json()["id"]

    before = service.client.get("/api/v1/users", headers=bearer(viewer)).status_code
    service.client.patch(f"/api/v1/users/{me}", json={"role": "admin"}, headers=admin)
    after = service.client.get("/api/v1/users", headers=bearer(viewer)).status_code

    assert (before, after) == (403, 200)
