"""`idrill rigs`: the rigs, and what became of every row of their files."""

import json
import os
from datetime import date
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from idrill.errors import NotFound
from idrill.settings import load_settings
from idrill.store import merges, rig_days, rigs, sources
from idrill.store.database import Database
from idrill.store.publication import State

app = typer.Typer(no_args_is_help=True, help="The rigs and their sources.", rich_markup_mode=None)

RigArgument = Annotated[str, typer.Argument(help="Such as RIG_01.")]


@app.command("list")
def list_rigs() -> None:
    """List the rigs with the number of their rig-days by state."""
    table = Table("rig", "name", "kind of data", "published", "stale", "held", box=None)
    with Database(load_settings().store_url).session() as session:
        for rig in rigs.all_rigs(session):
            days = rig_days.between(session, rig.id, date.min, date.max)
            states = [day.state for day in days]
            table.add_row(
                rig.id,
                rig.name,
                "synthetic" if rig.synthetic else "measured",
                *(str(states.count(state)) for state in (State.PUBLISHED, State.STALE, State.HELD)),
            )
    Console(markup=False).print(table)


@app.command()
def ledger(rig: RigArgument) -> None:
    """Account for every row of every source of a rig."""
    with Database(load_settings().store_url).session() as session:
        rigs.get(session, rig)
        Console(markup=False).print(ledger_table(merges.ledger(session, rig)))


@app.command()
def rejected(
    rig: RigArgument,
    limit: Annotated[int, typer.Option(min=1, help="Most runs of rows to show.")] = 50,
) -> None:
    """Show the rows that could not be used, in whole or in part, with file, line and reason."""
    table = Table(_source_column(), "lines", "rows", "reason", "detail", box=None)
    with Database(load_settings().store_url).session() as session:
        rigs.get(session, rig)
        for row in merges.rejected(session, rig, limit=limit):
            run = row.rejection
            lines = f"{run.first_line}-{run.last_line}" if run.rows > 1 else str(run.first_line)
            reason = run.reason if row.whole else f"{run.reason} in some values"
            table.add_row(row.name, lines, str(run.rows), reason, run.detail)
    Console(markup=False).print(table)


@app.command()
def days(rig: RigArgument) -> None:
    """List the rig-days that are not published, and why."""
    table = Table("day", "state", "reason", box=None)
    with Database(load_settings().store_url).session() as session:
        rigs.get(session, rig)
        for day in (*rig_days.stale(session, rig), *rig_days.held(session, rig)):
            table.add_row(f"{day.day}", day.state, day.reason or "not computed yet")
    Console(markup=False).print(table)


@app.command()
def report(
    rig: RigArgument, source: Annotated[str, typer.Argument(help="Name, or the end of it.")]
) -> None:
    """Show everything the reader found in a source, as JSON."""
    with Database(load_settings().store_url).session() as session:
        rigs.get(session, rig)
        found = [s for s in sources.all_of(session, rig) if s.name.endswith(source)]
        if len(found) != 1:
            named = ", ".join(version.name for version in found) or "none"
            raise NotFound(f"{len(found)} sources of {rig} end with {source!r}: {named}")
        typer.echo(json.dumps(sources.report(session, found[0].id), indent=2, default=str))


def ledger_table(rows: list[merges.SourceLedger]) -> Table:
    """A table in which read = contributing + rejected + duplicate, source by source."""
    table = Table(
        _source_column(), "read", "contributing", "duplicate", "rejected", "waiting", box=None
    )
    logs = [row for row in rows if row.read]
    shared = _shared_folder([row.name for row in logs])
    for row in logs:
        table.add_row(
            row.name[shared:],
            f"{row.read:,}",
            f"{row.contributing:,}",
            f"{row.duplicate:,}",
            f"{row.rejected:,}",
            f"{row.pending:,}" if row.pending else "",
        )
    return table


def _shared_folder(names: list[str]) -> int:
    """How many characters the folder takes that all names begin with.

    Example:
        >>> _shared_folder(["logs/a.csv", "logs/b.csv"]), _shared_folder(["/in/a.csv", "sim/1"])
        (5, 0)
    """
    begin = os.path.commonprefix(names)  # noqa: RUF071  commonpath mixes no absolute and relative
    return begin.rfind("/") + 1 if len(names) > 1 else 0


def _source_column() -> Column:
    """Names of sources are folded, never cut: they are what a person types back."""
    return Column("source", overflow="fold")
