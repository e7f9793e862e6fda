"""Each broker keeps what nobody took, hands it out again, and holds back what cannot be taken."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest

from idrill.errors import StreamError
from idrill.streams.broker import Backend, backend_of, stream_of
from idrill.streams.delivery import PREFETCH, Stream, Take
from idrill.streams.publisher import Publisher
from tests.streams.brokers import BROKERS, url_of

pytestmark = pytest.mark.service

PATIENCE = 60.0
"""How long a message may take [s]."""


class Hands:
    """Takes messages, or not, and remembers them."""

    def __init__(self, *, takes: bool = True) -> None:
        self.takes = takes
        self.held: list[bytes] = []

    async def take(self, body: bytes) -> bool:
        self.held.append(body)
        return self.takes

    async def until(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while len(set(self.held)) < count:  # noqa: ASYNC110  until something or time is up
                await asyncio.sleep(0.02)


async def opened(url: str, name: str, take: Take | None = None) -> Stream:
    stream = stream_of(url, name, take)
    await stream.open()
    return stream


async def declared(url: str, name: str) -> None:
    """A consumer was there once, and ended as it should."""
    await (await opened(url, name, Hands().take)).close()


async def round_trips(url: str, name: str) -> None:
    """Some messages go through the broker, one after the other, on a stream of their own."""
    hands = Hands()
    consumer = await opened(url, name, hands.take)
    publisher = await opened(url, name)
    for number in range(10):
        await publisher.publish("R1", f"other {number}".encode())
        await hands.until(number + 1)
    await consumer.close()
    await publisher.close()


@pytest.fixture(params=BROKERS)
def play(request: pytest.FixtureRequest) -> Callable[[Callable[[str, str], Awaitable[None]]], None]:
    """Plays something on each broker, with a stream of its own."""
    url, name = url_of(request.param), f"idrill.test-{uuid4().hex[:8]}"
    return lambda scene: asyncio.run(_awaited(scene(url, name)))


async def _awaited(scene: Awaitable[None]) -> None:
    async with asyncio.timeout(3 * PATIENCE):
        await scene


Play = Callable[[Callable[[str, str], Awaitable[None]]], None]


def test_what_is_published_while_nobody_consumes_is_taken_later(play: Play) -> None:
    async def scene(url: str, name: str) -> None:
        await declared(url, name)
        publisher = await opened(url, name)
        assert await publisher.ping()
        bodies = {f"reading {number}".encode() for number in range(100)}
        for body in bodies:
            await publisher.publish("R1", body)
        hands = Hands()
        consumer = await opened(url, name, hands.take)
        await hands.until(100)
        await consumer.close()
        await publisher.close()
        assert set(hands.held) == bodies

    play(scene)


def test_what_was_not_taken_comes_again_and_what_was_taken_does_not(play: Play) -> None:
    async def scene(url: str, name: str) -> None:
        await declared(url, name)
        publisher = await opened(url, name)
        refusing = Hands(takes=False)
        first = await opened(url, name, refusing.take)
        await publisher.publish("R1", b"not taken")
        await refusing.until(1)
        await first.close()
        hands = Hands()
        second = await opened(url, name, hands.take)
        await hands.until(1)
        await second.close()
        rest = Hands()
        third = await opened(url, name, rest.take)
        await publisher.publish("R1", b"the last")
        await rest.until(1)
        await third.close()
        await publisher.close()
        assert set(hands.held) == {b"not taken"}
        assert set(rest.held) == {b"the last"}

    play(scene)


def test_a_consumer_that_waits_is_handed_no_more_than_it_may_hold(play: Play) -> None:
    async def scene(url: str, name: str) -> None:
        await declared(url, name)
        publisher = await opened(url, name)
        released, held = asyncio.Event(), Hands()

        async def slow(body: bytes) -> bool:
            await held.take(body)
            await released.wait()
            return True

        consumer = await opened(url, name, slow)
        bodies = [f"reading {number}".encode() for number in range(2 * PREFETCH)]
        await asyncio.gather(*(publisher.publish("R1", body) for body in bodies))
        await held.until(1)
        # What the broker hands out to others meanwhile, it could have handed out to this one.
        await round_trips(url, f"{name}-others")
        waiting = len(set(held.held))
        released.set()
        await held.until(len(bodies))
        await consumer.close()
        await publisher.close()
        assert 0 < waiting <= PREFETCH

    play(scene)


@pytest.mark.parametrize("kind", BROKERS)
def test_code_that_waits_publishes_and_hears_whether_the_broker_answers(kind: str) -> None:
    publisher = Publisher(url_of(kind), f"idrill.test-{uuid4().hex[:8]}")

    publisher.publish("R1", [b"one", b"two"])

    assert publisher.ping()
    assert (publisher.backend.value, publisher.published) == (kind, 2)
    publisher.close()


def test_a_broker_that_is_away_is_told_at_once_and_not_asked_by_everybody() -> None:
    publisher = Publisher("redis://127.0.0.1:1/0", "idrill.test")

    with pytest.raises(StreamError, match="does not answer"):
        publisher.publish("R1", [b"one"])

    assert not publisher.ping()
    assert publisher.last_fault is not None
    assert publisher.published == 0
    publisher.close()


def test_a_url_of_no_broker_is_refused_with_those_there_are() -> None:
    with pytest.raises(StreamError, match=r"nats://.*kafka://"):
        backend_of("zeromq://127.0.0.1")
    with pytest.raises(StreamError, match="IDRILL_STREAM_URL"):
        stream_of("memory://", "idrill.test")
    assert backend_of("memory://") is Backend.STORE
