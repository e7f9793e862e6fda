"""A conversation with one client: hello, login, what it wants to see, goodbye."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.types import Message, Receive, Scope, Send

from idrill.access import DOORS, Door
from idrill.channels import CHANNELS, channel
from idrill.errors import IDrillError, InvalidRequest, NotAuthenticated, TooManyAttempts
from idrill.store import rigs, socket_tickets
from idrill_serving import errors
from idrill_serving.doors import Principal, admit, identified
from idrill_serving.live import messages
from idrill_serving.live.clients import OVER, Client
from idrill_serving.live.hub import HEARTBEAT, Hub
from idrill_serving.live.outbox import Outbox
from idrill_serving.live.subscriptions import Wish, require_sight_of, wish_of
from idrill_serving.live.wire import Gone, Wire
from idrill_serving.platform import Platform
from idrill_serving.schemas.live import (
    SAID,
    LoginMessage,
    PingMessage,
    Said,
    SubscribeMessage,
    UnsubscribeMessage,
)

PROTOCOL = 1
"""Version of the messages."""

LOGIN_TIMEOUT = 10.0
"""How long a client has until it has come in [s]."""

LONGEST = 16 << 10
"""Largest message of a client [bytes]."""

FULL = "this worker has no room for another socket"

FAULTS = 20
"""Messages that make no sense until somebody is sent away."""

MALFORMED, TOO_LATE, TOO_MANY, TOO_LONG = 4400, 4408, 4429, 1009
CODES = {401: OVER, 403: 4403, 404: 4404, 429: TOO_MANY}
"""Codes of a goodbye, by the status that a request would have been answered with."""


class Over(Exception):
    """Raised when a conversation ends.

    Args:
        code: Of the goodbye; None: the client has gone.
        reason: Why.
    """

    def __init__(self, code: int | None = None, reason: str = "") -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Sockets:
    """What answers at the path of a socket.

    Args:
        path: Template of the path.
    """

    def __init__(self, path: str) -> None:
        self._door = DOORS[f"WS {path}"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Talk with one client until it goes."""
        place = Place.of(scope, self._door)
        await Conversation(place, receive, Wire(scope, send)).held()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation is held."""

    platform: Platform
    hub: Hub
    door: Door
    address: str
    """Of the client."""
    rig_id: str | None
    """Of the path."""

    @classmethod
    def of(cls, scope: Scope, door: Door) -> Self:
        """Where a connection leads."""
        state = scope["app"].state
        address = (scope.get("client") or ("unknown",))[0]
        rig_id = scope["path_params"].get("rig_id")
        return cls(state.platform, state.hub, door, address, rig_id)


class Conversation:
    """One socket from its first to its last message.

    Args:
        place: Where it is held.
        receive: What the client says comes from here.
        wire: What it is told goes there.
    """

    def __init__(self, place: Place, receive: Receive, wire: Wire) -> None:
        self._platform, self._door, self._hub = place.platform, place.door, place.hub
        self._address, self._rig_id = place.address, place.rig_id
        self._receive, self._wire = receive, wire
        self._outbox = Outbox(wire, self._hub.tally, self._hub.roomy)
        self._faults = 0

    async def held(self) -> None:
        """Talk until the client goes, or has to."""
        client: Client | None = None
        try:
            client = await self._let_come()
            await self._talk(client)
        except Gone:
            pass
        except Over as end:
            await self._say_goodbye(end)
        finally:
            if client is not None:
                self._hub.leave(client)
            self._outbox.discard()

    async def _let_come(self) -> Client:
        """Whoever logs in, counted as a stranger until then."""
        with self._hub.strangers.waiting(self._address):
            await self._begin()
            return await self._come_in()

    async def _begin(self) -> None:
        await self._receive()
        await self._wire.accept()
        sockets = self._platform.settings.sockets
        if self._hub.clients >= sockets:
            raise Over(TOO_MANY, FULL)
        if fault := self._hub.strangers.fault(self._address, sockets):
            raise Over(TOO_MANY, fault)
        self._say("hello", protocol=PROTOCOL, now=_now(), heartbeat=HEARTBEAT)

    async def _come_in(self) -> Client:
        """Who logs in with the first message.

        Raises:
            Over: If it is none, comes too late, or lets nobody in.
        """
        try:
            async with asyncio.timeout(LOGIN_TIMEOUT):
                said = await self._heard()
                if not isinstance(said, LoginMessage):
                    raise Over(OVER, "log in first")
                principal = await run_in_threadpool(self._let_in, said)
                self._require_room(principal)
        except ValidationError as error:
            self._say("error", code="invalid_message", detail=errors.where(error.errors()))
            raise Over(MALFORMED, "log in first") from error
        except TimeoutError:
            raise Over(TOO_LATE, "no login came in time") from None
        except IDrillError as error:
            status, code = errors.status_of(type(error))
            self._say("error", code=code, detail=errors.words_of(error))
            raise Over(CODES.get(status, 1011), code) from error
        client = Client(self._outbox, principal, self._door)
        self._hub.enter(client)
        self._say("welcome", who=principal.name, now=_now())
        return client

    def _let_in(self, said: LoginMessage) -> Principal:
        """Who they are, if the door opens for them.

        Raises:
            NotAuthenticated: If nobody is let in by that.
            AccessDenied: If the door is closed for them.
            TooManyAttempts: If they ask too often.
        """
        limits = self._platform.limits
        try:
            principal = self._identified(said)
        except NotAuthenticated:
            limits.count_address(self._address)
            raise
        admit(self._platform, self._door, principal)
        return principal

    def _require_room(self, principal: Principal) -> None:
        """See that somebody may have one more, with nothing awaited until they have it.

        Raises:
            TooManyAttempts: If they have too many, or the worker has.
        """
        if self._hub.clients >= self._platform.settings.sockets:
            raise TooManyAttempts(FULL, wait=60.0)
        if self._hub.of_user(principal.user.id) >= self._platform.settings.sockets_per_user:
            raise TooManyAttempts("too many sockets of one person", wait=60.0)

    def _identified(self, said: LoginMessage) -> Principal:
        if said.ticket is not None:
            with self._platform.database.session() as session:
                holder = socket_tickets.use(session, said.ticket)
                return Principal(holder.user, holder.login_id, holder.key)
        return identified(self._platform, said.token or said.key or "")

    async def _talk(self, client: Client) -> None:
        while True:
            tag: str | None = None
            try:
                said = await self._heard()
                tag = getattr(said, "id", None)
                await self._answer(client, said)
            except ValidationError as error:
                self._complain("invalid_message", errors.where(error.errors()), tag)
            except IDrillError as error:
                self._complain(errors.status_of(type(error))[1], errors.words_of(error), tag)

    async def _answer(self, client: Client, said: Said) -> None:
        if isinstance(said, PingMessage):
            self._say("pong", id=said.id, now=_now(), lag=round(self._hub.lag, 3))
        elif isinstance(said, UnsubscribeMessage):
            self._hub.unwatch(client)
            self._say("unsubscribed", id=said.id)
        elif isinstance(said, SubscribeMessage):
            await self._subscribe(client, said)
        else:
            raise InvalidRequest("you are logged in already")

    async def _subscribe(self, client: Client, said: SubscribeMessage) -> None:
        wish = wish_of(said, self._rig_id)
        await run_in_threadpool(self._check, client, wish)
        names = wish.subscription.channels
        units = {name: channel(name).unit for name in names} if names else _UNITS
        self._say("subscribed", id=said.id, rigs=wish.rigs, units=units)
        self._hub.watch(client, wish)

    def _check(self, client: Client, wish: Wish) -> None:
        """See that somebody may ask once more, and for that.

        Raises:
            IDrillError: If not.
        """
        admit(self._platform, self._door, client.principal)
        require_sight_of(client.principal, wish)
        with self._platform.database.session() as session:
            for rig_id in wish.rigs:
                rigs.get(session, rig_id)

    async def _heard(self) -> Said:
        """What the client says next.

        Raises:
            Over: If it has gone, or says more than anybody has to.
            ValidationError: If it makes no sense.
        """
        message = await self._receive()
        if message["type"] != "websocket.receive":
            raise Over
        text = _text(message)
        if len(text) > LONGEST:
            raise Over(TOO_LONG, f"a message has at most {LONGEST} bytes")
        return SAID.validate_json(text)

    def _say(self, kind: str, **told: object) -> None:
        self._outbox.put(messages.control(kind, **told))

    def _complain(self, code: str, detail: str, tag: str | None) -> None:
        """Say what was wrong.

        Raises:
            Over: If too much was.
        """
        self._faults += 1
        self._say("error", id=tag, code=code, detail=detail)
        if self._faults >= FAULTS:
            raise Over(MALFORMED, "too many messages that make no sense")

    async def _say_goodbye(self, end: Over) -> None:
        if end.code is not None:
            self._outbox.close(end.code, end.reason)
            await self._outbox.drained()


def _text(message: Message) -> str:
    text: str | None = message.get("text")
    return text if text is not None else (message.get("bytes") or b"").decode(errors="replace")


def _now() -> datetime:
    return datetime.now(UTC)


_UNITS = {one.name: one.unit for one in CHANNELS if not one.detail}
