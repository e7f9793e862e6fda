"""A client of the sockets: logs in, subscribes, goes on where it was when the line breaks.

What a client has to keep is one position per rig. It takes over the position of a message once the
last of its parts has come, and sends the positions along when it subscribes again. Whatever comes
between that and the answer `subscribed` belongs to the subscription before, and is left out.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from idrill.errors import IDrillError, NotAuthenticated

Told = dict[str, Any]

PAUSE = 0.5
"""Before the first attempt to connect again [s]; twice as long before each further one."""

LONGEST_PAUSE = 15.0
"""Between attempts at most [s]."""

SILENCE = 35.0
"""How long nothing may come until the line counts as broken [s]: three heartbeats are missing."""

MOST = 16 << 20
"""Largest message that is taken [bytes]."""

FINAL = (4401, 4403, 4404, 4400)
"""Codes of a goodbye after which coming again is of no use."""


class Refused(IDrillError):
    """Raised when the service does not let a client in, or not see what it asks for."""


@dataclass(slots=True)
class Watcher:
    """Somebody who watches rigs.

    Args:
        url: Of the socket: `ws://…/api/v1/sensor-data/ws/RIG`.
        login: What the first message brings: a token, a key or a ticket.
        wanted: What to subscribe to, without `type` and `resume`.
    """

    url: str
    login: Mapping[str, str]
    wanted: Mapping[str, Any]
    positions: dict[str, list[int]] = field(default_factory=dict)
    """How far each rig was read."""
    _asked: int = 0
    _answered: int = 0

    async def messages(self) -> AsyncIterator[Told]:
        """Everything that is told, over as many connections as it takes.

        A message `disconnected` is put in where the line broke, `connected` where it holds again.

        Raises:
            NotAuthenticated: If the login is refused, or over.
            Refused: If what is wanted is.
        """
        pause = PAUSE
        while True:
            try:
                async with connect(self.url, compression=None, max_size=MOST) as line:
                    async for told in self._held(line):
                        pause = PAUSE
                        yield told
            except (OSError, InvalidHandshake, ConnectionClosed, TimeoutError) as error:
                _see_whether_that_is_final(error)
                yield {"type": "disconnected", "detail": _words(error)}
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _held(self, line: ClientConnection) -> AsyncIterator[Told]:
        await line.send(json.dumps({"type": "login", **self.login}))
        await self._subscribe(line)
        while True:
            async with asyncio.timeout(SILENCE):
                told: Told = json.loads(await line.recv())
            if told["type"] == "error":
                raise _refusal(told)
            if told["type"] == "welcome":
                yield {"type": "connected"}
            if self._concerns(told):
                yield told
            if told["type"] == "gap":
                self.positions[told["rig"]] = told["after"]
                await self._subscribe(line)

    async def _subscribe(self, line: ClientConnection) -> None:
        self._asked += 1
        asked = {"type": "subscribe", "id": str(self._asked), **self.wanted}
        if self.positions:
            asked["resume"] = self.positions
        await line.send(json.dumps(asked))

    def _concerns(self, told: Told) -> bool:
        """Whether a message belongs to what was asked for last; its position is taken over."""
        if told["type"] == "subscribed":
            self._answered = int(told["id"])
        if "rig" not in told:
            return True
        if self._answered != self._asked:
            return False
        if told["type"] != "gap" and told.get("part", 1) == told.get("parts", 1):
            self.positions[told["rig"]] = told["position"]
        return True


def _see_whether_that_is_final(error: Exception) -> None:
    closed = error.rcvd if isinstance(error, ConnectionClosed) else None
    if closed is not None and closed.code in FINAL:
        raise NotAuthenticated(f"the service ended the connection: {closed.reason}") from error


def _refusal(told: Told) -> IDrillError:
    kinds = {"not_authenticated": NotAuthenticated}
    return kinds.get(told["code"], Refused)(told["detail"])


def _words(error: Exception) -> str:
    words = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, ConnectionError):
        return f"nobody answers there, asked again until somebody does ({words})"
    return words
