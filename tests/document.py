"""Requests made of the OpenAPI document: one that makes sense per operation, and many that may not.

Nothing here knows the routes, but for what cannot be read off the document: which state something
must be in, and which token is a good one.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from urllib.parse import quote

from idrill.access import DOORS, Role
from idrill.dvr.calibration import Approval, Calibration
from idrill.store import calibrations, one_time_tokens
from idrill.store.one_time_tokens import Invitation
from tests import rig_work
from tests.served_models import MODEL, added, crown, promotable, reign, window
from tests.service import PASSWORD, Service

OPERATIONS = tuple(one for one in DOORS if "/api/v1/" in one and not one.startswith("WS "))
"""Every operation of the document, by method and template; sockets are in none of OpenAPI."""

WHO: tuple[Role | None, ...] = (None, *Role)
"""Everybody who may ask; None: nobody is logged in."""

RIG = ("rig_id", "rig")
"""What a rig is called in a request."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A request."""

    method: str
    template: str
    path: Json = field(default_factory=dict)
    query: Json = field(default_factory=dict)
    body: Any = None

    @property
    def url(self) -> str:
        """Where it goes to."""
        parts = {name: quote(str(value), safe="") for name, value in self.path.items()}
        return self.template.format(**parts)

    def sent(self, service: Service, headers: Mapping[str, str]) -> Any:
        """The answer."""
        body = {} if self.body is None else {"json": self.body}
        return service.client.request(
            self.method, self.url, params=self.query, headers=dict(headers), **body
        )


def permitted(name: str) -> Role | None:
    """Somebody who may: an admin if that is enough; None where nobody has to be logged in."""
    door = DOORS[name]
    if door.public:
        return None
    return Role.ADMIN if Role.ADMIN in door.roles else sorted(door.roles)[0]


def carried_by(service: Service, role: Role | None) -> dict[str, str]:
    """The headers of somebody new with a role."""
    return {} if role is None else service.newcomer(role)


