"""`idrill stream`: readings of a file through the broker, and messages that told none."""

from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import polars as pl
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from idrill.cli import controlling as control
from idrill.cli import sparkplug, wits0, witsml
from idrill.errors import BrokenSource, IDrillError, StoreError
from idrill.frame import Origin
from idrill.readers import Kind, Reading, ReadOptions, read, unpack
from idrill.readers.posted import Period
from idrill.rigs import rig_id
from idrill.settings import Settings, load_settings
from idrill.sources import controlling
from idrill.store import dead_letters, live_intake
from idrill.store.database import Database
from idrill.store.dead_letters import DeadLetter
from idrill.store.live_intake import Batch
from idrill.streams import control_messages, messages
from idrill.streams.broker import stream_of
from idrill.streams.publisher import Publisher

app = typer.Typer(no_args_is_help=True, help="Readings through the broker.", rich_markup_mode=None)
dead = typer.Typer(no_args_is_help=True, help="Messages that told no readings.")
app.add_typer(control.app, name="control")
app.add_typer(dead, name="dead")
app.command("sparkplug")(sparkplug.sparkplug)
app.command("wits0")(wits0.wits0)
app.command("witsml")(witsml.witsml)

ROWS = 200
"""Readings of one message."""
TOGETHER = 16
"""Messages that the broker is given at once."""
UNUSABLE = 1
"""Exit code when a message still tells no readings."""


class Told(StrEnum):
    """What readings may be said to be."""

    LIVE = "live"
    REPLAY = "replay"
    SYNTHETIC = "synthetic"


@app.command()
def publish(
    file: Annotated[Path, typer.Argument(help="A file, an archive (.gz, .zip, .tar), a folder.")],
    rig: Annotated[str, typer.Option(help="The rig, such as RIG_01.")],
    origin: Annotated[
        Told | None, typer.Option(help="What they are; else what the rig's readings are.")
    ] = None,
) -> None:
    """Give the readings of a file to the broker, in the order of the file."""
    settings = load_settings()
    url = settings.stream_url.get_secret_value()
    stream_of(url, settings.stream_name)
    told = None if origin is None else Origin(origin.value)
    publisher = Publisher(url, settings.stream_name)
    try:
        with unpack(file, max_bytes=settings.max_file_bytes) as unpacked:
            for error in unpacked.refused.values():
                raise error
            for member in unpacked.members:
                reading = read(member.path, ReadOptions(source=member.name))
                _publish(publisher, reading, rig_id(rig), told)
    finally:
        publisher.close()


@dead.command("list")
def list_dead(
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
) -> None:
    """List the messages that told no readings and that nobody replayed yet."""
    with Database(load_settings().store_url).session() as session:
        found = dead_letters.waiting(session, limit=limit)
        count = dead_letters.count_waiting(session)
    table = Table("number", "last", "times", "broker", "bytes", "reason", box=None)
    for one in found:
        last = f"{one.last_at:%Y-%m-%d %H:%M:%S}"
        size = f"{len(one.body):,}"
        table.add_row(str(one.id), last, str(one.times), one.backend, size, one.reason)
    console = Console(markup=False)
    console.print(table)
    if count > len(found):
        console.print(f"… {count - len(found):,} more")


@dead.command()
def show(number: Annotated[int, typer.Argument(help="Of the message.")]) -> None:
    """Write the bytes of a message that told no readings, as they came."""
    with Database(load_settings().store_url).session() as session:
        typer.echo(dead_letters.get(session, number).body, nl=False)


@dead.command()
def replay(
    numbers: Annotated[list[int] | None, typer.Argument(help="Of messages; else all.")] = None,
) -> None:
    """Commit what messages tell that told nothing before, as after their rig was registered."""
    settings = load_settings()
    database = Database(settings.store_url)
    console = Console(markup=False)
    failed = 0
    for letter in list(_wanted(database, numbers)):
        try:
            _commit(database, letter, settings)
        except StoreError as fault:
            if type(fault) is StoreError:
                raise
            failed += _refused(database, letter, fault, console)
        except IDrillError as fault:
            failed += _refused(database, letter, fault, console)
        else:
            console.print(f"{letter.id}: committed")
    if failed:
        raise typer.Exit(UNUSABLE)


def _publish(publisher: Publisher, reading: Reading, rig: str, origin: Origin | None) -> None:
    source = reading.report.source
    if reading.kind is not Kind.TIME:
        raise BrokenSource(source, "is not indexed by time.", remedy="Ingest it: idrill ingest.")
    table = reading.table
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as progress:
        bar = progress.add_task(source, total=table.height)
        for part in table.iter_slices(ROWS * TOGETHER):
            bodies = [
                _message(rows, reading.channels, rig, origin) for rows in part.iter_slices(ROWS)
            ]
            publisher.publish(rig, bodies)
            progress.advance(bar, part.height)
    rejected = reading.report.rows_rejected
    told = f"{source}: {table.height:,} readings published to {publisher.backend}"
    typer.echo(f"{told}, {rejected:,} rows could not be read" if rejected else told, err=True)


def _message(rows: pl.DataFrame, names: list[str], rig: str, origin: Origin | None) -> bytes:
    times = [at.isoformat() for at in rows["time"]]
    columns = {name: rows[name].to_list() for name in names}
    return messages.in_columns(rig, times, columns, message_id=uuid4().hex, origin=origin)


def _wanted(database: Database, numbers: list[int] | None) -> Iterator[DeadLetter]:
    with database.session() as session:
        if numbers:
            yield from (dead_letters.get(session, number) for number in numbers)
        else:
            everything = dead_letters.count_waiting(session)
            yield from dead_letters.waiting(session, limit=max(1, everything))


def _commit(database: Database, letter: DeadLetter, settings: Settings) -> None:
    if control_messages.is_one(letter.body):
        key = settings.secret_key
        secret = None if key is None else key.get_secret_value()
        with database.session() as session:
            controlling.carry_out(session, letter.body, secret)
            dead_letters.settle(session, letter.id)
        return
    told = messages.read(letter.body, Period.until(datetime.now(UTC), settings.first_day))
    batch = Batch(told.rig_id, told.origin, told.posted, told.sender or "stream")
    with database.session() as session:
        live_intake.write(session, batch)
        dead_letters.settle(session, letter.id)


def _refused(database: Database, letter: DeadLetter, fault: IDrillError, console: Console) -> int:
    with database.session() as session:
        dead_letters.fail(session, letter.id, str(fault))
    console.print(f"{letter.id}: {fault}")
    return 1
