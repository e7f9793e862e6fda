"""`idrill components`: what is installed on a rig, and what became of it."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from idrill.rul.components import ComponentLife, kind_of
from idrill.settings import load_settings
from idrill.store import component_lives, rigs
from idrill.store.component_records import record_file
from idrill.store.database import Database

app = typer.Typer(
    no_args_is_help=True, help="Units of components, from installation to removal.",
    rich_markup_mode=None,
)  # fmt: skip


@app.command()
def record(
    file: Annotated[
        Path, typer.Argument(help="CSV or Parquet, one unit a row.", exists=True, dir_okay=False)
    ],
    rig: Annotated[str, typer.Option(help="Such as RIG_01.")],
) -> None:
    """Record what was installed on a rig, and when and why it was taken out.

    Columns: equipment, component, start; end, ended_by (failure, preventive, opportunistic,
    in_service), failure_mode, variant, own_hours. Bad rows are refused, good ones kept.
    """
    with Database(load_settings().store_url).session() as session:
        done, bad = record_file(session, rig, file)
    console = Console(markup=False)
    for row in bad:
        console.print(f"{file.name}, line {row.line}: {row.reason}", soft_wrap=True)
    console.print(
        f"{rig}: {done.installed} units new, {done.ended} ended, {done.known} known already, "
        f"{len(bad)} rows refused",
        soft_wrap=True,
    )


@app.command("list")
def list_components(
    rig: Annotated[str, typer.Argument(help="Such as RIG_01.")],
    component: Annotated[str | None, typer.Option(help="Such as liner; else all.")] = None,
) -> None:
    """List the units that are and were installed on a rig."""
    if component is not None:
        kind_of(component)
    with Database(load_settings().store_url).session() as session:
        rigs.get(session, rig)
        lives = component_lives.of_rig(session, rig, component)
    table = Table("unit", "make", "installed", "taken out", "why", "own hours", box=None)
    for life in lives:
        table.add_row(*_cells(life))
    Console(markup=False).print(table)


def _cells(life: ComponentLife) -> tuple[str, ...]:
    why = f"{life.ended_by} {life.failure_mode or ''}".strip().replace("_", " ")
    hours = "" if life.own_hours is None else f"{life.own_hours:,.0f}"
    unit = life.unit.partition("/")[2]
    return unit, life.variant or "", _when(life.start), _when(life.end), why, hours


def _when(instant: datetime | None) -> str:
    return "" if instant is None else f"{instant:%Y-%m-%d %H:%M}"
