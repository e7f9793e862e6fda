"""`idrill dvr report`: what became of a rig's data over some days."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from idrill.settings import load_settings
from idrill.store.database import Database
from idrill.store.lake import Lake

if TYPE_CHECKING:
    from idrill.dvr.period import PeriodReport

DAYS = ["%Y-%m-%d"]


def report(
    rig: Annotated[str, typer.Argument(help="Such as RIG_01.")],
    first: Annotated[datetime, typer.Option("--from", formats=DAYS, help="First day (UTC).")],
    last: Annotated[datetime, typer.Option("--to", formats=DAYS, help="Last day (UTC).")],
    html: Annotated[Path | None, typer.Option(help="Write a page with pictures.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write a file per table to a folder.")] = None,
) -> None:
    """Report what was flagged, moved and dropped, which faults were found, what to calibrate."""
    from idrill.dvr.period_page import compose
    from idrill.store.quality import period_report

    settings, console = load_settings(), Console(markup=False, highlight=False)
    lake = Lake(settings.lake_folder, Database(settings.store_url))
    found = period_report(lake, rig, first.date(), last.date())
    _show(found, console)
    if html is not None:
        html.parent.mkdir(parents=True, exist_ok=True)
        html.write_text(compose(found), encoding="utf-8")
        console.print(f"\nPage with pictures: {html.resolve().as_uri()}", soft_wrap=True)
    if csv is not None:
        csv.mkdir(parents=True, exist_ok=True)
        for name, table in found.tables().items():
            table.write_csv(csv / f"{name}.csv")
        console.print(f"\n{len(found.tables())} files in {csv.resolve()}", soft_wrap=True)


def _show(found: "PeriodReport", console: Console) -> None:
    figures = (f"{figure} {name}" for name, figure in found.figures().items())
    console.print(f"{found.rig_id}, {found.first} to {found.last}: {', '.join(figures)}")
    faults = Table("fault", "from", "seen", "to", "size", title="Faults found", box=None)
    for row in found.found.iter_rows(named=True):
        times = (row["start"], row["detected"], row["end"])
        size = f"{row['size']:.3g} ± {row['sd']:.2g} {row['unit']}"
        faults.add_row(f"{row['kind']}: {row['name']}", *map(_instant, times), size)
    balances = Table("balance", "hours", "out by, before", "after", title="Imbalance", box=None)
    for name, hours, before, after, unit in found.imbalance.iter_rows():
        sizes = ("-" if size is None else f"{size:.4g} {unit}" for size in (before, after))
        balances.add_row(name, f"{hours:.1f}", *sizes)
    for table in (faults, balances):
        if table.row_count:
            table.title_justify = "left"
            console.print()
            console.print(table)
    if found.to_calibrate.height:
        console.print(f"\nTo be decided: idrill dvr calibrations {found.rig_id}")


def _instant(at: datetime | None) -> str:
    return "goes on" if at is None else f"{at:%m-%d %H:%M}"
