"""`idrill serve`: the service inside BentoML, or under plain uvicorn."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI

from idrill.errors import SettingsError
from idrill.settings import Settings, export, load_settings
from idrill_serving import archive, collector, logs
from idrill_serving.app import create_app

KEEP_ALIVE = 30
"""How long a silent connection is kept [s]."""

_FACTORY = "idrill_serving.commands:configured"
_SERVICE = "idrill_serving.service:service"


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
    *,
    plain: Annotated[
        bool, typer.Option("--plain", help="Under uvicorn, without the endpoints of BentoML.")
    ] = False,
) -> None:
    """Serve everything under /api/v1; the documentation is at /docs.

    Inside BentoML there are also its endpoints /predict_rul and /predict_rul_batch.
    """
    settings = load_settings()
    _require_shared_secret(settings)
    create_app(settings)
    typer.echo(f"i-Drill answers at http://{host}:{port}, documentation at /docs", err=True)
    if plain:
        _serve_plain(host, port, settings.workers)
    else:
        _serve_in_bentoml(host, port, settings)


def bento(
    to: Annotated[Path, typer.Option(help="The file to write.")] = Path("idrill.bento"),
) -> None:
    """Write an archive of BentoML that serves on its own, with the champions in it."""
    packed = archive.build(load_settings(), to)
    typer.echo(f"{to} serves {', '.join(packed)}: bentoml import {to}, then bentoml serve idrill")


def configured() -> FastAPI:
    """The application by the environment, for a process of its own.

    Raises:
        SettingsError: If a setting makes no sense.
    """
    logs.configure()
    app = create_app(load_settings())
    collector.settle()
    return app


def _require_shared_secret(settings: Settings) -> None:
    """See that workers take each other's tokens.

    Raises:
        SettingsError: If each would make up a secret of its own.
    """
    if settings.workers > 1 and settings.secret_key is None:
        raise SettingsError("several workers (IDRILL_WORKERS) need one IDRILL_SECRET_KEY")


def _serve_plain(host: str, port: int, workers: int) -> None:
    logs.configure()
    uvicorn.run(
        _FACTORY,
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        h11_max_incomplete_event_size=64 << 10,
        ws_max_size=64 << 10,
        ws_per_message_deflate=False,
    )


def _serve_in_bentoml(host: str, port: int, settings: Settings) -> None:
    """Become BentoML's server, which starts the workers again that die."""
    export({"BENTOML_HOME": str(settings.home / "bentoml")})
    order = ["-m", "bentoml", "serve", _SERVICE, "--host", host, "--port", str(port)]
    order += ["--timeout-keep-alive", str(KEEP_ALIVE)]
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, *order])  # noqa: S606  no shell, our own words
