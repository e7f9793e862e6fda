"""The client of a WITS level 0 sender, against real servers on the loopback."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager

import pytest

from idrill.errors import IDrillError, SettingsError
from idrill.readers.wits0.client import Link, Patience, Wits0Client, moved
from idrill.readers.wits0.frames import CUT, LONGEST_FRAME, Frame

HASTE = Patience(connection=20.0, silence=20.0, shortest_pause=0.01, longest_pause=0.02)
Script = Callable[[asyncio.StreamWriter, int], Awaitable[None]]


def frame_text(second: int) -> str:
    return f"&&\r\n0105230925\r\n01060837{second:02d}\r\n0108{1000 + second}\r\n!!\r\n"


@asynccontextmanager
async def sender(script: Script) -> AsyncIterator[int]:
    """A server that plays `script(writer, number of the connection)`, and its port."""
    connections = 0

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        try:
            await script(writer, connections)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def write(writer: asyncio.StreamWriter, text: str) -> None:
    writer.write(text.encode())
    await writer.drain()


async def received(client: Wits0Client, count: int) -> list[Frame]:
    frames: list[Frame] = []
    async with asyncio.timeout(60), aclosing(client.frames()) as arriving:
        async for frame in arriving:
            frames.append(frame)
            if len(frames) == count:
                client.stop()
    return frames


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110  a client tells nobody that it has changed
            await asyncio.sleep(0.01)


def seconds(frames: list[Frame]) -> list[int]:
    return [frame.time.second for frame in frames if frame.time is not None]


def test_frames_are_reassembled_from_single_bytes() -> None:
    async def script(writer: asyncio.StreamWriter, _: int) -> None:
        for character in frame_text(1) + frame_text(2):
            await write(writer, character)
            await asyncio.sleep(0)
        await asyncio.sleep(5)

    async def scene() -> list[Frame]:
        async with sender(script) as port:
            return await received(Wits0Client("127.0.0.1", port, patience=HASTE), 2)

    frames = asyncio.run(scene())

    assert seconds(frames) == [1, 2]
    assert frames[0].items == {"0105": "230925", "0106": "083701", "0108": "1001"}


def test_a_connection_dropped_inside_a_frame_loses_and_doubles_no_complete_frame() -> None:
    async def script(writer: asyncio.StreamWriter, connection: int) -> None:
        first = 3 * connection
        await write(writer, frame_text(first) + frame_text(first + 1))
        await write(writer, frame_text(first + 2)[: -9 - connection])

    async def scene() -> tuple[list[Frame], Wits0Client]:
        async with sender(script) as port:
            client = Wits0Client("127.0.0.1", port, patience=HASTE)
            return await received(client, 9), client

    frames, client = asyncio.run(scene())

    assert seconds(frames) == [3, 4, 6, 7, 9, 10]
    assert [frame.fault for frame in frames if frame.time is None] == [CUT] * 3
    assert client.connections == 3
    assert client.link is Link.STOPPED


def test_a_silent_sender_is_left_and_called_again() -> None:
    async def script(writer: asyncio.StreamWriter, connection: int) -> None:
        await write(writer, frame_text(connection))
        await asyncio.sleep(5)

    async def scene() -> tuple[list[Frame], Wits0Client]:
        patience = Patience(silence=0.5, shortest_pause=0.01, longest_pause=0.01)
        async with sender(script) as port:
            client = Wits0Client("127.0.0.1", port, patience=patience)
            return await received(client, 3), client

    frames, client = asyncio.run(scene())

    assert seconds(frames) == [1, 2, 3]
    assert client.problem == "silent for 0.5 s"


def test_a_sender_that_never_ends_a_frame_is_cut_and_reported() -> None:
    async def script(writer: asyncio.StreamWriter, connection: int) -> None:
        if connection == 1:
            await write(writer, "&&\r\n" + "01081234.5\r\n" * 8000 + frame_text(7))
        await asyncio.sleep(5)

    async def scene() -> list[Frame]:
        async with sender(script) as port:
            return await received(Wits0Client("127.0.0.1", port, patience=HASTE), 3)

    endless, rest, sound = asyncio.run(scene())

    assert endless.fault is not None
    assert "longer than" in endless.fault
    assert len(endless.text) <= LONGEST_FRAME + 20
    assert rest.fault is not None
    assert sound.time is not None
    assert sound.time.second == 7


def test_a_sender_that_is_not_there_yet_is_called_until_it_is() -> None:
    async def script(writer: asyncio.StreamWriter, _: int) -> None:
        await write(writer, frame_text(5))
        await asyncio.sleep(5)

    async def scene() -> tuple[list[Frame], str | None]:
        async with sender(script) as port:
            pass
        client = Wits0Client("127.0.0.1", port, patience=HASTE)
        waiting = asyncio.create_task(received(client, 1))
        await until(lambda: client.problem is not None)
        refused = client.problem

        async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await script(writer, 1)

        async with await asyncio.start_server(serve, "127.0.0.1", port):
            return await waiting, refused

    frames, refused = asyncio.run(scene())

    assert seconds(frames) == [5]
    assert refused is not None


def test_stop_ends_a_client_that_waits() -> None:
    async def script(_: asyncio.StreamWriter, __: int) -> None:
        await asyncio.sleep(60)

    async def scene() -> tuple[list[Frame], Wits0Client]:
        async with sender(script) as port:
            client = Wits0Client("127.0.0.1", port)
            waiting = asyncio.create_task(received(client, 1))
            await until(lambda: client.link is Link.RECEIVING)
            client.stop()
            return await asyncio.wait_for(waiting, 20.0), client

    frames, client = asyncio.run(scene())

    assert frames == []
    assert client.link is Link.STOPPED


def test_pauses_double_up_to_the_longest_and_vary() -> None:
    patience = Patience(shortest_pause=0.5, longest_pause=8.0)

    pauses = [[patience.pause(attempt) for _ in range(50)] for attempt in (1, 3, 40)]

    assert all(0.25 <= pause <= 0.5 for pause in pauses[0])
    assert all(1.0 <= pause <= 2.0 for pause in pauses[1])
    assert all(4.0 <= pause <= 8.0 for pause in pauses[2])
    assert len(set(pauses[2])) > 10


def test_a_stopped_connection_cannot_receive() -> None:
    with pytest.raises(IDrillError, match="stopped cannot become receiving"):
        moved(Link.STOPPED, Link.RECEIVING)


@pytest.mark.parametrize("port", [0, 65536, -1])
def test_a_port_that_cannot_be_is_refused(port: int) -> None:
    with pytest.raises(SettingsError, match="no TCP port"):
        Wits0Client("127.0.0.1", port)
