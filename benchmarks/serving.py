"""The service as a process, in either host, with champions of its own; requests on a timetable.

`python -m benchmarks.serving PORT` serves the application under uvicorn with one endpoint more,
which does nothing behind the door of a prediction; `benchmarks.serving:service` is the same for
BentoML.
"""

import asyncio
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import httpx
import numpy as np
from fastapi import APIRouter

from idrill.access import DOORS, Role
from idrill.registry.champions import folder_of
from idrill.rul.golden import golden_of, write_golden
from idrill.rul.prediction import FrozenModel
from idrill.store import promotions, users
from idrill.store.database import Database
from idrill.store.passwords import Passwords
from idrill.store.releases import Judgement
from idrill.store.users import NewUser
from idrill.windows import Lives, Windows

Host = Literal["uvicorn", "bentoml"]
MODEL = "rul-liner"
NOTHING = "/api/v1/nothing"
"""Behind the door of a prediction; does nothing."""
OPEN = "/api/v1/nothing/open"
"""Without a door."""
POLL = 0.2
"""How often workers look for a new champion [s]."""
_EMAIL, _PASSWORD = "ada@rig.example", secrets.token_urlsafe(16)  # not a person's


@dataclass(frozen=True)
class Served:
    """A service that answers."""

    url: str
    pid: int
    """Of the process that was started; its children may be what answers."""
    headers: Mapping[str, str]

    def workers(self) -> list[int]:
        """Processes that answer: those that hold a model open."""
        return [pid for pid in _family(self.pid) if "onnxruntime" in _maps(pid) and _listens(pid)]


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in _family(int(child)))]


def _maps(pid: int) -> str:
    return Path(f"/proc/{pid}/maps").read_text()


def _listens(pid: int) -> bool:
    """Whether it is a worker rather than the one that starts them."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return not children


def memory(pid: int) -> float:
    """Proportional set size [MiB]."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024.0


def keep(database: Database, models: Path, version: int, windows: Windows) -> FrozenModel:
    """Enter the model whose folder lies under a version as a candidate."""
    folder = folder_of(models, MODEL, version)
    frozen = FrozenModel.open(folder)
    write_golden(folder, golden_of(frozen, windows))
    with database.session() as session:
        promotions.enter(session, MODEL, version, frozen.digest, by="bench", reason="to be timed")
    return frozen


def crown(database: Database, version: int) -> None:
    """Make a version the champion without a gate: it was never trained."""
    with database.session() as session:
        reigning = promotions.find_champion(session, MODEL)
        against = None if reigning is None else reigning.version
        promotions.promote(
            session, MODEL, version, Judgement("benchmark"), by="bench", against=against
        )


def posted(lives: Lives, windows: Windows, at: int) -> dict[str, Any]:
    """A window as a request has it, each number with the digits that single precision has."""
    rows = windows.values[at][windows.mask[at]]
    told = {
        name: [None if np.isnan(one) else float(str(one)) for one in column]
        for name, column in zip(lives.channels, rows.T, strict=True)
    }
    return {"component": "liner", "origin": "synthetic", "windows": [{"channels": told}]}


