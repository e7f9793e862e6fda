"""The documentation: complete, and from files of our own."""

import re
from typing import Any

import pytest

from idrill.access import DOORS
from tests.service import Service

METHODS = {"get", "post", "put", "patch", "delete"}
UNDOCUMENTED = {
    "GET /asyncapi.json",
    "GET /docs",
    "GET /docs/{asset}",
    "GET /openapi.json",
    "GET /metrics",
    "GET /live",
    "GET /live/{asset}",
    "WS /api/v1/sensor-data/ws",
    "WS /api/v1/sensor-data/ws/{rig_id}",
}
"""Pages for people, and sockets, which OpenAPI does not know."""


@pytest.fixture(scope="module")
def document(shared: Service) -> dict[str, Any]:
    """The document that a stranger reads."""
    found: dict[str, Any] = shared.client.get("/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    }


def test_every_door_of_the_interface_is_in_the_document(document: dict[str, Any]) -> None:
    assert set(operations(document)) == set(DOORS) - UNDOCUMENTED


def test_an_operation_says_what_it_does_who_may_call_it_and_how_it_fails(
    document: dict[str, Any],
) -> None:
    for name, operation in operations(document).items():
        door = DOORS[name]
        assert operation["description"], name
        assert {"401", "403", "404", "422", "429", "503"} <= set(operation["responses"]), name
        assert any(status.startswith("2") for status in operation["responses"]), name
        ways = [way for one in operation["security"] for way in one]
        wanted = [] if door.public else ["token"] if door.scope is None else ["token", "key"]
        assert ways == wanted, name
        assert set(operation.get("x-roles", [])) == set() if door.public else set(door.roles)


def test_every_reference_leads_somewhere_and_no_error_is_the_frameworks(
    document: dict[str, Any],
) -> None:
    told = str(document)

    named = set(re.findall(r"#/components/schemas/(\w+)", told))
    assert named <= set(document["components"]["schemas"])
    assert "HTTPValidationError" not in told


def test_every_field_of_a_body_that_is_asked_for_has_an_example(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    bodies = {
        reference.rsplit("/", 1)[-1]
        for operation in operations(document).values()
        for reference in re.findall(r"#/components/schemas/\w+", str(operation.get("requestBody")))
    }
    free = [
        f"{name}.{field}"
        for name in bodies
        for field, schema in schemas[name]["properties"].items()
        if schema.get("type") in ("string", "integer") and "examples" not in schema
    ]

    assert free == []


def test_the_page_loads_nothing_from_elsewhere(shared: Service) -> None:
    page = shared.client.get("/docs")
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)

    assert loaded == ["/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js", "/docs/start.js"]
    assert all(shared.client.get(path).status_code == 200 for path in loaded)
    assert "http" not in page.headers["Content-Security-Policy"]
    assert "/openapi.json" in shared.client.get("/docs/start.js").text


def test_the_messages_of_the_stream_are_documented_by_the_service_too(shared: Service) -> None:
    told = shared.client.get("/asyncapi.json").json()

    assert told["asyncapi"] == "3.0.0"
    assert told["channels"]["subjects"]["address"] == "idrill.readings.{rig_id}"
