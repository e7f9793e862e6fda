"""`idrill lake …`: compaction, clearing and history of the Delta tables."""

from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from idrill.errors import LakeError
from idrill.settings import load_settings
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.tables import TABLES, LakeTable

app = typer.Typer(help="Housekeeping of the Delta tables.", no_args_is_help=True)

Names = Annotated[
    list[str] | None, typer.Option("--table", "-t", help="A table; all that exist unless given.")
]


def _lake() -> Lake:
    settings = load_settings()
    return Lake(settings.lake_folder, Database(settings.store_url))


def _table(name: str) -> LakeTable:
    if name not in TABLES:
        raise LakeError(f"no table {name!r} in the lake; there are {', '.join(TABLES)}")
    return TABLES[name]


def _chosen(lake: Lake, names: list[str] | None) -> list[LakeTable]:
    if names:
        return [_table(name) for name in names]
    return [table for table in TABLES.values() if lake.version(table) is not None]


@app.command()
def optimize(table: Names = None) -> None:
    """Join the small files of each partition and shorten the replay of the log."""
    lake, console = _lake(), Console()
    shown = Table("table", "partitions", "files before", "files after")
    for each in track(_chosen(lake, table), "Compacting", console=console, transient=True):
        done = lake.optimize(each)
        shown.add_row(
            each.name,
            str(done["partitions"]),
            str(done["files_removed"]),
            str(done["files_added"]),
        )
    console.print(shown)


@app.command()
def vacuum(
    table: Names = None,
    retention: Annotated[
        float, typer.Option(help="Days that replaced rows stay readable.", min=0.0)
    ] = 7.0,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count the files.")] = False,
) -> None:
    """Delete files that no recent and no pinned version needs."""
    lake, console = _lake(), Console()
    shown = Table("table", "files that would go" if dry_run else "files deleted")
    for each in track(_chosen(lake, table), "Clearing", console=console, transient=True):
        gone = lake.vacuum(each, retention=timedelta(days=retention), dry_run=dry_run)
        shown.add_row(each.name, str(len(gone)))
    console.print(shown)


@app.command()
def history(
    table: Annotated[str, typer.Argument(help="A table, such as raw_sensor_data.")],
    limit: Annotated[int, typer.Option(help="How many commits, newest first.", min=1)] = 20,
) -> None:
    """Show the latest commits of a table: what they replaced, with how many rows."""
    shown = Table("version", "time (UTC)", "operation", "partition", "rows", "content")
    for commit in _lake().history(_table(table), limit):
        rows = commit["rows"]
        shown.add_row(
            str(commit["version"]),
            f"{commit['time']:%Y-%m-%d %H:%M:%S}",
            commit["operation"],
            commit["partition"],
            "" if rows is None else f"{rows:,}",
            (commit["content_hash"] or "")[:12],
        )
    Console().print(shown)