@contextmanager
def served(home: Path, host: Host, *, workers: int = 1) -> Iterator[Served]:
    """The service on a home whose store is migrated, until the block ends.

    Raises:
        RuntimeError: If it does not start.
    """
    _enter_somebody(home)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    process = subprocess.Popen(  # noqa: S603  our own program
        [sys.executable, *_order(host, port)],
        env=os.environ  # noqa: TID251  handed on to the service
        | {
            "IDRILL_HOME": str(home),
            "IDRILL_SECRET_KEY": secrets.token_urlsafe(48),
            "IDRILL_ENV": "production",
            "IDRILL_REQUEST_RATE": "1000000000/minute",
            "IDRILL_MODEL_POLL": str(POLL),
            "IDRILL_WORKERS": str(workers),
            "BENTOML_DO_NOT_TRACK": "True",
            "BENTOML_HOME": str(home / "bentoml"),
            "OMP_NUM_THREADS": "1",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield _answering(f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _order(host: Host, port: int) -> list[str]:
    if host == "uvicorn":
        return ["-m", "benchmarks.serving", str(port)]
    order = ["-m", "bentoml", "serve", "benchmarks.serving:service", "--host", "127.0.0.1"]
    return [*order, "--port", str(port), "--timeout-keep-alive", "30"]


def _enter_somebody(home: Path) -> None:
    database = Database(f"sqlite:///{home / 'idrill.db'}")
    with database.session() as session:
        if users.by_email(session, _EMAIL) is None:
            hashed = Passwords().hashed(_PASSWORD)
            users.create(session, NewUser(_EMAIL, "", Role.ENGINEER, hashed, None))
    database.dispose()


def _answering(url: str, pid: int) -> Served:
    for _ in range(600):
        try:
            httpx.get(f"{url}/api/v1/health/ready")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            login = {"email": _EMAIL, "password": _PASSWORD}
            told = httpx.post(f"{url}/api/v1/auth/login", json=login).json()
            return Served(url, pid, {"Authorization": f"Bearer {told['access_token']}"})
    raise RuntimeError("the service did not start")


@dataclass(frozen=True)
class Answer:
    """What came back of a request."""

    due: float
    """When it was to go out [s since the first]."""
    took: float
    """From then on [s]."""
    status: int
    """0 if the connection broke."""
    told: Any


async def paced(
    client: httpx.AsyncClient,
    path: str,
    bodies: list[dict[str, Any]],
    per_second: int,
    seconds: float,
) -> list[Answer]:
    """The answers to requests on a timetable, whether earlier ones were answered or not.

    Args:
        client: With the headers of somebody.
        path: What is posted to.
        bodies: In turn.
        per_second: How many.
        seconds: For how long.
    """
    packed = [json.dumps(body).encode() for body in bodies]
    kind = {"Content-Type": "application/json"}
    found: list[Answer] = []
    began = time.perf_counter()

    async def ask(number: int, due: float) -> None:
        try:
            content = packed[number % len(packed)]
            answer = await client.post(path, content=content, headers=kind)
        except httpx.TransportError as error:
            found.append(Answer(due - began, time.perf_counter() - due, 0, repr(error)))
            return
        took = time.perf_counter() - due
        found.append(Answer(due - began, took, answer.status_code, answer.json()))

    async with asyncio.TaskGroup() as group:
        for number in range(int(per_second * seconds)):
            due = began + number / per_second
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(ask(number, due))
    return found


def _with_nothing() -> None:
    """Add the endpoints that do nothing, the first behind the door of a prediction."""
    from idrill_serving import app, doors
    from idrill_serving.doors import ClosedRoute

    router = APIRouter(route_class=ClosedRoute)

    @router.post(NOTHING)
    @router.post(OPEN)
    def answer_nothing() -> dict[str, str]:
        """Nothing."""
        return {"status": "ok"}

    predicting = DOORS["POST /api/v1/predictions/rul"]
    public = replace(predicting, public=True)
    more = {f"POST {NOTHING}": predicting, f"POST {OPEN}": public}
    vars(doors)["DOORS"] = {**DOORS, **more}  # of this process alone
    # It stands for a module of routes, of which the application takes the router alone.
    app.RESOURCES = (*app.RESOURCES, SimpleNamespace(router=router))  # type: ignore[assignment]


def __getattr__(name: str) -> Any:
    """The service of BentoML, with the endpoints that do nothing."""
    if name != "service":
        raise AttributeError(name)
    from idrill_serving import service

    _with_nothing()
    return service.service


if __name__ == "__main__":
    from idrill_serving import commands

    _with_nothing()
    commands.serve(port=int(sys.argv[1]), host="127.0.0.1", plain=True)
