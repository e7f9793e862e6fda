"""The commands a person types: `idrill …`, one file per noun.

Commands of the shells (`idrill_assets`, `idrill_serving`) join through the entry-point group
`idrill.commands`; they are imported only when they are called, or when help lists them.
"""

import sys
from collections.abc import Sequence
from importlib.metadata import entry_points

import typer
from rich.console import Console

from idrill.cli import (
    alerts,
    backup,
    bench,
    channels,
    components,
    doctor,
    dvr,
    lake,
    migrate,
    models,
    plan,
    query,
    replay,
    rigs,
    simulate,
    stream,
    user,
)
from idrill.errors import IDrillError
from idrill.settings import TELEMETRY_OFF, export


def build_app(command: str | None = None) -> typer.Typer:
    """The application with our own commands, and those that other packages bring.

    Args:
        command: The one that is called; of the brought ones only this is imported. None: all.
    """
    app = typer.Typer(
        help="From rig telemetry to trusted data: files in, checked and aggregated tables out.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.command("backup")(backup.backup)
    app.command("restore")(backup.restore)
    app.command("channels")(channels.channels)
    app.command("doctor")(doctor.doctor)
    app.command("migrate")(migrate.migrate)
    app.command("query")(query.query)
    app.command("replay")(replay.replay)
    app.add_typer(alerts.app, name="alerts")
    app.add_typer(bench.app, name="bench")
    app.add_typer(components.app, name="components")
    app.add_typer(dvr.app, name="dvr")
    app.add_typer(lake.app, name="lake")
    app.add_typer(models.app, name="models")
    app.add_typer(plan.app, name="plan")
    app.add_typer(rigs.app, name="rigs")
    app.add_typer(simulate.app, name="simulate")
    app.add_typer(stream.app, name="stream")
    app.add_typer(user.app, name="user")
    brought = entry_points(group="idrill.commands")
    own = {
        "alerts",
        "backup",
        "restore",
        "channels",
        "components",
        "doctor",
        "migrate",
        "query",
        "replay",
        "simulate",
        "bench",
        "dvr",
        "lake",
        "models",
        "plan",
        "rigs",
        "stream",
        "user",
    }
    for entry in sorted(brought, key=lambda entry: entry.name):
        if command == entry.name or command not in own | brought.names:
            app.command(entry.name)(entry.load())
    return app


def run(arguments: Sequence[str]) -> int:
    """Run one command; the exit code.

    What i-Drill raises on purpose, and what a disk or a network refuses, becomes one clear line
    and exit code 2.
    """
    command = next((word for word in arguments if not word.startswith("-")), None)
    try:
        code = build_app(command)(list(arguments), standalone_mode=True)
    except SystemExit as end:
        code = end.code
    except IDrillError as error:
        return _failed(str(error))
    except OSError as error:
        return _failed(f"{error.filename or 'a file'}: {error.strerror or error}")
    return code if isinstance(code, int) else 0


def _failed(problem: str) -> int:
    Console(stderr=True, soft_wrap=True).print("error:", problem, markup=False)
    return 2


def main() -> None:
    """The `idrill` program."""
    export(TELEMETRY_OFF)
    sys.exit(run(sys.argv[1:]))