class Document:
    """The OpenAPI document of a service.

    Args:
        service: Whose.
        rig: The rig that requests are about.
    """

    def __init__(self, service: Service, rig: str = "R1") -> None:
        self._service = service
        self.rig = rig
        self.told: Json = service.client.get("/openapi.json").json()

    def sensible(self, name: str) -> Asked:
        """A request that succeeds for somebody who may make it."""
        if name in PREPARED:
            return PREPARED[name](self, name)
        return self.example(name)

    def example(self, name: str, **known: Any) -> Asked:
        """A request of the document's examples; things that it names are made or found first."""
        method, template = name.split(" ")
        operation = self.told["paths"][template][method.lower()]
        known = {**dict.fromkeys(RIG, self.rig), **known}
        for part in re.findall(r"\{(\w+)\}", template):
            known.setdefault(part, None)
            if known[part] is None:
                known[part] = self._found(template.partition(f"/{{{part}}}")[0], part, known)
        told = {
            (one["in"], one["name"]): known.get(one["name"], self._value(one["schema"], known))
            for one in operation.get("parameters", [])
            if one["required"] or one["name"] in RIG
        }
        return Asked(
            method,
            template,
            {name: value for (place, name), value in told.items() if place == "path"},
            {name: value for (place, name), value in told.items() if place == "query"},
            self._body(operation, known),
        )

    def newcomer(self) -> str:
        """The email of somebody new, whose password is that of everybody."""
        headers = self._service.newcomer(Role.VIEWER)
        return str(self._service.client.get("/api/v1/users/me", headers=headers).json()["email"])

    def fields(self, name: str) -> set[str]:
        """What a body may hold."""
        method, template = name.split(" ")
        body = self._body_schema(self.told["paths"][template][method.lower()])
        return set(self._resolved(body or {}).get("properties", {}))

    def strings(self, name: str) -> list[tuple[str, str]]:
        """Where a request holds text: part of it, and name there."""
        method, template = name.split(" ")
        operation = self.told["paths"][template][method.lower()]
        parameters = [
            (one["in"], one["name"])
            for one in operation.get("parameters", [])
            if one["in"] == "path" or self._takes_text(one["schema"])
        ]
        body = self._resolved(self._body_schema(operation) or {})
        fields = body.get("properties", {}).items()
        return parameters + [("body", key) for key, one in fields if self._takes_text(one)]

    def _takes_text(self, schema: Json) -> bool:
        schema = self._resolved(schema)
        choices = schema.get("anyOf", []) + schema.get("oneOf", [])
        if any(self._takes_text(one) for one in choices):
            return True
        inner = schema.get("items")
        return schema.get("type") == "string" or bool(inner and self._takes_text(inner))

    @property
    def service(self) -> Service:
        """Whose document it is."""
        return self._service

    def _found(self, collection: str, part: str, known: Json) -> Any:
        """The number or name of a new member of a collection, or else of one that is there."""
        for method in ("POST", "GET"):
            name = f"{method} {collection}"
            if name not in OPERATIONS:
                continue
            asked = self.example(name, **known)
            answer = asked.sent(self._service, carried_by(self._service, permitted(name)))
            identified = _identifier(answer.json(), part) if answer.status_code < 300 else None
            if identified is not None:
                return identified
        raise LookupError(f"nothing in {collection} to name: prepare it in tests/document.py")

    def _body(self, operation: Json, known: Json) -> Any:
        schema = self._body_schema(operation)
        return None if schema is None else self._value(schema, known)

    def _body_schema(self, operation: Json) -> Json | None:
        content = operation.get("requestBody", {}).get("content", {})
        found: Json | None = content.get("application/json", {}).get("schema")
        return found

    def _value(self, schema: Json, known: Json) -> Any:
        """What the schema gives for an example, or the least that it takes."""
        schema = self._resolved(schema)
        for key in ("examples", "enum"):
            if schema.get(key):
                return schema[key][0]
        if "const" in schema:
            return schema["const"]
        for key in ("anyOf", "oneOf"):
            if key in schema:
                return self._value(schema[key][0], known)
        return _LEAST[schema.get("type", "object")](self, schema, known)

    def _resolved(self, schema: Json) -> Json:
        if "$ref" not in schema:
            return schema
        found = self.told["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        return {**found, **{key: value for key, value in schema.items() if key != "$ref"}}

    def _object(self, schema: Json, known: Json) -> Json:
        required, told = schema.get("required", []), {}
        for name, one in schema.get("properties", {}).items():
            if name in required:
                told[name] = known[name] if name in RIG else self._value(one, known)
        return told

    def _array(self, schema: Json, known: Json) -> list[Any]:
        return [self._value(schema["items"], known)] * schema.get("minItems", 0)


def _text(_: Document, schema: Json, __: Json) -> str:
    given = {"date-time": "2024-03-01T00:00:00Z", "date": "2024-03-01"}
    return given.get(schema.get("format", "")) or "x" * int(schema.get("minLength", 1))


_LEAST: Mapping[str, Callable[[Document, Json, Json], Any]] = {
    "object": Document._object,
    "array": Document._array,
    "string": _text,
    "integer": lambda _, schema, __: int(schema.get("minimum", 1)),
    "number": lambda _, schema, __: schema.get("minimum", 1.0),
    "boolean": lambda *_: False,
    "null": lambda *_: None,
}


def _identifier(told: Any, part: str) -> Any:
    """The first value called `part`, or else `id`, wherever it stands."""
    for name in (part, "id"):
        if (found := _within(told, name)) is not None:
            return found
    return None


def _within(told: Any, name: str) -> Any:
    if isinstance(told, dict) and told.get(name) is not None:
        return told[name]
    parts = told.values() if isinstance(told, dict) else told if isinstance(told, list) else ()
    return next((found for one in parts if (found := _within(one, name)) is not None), None)


def mixed(case: Any, asked: Asked, chance: Random) -> Any:
    """A generated case in which some parts are taken from a request that makes sense."""
    for place, told in (("path_parameters", asked.path), ("query", asked.query)):
        generated = dict(getattr(case, place) or {})
        chosen = {name: value for name, value in told.items() if chance.random() < 0.7}
        setattr(case, place, generated | chosen)
    if isinstance(asked.body, dict) and isinstance(case.body, dict) and chance.random() < 0.7:
        some = {name: value for name, value in case.body.items() if chance.random() < 0.3}
        case.body = asked.body | some
    for name in list(case.headers or {}):
        if chance.random() < 0.5:
            case.headers.pop(name)
    return case


def _login(document: Document, name: str) -> Asked:
    told = {"email": document.newcomer(), "password": PASSWORD}
    return Asked("POST", name.split(" ")[1], body=told)


def _refresh(document: Document, name: str) -> Asked:
    pair = document.service.login(document.newcomer())
    return Asked("POST", name.split(" ")[1], body={"refresh_token": pair["refresh_token"]})


def _reset(document: Document, name: str) -> Asked:
    email = document.newcomer()
    with document.service.database.session() as session:
        token = one_time_tokens.issue_reset(session, email, by="test").token
    return Asked("POST", name.split(" ")[1], body={"token": token, "password": PASSWORD})


def _accept(document: Document, name: str) -> Asked:
    wanted = Invitation(f"new-{document.newcomer()}", Role.VIEWER, None)
    with document.service.database.session() as session:
        token = one_time_tokens.invite(session, wanted, by="test").token
    told = {"token": token, "name": "New", "password": PASSWORD}
    return Asked("POST", name.split(" ")[1], body=told)


def _own_password(_: Document, name: str) -> Asked:
    told = {"current": PASSWORD, "new": "another horse battery"}
    return Asked("POST", name.split(" ")[1], body=told)


def _somebody(document: Document, name: str) -> Asked:
    """Somebody new, so that nobody who is needed is changed or disabled."""
    headers = document.service.newcomer(Role.VIEWER)
    me = document.service.client.get("/api/v1/users/me", headers=headers).json()["id"]
    return document.example(name, user_id=me)


def _calibration(document: Document, name: str) -> Asked:
    """A new proposal; a withdrawal is of one that was approved."""
    with document.service.database.session() as session:
        day = date(2024, 4, 1) + timedelta(days=len(calibrations.of_rig(session, document.rig)))
        start = datetime.combine(day, time(), UTC)
        drift = Calibration("hook_load", start, None, offset=1.0, reason="weighed")
        [proposed] = calibrations.propose(session, document.rig, day, [drift])
        if name.endswith("/withdraw"):
            calibrations.decide(session, proposed.id, Approval.APPROVED, by="test", note="")
    return document.example(name, calibration_id=proposed.id)


def _reigned(document: Document, name: str) -> Asked:
    """What a champion is asked, which serves; an earlier request may have rolled the last back."""
    reign(document.service)
    return document.example(name)


def _windows(document: Document, name: str) -> Asked:
    """A window that the champion of the service takes."""
    asked = _reigned(document, name)
    return replace(asked, body=asked.body | {"windows": [{"channels": window()}]})


def _promotable(document: Document, name: str) -> Asked:
    """A candidate that passed; the gate lets it in."""
    found = promotable(document.service)
    return document.example(name, model=MODEL, version=found)


def _revocable(document: Document, name: str) -> Asked:
    """A champion with one before it."""
    for _ in range(2):
        crown(document.service.database, added(document.service))
    return document.example(name, model=MODEL)


def _reported(document: Document, name: str) -> Asked:
    """A rig-day that was reconciled."""
    return document.example(name, day="2024-03-01")


_AUTH, _DVR = "POST /api/v1/auth", "/api/v1/dvr/calibrations/{calibration_id}"

PREPARED: Mapping[str, Callable[[Document, str], Asked]] = {
    **rig_work.PREPARED,
    f"{_AUTH}/login": _login,
    f"{_AUTH}/refresh": _refresh,
    f"{_AUTH}/password-reset/confirm": _reset,
    f"{_AUTH}/invitations/accept": _accept,
    "POST /api/v1/users/me/password": _own_password,
    "GET /api/v1/users/{user_id}": _somebody,
    "PATCH /api/v1/users/{user_id}": _somebody,
    "DELETE /api/v1/users/{user_id}": _somebody,
    "POST /api/v1/predictions/rul": _windows,
    "POST /api/v1/predictions/rul/auto": _reigned,
    "POST /api/v1/models/{model}/versions/{version}/promote": _promotable,
    "POST /api/v1/models/{model}/rollback": _revocable,
    "GET /api/v1/dvr/reports/{rig_id}/{day}": _reported,
    f"GET {_DVR}": _calibration,
    f"POST {_DVR}/approve": _calibration,
    f"POST {_DVR}/reject": _calibration,
    f"POST {_DVR}/withdraw": _calibration,
}
"""What cannot be read off the document."""
