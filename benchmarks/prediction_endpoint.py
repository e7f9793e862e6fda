"""P12, the endpoint part: a prediction over HTTP against an endpoint that does nothing, per host.

Both stand in the same process, behind the same door, and are asked in turn over one connection that
is kept; the one that does nothing is not even sent a body. What the door itself costs is told by an
endpoint without one.
"""

import http.client
import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from benchmarks.harness import Comparison, Result, Sample, interleaved
from benchmarks.serving import MODEL, NOTHING, OPEN, Host, Served, crown, keep, posted, served
from benchmarks.untrained import CHANNELS, card, interval, lives, untrained
from idrill.registry.champions import folder_of
from idrill.rul.cmapss import LENGTH
from idrill.rul.export import export
from idrill.store.database import Database
from idrill.windows import windows

HOSTS: tuple[Host, ...] = ("uvicorn", "bentoml")
NETWORK = "lstm"
CALLS = 100
"""Requests of one measurement."""
ROUNDS = 15
FLOOR = 0.5
BATCH = 16
RUL = "/api/v1/predictions/rul"


def run() -> Result:
    """Each endpoint of each host against the one that does nothing."""
    comparisons: list[Comparison] = []
    for host in HOSTS:
        with tempfile.TemporaryDirectory() as scratch:
            bodies = _model(Path(scratch))
            with served(Path(scratch), host) as service:
                comparisons += _compared(service, host, bodies)
    return Result(
        promise="P12",
        title="Prediction of remaining life, the endpoint part",
        against="an endpoint that does nothing, behind the same door of the same process",
        comparisons=tuple(comparisons),
        notes=(
            f"A window of {LENGTH} rows of {CHANNELS} channels as JSON, {NETWORK}, one connection, "
            f"{CALLS} requests a measurement; times are of one request.",
            "The door asks the store (SQLite) whether anything was committed since the caller was "
            "let in. The last row of a host tells what it costs.",
        ),
    )


def _model(home: Path) -> Mapping[int, dict[str, Any]]:
    """Requests of one window, and of several, by how many there are."""
    database = Database(f"sqlite:///{home / 'idrill.db'}")
    database.migrate()
    known = lives()
    sample = windows(known, LENGTH)[np.arange(0, 10 * BATCH, 10)]
    trained = untrained(NETWORK, known)
    folder = folder_of(home / "models", MODEL, 1)
    export([trained], interval(), card(MODEL, NETWORK, trained.problem), folder)
    keep(database, home / "models", 1, sample)
    crown(database, 1)
    database.dispose()
    single = [posted(known, sample, at) for at in range(BATCH)]
    all_windows = [window for one in single for window in one["windows"]]
    return {1: single[-1], BATCH: single[-1] | {"windows": all_windows}}


def _compared(
    service: Served, host: Host, bodies: Mapping[int, dict[str, Any]]
) -> list[Comparison]:
    [window] = bodies[1]["windows"]
    alone = {name: told for name, told in bodies[1].items() if name != "windows"} | window
    nothing = _asking(service, NOTHING, None)
    found = [
        _against(f"{host}: POST rul, one window", _asking(service, RUL, bodies[1]), nothing, FLOOR)
    ]
    if host == "bentoml":
        native = _asking(service, "/predict_rul", alone)
        found.append(_against(f"{host}: /predict_rul, one window", native, nothing, None))
    many = _asking(service, RUL, bodies[BATCH])
    found.append(_against(f"{host}: POST rul, {BATCH} windows", many, nothing, None))
    bare = _asking(service, OPEN, None)
    found.append(_against(f"{host}: nothing; peer: nothing, no door", nothing, bare, None))
    return found


def _against(
    label: str, ours: Callable[[int], None], peer: Callable[[int], None], floor: float | None
) -> Comparison:
    times = interleaved(ours, peer, rounds=ROUNDS)
    each = [Sample(tuple(value / CALLS for value in side.values)) for side in times]
    return Comparison(label, each[0], each[1], floor)


def _asking(service: Served, path: str, body: dict[str, Any] | None) -> Callable[[int], None]:
    """Asks over a connection of its own, so many times.

    Raises:
        RuntimeError: If an answer is no success.
    """
    connection = http.client.HTTPConnection(urlsplit(service.url).netloc)
    packed = b"" if body is None else json.dumps(body).encode()
    headers = {**service.headers, "Content-Type": "application/json"}

    def ask(_: int) -> None:
        for _call in range(CALLS):
            connection.request("POST", path, packed, headers)
            answer = connection.getresponse()
            told = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path} answered {answer.status}: {told[:200]!r}")

    return ask
