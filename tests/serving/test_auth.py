"""Coming in: passwords, tokens and what is tried with them."""

import base64
import json
import os
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import get_native_id
from typing import Any, ClassVar

import jwt
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from idrill.access import Role
from idrill.errors import NotAuthenticated, SettingsError, TooManyAttempts
from idrill.settings import Settings
from idrill.store import login_throttle, one_time_tokens
from idrill.store.one_time_tokens import Invitation
from idrill.store.passwords import Passwords
from idrill_serving import hashing
from idrill_serving.app import create_app
from idrill_serving.hashing import HashQueue
from idrill_serving.tokens import AccessTokens, Claims, access_tokens
from tests.service import PASSWORD, SECRET, Service, bearer, email_of, opened

ME = "/api/v1/users/me"
LOGIN = "/api/v1/auth/login"
REFRESH = "/api/v1/auth/refresh"


def me(service: Service, token: str) -> int:
    status: int = service.client.get(ME, headers=bearer(token)).status_code
    return status


def attempt(service: Service, email: str, password: str) -> tuple[int, dict[str, Any]]:
    answer = service.client.post(LOGIN, json={"email": email, "password": password})
    told: dict[str, Any] = answer.json()
    told.pop("request_id", None)
    return answer.status_code, told


def test_a_login_opens_doors_and_a_logout_closes_them_at_once(service: Service) -> None:
    pair = service.login("Viewer@Rig.example")

    before = me(service, pair["access_token"])
    service.client.post("/api/v1/auth/logout", headers=bearer(pair["access_token"]))
    after = me(service, pair["access_token"])

    assert (before, after) == (200, 401)
    refused = service.client.post(REFRESH, json={"refresh_token": pair["refresh_token"]})
    assert refused.status_code == 401


def test_a_refresh_token_is_taken_once_and_its_return_ends_the_login(service: Service) -> None:
    first = service.login("viewer@rig.example")
    second = service.client.post(REFRESH, json={"refresh_token": first["refresh_token"]}).json()
    assert me(service, second["access_token"]) == 200

    replayed = service.client.post(REFRESH, json={"refresh_token": first["refresh_token"]})

    assert replayed.status_code == 401
    assert me(service, second["access_token"]) == 401
    newest = service.client.post(REFRESH, json={"refresh_token": second["refresh_token"]})
    assert newest.status_code == 401


def test_unknown_disabled_and_wrong_are_one_answer(service: Service) -> None:
    with service.database.session() as session:
        session.execute(text("UPDATE users SET active = FALSE WHERE role = 'operator'"))

    unknown = attempt(service, "nobody@rig.example", PASSWORD)
    disabled = attempt(service, "operator@rig.example", PASSWORD)
    wrong = attempt(service, "viewer@rig.example", "wrong horse battery")

    assert unknown == disabled == wrong
    assert unknown[0] == 401


def test_an_unknown_account_is_hashed_for_as_long_as_a_known_one() -> None:
    dear = Passwords(memory=4096, passes=2)
    stored = dear.hashed(PASSWORD)
    dear.matches("warm up the hash of nobody", None)

    def seconds(given: str | None) -> float:
        began = time.thread_time()
        dear.matches("wrong horse battery", given)
        return time.thread_time() - began

    pairs = [(seconds(stored), seconds(None)) for _ in range(15)]

    known, unknown = (statistics.median(one) for one in zip(*pairs, strict=True))
    assert 0.5 < unknown / known < 2.0


def locked(service: Service, email: str) -> None:
    """Fail so often that the account has to wait."""
    with service.database.session() as session:
        for _ in range(login_throttle.FROM_ADDRESS.free + 3):
            login_throttle.failed(session, email, "testclient")


def test_who_has_to_wait_is_answered_like_one_who_is_unknown_though_the_password_is_right(
    service: Service,
) -> None:
    locked(service, "viewer@rig.example")
    locked(service, "nobody@rig.example")

    right = attempt(service, "viewer@rig.example", PASSWORD)
    told = [attempt(service, f"{who}@rig.example", "wrong") for who in ("viewer", "nobody", "new")]

    assert [right] * 3 == told
    assert (right[0], right[1]["code"]) == (401, "not_authenticated")


def test_after_the_wait_the_right_password_opens_again(service: Service) -> None:
    locked(service, "viewer@rig.example")
    with service.database.session() as session:
        past = datetime.now(UTC) - timedelta(minutes=20)
        session.execute(text("UPDATE login_failures SET last_at = :at"), {"at": past})

    assert attempt(service, "viewer@rig.example", PASSWORD)[0] == 200


