"""Somebody who does not read costs the others nothing, is told what was dropped, and has to go."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from idrill.rigs import Rig
from idrill.store import rigs
from idrill_serving.live import outbox
from tests.serving.live.hosts import Host, Line, wait_until, watching

WIDE = dict.fromkeys(
    ("hook_load", "torque", "flow_in", "block_position", "hole_depth", "bit_depth"), 1.5
)

CAP = 256 << 10
"""Of a queue here [bytes], so that a test need not tell much."""


@pytest.fixture(autouse=True)
def _small_queues(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "CAP", CAP)


@contextmanager
def not_reading(host: Host, place: str = "/R1", **wanted: object) -> Iterator[Line]:
    """Somebody who subscribed and reads no more than a little."""
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.connect(("127.0.0.1", host.port))
    url = f"ws://127.0.0.1:{host.port}/api/v1/sensor-data/ws{place}"
    with connect(
        url, sock=narrow, compression=None, max_queue=1, proxy=None, close_timeout=0.1
    ) as opened:
        line = Line(opened)
        line.login(token=host.token())
        line.subscribe(**wanted)
        yield line


def flood(host: Host, *reading: Line) -> int:
    """Tell more than a queue and a line hold, to some who read it; the last revision."""
    last = 0
    for number in range(60):
        begin = number % 20 * 400
        last = host.tell(range(begin, begin + 400), **WIDE | {"torque": 2.0 + number})
        for line in reading:
            line.follow(last)
    return last


def test_others_are_told_everything_while_one_does_not_read(host: Host) -> None:
    with not_reading(host), watching(host) as other:
        other.take(other.until("snapshot"))
        flood(host, other)

        assert host.hub.tally.dropped > 0
        assert host.hub.tally.waiting <= CAP


def test_who_begins_to_watch_more_than_a_queue_holds_is_told_each_rig_whole(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "CAP", 48 << 10)
    monkeypatch.setattr(outbox, "ROOM", 8 << 10)
    names = [f"S{number}" for number in range(12)]
    with host.database.session() as session:
        for name in names:
            rigs.register(session, Rig(name, name))
    for name in names:
        host.tell(range(400), name, **WIDE)

    with not_reading(host, "", rigs=names, history=3600) as line:
        told = [line.until("snapshot", "gap") for _ in names]

    assert {one["rig"]: len(one.get("time", ())) for one in told} == dict.fromkeys(names, 400)
    assert host.hub.tally.dropped == 0


def test_who_asks_and_does_not_read_the_answers_is_let_go(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "STALLED", float("inf"))
    with not_reading(host) as talking:
        ping = '{"type": "ping", "id": "' + "x" * 64 + '"}'
        with suppress(ConnectionClosed):
            for _ in range(20_000):
                talking.socket.send(ping)

        wait_until(lambda: host.hub.tally.slow == 1)
        assert host.hub.tally.waiting <= 1.1 * CAP


def test_who_reads_again_is_told_what_was_dropped_and_can_go_on_from_there(host: Host) -> None:
    with not_reading(host) as slow:
        slow.take(slow.until("snapshot"))
        before = slow.position
        last = flood(host)
        gap = slow.until("gap")

        assert gap["rig"] == "R1"
        assert gap["dropped"] > 0
        assert gap["rows"] > 0
        assert before <= gap["after"] < gap["position"]
        while slow.position[0] < last:
            told = slow.until("batch", "gap")
            slow.position = told["position"]


def test_who_takes_nothing_for_long_is_let_go(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "STALLED", 0.2)
    monkeypatch.setattr(outbox, "GRACE", 0.2)
    with not_reading(host), watching(host) as other:
        other.take(other.until("snapshot"))
        flood(host, other)
        time.sleep(0.3)
        last = host.tell([8500], torque=3.0)
        wait_until(lambda: host.hub.clients == 1)
        other.follow(last)

        assert host.hub.tally.slow == 1
        assert host.hub.tally.waiting == 0


def test_of_latest_values_only_the_newest_waits(host: Host) -> None:
    with not_reading(host, mode="latest") as slow:
        slow.until("latest")
        second = 0
        while host.hub.tally.replaced < 3:
            second += 1
            last = host.tell([second], **WIDE | {"torque": float(second)})
        told = slow.until("latest")
        while told["position"][0] < last:
            told = slow.until("latest")

    assert told["values"]["torque"] == float(second)
    assert host.hub.tally.dropped == 0
