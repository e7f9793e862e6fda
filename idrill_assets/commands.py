"""`idrill ingest` and `idrill backfill`: files in, and the graph run over what they touch."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from idrill.cli.rigs import ledger_table
from idrill.readers import Kind
from idrill.rigs import rig_id
from idrill.settings import Settings, load_settings
from idrill.store import merges, rig_days, rigs, sources, well_logs
from idrill.store.intake import Order, Refused, Taken
from idrill.store.tables import KPIS
from idrill_assets.execution import Outcome, Workplace, open_workplace
from idrill_assets.partitions import FIRST_DAY, RigDay, has_partition
from idrill_assets.reporting import reading_table

BROKEN = 2
"""Exit code when a file was refused."""

FAILED = 1
"""Exit code when a rig-day could not be published."""


class IngestOrigin(StrEnum):
    """Where files come from: a real rig, or a simulated one."""

    FILE = "file"
    SYNTHETIC = "synthetic"


REPORTED = 4
"""Of how many files the findings are shown in full."""

RigOption = Annotated[str, typer.Option("--rig", help="The rig, such as RIG_01.")]


def ingest(
    path: Annotated[
        Path, typer.Argument(help="A file, an archive (.gz, .zip, .tar), or a folder.")
    ],
    rig: RigOption,
    well: Annotated[str | None, typer.Option(help="Well of logs that name none.")] = None,
    column_map: Annotated[
        Path | None, typer.Option("--map", help="TOML file that maps columns to channels.")
    ] = None,
    name: Annotated[
        str | None, typer.Option("--as", help="Name of the source; replaces one so called.")
    ] = None,
    origin: Annotated[
        IngestOrigin | None, typer.Option(help="Of a rig seen for the first time.")
    ] = None,
) -> None:
    """Read files, archive them, and materialize every rig-day and well they touch."""
    settings = load_settings()
    order = Order(
        path=path,
        rig=rig_id(rig),
        name=name or _inbox_name(path, settings),
        well=well,
        column_map=column_map,
        synthetic=None if origin is None else origin is IngestOrigin.SYNTHETIC,
    )
    console = Console(markup=False)
    workplace = open_workplace(settings)
    taken, refused = _take_in(workplace, order, console)
    stale = _stale_days(workplace, rig)
    outcomes = [*_days(workplace, stale, console), *_logs(workplace, rig, console)]
    _report_readings(taken, console)
    with workplace.platform.database.session() as session:
        if ledger := merges.ledger(session, rig):
            console.print(ledger_table(ledger))
    _report_failures(outcomes, console)
    foreign = len(taken) > 0 and all(refusal.is_foreign for refusal in refused)
    if refused and not foreign:
        raise typer.Exit(BROKEN)
    _exit_if_unpublished(workplace, stale, outcomes)


def backfill(
    rig: RigOption,
    start: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"])] = None,
    end: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"])] = None,
    failed: Annotated[bool, typer.Option(help="Only what is stale, held or unfinished.")] = False,  # noqa: FBT002  a flag of the command
) -> None:
    """Materialize rig-days again: a range, all of them, or only what failed."""
    console = Console(markup=False)
    workplace = open_workplace(load_settings())
    for refusal in workplace.platform.intake.reread(rig_id(rig)):
        if isinstance(refusal, Refused):
            _report_refusal(refusal)
    wanted = _known_days(workplace, rig, start, end)
    if failed:
        unfinished = set(_stale_days(workplace, rig)) | set(_held_days(workplace, rig))
        wanted = [rig_day for rig_day in wanted if rig_day in unfinished]
    if not wanted:
        console.print("Nothing to do.")
        return
    outcomes = _days(workplace, wanted, console)
    _report_failures(outcomes, console)
    _exit_if_unpublished(workplace, wanted, outcomes)


def _take_in(
    workplace: Workplace, order: Order, console: Console
) -> tuple[list[Taken], list[Refused]]:
    taken: list[Taken] = []
    refused: list[Refused] = []
    with console.status(Text(f"Reading {order.path} …")):
        for outcome in workplace.platform.intake.take_in(order):
            if isinstance(outcome, Refused):
                refused.append(outcome)
                _report_refusal(outcome)
            else:
                taken.append(outcome)
                kept, read = outcome.reading.report.rows_kept, outcome.reading.report.rows_read
                known = "" if outcome.arrival.is_new else ", known already"
                _say(console, "read", "green", f"{outcome.name}: {kept:,} of {read:,} rows{known}")
    return taken, refused


def _days(workplace: Workplace, wanted: Iterable[RigDay], console: Console) -> list[Outcome]:
    known = sorted(set(wanted))
    days = [rig_day for rig_day in known if has_partition(rig_day.day)]
    if len(days) < len(known):
        where = f"before IDRILL_FIRST_DAY={FIRST_DAY} or after today"
        _say(console, "left out", "yellow", f"{len(known) - len(days):,} rig-days {where}")
    if not days:
        return []
    with _progress(console) as progress:
        bar = progress.add_task("Rig-days", total=len(days))

        def heard(table: str, _rig: str, day: date) -> None:
            progress.update(bar, description=f"{table} {day}")
            if table == KPIS.name:
                progress.advance(bar)
                done = int(progress.tasks[bar].completed)
                progress.update(bar, total=max(done, len(days)))  # others may follow those asked

        return list(workplace.materialize_days(days, heard))


def _logs(workplace: Workplace, rig: str, console: Console) -> list[Outcome]:
    """The stale depth logs of the wells that sources of this rig speak of."""
    with workplace.platform.database.session() as session:
        own = {source.well_id for source in sources.all_of(session, rig)}
        wells = [log.well_id for log in well_logs.stale(session) if log.well_id in own]
    if not wells:
        return []
    with console.status(f"Depth logs of {', '.join(wells)} …"):
        return list(workplace.materialize_wells(wells))


def _progress(console: Console) -> AbstractContextManager[Progress] | Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=console, transient=True)


def _stale_days(workplace: Workplace, rig: str) -> list[RigDay]:
    with workplace.platform.database.session() as session:
        return [RigDay(day.rig_id, day.day) for day in rig_days.stale(session, rig)]


def _held_days(workplace: Workplace, rig: str) -> list[RigDay]:
    with workplace.platform.database.session() as session:
        return [RigDay(day.rig_id, day.day) for day in rig_days.held(session, rig)]


def _known_days(
    workplace: Workplace, rig: str, start: datetime | None, end: datetime | None
) -> list[RigDay]:
    """The rig-days that any source of the rig speaks of, within the range."""
    first = start.date() if start else date.min
    last = end.date() if end else datetime.now(UTC).date()
    if last < first:
        raise typer.BadParameter(f"--to {last} lies before --from {first}")
    with workplace.platform.database.session() as session:
        rigs.get(session, rig)
        days = rig_days.between(session, rig, first, last)
    return [RigDay(day.rig_id, day.day) for day in days]


def _report_refusal(refused: Refused) -> None:
    console = Console(stderr=True, markup=False)
    word, style = ("skipped", "yellow") if refused.is_foreign else ("refused", "red")
    _say(console, word, style, str(refused.error))


def _say(console: Console, word: str, style: str, rest: str) -> None:
    """One line that begins with a coloured word; brackets in names stay as they are."""
    console.print(Text.assemble((word, style), " ", rest), soft_wrap=True)


def _report_readings(taken: list[Taken], console: Console) -> None:
    logs = [file for file in taken if file.reading.kind is not Kind.OBJECTS]
    for file in logs[:REPORTED]:
        console.print(reading_table(file.name, file.reading))
    if len(logs) > REPORTED:
        console.print(f"… and {len(logs) - REPORTED} more: idrill rigs report RIG SOURCE")
    objects = len(taken) - len(logs)
    if objects:
        console.print(f"{objects} documents of objects (wells, rigs, trajectories, strings …)")


def _report_failures(outcomes: Iterable[Outcome], console: Console) -> None:
    for outcome in outcomes:
        if outcome.error:
            days = (
                f"{outcome.keys[0]} … {outcome.keys[-1]}" if outcome.keys[1:] else outcome.keys[0]
            )
            _say(console, "failed", "red", f"{days}: {outcome.error}")


def _exit_if_unpublished(
    workplace: Workplace, wanted: Iterable[RigDay], outcomes: Iterable[Outcome]
) -> None:
    """End with an exit code of its own where a rig-day is held, or a run failed."""
    asked = set(wanted)
    with workplace.platform.database.session() as session:
        held = [day for day in rig_days.held(session) if RigDay(day.rig_id, day.day) in asked]
    for day in held:
        _say(Console(stderr=True, markup=False), "held", "red", f"{day.day}: {day.reason}")
    if held or any(outcome.error for outcome in outcomes):
        raise typer.Exit(FAILED)


def _inbox_name(path: Path, settings: Settings) -> str | None:
    """The name that the inbox gives a file, so that both ways lead to the same source."""
    inbox = settings.inbox_folder
    full = path.resolve()
    return full.relative_to(inbox).as_posix() if full.is_relative_to(inbox) else None