def test_who_has_to_wait_is_hashed_for_like_everybody(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed_for: list[str | None] = []
    platform = service.client.app.state.platform  # type: ignore[attr-defined]

    def matches(_: str, stored: str | None) -> bool:
        hashed_for.append(stored)
        return False

    monkeypatch.setattr(platform.passwords, "matches", matches)
    locked(service, "viewer@rig.example")

    for who in ("viewer", "nobody"):
        attempt(service, f"{who}@rig.example", PASSWORD)

    assert hashed_for == [None, None]


def forged(key: str | bytes, algorithm: str, **claims: Any) -> str:
    now = datetime.now(UTC)
    told = {"iss": "idrill", "aud": "idrill-api", "sub": "6", "sid": "x", "iat": now}
    return jwt.encode(told | {"exp": now + timedelta(hours=1)} | claims, key, algorithm=algorithm)


def unsigned(token: str) -> str:
    """The token with its signature taken off and `alg: none` in its header."""
    head = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode())
    return f"{head.rstrip(b'=').decode()}.{token.split('.')[1]}."


def test_a_token_that_was_tampered_with_opens_nothing(shared: Service) -> None:
    pair = shared.login("viewer@rig.example")
    good, login_id = pair["access_token"], shared.login("admin@rig.example")["access_token"]
    head, body, signature = good.split(".")
    _, admins_body, _ = login_id.split(".")
    tampered = [
        unsigned(good),
        forged("x" * 32, "HS256"),
        forged(SECRET, "HS256"),
        forged(SECRET * 2, "HS512"),
        f"{head}.{admins_body}.{signature}",
        f"{head}.{body}.{signature[:-4]}AAAA",
        f"{head}.{body}.",
        pair["refresh_token"],
        "a.b.c",
        "x" * 9000,
        "",
    ]

    assert me(shared, good) == 200
    assert {me(shared, token) for token in tampered} == {401}


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": datetime.now(UTC) - timedelta(seconds=1)},
        {"aud": "somebody else"},
        {"iss": "somebody else"},
        {"sub": "admin"},
        {"sid": None},
        {"exp": None},
    ],
)
def test_a_token_well_signed_that_says_something_else_is_refused(claims: dict[str, Any]) -> None:
    tokens = AccessTokens(b"k" * 32)

    with pytest.raises(NotAuthenticated):
        tokens.read(forged(tokens.key, "HS256", **claims))


def test_a_token_says_who_and_by_which_login() -> None:
    tokens = AccessTokens(b"k" * 32)

    assert tokens.read(tokens.issue(Claims(3, "abc"))) == Claims(3, "abc")


def test_a_token_that_was_read_before_expires_all_the_same() -> None:
    tokens = AccessTokens(b"k" * 32, lifetime=timedelta(seconds=2))
    issued = tokens.issue(Claims(3, "abc"))
    assert tokens.read(issued) == Claims(3, "abc")

    # Instants of a token are whole seconds.
    time.sleep(2.1)

    with pytest.raises(NotAuthenticated):
        tokens.read(issued)


def test_another_signature_under_what_was_read_before_is_refused() -> None:
    tokens = AccessTokens(b"k" * 32)
    issued = tokens.issue(Claims(3, "abc"))
    tokens.read(issued)

    with pytest.raises(NotAuthenticated):
        tokens.read(issued[:-4] + "AAAA")


def test_an_expired_access_token_opens_nothing(service: Service) -> None:
    told = jwt.decode(
        service.login("viewer@rig.example")["access_token"], options={"verify_signature": False}
    )
    key = service.client.app.state.platform.tokens.key  # type: ignore[attr-defined]

    fresh, old = (
        AccessTokens(key, lifetime).issue(Claims(int(told["sub"]), told["sid"]))
        for lifetime in (timedelta(minutes=1), timedelta(seconds=-1))
    )

    assert (me(service, fresh), me(service, old)) == (200, 401)


def test_a_token_of_one_person_with_the_login_of_another_opens_nothing(service: Service) -> None:
    token = service.login("viewer@rig.example")["access_token"]
    sid = jwt.decode(token, options={"verify_signature": False})["sid"]
    tokens = service.client.app.state.platform.tokens  # type: ignore[attr-defined]

    assert me(service, tokens.issue(Claims(6, sid))) == 401


@pytest.mark.parametrize(
    "secret", [None, "", "short", "changeme" * 8, "a" * 64, "abcabcabc" * 8, "My-Secret-" * 5]
)
def test_a_weak_secret_is_refused_outside_development(
    settings: Settings, secret: str | None
) -> None:
    weak = settings.model_copy(update={"secret_key": SecretStr(secret) if secret else None})

    with pytest.raises(SettingsError, match="IDRILL_SECRET_KEY"):
        create_app(weak)


def test_in_development_a_secret_is_made_up_and_never_the_same(settings: Settings) -> None:
    alone = settings.model_copy(update={"secret_key": None, "env": "development"})

    assert access_tokens(alone).key != access_tokens(alone).key


