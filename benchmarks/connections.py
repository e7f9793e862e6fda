"""Requests over connections that are kept, so cheap that the server is what is measured."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any


def request(method: str, path: str, headers: Mapping[str, str], told: Any = None) -> bytes:
    """A request as it goes over the wire.

    Args:
        method: Of the request.
        path: With the query.
        headers: Beside those that any request has.
        told: What the body says; None: there is none.
    """
    body = b"" if told is None else json.dumps(told).encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass(frozen=True)
class Connection:
    """A connection to a server, over which one request is made after the other."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def open(cls, port: int, address: str = "127.0.0.1") -> "Connection":
        """A connection to a port of this machine, from one of its addresses."""
        found = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
        return cls(*found)

    async def ask(self, packed: bytes) -> tuple[int, bytes]:
        """Status and body of the answer."""
        self.writer.write(packed)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        body = await self.reader.readexactly(int(length or 0))
        return int(head.split(b" ", 2)[1]), body

    def close(self) -> None:
        """Close it."""
        self.writer.close()


@dataclass(frozen=True)
class Came:
    """What came back of a request."""

    status: int
    took: float
    """From when it was due [s]."""


async def paced(
    connections: Sequence[Connection], asked: Sequence[bytes], per_second: float, began: float
) -> list[Came]:
    """What came back of requests on a timetable, whether earlier ones were answered or not.

    A request waits for the connection whose turn it is, and that counts as its time.

    Args:
        connections: In turn.
        asked: The requests.
        per_second: How many are due.
        began: When the first is due, by `time.perf_counter`.
    """
    step, turns = len(connections), range(len(connections))
    dues = [began + number / per_second for number in range(len(asked))]
    found = await asyncio.gather(
        *(_over_one(connections[at], asked[at::step], dues[at::step]) for at in turns)
    )
    return list(chain.from_iterable(found))


async def _over_one(
    connection: Connection, asked: Sequence[bytes], dues: Sequence[float]
) -> list[Came]:
    found = []
    for packed, due in zip(asked, dues, strict=True):
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        status, _ = await connection.ask(packed)
        found.append(Came(status, time.perf_counter() - due))
    return found
