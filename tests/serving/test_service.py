"""The service inside BentoML: its endpoints behind our doors, the application beside them."""

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from idrill.access import NATIVE_DOORS, Permission, Role
from idrill.errors import SettingsError
from idrill.settings import Settings
from idrill_serving import native
from idrill_serving.collector import THRESHOLDS
from idrill_serving.native import Front
from idrill_serving.service import build_service
from tests.served_models import MODEL, window
from tests.service import Service

SINGLE = {"component": "liner", "origin": "file", "channels": window()}
BATCH = {"component": "liner", "origin": "file", "windows": [{"channels": window()}] * 3}
BODIES: dict[str, dict[str, Any]] = {"/predict_rul": SINGLE, "/predict_rul_batch": BATCH}


@pytest.fixture(scope="module")
def inside(template: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service inside BentoML, in this process."""
    import shutil

    from tests.service import settings_of

    home = tmp_path_factory.mktemp("bento") / "home"
    shutil.copytree(template, home)
    thresholds = gc.get_threshold()
    made = build_service(settings_of(home))
    app = made.mount_apps[0][0]
    with TestClient(made.to_asgi(), raise_server_exceptions=False) as client:
        client.app = app
        yield Service(client, app.state.platform.database)
    gc.set_threshold(*thresholds)
    gc.unfreeze()


@pytest.mark.parametrize("path", BODIES)
def test_a_native_endpoint_answers_as_the_route_does(inside: Service, path: str) -> None:
    operator = inside.token(Role.OPERATOR)
    windows = BODIES[path].get("windows", [{"channels": window()}])
    posted = {"component": "liner", "origin": "file", "windows": windows}

    answer = inside.client.post(path, json=BODIES[path], headers=operator)
    route = inside.client.post("/api/v1/predictions/rul", json=posted, headers=operator)

    assert (answer.status_code, route.status_code) == (200, 200)
    assert answer.json() == route.json()
    assert len(answer.json()["predictions"]) == len(windows)
    assert (answer.json()["model"], answer.json()["version"]) == (MODEL, 1)


@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize("role", [None, *Role])
def test_a_native_endpoint_opens_for_those_of_its_door_and_for_nobody_else(
    inside: Service, path: str, role: Role | None
) -> None:
    headers = {} if role is None else inside.token(role)
    door = NATIVE_DOORS[f"POST {path}"]

    status = inside.client.post(path, json=BODIES[path], headers=headers).status_code

    expected = 401 if role is None else 200 if role in door.roles else 403
    assert status == expected


def test_a_key_needs_the_scope_of_the_door(inside: Service) -> None:
    engineer = inside.token(Role.ENGINEER)

    def status(scope: Permission) -> int:
        told = {"name": scope.value, "scopes": [scope.value], "days": 3}
        made = inside.client.post("/api/v1/api-keys", json=told, headers=engineer)
        assert made.status_code == 201, made.text
        key = {"X-API-Key": made.json()["secret"]}
        found: int = inside.client.post("/predict_rul", json=SINGLE, headers=key).status_code
        return found

    assert status(Permission.REQUEST_PREDICTION) == 200
    assert status(Permission.READ_PREDICTION) == 403


@pytest.mark.parametrize(
    "path",
    ["/schema.json", "/docs.json", "/static_content/x.js", "/healthz", "/", "/predict_rul/",
     "//predict_rul", "/__task_result__"],
)  # fmt: skip
def test_nothing_else_of_bentoml_is_reached(inside: Service, path: str) -> None:
    admin = inside.token(Role.ADMIN)

    for headers in ({}, admin):
        answer = inside.client.get(path, headers=headers, follow_redirects=False)

        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_the_metrics_are_ours_and_closed(inside: Service) -> None:
    inside.client.post("/predict_rul", json=SINGLE, headers=inside.token(Role.ENGINEER))

    shown = inside.client.get("/metrics", headers=inside.token(Role.ADMIN))

    assert inside.client.get("/metrics").status_code == 401
    assert 'route="/predict_rul",status="200"' in shown.text
    assert "bentoml" not in shown.text


def test_the_probes_say_that_the_worker_is_there(inside: Service) -> None:
    assert [inside.client.get(path).status_code for path in native.PROBES] == [200, 200]
    assert inside.client.post("/livez").status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{broken", 422, "invalid_request"),
        (b"[]", 422, "invalid_request"),
        (b"", 422, "invalid_request"),
        (b'{"component": "liner", "origin": "file", "channels": {"depth": [1.0]}}', 422,
         "invalid_request"),
        (b'{"component": "brake", "origin": "file", "channels": {"depth": [1.0]}}', 503,
         "no_champion"),
        (b"[" * 40, 400, "nested_too_deeply"),
        (b" " * (65 << 10), 413, "body_too_large"),
        (b"\x80\x04K\x01.", 422, "invalid_request"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["application/json", "application/vnd.bentoml+pickle"])
def test_what_a_native_endpoint_cannot_take_is_a_problem_document(
    inside: Service, body: bytes, status: int, code: str, kind: str
) -> None:
    headers = inside.token(Role.ENGINEER) | {"Content-Type": kind}

    answer = inside.client.post("/predict_rul", content=body, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["X-Request-ID"] == answer.json()["request_id"]


def test_an_answer_of_bentoml_does_not_say_so_and_carries_what_ours_do(inside: Service) -> None:
    answer = inside.client.post("/predict_rul", json=SINGLE, headers=inside.token(Role.ENGINEER))

    assert "server" not in answer.headers
    assert not [name for name in answer.headers if "bentoml" in name]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_door_is_closed_before_the_body_is_looked_at(inside: Service) -> None:
    answer = inside.client.post("/predict_rul", content=b"{broken")

    assert answer.status_code == 401


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_a_native_endpoint_takes_nothing_but_a_post(inside: Service, method: str) -> None:
    answer = inside.client.request(method, "/predict_rul")

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_a_worker_keeps_the_collector_from_what_stays(inside: Service) -> None:
    assert inside.client.get("/livez").status_code == 200
    assert gc.get_threshold() == THRESHOLDS
    assert gc.get_freeze_count() > 100_000


def test_an_endpoint_without_a_door_is_refused_at_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = build_service(settings)
    monkeypatch.setattr(
        native, "NATIVE_DOORS", {"POST /predict_rul": NATIVE_DOORS["POST /predict_rul"]}
    )

    with pytest.raises(SettingsError, match="NATIVE_DOORS differ"):
        Front(made.mount_apps[0][0], made)
