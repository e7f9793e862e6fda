"""Problem documents (RFC 9457): one table from the tree of errors to statuses and stable codes."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Scope

from idrill import errors
from idrill_serving import logs
from idrill_serving.watching import SECURITY_HEADERS

PROBLEMS: Mapping[type[Exception], tuple[int, str]] = MappingProxyType(
    {
        errors.NotAuthenticated: (401, "not_authenticated"),
        errors.AccessDenied: (403, "access_denied"),
        errors.NotFound: (404, "not_found"),
        errors.AlreadyExists: (409, "already_exists"),
        errors.IllegalMove: (409, "illegal_move"),
        errors.InvalidRequest: (422, "invalid_request"),
        errors.InvalidAccount: (422, "invalid_account"),
        errors.InvalidName: (422, "invalid_name"),
        errors.UnknownChannel: (422, "unknown_channel"),
        errors.TooManyAttempts: (429, "too_many_requests"),
        errors.LakeBusy: (503, "lake_busy"),
        errors.LakeError: (503, "lake_unavailable"),
        errors.StoreError: (503, "store_unavailable"),
        errors.IDrillError: (500, "internal_error"),
    }
)
"""Status and code of each error; what is not here counts as its nearest ancestor that is."""

HTTP_CODES: Mapping[int, str] = MappingProxyType(
    {
        400: "malformed_request",
        401: "not_authenticated",
        403: "access_denied",
        404: "not_found",
        405: "method_not_allowed",
        406: "not_acceptable",
        413: "body_too_large",
        415: "unsupported_media_type",
        422: "invalid_request",
        503: "unavailable",
    }
)
"""Codes of what the framework itself refuses."""

HIDDEN = "details are in the log of the service, under this request_id"
"""What a caller is told of a fault on our side."""

_LOG = logging.getLogger("idrill.serving")


def problem(
    scope: Scope,
    status: int,
    code: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    faults: list[dict[str, Any]] | None = None,
) -> JSONResponse:
    """A problem document.

    Args:
        scope: Of the request.
        status: Of the answer.
        code: What went wrong, for programs; never changes.
        detail: What went wrong, for people.
        headers: More headers.
        faults: Parts of the request that make no sense.
    """
    told: dict[str, Any] = {
        "type": f"urn:idrill:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "instance": scope["path"],
        "request_id": scope.get("state", {}).get("request_id", ""),
    }
    if faults is not None:
        told["errors"] = faults
    media = "application/problem+json"
    return JSONResponse(told, status, headers=dict(headers or {}), media_type=media)


def status_of(error: type[Exception]) -> tuple[int, str]:
    """Status and code of an error.

    Example:
        >>> status_of(errors.NotFound), status_of(errors.UnitError)
        ((404, 'not_found'), (500, 'internal_error'))
    """
    return next(
        (PROBLEMS[one] for one in error.__mro__ if one in PROBLEMS), (500, "internal_error")
    )


def install(app: FastAPI) -> None:
    """Make every error of `app` a problem document."""
    app.add_exception_handler(errors.IDrillError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _framework)
    app.add_exception_handler(Exception, _unforeseen)


async def _ours(request: Request, error: Exception) -> JSONResponse:
    status, code = status_of(type(error))
    headers: dict[str, str] = {}
    if isinstance(error, errors.TooManyAttempts):
        headers["Retry-After"] = str(error.wait)
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _LOG.error("%s: %s", code, error, exc_info=error)
        return problem(request.scope, status, code, HIDDEN)
    return problem(request.scope, status, code, str(error), headers=headers)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    """What was sent is not repeated: it may be a password."""
    if not isinstance(error, RequestValidationError):
        raise error
    faults = [
        {"in": [str(part) for part in one["loc"]], "kind": one["type"], "message": one["msg"]}
        for one in error.errors()
    ]
    detail = "; ".join(f"{'.'.join(one['in'])}: {one['message']}" for one in faults[:5])
    return problem(request.scope, 422, "invalid_request", detail, faults=faults)


async def _framework(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    code = HTTP_CODES.get(error.status_code, "refused")
    headers = error.headers
    return problem(request.scope, error.status_code, code, str(error.detail), headers=headers)


async def _unforeseen(request: Request, error: Exception) -> JSONResponse:
    """Comes after all middleware, so that it brings what they would have added."""
    request_id = request.scope.get("state", {}).get("request_id", "")
    logs.request_id.set(request_id)
    _LOG.error("an error that nobody foresaw", exc_info=error)
    headers = {**SECURITY_HEADERS, "X-Request-ID": request_id}
    return problem(request.scope, 500, "internal_error", HIDDEN, headers=headers)
