"""The AsyncAPI document is valid, leads nowhere wrong, and says what the models take."""

import copy
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from idrill.channels import CHANNELS
from idrill.readers.posted import Period
from idrill.streams import asyncapi, control_messages, messages

DOCUMENT = asyncapi.document("1.0", "idrill.readings")
EXAMPLES = [
    (name, one["name"], one["payload"])
    for name, told in DOCUMENT["components"]["messages"].items()
    for one in told["examples"]
]


def references(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def found(reference: str) -> Any:
    part: Any = DOCUMENT
    for name in reference.removeprefix("#/").split("/"):
        part = part[name]
    return part


def schema_of(message: str) -> dict[str, Any]:
    payload = DOCUMENT["components"]["messages"][message]["payload"]
    return {**payload, "components": DOCUMENT["components"]}


def test_it_is_a_document_of_asyncapi_as_another_library_reads_it() -> None:
    schema = pytest.importorskip("faststream.specification.asyncapi.v3_0_0.schema")

    read = schema.ApplicationSchema.model_validate(copy.deepcopy(DOCUMENT))

    assert read.asyncapi == "3.0.0"
    assert set(read.channels) == {"subjects", "topics", "queue"}


def test_every_reference_leads_to_something() -> None:
    listed = set(references(DOCUMENT))

    assert len(listed) > 10
    assert all(found(one) for one in listed)


@pytest.mark.parametrize(
    ("message", "payload"),
    [(message, payload) for message, _, payload in EXAMPLES],
    ids=[f"{message} {name}" for message, name, _ in EXAMPLES],
)
def test_the_examples_are_what_their_schema_and_their_reader_take(
    message: str, payload: dict[str, Any]
) -> None:
    jsonschema.Draft202012Validator(schema_of(message)).validate(payload)

    body = json.dumps(payload).encode()
    if message == "control":
        control_messages.read(body)
    else:
        period = Period.until(datetime.now(UTC), date(2024, 1, 1))
        assert messages.read(body, period).posted.rejected == ()


@pytest.mark.parametrize(
    "change",
    [
        {"format": "idrill.readings/2"},
        {"rig_id": "rig 1"},
        {"rows": [{"time": "2026-03-01T12:00:00Z", "values": {"torqe": 1.0}}]},
        {"rows": [{"time": "2026-03-01T12:00:00Z"}]},
        {"more": 1},
    ],
    ids=["format", "rig", "channel", "no values", "another field"],
)
def test_what_a_reader_refuses_the_schema_refuses(change: dict[str, Any]) -> None:
    odd = dict(asyncapi.ROWS_EXAMPLE) | change

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema_of("readings")).validate(odd)


def test_every_channel_stands_in_it_with_its_unit() -> None:
    told = DOCUMENT["components"]["schemas"]["Values"]["properties"]

    assert {name: one["description"] for name, one in told.items()} == {
        one.name: f"[{one.unit}]" for one in CHANNELS
    }
