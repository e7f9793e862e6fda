"""`idrill stream witsml`: live readings of a rig from a log of a WITSML store that grows."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from idrill.cli.feeding import ending_on_signals, require_rig, sink_of
from idrill.frame import Origin
from idrill.readers.columns import load_map
from idrill.settings import Settings, load_settings
from idrill.sources.following import Follower, feed_of
from idrill.sources.sinks import Address
from idrill.sources.witsml_log import GrowingLog, LogName
from idrill.sources.witsml_server import Login, WitsmlServer
from idrill.store import feeds
from idrill.store.database import Database


def witsml(
    url: Annotated[str, typer.Argument(help="Of the store, such as https://host/WMLS.")],
    well: Annotated[str, typer.Option(help="uidWell of the log.")],
    wellbore: Annotated[str, typer.Option(help="uidWellbore of the log.")],
    log: Annotated[str, typer.Option(help="uid of the log.")],
    rig: Annotated[str, typer.Option(help="The rig whose readings they are, such as RIG_01.")],
    column_map: Annotated[
        Path | None, typer.Option("--map", help="TOML: curves whose channel is not recognised.")
    ] = None,
    every: Annotated[float, typer.Option(min=0.1, help="Time between two looks [s].")] = 5.0,
    trust: Annotated[
        Path | None, typer.Option(help="File of certificates to trust besides the system's.")
    ] = None,
    start: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%dT%H:%M:%S%z"], help="Leave out what is before."),
    ] = None,
    *,
    register: Annotated[bool, typer.Option("--register", help="Enter the rig if need be.")] = False,
) -> None:
    """Follow a WITSML 1.4.1.1 log by time from the last row that was taken, until it has ended."""
    settings = load_settings()
    server = WitsmlServer(url, _login(settings, trust))
    database = Database(settings.store_url)
    known = require_rig(database, rig, register=register)
    origin = Origin.SYNTHETIC if known.synthetic else Origin.LIVE
    name = LogName(well, wellbore, log)
    columns = None if column_map is None else load_map(column_map)
    with database.session() as session:
        last = feeds.last_time(session, rig, feed_of(url, name))
    growing = GrowingLog(server, name, columns, last or start)
    sink = sink_of(settings, database)
    console = Console(stderr=True)
    follower = Follower(growing, sink, database, Address(rig, origin, f"witsml {name}"))
    try:
        follower.run(every, ending_on_signals(), _saying(console))
    finally:
        sink.close()
        database.dispose()
        for line in follower.summary():
            _saying(console)(line)


def _saying(console: Console) -> Callable[[str], None]:
    return partial(console.print, markup=False, highlight=False, soft_wrap=True)


def _login(settings: Settings, trust: Path | None) -> Login:
    password = settings.witsml_password
    trusted = None if trust is None else str(trust)
    return Login(
        settings.witsml_user, "" if password is None else password.get_secret_value(), trusted
    )
