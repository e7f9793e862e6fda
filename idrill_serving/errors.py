"""Problem documents (RFC 9457): one table from the tree of errors to statuses and stable codes."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Scope

from idrill import errors
from idrill.store.system_log import Event, Kind
from idrill_serving import logs
from idrill_serving.watching import SECURITY_HEADERS

PROBLEMS: Mapping[type[Exception], tuple[int, str]] = MappingProxyType(
    {
        errors.NotAuthenticated: (401, "not_authenticated"),
        errors.AccessDenied: (403, "access_denied"),
        errors.NotFound: (404, "not_found"),
        errors.AlreadyExists: (409, "already_exists"),
        errors.IllegalMove: (409, "illegal_move"),
        errors.InUse: (409, "in_use"),
        errors.Overlap: (409, "overlap"),
        errors.VersionConflict: (409, "version_conflict"),
        errors.OriginRefused: (409, "origin_refused"),
        errors.InvalidMessage: (422, "invalid_message"),
        errors.InvalidRequest: (422, "invalid_request"),
        errors.OversizedRequest: (413, "body_too_large"),
        errors.InvalidAccount: (422, "invalid_account"),
        errors.InvalidChange: (422, "invalid_change"),
        errors.InvalidRule: (422, "invalid_rule"),
        errors.InvalidEquipment: (422, "invalid_equipment"),
        errors.InvalidTask: (422, "invalid_task"),
        errors.InvalidPlan: (422, "invalid_plan"),
        errors.InvalidWell: (422, "invalid_well"),
        errors.InvalidName: (422, "invalid_name"),
        errors.UnknownChannel: (422, "unknown_channel"),
        errors.TooManyAttempts: (429, "too_many_requests"),
        errors.PromotionConflict: (409, "promotion_conflict"),
        errors.NoChampion: (503, "no_champion"),
        errors.LakeBusy: (503, "lake_busy"),
        errors.LakeError: (503, "lake_unavailable"),
        errors.StoreBusy: (503, "store_busy"),
        errors.StreamError: (503, "stream_unavailable"),
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

EXPLAINED = (errors.NoChampion, errors.StoreBusy)
"""Errors whose words are for the caller, though what they want is not to be had."""

BUSY = 2
"""When to come again where too many wait already [s]."""

REFUSALS: Mapping[type, Kind] = MappingProxyType(
    {
        errors.LoginRefused: Kind.LOGIN_REFUSED,
        errors.TokenReused: Kind.TOKEN_REUSED,
        errors.TooManyAttempts: Kind.REQUESTS_REFUSED,
    }
)
"""What is refused and entered in the log of the platform."""

SAID: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.LOGIN_REFUSED: "a login that has to wait, after too many failures",
        Kind.TOKEN_REUSED: "a refresh token came back that was used; its login was ended",
    }
)
"""What the log says where the caller is told less."""

HIDDEN = "details are in the log of the service, under this request_id"
"""What a caller is told of a fault on our side."""

NO_RIG = "no rig that you may see is called {!r}"
"""What is told of a rig, whether there is none or it may not be seen."""

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
    return _noted(request, error, told(request.scope, error))


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    return invalid(request.scope, error.errors())


def told(scope: Scope, error: Exception) -> JSONResponse:
    """An error of ours as a problem document."""
    status, code = status_of(type(error))
    headers: dict[str, str] = {}
    if isinstance(error, errors.TooManyAttempts):
        headers["Retry-After"] = str(error.wait)
    if isinstance(error, errors.StoreBusy):
        headers["Retry-After"] = str(BUSY)
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return problem(scope, status, code, words_of(error), headers=headers)


def words_of(error: Exception) -> str:
    """What a caller is told, who may not know of every rig; a fault of ours is logged instead."""
    status, code = status_of(type(error))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(error, EXPLAINED):
        _LOG.error("%s: %s", code, error, exc_info=error)
        return HIDDEN
    return NO_RIG.format(error.rig_id) if isinstance(error, errors.UnknownRig) else str(error)


def invalid(scope: Scope, found: Sequence[Any]) -> JSONResponse:
    """A request that makes no sense, as a problem document.

    What was sent is not repeated: it may be a password.

    Args:
        scope: Of the request.
        found: What validation says, place by place.
    """
    faults = [
        {"in": [str(part) for part in one["loc"]], "kind": one["type"], "message": one["msg"]}
        for one in found
    ]
    detail = where(found)
    return problem(scope, 422, "invalid_request", detail, faults=faults)


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
    answer = problem(request.scope, 500, "internal_error", HIDDEN, headers=headers)
    return _noted(request, error, answer)


def _noted(request: Request, error: Exception, answer: JSONResponse) -> JSONResponse:
    """The answer; what deserves it is entered in the log of the platform once it was sent."""
    event = _event(request, error, answer.status_code)
    if event is not None:
        answer.background = BackgroundTask(request.app.state.platform.notes.note, event)
    return answer


def _event(request: Request, error: Exception, status: int) -> Event | None:
    request_id = str(request.scope.get("state", {}).get("request_id", ""))
    if isinstance(error, errors.StoreBusy):
        # A store with too much to do is not given one thing more for each refusal.
        return None
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        route = getattr(request.scope.get("route"), "path", "unmatched")
        subject = f"{request.method} {route}"
        said = str(error) if isinstance(error, errors.IDrillError) else type(error).__name__
        return Event(Kind.REQUEST_FAILED, subject, said, request_id=request_id)
    kind = next((REFUSALS[one] for one in type(error).__mro__ if one in REFUSALS), None)
    if kind is None:
        return None
    address = request.client.host if request.client else "unknown"
    said = SAID.get(kind, str(error))
    return Event(kind, f"address {address}", said, request_id=request_id)


def where(found: Sequence[Any]) -> str:
    """What validation found, in one line; what was sent is not repeated."""
    places = (f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in found[:5])
    return "; ".join(places)
