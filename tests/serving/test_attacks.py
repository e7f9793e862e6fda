"""What OWASP's API top ten names, tried on every operation of the document that it fits."""

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import jwt
import pytest
from pydantic import SecretStr

from idrill.access import DOORS
from idrill.settings import Settings
from idrill_serving.tokens import AccessTokens, Claims
from tests.document import OPERATIONS, RIG, Asked, Document, carried_by, permitted
from tests.service import Service, bearer, opened
from tests.serving.test_auth import forged, unsigned
from tests.serving.test_injection import STRINGS

ABOUT_NO_RIG = re.compile(
    r"/api/v1/(auth|users|api-keys|audit|system-log|health|models)\b"
    r"|^POST /api/v1/(rigs|facilities)$|/api/v1/maintenance/alert-subscriptions/"
    r"|/maintenance/(crews|parts|upkeep)\b|^POST /api/v1/maintenance/schedule$"
)
"""Resources that belong to people or to everybody; what is new belongs to nobody yet; a plan that
names no rig is of those that one sees."""

RIGS = (*RIG, "rigs")
"""What a rig, or some of them, are called in a request."""

WITH_A_BODY = [one for one in OPERATIONS if one.startswith(("POST", "PUT", "PATCH"))]


@pytest.fixture(scope="module")
def shared(shared_settings: Settings) -> Iterator[Service]:
    """A service that tries to send mails, so that no operation lacks what it needs."""
    nowhere = SecretStr("smtp://127.0.0.1:1")
    yield from opened(shared_settings.model_copy(update={"smtp_url": nowhere}))


@pytest.fixture(scope="module")
def document(shared: Service) -> Document:
    """The document, with requests about the rig R1."""
    return Document(shared)


@pytest.fixture(scope="module")
def tokens(shared: Service) -> dict[str, str]:
    """Tokens that are worth nothing, by what is wrong with them."""
    good = shared.login("admin@rig.example")["access_token"]
    told = jwt.decode(good, options={"verify_signature": False})
    number, login = int(told["sub"]), str(told["sid"])
    own: AccessTokens = shared.client.app.state.platform.tokens  # type: ignore[attr-defined]
    other = AccessTokens(b"k" * 32)
    return {
        "unsigned": unsigned(good),
        "signed with another key": other.issue(Claims(number, login)),
        "signed with another algorithm": forged(own.key * 2, "HS512", sub=str(number), sid=login),
        "expired": AccessTokens(own.key, timedelta(seconds=-1)).issue(Claims(number, login)),
        "of another login": own.issue(Claims(number, "0" * 32)),
        "of another person": own.issue(Claims(number - 1, login)),
        "for somebody else": forged(own.key, "HS256", sub=str(number), sid=login, aud="x"),
    }


@pytest.mark.parametrize("name", [one for one in OPERATIONS if not DOORS[one].public])
def test_no_operation_takes_a_token_that_was_tampered_with(
    shared: Service, tokens: dict[str, str], name: str
) -> None:
    method, template = name.split(" ")
    path = re.sub(r"\{\w+\}", "1", template)

    statuses = {
        wrong: shared.client.request(method, path, headers=bearer(token)).status_code
        for wrong, token in tokens.items()
    }

    assert statuses == dict.fromkeys(tokens, 401)


@pytest.mark.parametrize("name", [one for one in OPERATIONS if not ABOUT_NO_RIG.search(one)])
def test_a_rig_that_one_may_not_see_is_like_one_that_is_not_there(
    shared: Service, name: str
) -> None:
    role = permitted(name)
    assert role is not None
    stranger = shared.newcomer(role, rigs=("R1",))
    foreign = Document(shared, "R2").sensible(name)

    answer = foreign.sent(shared, stranger)

    if names_a_rig(foreign) or "{" in name:
        nowhere = not_there(foreign).sent(shared, stranger)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert (nowhere.status_code, nowhere.json()["code"]) == (404, "not_found")
        assert masked(answer.json()["detail"]) == masked(nowhere.json()["detail"])
    else:
        assert answer.status_code == 200
        assert '"R2"' not in answer.text


def names_a_rig(asked: Asked) -> bool:
    body = asked.body if isinstance(asked.body, dict) else {}
    return any(name in told for told in (asked.path, asked.query, body) for name in RIGS)


def not_there(asked: Asked) -> Asked:
    """The same request about something that nobody has."""
    absent: dict[str, Any] = dict.fromkeys(RIG, "R77") | {"rigs": ["R77"]}
    absent |= {name: 987654321 for name, value in asked.path.items() if isinstance(value, int)}
    absent |= {
        name: "0" * len(value)
        for name, value in asked.path.items()
        if isinstance(value, str) and name not in RIG
    }

    def changed(told: Any) -> Any:
        if not isinstance(told, dict):
            return told
        return {name: absent.get(name, value) for name, value in told.items()}

    return replace(
        asked, path=changed(asked.path), query=changed(asked.query), body=changed(asked.body)
    )


def masked(detail: str) -> str:
    """A text without the names and numbers in it."""
    return re.sub(r"'[^']*'|\d+", "…", detail)


