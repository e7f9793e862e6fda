"""`idrill replay`: a recorded rig-day told again, as if it happened now."""

from datetime import datetime, timedelta
from typing import Annotated

import polars as pl
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from idrill.cli.feeding import ending_on_signals, sink_of
from idrill.errors import InvalidRequest
from idrill.rigs import rig_id
from idrill.settings import load_settings
from idrill.sources import replay as replays
from idrill.sources.pacing import Pace, speed_of
from idrill.sources.replay import Recording
from idrill.store.database import Database
from idrill.store.lake import Lake

REPEATED = timedelta(seconds=2_000)
"""How much is told again after an interruption: a broker may have kept only some of it."""

Clock = ["%H:%M", "%H:%M:%S"]


def replay(
    rig: Annotated[str, typer.Argument(help="The rig that was recorded, such as RIG_01.")],
    day: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="The day (UTC).")],
    to: Annotated[str, typer.Option(help="The rig that it is told to; one of its own.")],
    speed: Annotated[
        str, typer.Option(help="How many times faster than it was made: 1 to 1000, or max.")
    ] = "1",
    start: Annotated[
        datetime | None, typer.Option("--from", formats=Clock, help="Leave out what is before.")
    ] = None,
    end: Annotated[
        datetime | None, typer.Option("--until", formats=Clock, help="Leave out what is after.")
    ] = None,
    *,
    register: Annotated[bool, typer.Option("--register", help="Enter the rig if need be.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Tell all of it, and not just what is not there yet.")
    ] = False,
) -> None:
    """Tell a rig-day again at its own pace or faster, with the instants at which it was made."""
    settings = load_settings()
    ending = ending_on_signals()
    pace = Pace(speed_of(speed), ending)
    database = Database(settings.store_url)
    lake = Lake(settings.lake_folder, database)
    recording = _cut(replays.recorded(database, lake, rig_id(rig), day.date()), start, end)
    with database.session() as session:
        replays.require_replay(session, rig, rig_id(to), register=register)
        known = None if again else replays.told_until(session, recording, to)
    rest = _after(recording, known)
    sink = sink_of(settings, database)
    console, done = Console(stderr=True), 0
    try:
        with _progress(console) as progress:
            bar = progress.add_task(f"{rig} {day:%F} to {to}", total=rest.table.height)

            def say(words: str) -> None:
                progress.console.print(words, markup=False, highlight=False, soft_wrap=True)

            for rows in replays.replayed(rest, to, sink, pace, say, ending):
                done += rows
                progress.advance(bar, rows)
    finally:
        sink.close()
        database.dispose()
    told = f"{done:,} of {rest.table.height:,} readings of {rig} told to {to} by {sink.name}"
    skipped = recording.table.height - rest.table.height
    console.print(told + (f", {skipped:,} were there" if skipped else ""), highlight=False)


def _cut(recording: Recording, start: datetime | None, end: datetime | None) -> Recording:
    """What was recorded between two times of day.

    Raises:
        InvalidRequest: If that is nothing.
    """
    table, clock = recording.table, pl.col("time").dt.time()
    if start is not None:
        table = table.filter(clock >= start.time())
    if end is not None:
        table = table.filter(clock < end.time())
    if table.is_empty():
        raise InvalidRequest("--from, --until: nothing was recorded between them")
    return Recording(recording.rig_id, recording.day, table)


def _after(recording: Recording, known: datetime | None) -> Recording:
    if known is None:
        return recording
    rest = recording.table.filter(pl.col("time") > known - REPEATED)
    return Recording(recording.rig_id, recording.day, rest)


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn())
    counted = TextColumn("{task.completed:,.0f}/{task.total:,.0f}")
    return Progress(*columns, counted, TimeRemainingColumn(), console=console)
