"""What happens around every request: identifiers, headers, logs, counts, limits, faults of ours."""

import json
import logging
from datetime import date
from pathlib import Path

import pytest
from fastapi import FastAPI

from idrill.access import Role
from idrill.errors import IDrillError, SettingsError, StoreError
from idrill.settings import Settings
from idrill.store import rig_days
from idrill_serving import errors, logs
from idrill_serving.app import create_app
from idrill_serving.logs import JsonFormatter
from idrill_serving.rate_limits import RateLimits
from idrill_serving.watching import SECURITY_HEADERS
from tests.service import Service, bearer, opened

LIVE = "/api/v1/health/live"


@pytest.mark.parametrize("path", [LIVE, "/nowhere", "/api/v1/users", "/docs", "/openapi.json"])
def test_every_answer_carries_the_headers_that_protect(shared: Service, path: str) -> None:
    headers = shared.client.get(path).headers

    assert [name for name in SECURITY_HEADERS if name not in headers] == []
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_good_request_id_is_kept_and_any_other_replaced(shared: Service) -> None:
    kept = shared.client.get(LIVE, headers={"X-Request-ID": "from-the-caller-1"})
    replaced = shared.client.get(LIVE, headers={"X-Request-ID": 'x" evil'})

    assert kept.headers["X-Request-ID"] == "from-the-caller-1"
    assert len(replaced.headers["X-Request-ID"]) == 32


def test_tls_is_asked_for_where_it_is_there(shared: Service) -> None:
    secure = shared.client.get(f"https://testserver{LIVE}").headers
    plain = shared.client.get(LIVE).headers

    assert "Strict-Transport-Security" in secure
    assert "Strict-Transport-Security" not in plain


def test_each_request_is_one_line_of_json_that_names_who_and_no_secret(
    shared: Service, caplog: pytest.LogCaptureFixture
) -> None:
    headers = shared.token(Role.VIEWER)
    with caplog.at_level(logging.INFO, "idrill.serving.requests"):
        shared.client.get("/api/v1/rigs/R1?token=sesame", headers=headers)

    [told] = [json.loads(JsonFormatter().format(one)) for one in caplog.records]
    assert (told["method"], told["route"], told["status"]) == ("GET", "/api/v1/rigs/{rig_id}", 200)
    assert told["who"] == "viewer@rig.example"
    assert "sesame" not in json.dumps(told)


def test_a_line_break_in_what_is_logged_forges_no_line() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, 'a\n{"forged": 1}', None, None)
    token = logs.request_id.set("abc")

    line = JsonFormatter().format(record)

    logs.request_id.reset(token)
    assert "\n" not in line
    assert json.loads(line)["request_id"] == "abc"


def test_metrics_are_labelled_by_template_however_many_paths_are_asked(service: Service) -> None:
    admin = service.token(Role.ADMIN)
    for number in range(20):
        service.client.get(f"/api/v1/rigs/R{number}", headers=admin)
        service.client.get(f"/nowhere/{number}")
        service.client.request(f"VERB{number}", "/nowhere")

    shown = service.client.get("/metrics", headers=admin).text

    counted = [line for line in shown.splitlines() if line.startswith("idrill_requests_total")]
    assert any('route="/api/v1/rigs/{rig_id}",status="404"} 18.0' in line for line in counted)
    assert len(counted) < 8
    assert "VERB" not in shown
    assert "nowhere" not in shown


def test_who_asks_too_often_is_told_to_wait_and_others_are_not(settings: Settings) -> None:
    few = settings.model_copy(update={"request_rate": "5/minute"})
    for service in opened(few):
        headers = service.token(Role.VIEWER)
        answers = [service.client.get("/api/v1/rigs", headers=headers) for _ in range(7)]

        assert [one.status_code for one in answers] == [200] * 5 + [429] * 2
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
        assert service.client.get("/api/v1/rigs").status_code == 401
        assert [service.client.get(LIVE).status_code for _ in range(5)][-1] == 429


def test_a_redis_that_is_away_is_said_so_and_requests_are_counted_here(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDRILL_REDIS_URL", "redis://127.0.0.1:1/0")
    away = Settings(_env_file=None, **settings.model_dump(exclude={"redis_url"}))
    for service in opened(away.model_copy(update={"request_rate": "4/minute"})):
        health = service.client.get("/api/v1/health")
        codes = [service.client.get(LIVE).status_code for _ in range(4)]

        assert health.json() == {"status": "degraded"}
        assert codes == [200, 200, 200, 429]


def test_a_lake_that_is_not_there_yet_is_no_fault_and_one_that_is_gone_is(
    settings: Settings, tmp_path: Path
) -> None:
    elsewhere = settings.model_copy(update={"lake_url": str(tmp_path / "nothing")})
    for service in opened(elsewhere):
        fresh = service.client.get("/api/v1/health").json()
        with service.database.session() as session:
            rig_days.publish(session, "R1", date(2024, 3, 1), version="a", rows=1, lake_version=1)
        gone = service.client.get("/api/v1/health/services", headers=service.token(Role.VIEWER))

        assert fresh == {"status": "ok"}
        assert gone.json()["status"] == "degraded"
        assert [one["detail"] for one in gone.json()["services"] if one["name"] == "lake"] == [
            "the lake is not where it was: check IDRILL_LAKE_URL"
        ]


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"request_rate": "often"}, "IDRILL_REQUEST_RATE"),
        ({"login_rate": ""}, "IDRILL_LOGIN_RATE"),
    ],
)
def test_a_rate_that_is_none_is_refused_at_start(
    settings: Settings, changed: dict[str, str], name: str
) -> None:
    with pytest.raises(SettingsError, match=name):
        RateLimits(settings.model_copy(update=changed))


