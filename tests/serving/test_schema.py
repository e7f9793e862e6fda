"""The whole document, tried with generated requests: no fault of ours, and nothing undeclared."""

import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as trying
from pydantic import SecretStr
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from idrill.access import DOORS, Role
from tests.service import Service, opened, settings_of

EXAMPLES = 5
"""Requests per operation and role; many more were tried by hand."""

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]

OPERATIONS = [one for one in DOORS if "/api/v1/" in one]

TRY = trying(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def mailing(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that tries to send mails, so that no operation lacks what it needs."""
    home = tmp_path_factory.mktemp("mailing") / "home"
    shutil.copytree(template, home)
    nowhere = SecretStr("smtp://127.0.0.1:1")
    yield from opened(settings_of(home).model_copy(update={"smtp_url": nowhere}))


@pytest.fixture(scope="module")
def schema(mailing: Service) -> Any:
    """The operations of the document."""
    return schemathesis.openapi.from_dict(mailing.client.get("/openapi.json").json())


@pytest.mark.parametrize("role", [None, Role.VIEWER, Role.ADMIN])
@pytest.mark.parametrize("name", OPERATIONS)
def test_no_request_that_can_be_made_of_the_document_breaks_anything(
    mailing: Service, schema: Any, name: str, role: Role | None
) -> None:
    method, path = name.split(" ")
    operation = schema[path][method]

    @TRY
    @given(case=operation.as_strategy())
    def attempt(case: Any) -> None:
        sent = case.as_transport_kwargs(base_url="http://testserver")
        carried = dict(sent.pop("headers") or {})
        for way in ("Authorization", "X-API-Key"):
            carried.pop(way, None)
        if role is not None:
            carried |= mailing.newcomer(role)
        answer = mailing.client.request(**sent, headers=carried)
        case.validate_response(answer, checks=CHECKS)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        attempt()
