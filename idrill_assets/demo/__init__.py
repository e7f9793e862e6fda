"""`idrill demo`: two simulated rigs through the main job, with a report to look at."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from idrill.settings import Settings, load_settings
from idrill.store import merges
from idrill.store.intake import Refused, Taken
from idrill.store.merges import SourceLedger
from idrill.store.tables import KPIS
from idrill_assets import inbox
from idrill_assets.demo.report import compose
from idrill_assets.demo.rigs import DAYS, RIGS
from idrill_assets.execution import Workplace, open_workplace
from idrill_assets.partitions import RigDay

BAD_ROW = "no signal from the data acquisition server\n"


def demo() -> None:
    """Simulate two rigs for three days, run the graph on their files, and leave a report."""
    settings = load_settings()
    console = Console()
    workplace = open_workplace(settings)
    start = _start()
    files = _simulate(settings, start, console)
    _damage(files[-2])
    taken = list(_take_in(workplace, files, console))
    days = [(start + timedelta(days=day)).date() for day in range(DAYS)]
    _materialize(workplace, [RigDay(rig.name, day) for rig in RIGS for day in days], console)
    ledger = _ledger(workplace, taken)
    report = settings.home / "demo" / "report.html"
    with console.status("Drawing the report …"):
        compose(report, workplace.platform, days, taken, ledger)
    _say_goodbye(console, report, ledger, start)


def _start() -> datetime:
    """Midnight (UTC) before the last complete days."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=DAYS)


def _simulate(settings: Settings, start: datetime, console: Console) -> list[Path]:
    """A file per rig and day in the inbox, what really happened apart from it."""
    from idrill.simulator.days import days_of_campaign
    from idrill.simulator.files import write_truth
    from idrill.store.simulated_days import to_inbox

    folder, files = settings.inbox_folder, []
    console.print("Simulating. The first time the simulator is compiled, which takes a minute.")
    with _progress(console) as progress:
        bar = progress.add_task("Compiling the simulator, once", total=len(RIGS) * DAYS)
        for rig in RIGS:
            for day in days_of_campaign(rig.campaign(start)):
                write_truth(day, settings.home / "simulations")
                to_inbox(day, folder)
                files.append(folder / rig.name / f"{day.day}.csv")
                progress.update(bar, advance=1, description=f"Simulated {rig.name} {day.day}")
    console.print(
        f"Wrote {len(files)} files of {' and '.join(rig.name for rig in RIGS)} to {folder}"
    )
    return files


def _damage(path: Path) -> None:
    """Put a broken row into a file and repeat a good one, as data servers do."""
    with path.open(encoding="utf-8") as file:
        lines = file.readlines()
    middle = len(lines) // 2
    lines[middle:middle] = [lines[middle - 1], BAD_ROW]
    path.write_text("".join(lines), encoding="utf-8")


def _take_in(workplace: Workplace, files: Sequence[Path], console: Console) -> Iterator[Taken]:
    platform = workplace.platform
    for rig in RIGS:
        platform.intake.register(rig.name, synthetic=True)
    written = set(files)
    with _progress(console) as progress:
        bar = progress.add_task("Reading the inbox", total=len(files))
        for file in inbox.scan(platform.settings.inbox_folder):
            if file.path not in written:
                continue
            for outcome in inbox.take_in(platform.intake, file):
                if isinstance(outcome, Refused):
                    raise outcome.error
                kept, read = outcome.reading.report.rows_kept, outcome.reading.report.rows_read
                console.print(f"Read {outcome.name}: {kept:,} of {read:,} rows")
                progress.advance(bar)
                yield outcome


def _materialize(workplace: Workplace, wanted: list[RigDay], console: Console) -> None:
    """Run the graph; what fails ends the demo, for there is nothing to be shown then."""
    with _progress(console) as progress:
        bar = progress.add_task("Running the graph", total=len(wanted))

        def heard(table: str, rig: str, day: date) -> None:
            progress.update(bar, description=f"{table} of {rig} {day}")
            if table == KPIS.name:
                progress.advance(bar)

        failed = [run.error for run in workplace.materialize_days(wanted, heard) if run.error]
    for error in failed:
        console.print(f"[red]failed[/] {error}")
    if failed:
        raise typer.Exit(1)
    console.print(f"Materialized {len(wanted)} rig-days through the lineage graph")


def _ledger(workplace: Workplace, taken: Sequence[Taken]) -> list[SourceLedger]:
    """What became of the rows of these files; a demo of another day left others."""
    names = {file.name for file in taken}
    with workplace.platform.database.session() as session:
        rows = [row for rig in RIGS for row in merges.ledger(session, rig.name)]
    return [row for row in rows if row.name in names]


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=console, transient=True)


def _say_goodbye(
    console: Console, report: Path, ledger: Sequence[SourceLedger], start: datetime
) -> None:
    rows = sum(row.read for row in ledger)
    lost = sum(row.read for row in ledger if not row.is_balanced)
    console.print(f"{rows:,} rows in {len(ledger)} sources, {lost:,} unaccounted for")
    console.print(f"\n  Report with pictures  [bold]{report.as_uri()}[/]", soft_wrap=True)
    console.print("  Dagster UI            [bold]make dev[/], then http://127.0.0.1:3000")
    span = f"--from {start:%Y-%m-%d} --to {start + timedelta(days=DAYS):%Y-%m-%d}"
    query = f"idrill query hook_load --rig {RIGS[0].name} {span} --resolution 1h"
    console.print(f"  Query the lake        [bold]{query}[/]\n", soft_wrap=True)