def test_pages_of_named_hosts_may_ask_and_others_may_not(settings: Settings) -> None:
    named = settings.model_copy(update={"cors_origins": "https://rig.example"})
    asked = {"Access-Control-Request-Method": "GET"}
    for service in opened(named):
        good = service.client.options(LIVE, headers=asked | {"Origin": "https://rig.example"})
        bad = service.client.options(LIVE, headers=asked | {"Origin": "https://evil.example"})

        assert good.headers["access-control-allow-origin"] == "https://rig.example"
        assert "access-control-allow-origin" not in bad.headers
        assert "access-control-allow-credentials" not in good.headers


def test_a_store_that_is_away_is_a_503_that_tells_no_address_and_heals(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever scores would make the file anew that is taken away.
    monkeypatch.setattr("idrill_serving.app.duties_of", lambda *_: ())
    for service in opened(settings):
        if service.database.is_postgresql:
            pytest.skip("has no file that could go away: test_database_restart stops the server")
        headers = service.token(Role.VIEWER)
        platform = service.client.app.state.platform  # type: ignore[attr-defined]
        path = platform.settings.home / "idrill.db"
        service.database.dispose()
        path.rename(path.with_suffix(".away"))
        path.mkdir()

        away = service.client.get("/api/v1/rigs", headers=headers)
        ready = service.client.get("/api/v1/health/ready")
        path.rmdir()
        path.with_suffix(".away").rename(path)
        back = service.client.get("/api/v1/rigs", headers=headers)

        assert (away.status_code, away.json()["code"]) == (503, "store_unavailable")
        assert "idrill.db" not in away.text
        assert (ready.status_code, ready.json()) == (503, {"status": "down"})
        assert back.status_code == 200


def test_an_error_that_nobody_foresaw_tells_nothing_but_where_to_look(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("the secret is plover")

    monkeypatch.setattr("idrill.store.rigs.all_rigs", fail)
    for service in opened(settings):
        answer = service.client.get("/api/v1/rigs", headers=service.token(Role.VIEWER))

        assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
        assert "plover" not in answer.text
        assert answer.json()["request_id"] == answer.headers["X-Request-ID"]
        assert answer.headers["X-Frame-Options"] == "DENY"


def test_every_error_of_the_tree_has_a_status(shared: Service) -> None:
    assert isinstance(shared.client.app, FastAPI)
    tree = [IDrillError]
    for one in tree:
        tree += one.__subclasses__()

    assert {errors.status_of(one)[0] for one in tree} <= {
        401,
        403,
        404,
        409,
        413,
        422,
        429,
        500,
        503,
    }
    assert errors.status_of(StoreError) == (503, "store_unavailable")


def test_health_tells_strangers_one_word_and_people_the_rest(shared: Service) -> None:
    viewer = shared.token(Role.VIEWER)

    word = shared.client.get("/api/v1/health").json()
    rest = shared.client.get("/api/v1/health/services", headers=viewer).json()
    database = shared.client.get("/api/v1/health/database", headers=viewer).json()

    assert word == {"status": "ok"}
    assert [one["name"] for one in rest["services"]] == [
        "database",
        "lake",
        "rate limits",
        "models",
        "stream",
        "scoring",
    ]
    assert database["detail"].startswith("tables at ")
    assert database["seconds"] < 2.0


def test_a_store_that_was_not_migrated_is_not_ready(tmp_path: object, settings: Settings) -> None:
    empty = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path}/empty.db"})
    for service in opened(empty):
        answer = service.client.get("/api/v1/health/ready")

        assert (answer.status_code, answer.json()["status"]) == (503, "down")


def test_nothing_connects_when_the_application_is_made(settings: Settings) -> None:
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:1/idrill"

    app = create_app(settings.model_copy(update={"database_url": nowhere}))

    assert app.state.platform.database.url == nowhere


def test_bearer_is_what_a_401_asks_for(shared: Service) -> None:
    answer = shared.client.get("/api/v1/users/me", headers=bearer("x"))

    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"
