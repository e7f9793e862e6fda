"""A flood of logins, 50 a second, from one address and from fifty: what the others notice of it.

The service runs as a process with the costs of production: argon2 as OWASP recommends, 30 logins a
minute and address. Requests go out on a timetable, whether answers came or not, and a time counts
from when a request was due. Then three kinds of accounts are tried: one that has to wait, one that
there is not, and one with a wrong password.
"""

import asyncio
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from benchmarks.harness import Comparison, Result, Sample
from idrill.access import Role
from idrill.rigs import Rig
from idrill.store import login_throttle, rigs, users
from idrill.store.database import Database
from idrill.store.passwords import Passwords
from idrill.store.users import NewUser

SECONDS = 10
"""How long each stretch lasts."""
ROUNDS = 5
LOGINS = 50
"""Logins a second."""
READS = 40
"""Reads a second of somebody who is logged in."""
TRIES = 60
"""Logins of each kind whose times are compared."""
PROGRAM = Path(sys.executable).parent / "idrill"
EMAIL, PASSWORD = "ada@rig.example", secrets.token_urlsafe(16)
LOCKED, OPEN = "locked@rig.example", "open@rig.example"


@dataclass
class Seen:
    """What came of a flood."""

    times: list[float] = field(default_factory=list)
    """Of the reads [s]."""
    statuses: Counter[int] = field(default_factory=Counter)
    """Of the logins."""


def run() -> Result:
    """Reads without a flood and with two kinds of it, in turn; then what times tell."""
    with tempfile.TemporaryDirectory() as scratch, _served(Path(scratch)) as url:
        quiet, one, fifty = asyncio.run(_measured(url))
        kinds = _told_apart(Path(scratch), url)
    again = {name: _p99s(seen) for name, seen in (("one", one), ("fifty", fifty))}
    calm, unknown = _p99s(quiet), kinds["unknown"]
    return Result(
        promise="",
        title="A flood of logins",
        against="the same reads without a flood, in turn; a wrong password, for accounts",
        comparisons=(
            *(
                Comparison(f"p99 of reads, flood from {name}", sample, calm, 2.0, "at most")
                for name, sample in again.items()
            ),
            *(
                Comparison(f"login, {kind}; peer: unknown", kinds[kind], unknown, 1.05, "at most")
                for kind in ("waiting", "wrong password")
            ),
        ),
        notes=(
            f"{LOGINS} logins and {READS} reads a second, {ROUNDS} stretches of {SECONDS} s of "
            "each kind; a time counts from when the request was due. Logins name an account each.",
            "An account that has to wait, an unknown one and a wrong password were answered with "
            "the same status and text.",
        ),
        figures={
            "answers to logins from one address": _words(one),
            "answers to logins from fifty addresses": _words(fifty),
        },
    )


def _words(seen: Sequence[Seen]) -> str:
    total = sum((one.statuses for one in seen), Counter[int]())
    return ", ".join(f"{status}: {total[status]}" for status in sorted(total))


def _p99s(seen: Sequence[Seen]) -> Sample:
    return Sample(tuple(statistics.quantiles(one.times, n=100)[98] for one in seen))


