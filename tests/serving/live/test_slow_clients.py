"""Somebody who does not read costs the others nothing, is told what was dropped, and has to go."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from websockets.sync.client import connect

from idrill_serving.live import outbox
from tests.serving.live.hosts import Host, Line, wait_until, watching

WIDE = dict.fromkeys(
    ("hook_load", "torque", "flow_in", "block_position", "hole_depth", "bit_depth"), 1.5
)


@contextmanager
def not_reading(host: Host, **wanted: object) -> Iterator[Line]:
    """Somebody who subscribed and reads no more than a little."""
    narrow = socket.create_connection(("127.0.0.1", host.port))
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    url = f"ws://127.0.0.1:{host.port}/api/v1/sensor-data/ws/R1"
    with connect(
        url, sock=narrow, compression=None, max_queue=1, proxy=None, close_timeout=0.1
    ) as opened:
        line = Line(opened)
        line.login(token=host.token())
        line.subscribe(**wanted)
        yield line


def flood(host: Host, megabytes: float, start: int = 0) -> int:
    """Tell readings of about so many megabytes as they go over a line; the last revision."""
    last = 0
    for number in range(round(megabytes * 10)):
        begin = start + number * 1000
        last = host.tell(range(begin % 9000, begin % 9000 + 1000), **WIDE | {"torque": 2.0 + begin})
    return last


def test_others_are_told_everything_while_one_does_not_read(host: Host) -> None:
    with not_reading(host), watching(host) as other:
        other.take(other.until("snapshot"))
        last = flood(host, 8.0)
        other.follow(last)

        assert host.hub.tally.dropped > 0
        assert host.hub.tally.waiting <= outbox.CAP


def test_who_reads_again_is_told_what_was_dropped_and_can_go_on_from_there(host: Host) -> None:
    with not_reading(host) as slow:
        slow.take(slow.until("snapshot"))
        before = slow.position
        last = flood(host, 8.0)
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
        flood(host, 8.0)
        time.sleep(0.3)
        last = host.tell([1], torque=99_000.0)
        wait_until(lambda: host.hub.clients == 1)
        other.follow(last)

        assert host.hub.tally.slow == 1
        assert host.hub.tally.waiting == 0


def test_of_latest_values_only_the_newest_wait(host: Host) -> None:
    with not_reading(host, mode="latest") as slow, watching(host) as other:
        slow.until("latest")
        other.take(other.until("snapshot"))
        last = 0
        for second in range(9000):
            last = host.tell([second], torque=float(second))
            if host.hub.tally.replaced > 3:
                break
        other.follow(last)

        assert host.hub.tally.replaced > 3
        assert host.hub.tally.dropped == 0
        while (told := slow.until("latest"))["position"][0] < last:
            pass
        assert told["values"]["torque"] == float(second)
        json.dumps(told)
