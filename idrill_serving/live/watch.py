"""`idrill watch`: the live readings of a rig in the terminal."""

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from idrill.channels import channel
from idrill.frame import INFORMATIVE, Quality
from idrill_serving.live.client import Told, Watcher

PATH = "/api/v1/sensor-data/ws/"
KEPT = 40
"""Values of a channel that its line is drawn from."""
STALE = 15.0
"""Age from which a value is grey [s]."""
LEVELS = "▁▂▃▄▅▆▇█"
ALERTS = 5
"""Events that are shown."""


@dataclass(slots=True)
class Picture:
    """What is known of a rig."""

    rig_id: str
    state: str = "connecting"
    origin: str = ""
    activity: str = ""
    values: dict[str, deque[tuple[datetime, float]]] = field(default_factory=dict)
    bits: dict[str, int] = field(default_factory=dict)
    events: deque[str] = field(default_factory=lambda: deque(maxlen=ALERTS))
    dropped: int = 0

    def learn(self, told: Told) -> None:
        """Take in a message."""
        kind = told["type"]
        if kind in ("connected", "disconnected"):
            self.state = kind if kind == "connected" else f"disconnected: {told['detail']}"
        elif kind == "status":
            self.state = "connected" if told["state"] == "ok" else told["detail"]
        elif kind == "gap":
            self.dropped += told["rows"]
        elif kind in ("snapshot", "batch"):
            self._read(told)

    def _read(self, told: Told) -> None:
        self.origin = told["origin"]
        for name, column in told["values"].items():
            line = self.values.setdefault(name, deque(maxlen=KEPT))
            for at, value in zip(told["time"], column, strict=True):
                if value is not None:
                    _place(line, datetime.fromisoformat(at), value)
        verdicts = told.get("verdicts")
        if verdicts and verdicts["time"]:
            self.activity = verdicts["activity"][-1]
            self.bits = {name: bits[-1] for name, bits in verdicts["bits"].items()}
        for event in told.get("events", ()):
            self.events.appendleft(_event(event))


def _place(line: deque[tuple[datetime, float]], at: datetime, value: float) -> None:
    """Put a value where it belongs; one of the same instant takes the place of the other."""
    if line and line[-1][0] >= at:
        known = dict(line) | {at: value}
        line.clear()
        line.extend(sorted(known.items()))
    else:
        line.append((at, value))


def _event(event: Mapping[str, Any]) -> str:
    body = event["body"]
    said = body.get("message") or ", ".join(f"{name} {value}" for name, value in body.items())
    return f"{event['time'][11:19]}  {event['kind']}  {said}"


def drawn(picture: Picture, now: datetime) -> Group:
    """A picture as the terminal shows it."""
    table = Table(box=None, padding=(0, 2), header_style="bold")
    for name, justify in (("channel", "left"), ("value", "right"), ("unit", "left")):
        table.add_column(name, justify="right" if justify == "right" else "left")
    for name in ("", "age [s]", "quality"):
        table.add_column(name)
    for name in sorted(picture.values):
        table.add_row(*_row(picture, name, now))
    head = Text.assemble(
        (picture.rig_id, "bold"),
        f"  {picture.origin}  {picture.activity or 'not judged yet'}  ",
        (picture.state, "green" if picture.state == "connected" else "yellow"),
    )
    if picture.dropped:
        head.append(f"  {picture.dropped} rows came late over a slow line", "yellow")
    return Group(head, Text(), table, Text(), *(Text(one, "yellow") for one in picture.events))


def _row(picture: Picture, name: str, now: datetime) -> list[Text]:
    line = picture.values[name]
    at, value = line[-1] if line else (now, float("nan"))
    age = (now - at).total_seconds()
    stale = age > STALE or picture.state != "connected"
    flags = Quality(picture.bits.get(name, 0))
    words = ", ".join(str(bit.name).lower() for bit in flags) or (
        "good" if picture.activity else "not judged"
    )
    bad = bool(flags & ~INFORMATIVE)
    style = "bright_black" if stale else "red" if bad else ""
    cells = (name, f"{value:.2f}", channel(name).unit, sparkline([one for _, one in line]))
    return [Text(one, style) for one in (*cells, f"{age:.0f}", words)]


def sparkline(values: Iterable[float]) -> str:
    """A line of blocks, from the smallest to the largest value.

    Example:
        >>> sparkline([0.0, 1.0, 2.0, 7.0])
        '▁▂▃█'
    """
    known = list(values)
    low, high = min(known, default=0.0), max(known, default=0.0)
    if high == low:
        return LEVELS[0] * len(known)
    return "".join(LEVELS[round((one - low) / (high - low) * (len(LEVELS) - 1))] for one in known)


def watch(
    rig_id: Annotated[str, typer.Argument(help="The rig.")],
    channels: Annotated[str, typer.Option(help="Channels, separated by commas.")] = "",
    url: Annotated[str, typer.Option(help="Of the service.")] = "http://127.0.0.1:8000",
    history: Annotated[int, typer.Option(min=0, max=3600, help="Seconds to begin with.")] = 60,
    secret: Annotated[
        str,
        typer.Option(
            "--key",
            envvar="IDRILL_KEY",
            prompt="API key or access token",
            hide_input=True,
            help="A key or an access token; asked for if it is not set.",
        ),
    ] = "",
) -> None:
    """Watch the live readings of a rig; goes on by itself when the line breaks."""
    if not url.startswith(("http://", "https://")):
        raise typer.BadParameter("must start with http:// or https://", param_hint="--url")
    names = [one.strip() for one in channels.split(",") if one.strip()]
    wanted: dict[str, Any] = {"history": history, "rate": 4, "quality": True}
    wanted |= {"channels": names} if names else {}
    way = "key" if secret.startswith("idk_") else "token"
    address = url.rstrip("/").replace("http", "ws", 1) + PATH + rig_id
    watcher = Watcher(address, {way: secret}, wanted | {"predictions": True, "alerts": True})
    with suppress(KeyboardInterrupt):
        asyncio.run(_show(watcher, Picture(rig_id)))


async def _show(watcher: Watcher, picture: Picture) -> None:
    console = Console()
    with Live(console=console, screen=console.is_terminal, auto_refresh=False) as live:
        drawing = asyncio.create_task(_redraw(live, picture))
        try:
            async for told in watcher.messages():
                picture.learn(told)
        finally:
            drawing.cancel()


async def _redraw(live: Live, picture: Picture) -> None:
    while True:
        live.update(drawn(picture, datetime.now(UTC)), refresh=True)
        await asyncio.sleep(0.25)
