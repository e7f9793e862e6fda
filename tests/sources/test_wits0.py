"""Frames of WITS level 0 from a real socket become live readings, whatever breaks on the way."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

import polars as pl
import pytest

from idrill.errors import OriginRefused, StoreError
from idrill.frame import Origin
from idrill.readers.columns import ColumnEntry, ColumnMap
from idrill.readers.wits0.client import Patience, Wits0Client
from idrill.readers.wits0.items import Agreement, agreed
from idrill.readers.wits0.listener import Wits0Listener
from idrill.sources.sinks import Address, Sink, StoreSink, Told
from idrill.sources.wits0 import HELD, Tally, Wits0Source
from idrill.store import live_readings
from idrill.store.database import Database
from tests.sources.conftest import LIVE
from tests.sources.wits0_sender import Script, frame_text, sender, until

HASTE = Patience(connection=60.0, silence=60.0, shortest_pause=0.01, longest_pause=0.02)
Kept = Callable[..., list[tuple[float | None, ...]]]


def followed(
    script: Script,
    sink: Sink,
    is_enough: Callable[[Tally], bool],
    agreement: Agreement | None = None,
) -> Tally:
    """What a source took in from a sender until it was enough."""

    async def scene() -> Tally:
        async with sender(script) as port:
            client = Wits0Client("127.0.0.1", port, patience=HASTE)
            source = Wits0Source(client, agreement or Agreement(), LIVE, sink)
            running = asyncio.create_task(source.run())
            await until(lambda: is_enough(source.tally) or running.done())
            client.stop()
            await running
            return source.tally

    return asyncio.run(scene())


async def send(writer: asyncio.StreamWriter, *texts: str) -> None:
    for text in texts:
        writer.write(text.encode())
        await writer.drain()


async def forever(writer: asyncio.StreamWriter) -> None:
    await writer.wait_closed()


def test_frames_become_readings_over_connections_that_break(sink: StoreSink, kept: Kept) -> None:
    async def script(writer: asyncio.StreamWriter, connection: int) -> None:
        first = 2 * connection
        whole = [frame_text(first + turn, f"0114{first + turn}") for turn in (0, 1)]
        await send(writer, *whole, frame_text(59, "011499")[:-12])

    tally = followed(script, sink, lambda tally: tally.readings >= 6)

    assert kept("hook_load")[:6] == [(20.0,), (30.0,), (40.0,), (50.0,), (60.0,), (70.0,)]
    assert tally.unusable >= 2
    assert (990.0,) not in kept("hook_load")


def test_units_and_nulls_are_those_that_were_agreed_on(sink: StoreSink, kept: Kept) -> None:
    async def script(writer: asyncio.StreamWriter, _: int) -> None:
        await send(writer, frame_text(0, "0114100", "0121-9999", "0122-32768", "0199500"))
        await forever(writer)

    agreement = agreed(
        ColumnMap(
            {"0199": ColumnEntry("torque", "kft.lbf")}, units="field", null_values=("-32768",)
        )
    )
    followed(script, sink, lambda tally: tally.readings == 1, agreement)

    [(hook_load, torque, standpipe, casing)] = kept(
        "hook_load", "torque", "standpipe_pressure", "casing_pressure"
    )
    assert hook_load == pytest.approx(444.8222)
    assert torque == pytest.approx(677.9089)
    assert (standpipe, casing) == (None, None)


def test_items_that_mean_nothing_here_are_counted(sink: StoreSink) -> None:
    async def script(writer: asyncio.StreamWriter, _: int) -> None:
        await send(writer, frame_text(0, "01141", "07991.5", "0108off"), "&&\r\n!!\r\n")
        await send(writer, frame_text(1, "01141", "07991.5"), frame_text(2, "07991.5"))
        await forever(writer)

    tally = followed(script, sink, lambda tally: tally.frames == 4)

    assert dict(tally.unknown) == {"0799": 3}
    assert dict(tally.no_numbers) == {"0108": 1}
    assert (tally.readings, tally.heartbeats, tally.unusable) == (2, 1, 0)


def test_frames_that_cannot_be_used_are_kept_with_the_reason(
    sink: StoreSink, database: Database
) -> None:
    async def script(writer: asyncio.StreamWriter, _: int) -> None:
        await send(writer, frame_text(0, "01141"), "&&\r\n011480\r\n!!\r\n")
        await send(writer, frame_text(1, "01141", "01142"), frame_text(2, "01141"))
        await forever(writer)

    tally = followed(script, sink, lambda tally: tally.readings + tally.unusable == 4)

    assert tally.unusable == 2
    with database.session() as session:
        samples = sorted(one.sample for one in live_readings.rejections(session, "R1", limit=9))
    assert "an item stands twice in the frame" in samples[0]
    assert "011480" in samples[1]


class Absent:
    """A sink that is away for the first attempts."""

    name = "nowhere"

    def __init__(self, to: Sink, attempts: int) -> None:
        self._to, self.attempts = to, attempts
        self.most = 0

    def put_rows(self, to: Address, rows: Sequence[Told]) -> None:
        self.most = max(self.most, len(rows))
        self.attempts -= 1
        if self.attempts >= 0:
            raise StoreError("the disk is full")
        self._to.put_rows(to, rows)

    def put_table(self, to: Address, table: pl.DataFrame) -> None:
        raise NotImplementedError

    def close(self) -> None:
        """Nothing to let go of."""


def test_a_sink_that_is_away_slows_the_sender_and_costs_no_frame(
    sink: StoreSink, kept: Kept
) -> None:
    count = 3 * HELD

    async def script(writer: asyncio.StreamWriter, connection: int) -> None:
        if connection == 1:
            await send(writer, *(frame_text(second, "01141") for second in range(count)))
        await forever(writer)

    absent = Absent(sink, 3)
    followed(script, absent, lambda tally: tally.readings == count)

    assert len(kept("hook_load")) == count
    assert absent.most <= HELD + 1


def test_what_was_taken_is_kept_before_a_source_ends(sink: StoreSink, kept: Kept) -> None:
    async def script(writer: asyncio.StreamWriter, _: int) -> None:
        await send(writer, *(frame_text(second, "01141") for second in range(50)))
        await forever(writer)

    followed(script, Absent(sink, 2), lambda tally: tally.frames == 50)

    assert len(kept("hook_load")) == 50


def test_readings_of_another_origin_end_the_source(sink: StoreSink) -> None:
    async def script(writer: asyncio.StreamWriter, _: int) -> None:
        await send(writer, frame_text(0, "01141"))
        await forever(writer)

    sink.put_rows(Address("R1", Origin.REPLAY, "x"), [("2026-03-01T00:00:00Z", {"torque": 1.0})])

    with pytest.raises(OriginRefused, match="are replay"):
        followed(script, sink, lambda tally: tally.fault is not None)


def test_rigs_that_push_are_listened_to_several_at_once(sink: StoreSink, kept: Kept) -> None:
    async def push(port: int, *seconds: int) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        await send(writer, *(frame_text(second, f"0114{second}") for second in seconds))
        writer.close()

    async def scene() -> Wits0Listener:
        listener = Wits0Listener("127.0.0.1", 0, patience=HASTE, senders=2)
        source = Wits0Source(listener, Agreement(), LIVE, sink)
        running = asyncio.create_task(source.run())
        await until(lambda: listener.port != 0)
        await asyncio.gather(push(listener.port, 1, 2, 3), push(listener.port, 4, 5))
        await until(lambda: source.tally.readings == 5)
        listener.stop()
        await running
        return listener

    listener = asyncio.run(scene())

    assert [value for (value,) in kept("hook_load")] == [10.0, 20.0, 30.0, 40.0, 50.0]
    assert (listener.connections, listener.link) == (2, "stopped")


@pytest.mark.parametrize("allowed", [(), ("127.0.0.1",)], ids=["no-room", "not-named"])
def test_who_may_not_push_is_sent_away_and_whoever_may_goes_on(
    sink: StoreSink,
    kept: Kept,
    caplog: pytest.LogCaptureFixture,
    allowed: tuple[str, ...],
) -> None:
    async def scene() -> Wits0Listener:
        listener = Wits0Listener("127.0.0.1", 0, patience=HASTE, allowed=allowed)
        source = Wits0Source(listener, Agreement(), LIVE, sink)
        running = asyncio.create_task(source.run())
        await until(lambda: listener.port != 0)
        _, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        await send(writer, frame_text(1, "01141"))
        await until(lambda: source.tally.readings == 1)
        reader, other = await asyncio.open_connection(
            "127.0.0.1", listener.port, local_addr=("127.0.0.2", 0)
        )
        async with asyncio.timeout(60):
            assert await reader.read() == b""
        other.close()
        await send(writer, frame_text(2, "01142"))
        await until(lambda: source.tally.readings == 2)
        writer.close()
        listener.stop()
        await running
        return listener

    listener = asyncio.run(scene())

    assert (listener.connections, listener.refused) == (1, 1)
    assert kept("hook_load") == [(10.0,), (20.0,)]
    assert "127.0.0.2 is refused" in caplog.text


def reached(tally: Tally, readings: int) -> bool:
    return tally.readings == readings


def test_a_pusher_that_connects_again_takes_its_own_place(sink: StoreSink, kept: Kept) -> None:
    async def scene() -> Wits0Listener:
        listener = Wits0Listener("127.0.0.1", 0, patience=HASTE)
        source = Wits0Source(listener, Agreement(), LIVE, sink)
        running = asyncio.create_task(source.run())
        await until(lambda: listener.port != 0)
        for second in (1, 2, 3):
            # Those before it are never closed, as where a line is cut.
            _, writer = await asyncio.open_connection("127.0.0.1", listener.port)
            await send(writer, frame_text(second, f"0114{second}"))
            await until(partial(reached, source.tally, second))
        listener.stop()
        await running
        return listener

    listener = asyncio.run(scene())

    assert (listener.connections, listener.refused) == (3, 0)
    assert kept("hook_load") == [(10.0,), (20.0,), (30.0,)]


def test_a_pusher_that_falls_silent_is_let_go(sink: StoreSink) -> None:
    async def scene() -> Wits0Listener:
        listener = Wits0Listener("127.0.0.1", 0, patience=Patience(silence=0.2))
        source = Wits0Source(listener, Agreement(), LIVE, sink)
        running = asyncio.create_task(source.run())
        await until(lambda: listener.port != 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        async with asyncio.timeout(60):
            assert await reader.read() == b""
        writer.close()
        listener.stop()
        await running
        return listener

    assert asyncio.run(scene()).problem == "silent for 0.2 s"


def test_an_address_in_use_is_told(sink: StoreSink) -> None:
    async def scene() -> None:
        async def script(writer: asyncio.StreamWriter, _: int) -> None:
            await forever(writer)

        async with sender(script) as port:
            listener = Wits0Listener("127.0.0.1", port)
            await Wits0Source(listener, Agreement(), LIVE, sink).run()

    with pytest.raises(OSError, match="in use"):
        asyncio.run(scene())
