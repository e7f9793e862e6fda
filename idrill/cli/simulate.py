"""`idrill simulate`: drawn rigs drill drawn wells, and their readings come in as real ones do."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from idrill.cli import simulated_stream
from idrill.cli.recipe import keep, require_same
from idrill.cli.simulation import (
    EVENTS,
    FAULTS,
    Resolution,
    Simulation,
    Wanted,
    next_step,
    refuse,
    simulation_of,
)
from idrill.errors import InvalidSimulation, StoreError
from idrill.rigs import Rig
from idrill.settings import Settings, load_settings
from idrill.store import rigs as known_rigs
from idrill.store.archive import Archive
from idrill.store.archived_rows import ArchivedRows
from idrill.store.census import require_few
from idrill.store.database import Database
from idrill.store.intake import Intake
from idrill.store.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy.orm import Session

    from idrill.simulator.days import SimulatedDay


class Into(StrEnum):
    """Where the readings go."""

    INBOX = "inbox"
    LAKE = "lake"


app = typer.Typer(
    help="Simulated rigs: whole days at once, or one that runs.",
    invoke_without_command=True,
    rich_markup_mode=None,
)
app.command("inject")(simulated_stream.inject)
app.command("injected")(simulated_stream.injected)


@app.callback()
def simulate(
    context: typer.Context,
    rig: Annotated[
        str | None, typer.Option(help="The rig, such as SIM_01; a simulated one for ever.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, help="How many days.")] = 3,
    seed: Annotated[int, typer.Option(help="Same seed, same readings.")] = 1,
    start: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"],
            help="First day (UTC), else it ends yesterday; first second of a stream, else now.",
        ),
    ] = None,
    into: Annotated[
        Into, typer.Option(help="Files for the inbox, or straight into the lake.")
    ] = Into.INBOX,
    resolution: Annotated[
        Resolution, typer.Option(help="1s: one rig. 1min: a fleet, for the lives of components.")
    ] = Resolution.SECOND,
    fleet: Annotated[
        int | None, typer.Option("--rigs", min=1, max=9999, help="Size of the fleet: SIM_0001 …")
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option(
            help="How the fleet is maintained: run_to_failure, fixed_interval or condition_based; "
            "else rigs take them in turn."
        ),
    ] = None,
    events: Annotated[
        float | None, typer.Option(min=0, help="Events of each kind per day; 0.1 if not said.")
    ] = None,
    faults: Annotated[
        float | None,
        typer.Option(min=0, help="Faults of each kind and sensor per day; 0.01 if not said."),
    ] = None,
    speed: Annotated[
        str, typer.Option(help="How fast a stream catches up where it is behind the clock, or max.")
    ] = "max",
    *,
    stream: Annotated[
        bool, typer.Option("--stream", help="Let one rig run now, and tell its readings live.")
    ] = False,
) -> None:
    """Simulate a rig at 1 Hz, or a fleet in minutes; what really happened is kept apart."""
    if context.invoked_subcommand is not None:
        return
    if stream:
        refuse({"--rigs": fleet, "--policy": policy}, "is of a fleet; a stream is one rig")
        rates = EVENTS if events is None else events, FAULTS if faults is None else faults
        simulated_stream.run(simulated_stream.Run(rig, seed, start, speed, *rates))
        return
    settings = load_settings()
    wanted = Wanted(rig, days, seed, start, resolution, fleet, policy, events, faults)
    simulation = simulation_of(wanted, settings.first_day, datetime.now(UTC).date())
    inbox = settings.inbox_folder if into is Into.INBOX else None
    database = Database(settings.store_url)
    _enter(settings, database, simulation, inbox)
    put = _door(into, settings, database)
    console, rows, total = Console(markup=False), 0, len(simulation.rigs) * days
    with _progress(console) as progress:
        for day in progress.track(simulation.days, total, description="Simulating"):
            rows += put(day)
    place = inbox or f"raw_sensor_data of {settings.lake_folder}"
    console.print(f"{total:,} rig-days, {rows:,} rows in {place}", soft_wrap=True)
    console.print(f"What really happened: {settings.home / 'simulations'}", soft_wrap=True)
    console.print(f"Next: {next_step(simulation.rigs, inbox)}", soft_wrap=True)


def _enter(
    settings: Settings, database: Database, simulation: Simulation, inbox: "Path | None"
) -> None:
    """Enter all rigs in the store and make their folders, or enter none."""
    rigs, truth = simulation.rigs, settings.home / "simulations"
    option = "--rig" if simulation.recipe["resolution"] is Resolution.SECOND else "--rigs"
    database.migrate()
    with database.session() as session:
        known = {rig.id for rig in known_rigs.all_rigs(session)}
        count = len(known | {rig.id for rig in rigs})
        require_few(settings.first_day, datetime.now(UTC).date(), count)
        for rig in rigs:
            _register(session, rig, option)
        require_same(simulation.recipe, rigs, truth)
        _make_inbox(inbox, rigs)
        keep(simulation.recipe, rigs, truth)


def _register(session: "Session", rig: Rig, option: str) -> None:
    """Enter a rig in the store; `option` named it."""
    try:
        known_rigs.register(session, rig)
    except StoreError as error:
        raise InvalidSimulation(f"{option}: {error}") from error


def _make_inbox(inbox: "Path | None", rigs: tuple[Rig, ...]) -> None:
    """Make the folders of the rigs, where their files are wanted."""
    for folder in (inbox / rig.id for rig in rigs if inbox):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InvalidSimulation(
                f"--into: {folder} of the inbox cannot be made: {error.strerror}; "
                "set IDRILL_INBOX elsewhere, or ask for --into lake"
            ) from error


def _door(into: Into, settings: Settings, database: Database) -> "Callable[[SimulatedDay], int]":
    """Keeps a day, its readings where they are wanted and the truth apart; how many rows it has."""
    from idrill.simulator.files import write_truth
    from idrill.store.simulated_days import record_lives, to_inbox, to_lake

    archive = Archive(settings.archive_folder)
    first_day, max_bytes = settings.first_day, settings.max_file_bytes
    rows = ArchivedRows(Intake(database, archive, first_day=first_day, max_bytes=max_bytes))
    lake = Lake(settings.lake_folder, database)

    def put(day: "SimulatedDay") -> int:
        write_truth(day, settings.home / "simulations")
        if into is Into.INBOX:
            return to_inbox(day, settings.inbox_folder)
        record_lives(day, database)
        return to_lake(day, rows, lake)

    return put


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=console, transient=True)
