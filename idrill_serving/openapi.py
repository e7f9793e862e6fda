"""The OpenAPI document: what the routes declare, and what every door and every error adds."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from idrill.access import DOORS, Door, Role
from idrill_serving.schemas.problem import Problem

ERRORS = {
    "400": "The body cannot be read.",
    "401": "Nobody is logged in, or no longer.",
    "403": "This role, or this key, may not do that.",
    "404": "There is no such thing, or none that you may see.",
    "405": "This path does not know this method.",
    "406": "None of the formats is accepted.",
    "409": "It is not in the state for that, or is there already.",
    "413": "The body is too large.",
    "415": "The body is of an unknown kind, or packed in an unknown way.",
    "422": "The request makes no sense; `errors` says where.",
    "429": "Too many requests; `Retry-After` says for how long to wait.",
    "503": "The store, the lake or a mail server is away.",
}
"""What every operation may answer besides its own answers."""

SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}


def document(app: FastAPI) -> dict[str, Any]:
    """The document of `app`, made once."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        components = made.setdefault("components", {})
        components["securitySchemes"] = SCHEMES
        schemas = components.setdefault("schemas", {})
        told = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= told.pop("$defs", {})
        schemas["Problem"] = told
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        for path, operations in made["paths"].items():
            for method, operation in operations.items():
                _complete(operation, DOORS[f"{method.upper()} {path}"])
        app.openapi_schema = made
    return app.openapi_schema


def _complete(operation: dict[str, Any], door: Door) -> None:
    """Add to an operation who may call it, and the errors it may answer."""
    responses = operation["responses"]
    for status, words in ERRORS.items():
        if status not in responses or status == "422":
            responses[status] = _error(words)
    operation["security"] = [{}] if door.public else _security(door)
    if not door.public:
        operation["x-roles"] = [role.value for role in Role if role in door.roles]


def _security(door: Door) -> list[dict[str, list[str]]]:
    if door.scope is None:
        return [{"token": []}]
    return [{"token": []}, {"key": [door.scope.value]}]


def _error(words: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": words, "content": {"application/problem+json": {"schema": schema}}}
