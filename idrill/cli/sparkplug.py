"""`idrill stream sparkplug`: live readings of rigs from edge nodes that speak Sparkplug B."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from idrill.cli.feeding import require_rig, sink_of, until_told, watched
from idrill.cli.wits0 import counted
from idrill.errors import StreamError
from idrill.frame import Origin
from idrill.settings import load_settings
from idrill.sources.sparkplug import Ear, stale_of
from idrill.sources.sparkplug_devices import load_devices
from idrill.store import dead_letters
from idrill.store.database import Database

if TYPE_CHECKING:
    from idrill.sources.sparkplug_link import SparkplugLink


def sparkplug(
    url: Annotated[str, typer.Argument(help="Of the MQTT broker, such as mqtt://host:1883.")],
    devices: Annotated[
        Path, typer.Option(help="TOML: which node or device is which rig.", exists=True)
    ],
    client: Annotated[
        str, typer.Option(help="Name of our session at the broker; one process each.")
    ] = "idrill-sparkplug",
    *,
    register: Annotated[bool, typer.Option("--register", help="Enter rigs if need be.")] = False,
) -> None:
    """Take what edge nodes say in Sparkplug B, until Ctrl-C; a missed birth is asked for."""
    ear, settings = Ear(load_devices(devices)), load_settings()
    database = Database(settings.store_url)
    origins = {}
    for rig in sorted({one.rig_id for one in ear.devices.values()}):
        known = require_rig(database, rig, register=register)
        origins[rig] = Origin.SYNTHETIC if known.synthetic else Origin.LIVE
    try:
        from idrill.sources.sparkplug_link import Desk, SparkplugLink
    except ImportError as error:
        raise StreamError(f"install the driver: pip install 'idrill[streams]' ({error})") from error
    sink = sink_of(settings, database)

    def bury(body: bytes, reason: str) -> None:
        with database.session() as session:
            dead_letters.keep(session, body, backend="sparkplug", reason=reason)

    link = SparkplugLink(url, client, ear, sink, Desk(origins.__getitem__, bury))
    console = Console(stderr=True)
    try:
        asyncio.run(_run(link, ear, console))
    finally:
        sink.close()
        database.dispose()
        for line in _summary(link, ear):
            console.print(line, markup=False, highlight=False, soft_wrap=True)


async def _run(link: "SparkplugLink", ear: Ear, console: Console) -> None:
    await link.open()
    shown = asyncio.create_task(watched(console, lambda: _status(link, ear)))
    try:
        await until_told()
    finally:
        shown.cancel()
        with suppress(asyncio.CancelledError):
            await shown
        await link.close()


def _status(link: "SparkplugLink", ear: Ear) -> str:
    parts = [
        f"{link.messages:,} messages of {len(ear.nodes)} nodes",
        f"{link.readings:,} readings",
    ]
    dead = list(stale_of(ear))
    parts += [f"stale: {', '.join(dead)}"] if dead else []
    parts += [f"{ear.gaps} gaps"] if ear.gaps else []
    parts += [f"{link.unreadable} unreadable"] if link.unreadable else []
    parts += [f"waiting: {link.fault}"] if link.fault else []
    return " · ".join(parts)


def _summary(link: "SparkplugLink", ear: Ear) -> Iterator[str]:
    yield _status(link, ear)
    if ear.unknown:
        yield f"metrics that are no channel: {counted(ear.unknown)}"
    if ear.strangers:
        yield f"devices that are no rig: {counted(ear.strangers)}"
