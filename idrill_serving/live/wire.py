"""A socket as the host has it: whether it takes more, sending at once, ending it."""

from collections.abc import Mapping
from typing import Any

from starlette.types import Message, Scope, Send
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import OPEN

from idrill_serving.watching import HOST_SEND


class Gone(Exception):
    """Raised when nobody is there any more to send to."""


class Wire:
    """Sends text to one client, past the layers that do nothing for sockets.

    ASGI cannot say whether a client takes more, nor end the connection of one that does not read;
    under uvicorn, which BentoML runs too, both is asked of its protocol. Under another host each
    message is awaited, and a client that does not read is left to it.

    Args:
        scope: Of the connection.
        send: What the application was given to send with.
    """

    def __init__(self, scope: Scope, send: Send) -> None:
        self._send: Send = scope.get("state", {}).get(HOST_SEND, send)
        host = getattr(self._send, "__self__", None)
        self._host = host if isinstance(host, WebSocketsSansIOProtocol) else None

    def send_now(self, frame: bytes) -> bool:
        """Send a frame if it is free: that waits for nothing, so no task is needed.

        Whether it was. One call of each client for each message: it is kept short.

        The frame was made once for all clients. That it is not compressed is allowed also where
        compression was agreed on (RFC 7692, section 6).

        Raises:
            Gone: If nobody is there any more.
        """
        host = self._host
        if host is None or not host.writable.is_set():
            return False
        if host.disconnected or host.close_sent or host.conn.state is not OPEN:
            raise Gone
        host.transport.write(frame)
        return True

    async def send(self, text: str) -> None:
        """Send as soon as it is free.

        Raises:
            Gone: If nobody is there any more.
        """
        await self._told({"type": "websocket.send", "text": text})

    async def close(self, code: int, reason: str) -> None:
        """Say goodbye, as soon as it is free.

        Raises:
            Gone: If nobody is there any more.
        """
        await self._told({"type": "websocket.close", "code": code, "reason": reason})

    async def accept(self) -> None:
        """Let a client in.

        Raises:
            Gone: If nobody is there any more.
        """
        await self._told({"type": "websocket.accept"})

    def abort(self) -> None:
        """End the connection, and forget what was not taken yet."""
        if self._host is not None and self._host.transport is not None:
            self._host.transport.abort()

    async def _told(self, message: Message | Mapping[str, Any]) -> None:
        try:
            await self._send(dict(message))
        except (OSError, RuntimeError) as error:
            raise Gone from error