@pytest.mark.parametrize("name", WITH_A_BODY)
def test_no_body_brings_more_than_is_asked_for(
    shared: Service, document: Document, name: str
) -> None:
    asked = document.sensible(name)
    if not isinstance(asked.body, dict):
        return
    carried = carried_by(shared, permitted(name))

    for field in ("id", "user_id", "role", "state", "by", "created_at", "__proto__"):
        if field in document.fields(name):
            continue
        more = replace(asked, body=asked.body | {field: "admin"})
        answer = more.sent(shared, carried)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), field


def test_every_body_says_that_it_holds_nothing_else(document: Document) -> None:
    schemas = document.told["components"]["schemas"]
    asked = {one for name in WITH_A_BODY for one in referred(document, body_of(document, name))}

    open_ = [
        one
        for one in asked
        if schemas[one].get("type") == "object"
        and schemas[one].get("additionalProperties") is not False
    ]
    assert open_ == []


def body_of(document: Document, name: str) -> dict[str, Any]:
    method, template = name.split(" ")
    found: dict[str, Any] = document.told["paths"][template][method.lower()].get("requestBody", {})
    return found


def referred(document: Document, part: object) -> set[str]:
    """Every schema that a part of the document leads to."""
    found: set[str] = set()
    fresh = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(part)))
    while fresh:
        found |= fresh
        inner = json.dumps([document.told["components"]["schemas"][one] for one in fresh])
        fresh = set(re.findall(r"#/components/schemas/(\w+)", inner)) - found
    return found


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_text_in_any_part_of_a_request_is_run_or_breaks_anything(
    shared: Service, document: Document, name: str
) -> None:
    asked = document.sensible(name)
    carried = carried_by(shared, permitted(name))
    places = document.strings(name)

    for turn, (place, field) in enumerate(places):
        for text in STRINGS[turn % 3 :: 3]:
            answer = with_text(asked, place, field, text).sent(
                shared, headers_with(carried, place, field, text)
            )
            assert answer.status_code < 500, (place, field, text, answer.text)
            assert "X-Injected" not in answer.headers
            assert re.search(r"sqlalchemy|sqlite|psycopg|traceback", answer.text, re.I) is None
            assert "root:" not in answer.text


def with_text(asked: Asked, place: str, field: str, text: str) -> Asked:
    if place == "path":
        return replace(asked, path=asked.path | {field: text})
    if place == "query":
        return replace(asked, query=asked.query | {field: text})
    if place == "body":
        return replace(asked, body=asked.body | {field: text})
    return asked


def headers_with(carried: dict[str, str], place: str, field: str, text: str) -> dict[str, str]:
    """A header holds no line breaks and only ASCII: a client does not send what it cannot."""
    if place != "header":
        return carried
    return carried | {field: re.sub(r"[^\x20-\x7e]", "", text)}


@pytest.mark.parametrize("name", WITH_A_BODY)
def test_no_operation_takes_in_too_much(shared: Service, document: Document, name: str) -> None:
    url = document.sensible(name).url
    method = name.split(" ")[0]
    carried = carried_by(shared, permitted(name)) | {"content-type": "application/json"}
    bomb = {"content-encoding": "gzip"}
    tries = [
        (b'{"a": "' + b"x" * (64 << 10) + b'"}', {}, 413),
        (gzip.compress(b" " * (1 << 20)), bomb, 413),
        (b'{"a":' * 5000, {}, 400),
        (b"[" * 5000, {}, 400),
    ]

    for body, more, status in tries:
        answer = shared.client.request(method, url, content=body, headers=carried | more)
        assert answer.status_code == status, (body[:9], answer.text)


def test_every_part_of_a_request_has_an_end(document: Document) -> None:
    endless = [
        (name, path)
        for name in OPERATIONS
        for path, schema in parts(document, name)
        if not is_bounded(schema)
    ]

    assert endless == []


def parts(document: Document, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every text, number and list that a request may hold, by where."""
    method, template = name.split(" ")
    operation = document.told["paths"][template][method.lower()]
    for one in operation.get("parameters", []):
        yield from leaves(one["name"], one["schema"])
    for schema in referred(document, body_of(document, name)):
        yield from leaves(schema, document.told["components"]["schemas"][schema])


def leaves(path: str, schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    if schema.get("type") in ("string", "array", "integer"):
        yield path, schema
    for name, one in schema.get("properties", {}).items():
        yield from leaves(f"{path}.{name}", one)
    for key in ("anyOf", "oneOf"):
        for one in schema.get(key, []):
            yield from leaves(path, one)
    if isinstance(schema.get("items"), dict):
        yield from leaves(f"{path}[]", schema["items"])


def is_bounded(schema: dict[str, Any]) -> bool:
    if schema["type"] == "string":
        return any(key in schema for key in ("maxLength", "pattern", "format", "enum", "const"))
    if schema["type"] == "array":
        # A list of words that are listed themselves stands in a query, which ends with the URL.
        return bool({"maxItems", "uniqueItems"} & set(schema)) or "$ref" in schema["items"]
    return any(key in schema for key in ("maximum", "exclusiveMaximum", "enum"))


def test_nothing_is_fetched_from_where_a_request_says(document: Document) -> None:
    told = json.dumps(document.told["paths"]) + json.dumps(document.told["components"])

    assert re.search(r'"format": "(uri|url|hostname|ipv4)', told) is None
