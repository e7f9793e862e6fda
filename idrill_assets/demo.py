"""`idrill demo`: the main job on files of an invented rig, with a report to look at."""

from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.progress import Progress

from idrill.readers.reading import Reading
from idrill.settings import load_settings
from idrill.store import merges
from idrill.store.intake import Refused, Taken
from idrill.store.merges import SourceLedger
from idrill.store.tables import KPIS, MINUTE, VALIDATED
from idrill_assets import inbox
from idrill_assets.execution import Workplace, open_workplace
from idrill_assets.partitions import RigDay
from idrill_assets.plots import activity_ribbon, strip_chart, write_report
from idrill_assets.sample_files import write_sample_files

RIG = "DEMO_01"

DAYS = 2


def demo() -> None:
    """Write a few small files of an invented rig, run the graph on them, and leave a report."""
    settings = load_settings()
    console = Console()
    workplace = open_workplace(settings)
    start = _start()
    files = write_sample_files(settings.inbox_folder / RIG, start)
    console.print(f"Wrote {len(files)} files of the invented rig {RIG} to {files[0].parent}")
    taken = _take_in(workplace, console)
    rig_days = [RigDay(RIG, (start + timedelta(days=day)).date()) for day in range(DAYS)]
    _materialize(workplace, rig_days, console)
    with workplace.platform.database.session() as session:
        ledger = merges.ledger(session, RIG)
    report = settings.home / "demo" / "report.html"
    _write_report(report, workplace, rig_days, taken, ledger)
    _say_goodbye(console, report, ledger)


def _start() -> datetime:
    """Midnight (UTC) before the last two complete days."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=DAYS)


def _take_in(workplace: Workplace, console: Console) -> list[Taken]:
    platform = workplace.platform
    platform.intake.register(RIG, synthetic=True)
    taken = []
    for file in inbox.scan(platform.settings.inbox_folder):
        if file.rig != RIG:
            continue
        for outcome in inbox.take_in(platform.intake, file):
            if isinstance(outcome, Refused):
                raise outcome.error
            report = outcome.reading.report
            console.print(f"Read {outcome.name}: {report.rows_kept:,} of {report.rows_read:,} rows")
            taken.append(outcome)
    return taken


def _materialize(workplace: Workplace, wanted: list[RigDay], console: Console) -> None:
    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task("Running the graph", total=len(wanted) * 6)
        for outcome in workplace.materialize_days(wanted, lambda *_: progress.advance(bar)):
            if outcome.error:
                console.print(f"[red]failed[/] {outcome.error}")
    console.print(f"Materialized {len(wanted)} rig-days through six assets")


def _write_report(
    path: Path,
    workplace: Workplace,
    rig_days: list[RigDay],
    taken: list[Taken],
    ledger: list[SourceLedger],
) -> None:
    lake = workplace.platform.lake
    sections: list[tuple[str, str, bytes | None]] = [
        ("What came in", _ledger_html(ledger) + "".join(_findings(t.reading) for t in taken), None)
    ]
    for rig_day in rig_days:
        minutes = lake.read(MINUTE, rig_day.lake)
        validated = lake.read(VALIDATED, rig_day.lake)
        kpis = lake.read(KPIS, rig_day.lake)
        key = str(rig_day.key)
        sections.append((f"{key}: the day at a glance", _kpi_html(kpis), strip_chart(minutes, key)))
        sections.append((f"{key}: what the rig was doing", "", activity_ribbon(validated, key)))
    write_report(path, f"i-Drill: two days of {RIG}, an invented rig", sections)


def _ledger_html(ledger: list[SourceLedger]) -> str:
    rows = "".join(
        f"<tr><td>{escape(row.name)}</td><td>{row.read:,}</td><td>{row.contributing:,}</td>"
        f"<td>{row.duplicate:,}</td><td>{row.rejected:,}</td></tr>"
        for row in ledger
    )
    return (
        "<p>Every row is accounted for: read = contributing + duplicate + rejected.</p><table>"
        "<tr><th>source</th><th>read</th><th>contributing</th><th>duplicate</th><th>rejected</th>"
        f"</tr>{rows}</table>"
    )


def _findings(reading: Reading) -> str:
    rejections = "".join(
        f"<li>{escape(reading.report.source)}, line {r.first_line}: {escape(r.detail)}</li>"
        for r in reading.report.rejections
    )
    return f"<ul>{rejections}</ul>" if rejections else ""


def _kpi_html(kpis: pl.DataFrame) -> str:
    figures = kpis.drop("rig_id", "day", "origin", "well_id", strict=False)
    cells = "".join(
        f"<tr><td>{name.replace('_', ' ')}</td><td>{value:,.1f}</td></tr>"
        for row in figures.iter_rows(named=True)
        for name, value in row.items()
        if value is not None
    )
    return f"<table>{cells}</table>"


def _say_goodbye(console: Console, report: Path, ledger: list[SourceLedger]) -> None:
    rows = sum(row.read for row in ledger)
    lost = sum(row.read for row in ledger if not row.is_balanced)
    console.print(f"{rows:,} rows in {len(ledger)} sources, {lost:,} unaccounted for")
    console.print(f"\n  Report with pictures  [bold]{report.as_uri()}[/]", soft_wrap=True)
    console.print("  Dagster UI            [bold]make dev[/], then http://127.0.0.1:3000")
    console.print(f"  Query the lake        [bold]idrill query hook_load --rig {RIG} …[/]\n")
