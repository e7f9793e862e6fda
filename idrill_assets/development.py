"""`idrill dev`: the Dagster UI and the MLflow UI side by side, ended together."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from idrill.errors import SettingsError
from idrill.settings import Settings, export, load_settings
from idrill_assets.home import enter_home

LOCAL = "127.0.0.1"
GRACE_SECONDS = 20.0
"""How long a server may take to end when it is asked to."""

Command = Sequence[str]


def dev(
    dagster_port: Annotated[int, typer.Option(help="Port of the Dagster UI.")] = 3000,
    mlflow_port: Annotated[int, typer.Option(help="Port of the MLflow UI.")] = 5000,
) -> None:
    """Open the Dagster UI, and the MLflow UI unless MLflow is a server of its own."""
    settings = load_settings()
    enter_home(settings)
    export({"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"})  # ten processes otherwise
    commands = servers(settings, dagster_port, mlflow_port)
    for name, command in commands.items():
        typer.echo(f"{name}: http://{LOCAL}:{command[command.index('--port') + 1]}")
    if "MLflow" not in commands:
        typer.echo(f"MLflow: {settings.tracking_url}")
    raise typer.Exit(run_together(commands))


def servers(settings: Settings, dagster_port: int, mlflow_port: int) -> Mapping[str, Command]:
    """The commands of the servers, by the name of what they show."""
    dagster = ("dagster", "dev", "-w", _workspace(), "--host", LOCAL, "--port", f"{dagster_port}")
    if settings.tracking_url.startswith("http"):
        return {"Dagster": dagster}
    mlflow = (
        "mlflow", "server", "--backend-store-uri", settings.tracking_url,
        "--default-artifact-root", settings.artifacts_folder.as_uri(),
        "--host", LOCAL, "--port", f"{mlflow_port}", "--workers", "1",
    )  # fmt: skip
    return {"Dagster": dagster, "MLflow": mlflow}


def run_together(commands: Mapping[str, Command]) -> int:
    """Run servers until one of them ends, or this process is told to; then end the others.

    Returns:
        0 when told to end, else the exit code of the server that ended, 1 if that was 0.
    """
    signal.signal(signal.SIGTERM, _interrupted)
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command in commands.items():
            running[name] = subprocess.Popen(_found(command))  # noqa: S603  our own commands
        while all(server.poll() is None for server in running.values()):
            time.sleep(0.2)
        name, code = next(
            (name, code) for name, server in running.items() if (code := server.poll()) is not None
        )
    except KeyboardInterrupt:
        return 0
    finally:
        _end(list(running.values()))
    typer.echo(f"{name} ended with exit code {code}, so all of them were ended", err=True)
    return abs(code) or 1


def _interrupted(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise KeyboardInterrupt


def _end(servers: Sequence[subprocess.Popen[bytes]]) -> None:
    for server in servers:
        server.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for server in servers:
        try:
            server.wait(max(deadline - time.monotonic(), 0.0))
        except subprocess.TimeoutExpired:
            server.kill()


def _workspace() -> str:
    return str(Path(__file__).parents[1] / "workspace.yaml")


def _found(command: Command) -> list[str]:
    program = shutil.which(command[0], path=str(Path(sys.executable).parent))
    if program is None:
        raise SettingsError(f"there is no program {command[0]!r} beside {sys.executable}")
    return [program, *command[1:]]
