"""`idrill serve`: the service under uvicorn."""

from typing import Annotated

import typer
import uvicorn

from idrill.settings import load_settings
from idrill_serving import logs
from idrill_serving.app import create_app


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
    *,
    plain: Annotated[bool, typer.Option("--plain", help="Under uvicorn.")] = False,
) -> None:
    """Serve accounts, readings and their quality under /api/v1; the documentation is at /docs."""
    if not plain:
        raise typer.BadParameter("uvicorn is the only host yet: idrill serve --plain")
    app = create_app(load_settings())
    typer.echo(f"i-Drill answers at http://{host}:{port}, documentation at /docs", err=True)
    logs.configure()
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=30,
        h11_max_incomplete_event_size=64 << 10,
    )
