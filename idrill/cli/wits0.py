"""`idrill stream wits0`: live readings of a rig from a WITS level 0 sender."""

import asyncio
from collections import Counter
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from idrill.cli.feeding import require_rig, sink_of, until_ended, watched
from idrill.errors import SettingsError
from idrill.frame import Origin
from idrill.readers.columns import load_map
from idrill.readers.wits0.client import Patience, Wits0Client
from idrill.readers.wits0.items import Agreement, agreed
from idrill.readers.wits0.listener import Wits0Listener
from idrill.settings import load_settings
from idrill.sources.sinks import Address
from idrill.sources.wits0 import Tally, Wits0Source
from idrill.store.database import Database

Link = Wits0Client | Wits0Listener

SHOWN = 8
"""Items of a kind that the status names."""


def wits0(
    address: Annotated[str, typer.Argument(help="HOST:PORT of the sender, or to listen on.")],
    rig: Annotated[str, typer.Option(help="The rig whose readings they are, such as RIG_01.")],
    column_map: Annotated[
        Path | None,
        typer.Option("--map", help="TOML: units (metric or field), clock, nulls, items."),
    ] = None,
    silence: Annotated[
        float, typer.Option(min=1.0, help="A connection that is silent so long is left [s].")
    ] = 60.0,
    allowed: Annotated[
        list[str] | None,
        typer.Option("--from", help="With --listen: an IP address that may send; may be repeated."),
    ] = None,
    *,
    listen: Annotated[
        bool, typer.Option("--listen", help="Wait for a sender instead of calling one.")
    ] = False,
    register: Annotated[bool, typer.Option("--register", help="Enter the rig if need be.")] = False,
) -> None:
    """Take what a WITS level 0 sender tells, until Ctrl-C; it is called again when it is gone."""
    agreement = agreed(None if column_map is None else load_map(column_map))
    if allowed and not listen:
        raise SettingsError("--from says who may connect: it needs --listen")
    link = (
        _listener(address, agreement, silence, allowed or [])
        if listen
        else _client(address, agreement, silence)
    )
    settings = load_settings()
    database = Database(settings.store_url)
    origin = _origin(database, rig, register=register)
    sink = sink_of(settings, database)
    to = Address(rig, origin, f"wits0 {address}")
    source = Wits0Source(link, agreement, to, sink)
    console = Console(stderr=True)
    try:
        asyncio.run(_run(source, link, console, f"{rig} from {address} to {sink.name}"))
    finally:
        sink.close()
        database.dispose()
        for line in summary(source.tally):
            console.print(line, markup=False, highlight=False, soft_wrap=True)


def _origin(database: Database, rig: str, *, register: bool) -> Origin:
    known = require_rig(database, rig, register=register)
    return Origin.SYNTHETIC if known.synthetic else Origin.LIVE


def _client(address: str, agreement: Agreement, silence: float) -> Wits0Client:
    host, port = _placed(address)
    patience = Patience(silence=silence)
    return Wits0Client(host, port, patience=patience, utc_offset=agreement.utc_offset)


def _listener(
    address: str, agreement: Agreement, silence: float, allowed: list[str]
) -> Wits0Listener:
    host, port = _placed(address)
    patience, offset = Patience(silence=silence), agreement.utc_offset
    try:
        senders = [str(ip_address(one)) for one in allowed]
    except ValueError as error:
        raise SettingsError(f"--from: {error}") from error
    return Wits0Listener(host, port, patience=patience, utc_offset=offset, allowed=senders)


def _placed(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise SettingsError(f"{address!r} is no address: write HOST:PORT")
    return host, int(port)


async def _run(source: Wits0Source, link: Link, console: Console, title: str) -> None:
    shown = asyncio.create_task(
        watched(console, lambda: f"{title}: {link.link} · {status(source.tally, link.problem)}")
    )
    try:
        await until_ended(asyncio.create_task(source.run()), link.stop)
    finally:
        shown.cancel()
        with suppress(asyncio.CancelledError):
            await shown


def status(tally: Tally, problem: str | None) -> str:
    """How a source stands, in one line."""
    parts = [f"{tally.frames:,} frames", f"{tally.readings:,} readings"]
    if tally.last_time is not None:
        parts.append(f"last {tally.last_time:%F %T}Z")
    if tally.unusable:
        parts.append(f"{tally.unusable:,} unusable")
    if tally.unknown:
        parts.append(f"{len(tally.unknown)} unknown items")
    if tally.fault:
        parts.append(f"waiting: {tally.fault}")
    elif problem:
        parts.append(f"last trouble: {problem}")
    return " · ".join(parts)


def summary(tally: Tally) -> list[str]:
    """What a source took in, once it has ended."""
    lines = [status(tally, None)]
    kinds = (("items that feed no channel", tally.unknown), ("no numbers", tally.no_numbers))
    return lines + [f"{title}: {counted(of)}" for title, of in kinds if of]


def counted(items: Counter[str]) -> str:
    """The most frequent of some things, each with how often it came."""
    first = ", ".join(f"{item} x {count:,}" for item, count in items.most_common(SHOWN))
    return first + (f" and {len(items) - SHOWN} more" if len(items) > SHOWN else "")
