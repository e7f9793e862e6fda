"""Bodies of requests: not too large, not too large once unpacked, not nested without end."""

import json
import re
import zlib
from typing import Any

from pydantic_core import from_json
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from idrill_serving.errors import problem
from idrill_serving.representations import TABLES, media_of

DEEPEST = 32
"""How many brackets of a JSON body may stand inside each other."""

_ENCODINGS = {"gzip": 31, "deflate": 15}
_NO_BRACKETS = bytes(one for one in range(256) if one not in b"[]{}")
_TEXTS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)


class Refused(Exception):
    """Raised when a body is not taken in."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code


class BodyLimits:
    """Middleware that hands on bodies whole, unpacked and within limits.

    Args:
        app: What gets them.
        most: Largest body, unpacked [bytes].
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take in the body of one request, then answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await self._taken_in(scope, receive)
        except Refused as refusal:
            answer = problem(scope, refusal.status, refusal.code, str(refusal))
            await answer(scope, receive, send)
            return
        if body is None:
            return
        if "content-encoding" in Headers(scope=scope):
            scope = {**scope, "headers": _plain(scope, len(body))}
        await self._app(scope, _once(body, receive), send)

    async def _taken_in(self, scope: Scope, receive: Receive) -> bytes | None:
        """The body, unpacked; None if the caller went away."""
        headers = Headers(scope=scope)
        declared = headers.get("content-length", "0")
        if declared.isdecimal() and int(declared) > self._most:
            raise self._oversized()
        packed = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            packed += message.get("body", b"")
            if len(packed) > self._most:
                raise self._oversized()
            if not message.get("more_body", False):
                break
        body = self._unpacked(bytes(packed), headers.get("content-encoding", ""))
        if body and media_of(scope) not in TABLES and _depth(body) > DEEPEST:
            raise Refused(400, "nested_too_deeply", f"no more than {DEEPEST} brackets in another")
        return body

    def _unpacked(self, packed: bytes, encoding: str) -> bytes:
        encoding = encoding.strip().lower()
        if encoding in ("", "identity"):
            return packed
        if encoding not in _ENCODINGS:
            raise Refused(415, "unsupported_encoding", "a body is plain, gzip or deflate")
        unpacking = zlib.decompressobj(wbits=_ENCODINGS[encoding])
        try:
            body = unpacking.decompress(packed, self._most + 1)
        except zlib.error as error:
            raise Refused(400, "broken_encoding", f"the body is not {encoding}") from error
        if len(body) > self._most:
            raise self._oversized()
        if not unpacking.eof:
            raise Refused(400, "broken_encoding", f"the body ends before its {encoding} does")
        return body

    def _oversized(self) -> Refused:
        return Refused(413, "body_too_large", f"a body has at most {self._most} bytes, unpacked")


class QuickRequest(Request):
    """A request whose body is read by pydantic's parser, which is faster than Python's."""

    async def json(self) -> Any:
        """What the body says.

        Raises:
            json.JSONDecodeError: If it is no JSON.
        """
        body = await self.body()
        try:
            return from_json(body)
        except ValueError:
            # It says where in the body, and takes what only Python takes.
            return json.loads(body)


def _depth(body: bytes) -> int:
    """How many brackets stand inside each other, those in texts left out."""
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return 0
    depth = deepest = 0
    for bracket in _TEXTS.sub(b"", body).translate(None, _NO_BRACKETS):
        if bracket in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        else:
            depth -= 1
    return deepest


def _plain(scope: Scope, length: int) -> list[tuple[bytes, bytes]]:
    """The headers of a request whose body was unpacked."""
    changed = (b"content-encoding", b"content-length")
    kept = [pair for pair in scope["headers"] if pair[0].lower() not in changed]
    return [*kept, (b"content-length", str(length).encode())]


def _once(body: bytes, receive: Receive) -> Receive:
    """What an application receives: the body, then whatever comes."""
    given = False

    async def handed() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return handed
