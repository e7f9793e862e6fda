"""Kafka, against the mock cluster of its own client library, over TCP."""

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import pytest
from confluent_kafka import Producer

from idrill.streams.broker import stream_of
from tests.streams.test_brokers import Hands, opened


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """URL of a cluster of one broker that lives as long as the tests of this module."""
    keeper = Producer({"bootstrap.servers": "ignored:1", "test.mock.num.brokers": 1})
    (broker,) = keeper.list_topics(timeout=10).brokers.values()
    yield f"kafka://{broker.host}:{broker.port}"
    keeper.flush(1)


def test_readings_wait_in_kafka_and_come_again_until_they_are_taken(cluster: str) -> None:
    asyncio.run(_scene(cluster, f"idrill.test-{uuid4().hex[:8]}"))


async def _scene(url: str, name: str) -> None:
    publisher = await opened(url, name)
    bodies = {f"reading {number}".encode() for number in range(100)}
    await asyncio.gather(*(publisher.publish("R1", body) for body in bodies))
    assert await publisher.ping()

    refusing = Hands(takes=False)
    first = await opened(url, name, refusing.take)
    await refusing.until(1)
    await first.close()
    hands = Hands()
    second = await opened(url, name, hands.take)
    await hands.until(100)
    await asyncio.sleep(0.5)
    await second.close()
    rest = Hands()
    third = await opened(url, name, rest.take)
    await publisher.publish("R1", b"the last")
    await rest.until(1)
    await third.close()
    await publisher.close()

    assert set(hands.held) == bodies
    assert set(rest.held) == {b"the last"}


def test_a_url_names_several_brokers_of_a_cluster(cluster: str) -> None:
    async def answers() -> bool:
        stream = stream_of(f"{cluster},127.0.0.1:1", "idrill.test")
        await stream.open()
        answer = await stream.ping()
        await stream.close()
        return answer

    assert asyncio.run(answers())
