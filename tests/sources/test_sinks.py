"""What a sink gives a broker is what its reader takes; who waits for a sink is told why."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from threading import Event

import polars as pl
import pytest

from idrill.errors import NotFound, StoreError, StreamError
from idrill.frame import Origin
from idrill.sources.sinks import ROWS, Address, BrokerSink, StoreSink, kept, kept_waiting
from idrill.streams import messages
from idrill.streams.publisher import Publisher
from tests.sources.conftest import LIVE, period
from tests.streams.brokers import url_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
REPLAY = Address("REPLAY", Origin.REPLAY, "replay")


class Recorded(Publisher):
    """Keeps what it is given."""

    def __init__(self) -> None:
        super().__init__("nats://127.0.0.1:4222", "idrill.test")
        self.bodies: list[bytes] = []

    def publish(self, rig_id: str, bodies: Sequence[bytes]) -> None:
        assert rig_id == "REPLAY"
        self.bodies += bodies


def test_a_table_goes_to_a_broker_in_messages_that_say_whose_it_is() -> None:
    times = [NOON + timedelta(seconds=one) for one in range(ROWS + 1)]
    values = [None if one == 3 else float(one) for one in range(ROWS + 1)]
    other = [1.0] * (ROWS + 1)
    publisher = Recorded()

    BrokerSink(publisher).put_table(
        REPLAY, pl.DataFrame({"time": times, "torque": values, "hook_load": other})
    )

    told = [messages.read(body, period()) for body in publisher.bodies]
    assert [one.posted.table.height for one in told] == [ROWS, 1]
    assert {(one.rig_id, one.origin, one.sender) for one in told} == {
        ("REPLAY", Origin.REPLAY, "replay")
    }
    assert told[0].posted.table["torque"].to_list() == values[:ROWS]


def test_rows_go_to_a_broker_with_those_that_cannot_be_used() -> None:
    publisher = Recorded()

    BrokerSink(publisher).put_rows(
        REPLAY, [(NOON.isoformat(), {"torque": 1.0}), ("WITS: broken", {"frame": "&&"})]
    )

    [body] = publisher.bodies
    posted = messages.read(body, period()).posted
    assert posted.table["torque"].to_list() == [1.0]
    assert "WITS: broken" in posted.rejected[0].sample


@pytest.mark.service
def test_a_broker_keeps_what_a_sink_gives_it() -> None:
    publisher = Publisher(url_of("nats"), "idrill.test-sinks")
    sink = BrokerSink(publisher)

    sink.put_rows(LIVE, [(NOON.isoformat(), {"torque": 1.0})])
    sink.close()

    assert (publisher.published, sink.name) == (1, "nats")


def failing(*faults: Exception) -> list[Exception]:
    return list(faults)


def test_a_sink_that_is_away_is_asked_again_and_the_reason_told() -> None:
    faults = failing(StoreError("the disk is full"), StreamError("no broker"))
    said: list[str] = []

    def put() -> None:
        if faults:
            raise faults.pop(0)

    asyncio.run(kept(put, said.append))
    faults += failing(StoreError("again"))
    done = kept_waiting(put, said.append, Event())

    assert done
    assert said == ["the disk is full", "no broker", "again"]


def test_who_is_told_to_end_waits_no_longer() -> None:
    ending = Event()

    def put() -> None:
        raise StoreError("away")

    assert not kept_waiting(put, lambda _: ending.set(), ending)


def test_readings_of_a_rig_that_is_not_there_are_not_told_again(sink: StoreSink) -> None:
    nobody = Address("R9", None, "x")

    with pytest.raises(NotFound):
        asyncio.run(kept(lambda: sink.put_rows(nobody, [(NOON.isoformat(), {"torque": 1.0})]),
                         print))  # fmt: skip
