"""`idrill simulate`: a drawn rig drills a drawn well, and its files lie in the inbox."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from idrill.rigs import Rig, rig_id
from idrill.settings import Settings, load_settings
from idrill.store import rigs
from idrill.store.database import Database


def simulate(
    rig: Annotated[str, typer.Option(help="The rig, such as SIM_01; a simulated one for ever.")],
    days: Annotated[int, typer.Option(min=1, help="How many days.")] = 3,
    seed: Annotated[int, typer.Option(help="Same seed, same files.")] = 1,
    start: Annotated[
        datetime | None,
        typer.Option(
            "--from", formats=["%Y-%m-%d"], help="First day (UTC); else it ends yesterday."
        ),
    ] = None,
    events: Annotated[float, typer.Option(min=0, help="Events of each kind per day.")] = 0.1,
    faults: Annotated[float, typer.Option(min=0, help="Faults of each sensor per day.")] = 0.01,
) -> None:
    """Simulate a rig at 1 Hz, a file a day in the inbox; what really happened is kept apart."""
    from idrill.simulator.campaign import draw_campaign
    from idrill.simulator.files import write_csv, write_truth

    settings = load_settings()
    name = rig_id(rig)
    first = start.replace(tzinfo=UTC) if start else _so_that_it_ends_yesterday(days)
    _register(settings, name)
    measured, truth = settings.inbox_folder / name, settings.home / "simulations" / name
    campaign = draw_campaign(name, start=first, days=days, seed=seed, events=events, faults=faults)
    console = Console(markup=False)
    with _progress(console) as progress:
        for chunk in progress.track(campaign, days, description=f"Simulating {name}"):
            write_truth(chunk, truth, first)
            write_csv(chunk.measured, measured / f"{chunk.truth['time'][0]:%Y-%m-%d}.csv")
    console.print(f"{days} files of {name} in {measured}", soft_wrap=True)
    console.print(f"What really happened: {truth}", soft_wrap=True)
    console.print(f"Take them in: idrill ingest {measured} --rig {name}", soft_wrap=True)


def _register(settings: Settings, name: str) -> None:
    database = Database(settings.store_url)
    database.migrate()
    with database.session() as session:
        rigs.register(session, Rig(name, name, synthetic=True))


def _so_that_it_ends_yesterday(days: int) -> datetime:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days)


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=console, transient=True)
