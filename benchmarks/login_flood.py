"""A flood of logins, 50 a second, from one address and from fifty: what the others notice of it.

The service runs as a process with the costs of production: argon2 as OWASP recommends, 30 logins a
minute and address. Who reads and who floods are processes of their own. Requests go out on a
timetable, whether answers came or not, and a time counts from when a request was due. Then three
kinds of accounts are tried: one that has to wait, one that there is not, and one with a wrong
password.
"""

import asyncio
import json
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
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from benchmarks.connections import Came, Connection, paced, request
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
READS = 100
"""Reads a second of somebody who is logged in, so that ten of a stretch are slower than its p99."""
READERS = 16
"""Connections that they come by."""
TRIES = 100
"""Logins of each kind whose times are compared."""
KINDS = ("waiting", "wrong password", "unknown")
PROGRAM = Path(sys.executable).parent / "idrill"
EMAIL, PASSWORD = "ada@rig.example", secrets.token_urlsafe(16)  # not a person's
LOCKED, OPEN = "locked@rig.example", "open@rig.example"
LOGIN = "/api/v1/auth/login"


def run() -> Result:
    """Reads without a flood and with two kinds of it, in turn; then what times tell."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        _served(Path(scratch)) as port,
        ProcessPoolExecutor(2, get_context("spawn")) as others,
    ):
        quiet, one, fifty, answers = _measured(port, others)
        kinds = asyncio.run(_told_apart(Path(scratch), port))
    unknown = kinds["unknown"]
    return Result(
        promise="",
        title="A flood of logins",
        against="the same reads without a flood, in turn; an unknown account, for accounts",
        comparisons=(
            *(
                Comparison(f"p99 of reads, flood from {name}", sample, quiet, 2.0, "at most")
                for name, sample in (("one", one), ("fifty", fifty))
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
        figures={f"answers to logins from {name}": told for name, told in answers.items()},
    )


def _measured(port: int, others: Executor) -> tuple[Sample, Sample, Sample, dict[str, str]]:
    """The p99 of reads without a flood, from one address, from fifty; what logins were answered."""
    headers = {"Authorization": f"Bearer {asyncio.run(_token(port))}"}
    asked = request("GET", "/api/v1/rigs", headers)
    found: dict[int, list[float]] = {0: [], 1: [], 50: []}
    answered: dict[int, Counter[int]] = {1: Counter(), 50: Counter()}
    others.submit(_read, port, asked).result()
    for _ in range(ROUNDS):
        for addresses, p99s in found.items():
            flood = others.submit(_knock, port, addresses) if addresses else None
            p99s.append(others.submit(_read, port, asked).result())
            if flood is not None:
                answered[addresses] += flood.result()
    told = {
        name: ", ".join(f"{status}: {answered[many][status]}" for status in sorted(answered[many]))
        for many, name in ((1, "one address"), (50, "fifty addresses"))
    }
    quiet, one, fifty = (Sample(tuple(p99s)) for p99s in found.values())
    return quiet, one, fifty, told


def _read(port: int, asked: bytes) -> float:
    """The p99 of reads for a stretch [s]."""
    came = asyncio.run(_asked(port, ["127.0.0.1"] * READERS, [asked] * (READS * SECONDS), READS))
    assert {one.status for one in came} == {200}
    return statistics.quantiles([one.took for one in came], n=100)[98]


def _knock(port: int, addresses: int) -> Counter[int]:
    """What logins of a stretch were answered."""
    places = [f"127.0.0.{2 + number % addresses}" for number in range(50)]
    accounts = [f"p{secrets.token_hex(6)}@rig.example" for _ in range(LOGINS * SECONDS)]
    asked = [request("POST", LOGIN, {}, _login(email)) for email in accounts]
    return Counter(one.status for one in asyncio.run(_asked(port, places, asked, LOGINS)))


async def _asked(
    port: int, addresses: Sequence[str], asked: Sequence[bytes], per_second: int
) -> list[Came]:
    connections = [await Connection.open(port, address) for address in addresses]
    found = await paced(connections, asked, per_second, time.perf_counter())
    for connection in connections:
        connection.close()
    return found


async def _token(port: int) -> str:
    connection = await Connection.open(port)
    status, told = await connection.ask(request("POST", LOGIN, {}, _login(EMAIL, PASSWORD)))
    connection.close()
    assert status == 200, told
    return str(json.loads(told)["access_token"])


def _login(email: str, password: str = "wrong horse battery") -> dict[str, str]:  # noqa: S107  none
    return {"email": email, "password": password}


@contextmanager
def _served(home: Path) -> Iterator[int]:
    """The port of a service with two accounts."""
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
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(port: int) -> None:
    for _ in range(1_200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the service did not start")


async def _told_apart(home: Path, port: int) -> dict[str, Sample]:
    """Times of logins that fail, by what is the matter with the account, in turn.

    Raises:
        AssertionError: If status or text differ.
    """
    database = Database(f"sqlite:///{home / 'idrill.db'}")
    times: dict[str, list[float]] = {kind: [] for kind in KINDS}
    told: set[tuple[int, str]] = set()
    for number in range(TRIES):
        # An address each, so that no limit of an address is reached.
        address = f"127.0.1.{1 + number}"
        with database.session() as session:
            for _ in range(login_throttle.FROM_ADDRESS.free + 5):
                login_throttle.failed(session, LOCKED, address)
        connection = await Connection.open(port, address)
        await connection.ask(request("GET", "/api/v1/health/live", {}))
        for kind, email in _in_turn(number, LOCKED, OPEN, f"p{number}@rig.example"):
            asked, began = request("POST", LOGIN, {}, _login(email)), time.perf_counter()
            status, body = await connection.ask(asked)
            times[kind].append(time.perf_counter() - began)
            told.add((status, json.loads(body)["detail"]))
        connection.close()
    database.dispose()
    assert len(told) == 1, told
    return {kind: Sample(tuple(values)) for kind, values in times.items()}


def _in_turn(number: int, *emails: str) -> list[tuple[str, str]]:
    pairs = list(zip(KINDS, emails, strict=True))
    return pairs[number % 3 :] + pairs[: number % 3]
