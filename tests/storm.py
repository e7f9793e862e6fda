"""Many requests generated from the document, each answer held against it."""

import warnings
from collections import Counter
from random import Random
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as trying
from hypothesis import strategies as drawn
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from idrill.access import Role
from tests.document import Asked, Document, carried_by, mixed, permitted
from tests.service import Service

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]


class Storm:
    """Generated requests to a service, and a count of what was answered.

    Args:
        service: Who answers.
    """

    def __init__(self, service: Service) -> None:
        self.document = Document(service)
        self.answered: Counter[tuple[str, Role | None, int]] = Counter()
        self._service = service
        self._schema: Any = schemathesis.openapi.from_dict(self.document.told)
        self._carried: dict[Role | None, dict[str, str]] = {}
        self._sensible: dict[tuple[str, int], Asked] = {}

    def reach(self, name: str) -> Any:
        """The answer to a request that makes sense, from somebody who may make it."""
        asked = self.document.sensible(name)
        answer = asked.sent(self._service, carried_by(self._service, permitted(name)))
        self._operation(name).validate_response(answer)
        return answer

    def blow(self, name: str, role: Role | None, examples: int, wave: int = 0) -> None:
        """Make generated requests for one operation in one role, others in each wave.

        Raises:
            AssertionError: If an answer is a fault of ours, or not what the document declares.
        """
        if (name, wave) not in self._sensible:
            self._sensible[name, wave] = self.document.sensible(name)
        asked = self._sensible[name, wave]

        @seed(f"{name} {role} {wave}")
        @trying(
            max_examples=examples,
            deadline=None,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(
            case=self._operation(name).as_strategy(),
            chance=drawn.randoms(use_true_random=False),
        )
        def attempt(case: Any, chance: Random) -> None:
            self._try(mixed(case, asked, chance), name, role)

        before = self._made(name, role)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            attempt()
        for _ in range(before + examples - self._made(name, role)):
            # Where there is nothing to vary, fewer are generated.
            self._try(self._operation(name).Case(**_parts(asked)), name, role)

    def _made(self, name: str, role: Role | None) -> int:
        return sum(count for key, count in self.answered.items() if key[:2] == (name, role))

    def _operation(self, name: str) -> Any:
        method, path = name.split(" ")
        return self._schema[path][method]

    def _try(self, case: Any, name: str, role: Role | None) -> None:
        sent = case.as_transport_kwargs(base_url="http://testserver")
        headers = dict(sent.pop("headers") or {})
        for way in ("Authorization", "X-API-Key"):
            headers.pop(way, None)
        for _ in range(2):
            answer = self._service.client.request(**sent, headers=headers | self._headers(role))
            if answer.status_code != 401 or role is None:
                break
            del self._carried[role]  # an earlier request ended this login
        self.answered[name, role, answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    def _headers(self, role: Role | None) -> dict[str, str]:
        if role not in self._carried:
            self._carried[role] = carried_by(self._service, role)
        return self._carried[role]


def _parts(asked: Asked) -> dict[str, Any]:
    body = {} if asked.body is None else {"body": asked.body, "media_type": "application/json"}
    return {"path_parameters": asked.path, "query": asked.query, **body}