@contextmanager
def _served(home: Path) -> Iterator[str]:
    database = Database(f"sqlite:///{home / 'idrill.db'}")
    database.migrate()
    with database.session() as session:
        hashed = Passwords().hashed(PASSWORD)
        for email in (EMAIL, LOCKED, OPEN):
            users.create(session, NewUser(email, "", Role.VIEWER, hashed, None))
        rigs.register(session, Rig("R1", "R1"))
    database.dispose()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    process = subprocess.Popen(  # noqa: S603  our own program
        [str(PROGRAM), "serve", "--plain", "--port", str(port)],
        env=os.environ  # noqa: TID251  handed on to the service
        | {
            "IDRILL_HOME": str(home),
            "IDRILL_SECRET_KEY": secrets.token_urlsafe(48),
            "IDRILL_ENV": "production",
            "IDRILL_REQUEST_RATE": "1000000/minute",
        },
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(f"{url}/api/v1/health/ready")
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(url: str) -> None:
    for _ in range(400):
        try:
            httpx.get(url)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the service did not start")


async def _measured(url: str) -> tuple[list[Seen], list[Seen], list[Seen]]:
    """What was seen without a flood, from one address, and from fifty."""
    found: tuple[list[Seen], list[Seen], list[Seen]] = ([], [], [])
    async with httpx.AsyncClient(base_url=url, timeout=30.0) as reader:
        login = {"email": EMAIL, "password": PASSWORD}
        told = (await reader.post("/api/v1/auth/login", json=login)).json()
        reader.headers["Authorization"] = f"Bearer {told['access_token']}"
        await _stretch(reader, [])
        for _ in range(ROUNDS):
            for addresses, seen in zip((0, 1, 50), found, strict=True):
                seen.append(await _flooded(reader, url, addresses))
    return found


async def _flooded(reader: httpx.AsyncClient, url: str, addresses: int) -> Seen:
    clients = [
        httpx.AsyncClient(
            base_url=url,
            timeout=30.0,
            transport=httpx.AsyncHTTPTransport(local_address=f"127.0.0.{2 + number}"),
        )
        for number in range(addresses)
    ]
    try:
        return await _stretch(reader, clients)
    finally:
        for client in clients:
            await client.aclose()


async def _stretch(reader: httpx.AsyncClient, flooding: Sequence[httpx.AsyncClient]) -> Seen:
    seen, began = Seen(), time.perf_counter()

    async def read(due: float) -> None:
        answer = await reader.get("/api/v1/rigs")
        answer.raise_for_status()
        seen.times.append(time.perf_counter() - due)

    async def knock(number: int) -> None:
        told = {"email": f"p{secrets.token_hex(6)}@rig.example", "password": "x" * 12}
        client = flooding[number % len(flooding)]
        answer = await client.post("/api/v1/auth/login", json=told)
        seen.statuses[answer.status_code] += 1

    async def paced(per_second: int, *, knocking: bool) -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(per_second * SECONDS):
                due = began + number / per_second
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                group.create_task(knock(number) if knocking else read(due))

    async with asyncio.TaskGroup() as both:
        both.create_task(paced(READS, knocking=False))
        if flooding:
            both.create_task(paced(LOGINS, knocking=True))
    return seen


def _told_apart(home: Path, url: str) -> dict[str, Sample]:
    """Times of logins that fail, by what is the matter with the account, in turn.

    Raises:
        AssertionError: If status or text differ.
    """
    database = Database(f"sqlite:///{home / 'idrill.db'}")
    times: dict[str, list[float]] = {"waiting": [], "wrong password": [], "unknown": []}
    told: set[tuple[int, str]] = set()
    for number in range(TRIES):
        # An address each, so that no limit of an address is reached.
        address = f"127.0.1.{1 + number}"
        with database.session() as session:
            for _ in range(login_throttle.FROM_ADDRESS.free + 5):
                login_throttle.failed(session, LOCKED, address)
        transport = httpx.HTTPTransport(local_address=address)
        with httpx.Client(base_url=url, transport=transport, timeout=30.0) as client:
            client.get("/api/v1/health/live")
            for kind, email in _in_turn(number, LOCKED, OPEN, f"p{number}@rig.example"):
                began = time.perf_counter()
                answer = client.post(
                    "/api/v1/auth/login", json={"email": email, "password": "wrong horse battery"}
                )
                times[kind].append(time.perf_counter() - began)
                told.add((answer.status_code, answer.json()["detail"]))
    database.dispose()
    assert len(told) == 1, told
    return {kind: Sample(tuple(values)) for kind, values in times.items()}


def _in_turn(number: int, *emails: str) -> list[tuple[str, str]]:
    pairs = list(zip(("waiting", "wrong password", "unknown"), emails, strict=True))
    return pairs[number % 3 :] + pairs[: number % 3]
