"""The whole document, tried with generated requests: no fault of ours, and nothing undeclared."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from idrill.access import Role
from idrill.settings import Settings
from tests.document import OPERATIONS, WHO
from tests.service import opened
from tests.storm import Storm

EXAMPLES = 2
"""Requests per operation and role; `make bench ONLY=generated_requests` makes many more."""


@pytest.fixture(scope="module")
def storm(shared_settings: Settings) -> Iterator[Storm]:
    """A service that tries to send mails, so that no operation lacks what it needs."""
    nowhere = SecretStr("smtp://127.0.0.1:1")
    for service in opened(shared_settings.model_copy(update={"smtp_url": nowhere})):
        yield Storm(service)


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operation_is_reached_by_somebody_who_may(storm: Storm, name: str) -> None:
    answer = storm.reach(name)

    assert answer.is_success, answer.text


@pytest.mark.parametrize("role", WHO)
@pytest.mark.parametrize("name", OPERATIONS)
def test_no_request_that_can_be_made_of_the_document_breaks_anything(
    storm: Storm, name: str, role: Role | None
) -> None:
    storm.blow(name, role, EXAMPLES)
