"""`idrill serve` as a process: what it loads, what it refuses, how it ends."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from idrill.cli import run
from tests.served_models import window
from tests.service import PASSWORD, SECRET

PROGRAM = Path(sys.executable).parent / "idrill"
PATIENCE = 120
"""How long a process may take on the slowest machine [s]."""

HEAVY = {"torch", "mlflow", "pandas", "great_expectations", "dagster", "idrill_assets", "scipy"}


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Path:
    """A home of its own for a process."""
    shutil.copytree(template, tmp_path / "home")
    return tmp_path / "home"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if "IDRILL" not in name}  # noqa: TID251  handed on to the service
    return kept | {
        "IDRILL_HOME": str(home),
        "IDRILL_PASSWORD_MEMORY": "8",
        "IDRILL_PASSWORD_PASSES": "1",
        "IDRILL_SECRET_KEY": SECRET,
        "IDRILL_ENV": "production",
        **more,
    }


def test_a_worker_that_has_answered_has_loaded_nothing_that_trains_or_arranges(
    home: Path,
) -> None:
    program = """
import json, sys
from pathlib import Path
from starlette.testclient import TestClient
import idrill_serving.commands
from idrill_serving.app import create_app
from tests.service import settings_of, Service, bearer
app = create_app(settings_of(Path(sys.argv[1])))
with TestClient(app) as client:
    pair = Service(client, app.state.platform.database).login("viewer@rig.example")
    span = "start=2024-03-01T00:00:00Z&end=2024-03-02T00:00:00Z"
    path = f"/api/v1/sensor-data/historical?rig_id=R1&channels=torque&{span}"
    for accept in ("text/csv", "application/vnd.apache.parquet", "application/json"):
        headers = bearer(pair["access_token"]) | {"Accept": accept}
        assert client.get(path, headers=headers).status_code == 200
    pair = Service(client, app.state.platform.database).login("engineer@rig.example")
    headers = bearer(pair["access_token"])
    for path, body in (("rul", json.loads(sys.argv[2])), ("rul/auto", json.loads(sys.argv[3]))):
        answer = client.post(f"/api/v1/predictions/{path}", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
    assert client.get("/api/v1/models/rul-liner", headers=headers).json()["served"] == 1
print(json.dumps(list(sys.modules)))
"""
    root = Path(__file__).parents[2]
    windows = [{"channels": window()}]
    posted = json.dumps({"component": "liner", "origin": "file", "windows": windows})
    auto = json.dumps({"component": "liner", "rig_id": "R1"})

    done = subprocess.check_output(  # noqa: S603  our own program
        [sys.executable, "-W", "ignore", "-c", program, str(home), posted, auto],
        text=True,
        cwd=root,
    )

    loaded = {name.split(".")[0] for name in json.loads(done.splitlines()[-1])}
    assert loaded & HEAVY == set()


def test_what_a_worker_may_never_need_is_loaded_when_it_is_needed(tmp_path: Path) -> None:
    program = """
import json, sys
from pathlib import Path
from starlette.testclient import TestClient
import idrill_serving.commands
from idrill_serving.app import create_app
from tests.service import settings_of
app = create_app(settings_of(Path(sys.argv[1])))
with TestClient(app) as client:
    assert client.get("/api/v1/health/ready").status_code == 503
print(json.dumps(list(sys.modules)))
"""
    done = subprocess.check_output(  # noqa: S603  our own program
        [sys.executable, "-W", "ignore", "-c", program, str(tmp_path)],
        text=True,
        cwd=Path(__file__).parents[2],
    )

    loaded = {name.split(".")[0] for name in json.loads(done.splitlines()[-1])}
    assert loaded & {"alembic", "onnxruntime", "redis", "psycopg", "scipy", "numba"} == set()


@pytest.mark.parametrize("host", [["--plain"], []], ids=["uvicorn", "bentoml"])
def test_the_service_answers_as_a_process_and_ends_when_told(home: Path, host: list[str]) -> None:
    port = free_port()
    order = [str(PROGRAM), "serve", *host, "--port", str(port)]
    log, url = home / "log.txt", f"http://127.0.0.1:{port}"
    with log.open("w") as file:
        process = subprocess.Popen(order, env=environment(home), stderr=file)  # noqa: S603  our own program
    try:
        answered = wait_for(f"{url}/api/v1/health/ready", process, log)
        body = {"email": "viewer@rig.example", "password": PASSWORD}
        login = httpx.post(f"{url}/api/v1/auth/login", json=body, timeout=PATIENCE)
        native = httpx.post(f"{url}/predict_rul", json={}, timeout=PATIENCE)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=PATIENCE)

    said = log.read_text()
    assert (answered, login.status_code) == (200, 200)
    assert native.status_code == (404 if host else 401)
    assert "server" not in login.headers
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    answers = [line for line in lines if line["message"] == "answered"]
    assert "/api/v1/auth/login" in {line["route"] for line in answers}
    assert process.returncode in (0, -signal.SIGTERM)


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> int:
    """The status that a process answers with, once it does; what it said if it never does."""
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            return httpx.get(url, timeout=PATIENCE).status_code
        except httpx.TransportError:
            time.sleep(0.05)
    state = "still starting" if process.returncode is None else f"ended, {process.returncode}"
    pytest.fail(f"{url} was not answered, the process is {state}: {log.read_text()}")


def test_a_service_without_a_secret_does_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("IDRILL_SECRET_KEY")

    assert run(["serve", "--plain"]) == 2
    assert "IDRILL_SECRET_KEY is not set" in capsys.readouterr().err


def test_several_workers_without_a_common_secret_do_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environment(tmp_path, IDRILL_ENV="development").items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("IDRILL_SECRET_KEY")
    monkeypatch.setenv("IDRILL_WORKERS", "2")

    assert run(["serve"]) == 2
    assert "IDRILL_WORKERS" in capsys.readouterr().err
