"""What happens around every request: identifier, line in the log, headers, count."""

import logging
import re
import time
from collections.abc import Iterable
from secrets import token_hex

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from idrill_serving import logs
from idrill_serving.metrics import Metrics
from idrill_serving.tracing import Tracing

Headers = Iterable[tuple[bytes, bytes]]

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
"""What every answer carries unless it says otherwise (OWASP's secure headers project)."""

HOST_SEND = "idrill_send"
"""Where the state of a socket holds what the host sends with."""

HSTS = "max-age=31536000"
"""Added where the request came by TLS, directly or through a proxy."""

_ADDED = [(name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_LOG = logging.getLogger("idrill.serving.requests")


class Watch:
    """Middleware around the whole application.

    Args:
        app: What is watched.
        metrics: Where requests are counted.
        tracing: Where they are traced.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, tracing: Tracing) -> None:
        self._app = app
        self._metrics = metrics
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            # Sockets send past the layers in between, which do nothing for them.
            scope.setdefault("state", {})[HOST_SEND] = send
            await self._app(scope, receive, send)
            return
        request_id = _identifier(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        token = logs.request_id.set(request_id)
        began, status = time.perf_counter(), 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _dressed(message.get("headers", ()), scope, request_id)
            await send(message)

        with self._tracing.traced(scope, request_id) as span:
            self._metrics.in_flight.inc()
            try:
                await self._app(scope, receive, answer)
            finally:
                self._metrics.in_flight.dec()
                route = getattr(scope.get("route"), "path", "unmatched")
                self._note(scope, route, status, time.perf_counter() - began)
                self._tracing.finish(span, method=scope["method"], route=route, status=status)
                logs.request_id.reset(token)

    def _note(self, scope: Scope, route: str, status: int, seconds: float) -> None:
        method = scope["method"] if route != "unmatched" else "any"
        self._metrics.count(method, route, status, seconds)
        principal = scope["state"].get("principal")
        told = {
            "method": scope["method"],
            "route": route,
            "status": status,
            "seconds": round(seconds, 4),
            "who": getattr(principal, "name", "nobody"),
            "address": (scope.get("client") or ("",))[0],
        }
        _LOG.info("answered", extra=told)


def _identifier(scope: Scope) -> str:
    """The identifier that the caller gave, if it can be one; else a new one."""
    given: bytes = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return given.decode() if _REQUEST_ID.fullmatch(given) else token_hex(16)


def _dressed(headers: Headers, scope: Scope, request_id: str) -> list[tuple[bytes, bytes]]:
    """The headers of an answer, and those that protect where it does not say otherwise."""
    dressed = list(headers)
    said = {name.lower() for name, _ in dressed}
    dressed += [pair for pair in _ADDED if pair[0] not in said]
    dressed.append((b"x-request-id", request_id.encode()))
    if scope["scheme"] == "https":
        dressed.append((b"strict-transport-security", HSTS.encode()))
    return dressed