def test_the_key_of_tokens_is_not_the_secret_itself(settings: Settings) -> None:
    assert access_tokens(settings).key == access_tokens(settings).key
    assert SECRET.encode() not in access_tokens(settings).key


def test_a_reset_sets_a_password_once_and_logs_everybody_out(service: Service) -> None:
    before = service.login("viewer@rig.example")["access_token"]
    with service.database.session() as session:
        token = one_time_tokens.issue_reset(session, "viewer@rig.example", by="admin").token
    body = {"token": token, "password": "another horse battery"}

    answers = [
        service.client.post("/api/v1/auth/password-reset/confirm", json=body).status_code
        for _ in range(2)
    ]

    assert answers == [204, 401]
    assert me(service, before) == 401
    assert attempt(service, "viewer@rig.example", PASSWORD)[0] == 401
    assert me(service, service.login("viewer@rig.example", body["password"])["access_token"]) == 200


def test_a_password_that_is_refused_does_not_use_the_token_up(service: Service) -> None:
    with service.database.session() as session:
        token = one_time_tokens.issue_reset(session, "viewer@rig.example", by="admin").token
    path = "/api/v1/auth/password-reset/confirm"

    weak = service.client.post(path, json={"token": token, "password": "short"})
    good = service.client.post(path, json={"token": token, "password": "another horse battery"})

    assert (weak.status_code, weak.json()["code"]) == (422, "invalid_account")
    assert good.status_code == 204


def test_without_a_mail_server_a_reset_says_so_to_everybody(service: Service) -> None:
    answers = [
        service.client.post("/api/v1/auth/password-reset", json={"email": email})
        for email in ("viewer@rig.example", "nobody@rig.example")
    ]

    assert [one.status_code for one in answers] == [503, 503]
    assert answers[0].json()["detail"] == answers[1].json()["detail"]


def test_an_invitation_makes_an_account_of_the_role_and_rigs_that_were_set(
    service: Service,
) -> None:
    with service.database.session() as session:
        wanted = Invitation("new@rig.example", Role.OPERATOR, ("R1",))
        token = one_time_tokens.invite(session, wanted, by="admin").token
    body = {"token": token, "name": "New", "password": PASSWORD}
    path = "/api/v1/auth/invitations/accept"

    raised = service.client.post(path, json=body | {"role": "admin"})
    made = service.client.post(path, json=body)
    again = service.client.post(path, json=body)

    assert [one.status_code for one in (raised, made, again)] == [422, 201, 401]
    assert (made.json()["role"], made.json()["rigs"]) == ("operator", ["R1"])
    assert service.login("new@rig.example")


class Counting(Passwords):
    """Hashes slowly, and knows how many did so at once."""

    at_once: ClassVar[list[int]] = [0]

    def matches(self, password: str, stored: str | None) -> bool:
        self.at_once.append(self.at_once[-1] + 1)
        time.sleep(0.05)
        self.at_once.append(self.at_once[-1] - 1)
        return password == stored


def test_a_flood_waits_for_one_hash_at_a_time_and_the_rest_is_turned_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hashing, "MOST_WAITING", 3)
    queue = HashQueue(Counting())

    def knock(_: int) -> bool:
        try:
            queue.matches("wrong horse battery", None)
        except TooManyAttempts:
            return False
        return True

    with ThreadPoolExecutor(12) as pool:
        let_in = list(pool.map(knock, range(12)))

    assert 3 <= sum(let_in) < 12
    assert max(Counting.at_once) == 1
    assert queue.matches("wrong horse battery", None) is False
    queue.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has priorities of threads")
def test_who_hashes_gives_way_to_everybody_else() -> None:
    class Looking(Passwords):
        def matches(self, password: str, stored: str | None) -> bool:
            seen.append(os.getpriority(os.PRIO_PROCESS, get_native_id()))
            return password == stored

    seen: list[int] = []
    queue = HashQueue(Looking())
    before = os.getpriority(os.PRIO_PROCESS, get_native_id())

    queue.matches("wrong horse battery", None)
    queue.close()

    assert seen == [before, max(before, hashing.NICENESS)]
    assert os.getpriority(os.PRIO_PROCESS, get_native_id()) == before


def test_logins_from_one_address_are_limited_before_anything_is_hashed(settings: Settings) -> None:
    few = settings.model_copy(update={"login_rate": "3/minute"})
    for service in opened(few):
        statuses = [attempt(service, f"p{n}@rig.example", "wrong horse")[0] for n in range(5)]

        assert statuses == [401, 401, 401, 429, 429]


def test_a_login_stands_in_the_audit_trail(service: Service) -> None:
    headers = service.token(Role.ADMIN)

    entries = service.client.get("/api/v1/audit?action=auth.logged_in", headers=headers).json()

    assert [one["actor"] for one in entries["entries"]] == [email_of(Role.ADMIN)]
