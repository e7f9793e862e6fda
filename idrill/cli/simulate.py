"""`idrill simulate`: a drawn rig drills a drawn well, and its files lie in the inbox."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from idrill.rigs import Rig, rig_id
from idrill.settings import Settings, load_settings
from idrill.store import rigs
from idrill.store.database import Database

if TYPE_CHECKING:
    from idrill.simulator.rig import Chunk


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
    settings = load_settings()
    name = rig_id(rig)
    first = start.replace(tzinfo=UTC) if start else _so_that_it_ends_yesterday(days)
    _register(settings, name)
    measured, truth = settings.inbox_folder / name, settings.home / "simulations" / name
    chunks = _chunks(name, first, days, seed, events, faults)
    console = Console(markup=False)
    with _progress(console) as progress:
        for day, chunk in enumerate(progress.track(chunks, days, description=f"Simulating {name}")):
            _write(chunk, measured, truth, first, first + timedelta(days=day))
    console.print(f"{days} files of {name} in {measured}", soft_wrap=True)
    console.print(f"What really happened: {truth}", soft_wrap=True)
    console.print(f"Take them in: idrill ingest {measured} --rig {name}", soft_wrap=True)


def _chunks(
    name: str, start: datetime, days: int, seed: int, events: float, faults: float
) -> Iterator["Chunk"]:
    """A day at a time of a rig, a crew and a well drawn by `seed`."""
    from idrill.simulator.crew import draw_crew
    from idrill.simulator.events import AtRandom
    from idrill.simulator.fault_schedules import RandomFaults
    from idrill.simulator.noise import stream as numbers
    from idrill.simulator.outfit import draw_outfit
    from idrill.simulator.rig import stream
    from idrill.simulator.sensor_package import draw_sensors
    from idrill.simulator.well_plan import draw_well

    outfit = draw_outfit(name, numbers(seed, name, "outfit"))
    crew = draw_crew(numbers(seed, name, "crew"))
    sensors = draw_sensors(outfit, numbers(seed, name, "sensors"))
    channels = tuple(sensor.channel for sensor in sensors.sensors)
    return stream(
        outfit,
        draw_well(f"{name} 1", crew, numbers(seed, name, "well")),
        crew,
        start=start,
        duration=timedelta(days=days),
        seed=seed,
        events=AtRandom(seed, name, events),
        faults=RandomFaults(seed, name, channels, faults),
        sensors=sensors,
        later=[
            draw_well(f"{name} {well}", crew, numbers(seed, name, "well", str(well)))
            for well in range(2, 2 + days // 10)
        ],
    )


def _write(chunk: "Chunk", measured: Path, truth: Path, start: datetime, day: datetime) -> None:
    from idrill.simulator.events import labels
    from idrill.simulator.faults import fault_labels
    from idrill.simulator.files import write_csv

    truth.mkdir(parents=True, exist_ok=True)
    stem = f"{day:%Y-%m-%d}"
    chunk.truth.write_parquet(truth / f"{stem}.truth.parquet", compression="zstd")
    labels(chunk.events, start).write_parquet(truth / f"{stem}.events.parquet")
    fault_labels(chunk.faults, start).write_parquet(truth / f"{stem}.faults.parquet")
    write_csv(chunk.measured, measured / f"{stem}.csv")


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
