"""What stands in front of BentoML: its endpoints behind our doors, all else answered by ours.

BentoML would show its own pages, metrics and schema to anybody. So nothing of it is reached but its
endpoints, each through the same door, the same limits and the same log as a route, and its probes.
"""

from collections.abc import Mapping
from types import MappingProxyType, SimpleNamespace

from fastapi import FastAPI
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from idrill.access import NATIVE_DOORS
from idrill.errors import IDrillError, SettingsError
from idrill_serving import errors
from idrill_serving.bodies import BodyLimits
from idrill_serving.doors import enter
from idrill_serving.platform import Platform
from idrill_serving.schemas.predictions import RulRequest, RulSingle
from idrill_serving.watching import Watch

BODIES: Mapping[str, type[BaseModel]] = MappingProxyType(
    {"/predict_rul": RulSingle, "/predict_rul_batch": RulRequest}
)
"""What each endpoint takes."""

PROBES = ("/livez", "/readyz")
"""Of BentoML, for whoever starts it; they say nothing."""

_TELLING = ("server", "x-bentoml-request-id", "x-bentoml-trace-id")
_JSON = "application/json"


class Front:
    """An application in front of two.

    Args:
        app: Ours; answers whatever is no native endpoint.
        native: BentoML's, which runs the lifespan of both.

    Raises:
        SettingsError: If an endpoint has no door, or a door leads nowhere.
    """

    def __init__(self, app: FastAPI, native: ASGIApp) -> None:
        if set(NATIVE_DOORS) != {f"POST {path}" for path in BODIES}:
            raise SettingsError(f"endpoints and idrill.access.NATIVE_DOORS differ: {set(BODIES)}")
        self._app = app
        self._native = native
        platform: Platform = app.state.platform
        closed = _Closed(native, platform)
        limited = BodyLimits(closed, most=platform.settings.max_body_bytes)
        self._guarded = Watch(limited, platform.metrics, platform.tracing)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or run one lifespan."""
        if scope["type"] == "lifespan" or _is_probe(scope):
            await self._native(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] in BODIES:
            scope["route"] = SimpleNamespace(path=scope["path"])
            await self._guarded(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _is_probe(scope: Scope) -> bool:
    return scope["type"] == "http" and scope["method"] == "GET" and scope["path"] in PROBES


class _Closed:
    """Middleware that lets through whoever may pass, with a body that makes sense.

    The door is asked before the body is read. A body that makes no sense never gets to BentoML,
    which would log a traceback for each.
    """

    def __init__(self, native: ASGIApp, platform: Platform) -> None:
        self._native = native
        self._platform = platform

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request to a native endpoint."""
        request = Request(scope, receive)
        if request.method != "POST":
            answer = errors.problem(scope, 405, "method_not_allowed", "send POST",
                                    headers={"Allow": "POST"})  # fmt: skip
            await answer(scope, receive, send)
            return
        try:
            door = NATIVE_DOORS[f"POST {scope['path']}"]
            request.state.principal = await run_in_threadpool(enter, self._platform, door, request)
            body = await request.body()
            BODIES[scope["path"]].model_validate_json(body)
        except IDrillError as error:
            await errors.told(scope, error)(scope, receive, send)
        except ValidationError as error:
            found = [dict(one) | {"loc": ("body", *one["loc"])} for one in error.errors()]
            await errors.invalid(scope, found)(scope, receive, send)
        else:
            await self._native(_as_json(scope, body), _handing(body), _quietly(send))


def _as_json(scope: Scope, body: bytes) -> Scope:
    """The request as one of JSON, whatever its sender calls it."""
    dropped = (b"content-type", b"content-length", b"transfer-encoding")
    kept = [pair for pair in scope["headers"] if pair[0].lower() not in dropped]
    told = [(b"content-type", _JSON.encode()), (b"content-length", str(len(body)).encode())]
    return {**scope, "headers": [*kept, *told]}


def _handing(body: bytes) -> Receive:
    given = False

    async def receive() -> Message:
        nonlocal given
        if given:
            return {"type": "http.disconnect"}
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _quietly(send: Send) -> Send:
    """Sends answers that do not tell what made them."""

    async def quiet(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name in _TELLING:
                del headers[name]
        await send(message)

    return quiet
