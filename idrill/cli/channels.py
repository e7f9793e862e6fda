"""`idrill channels`: the sensor vocabulary."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from idrill.channels import CHANNELS


def channels(
    *, all_pits: Annotated[bool, typer.Option("--all", help="Single pits too.")] = False
) -> None:
    """List the channels, their units, their limits and what they are called elsewhere."""
    table = Table("channel", "unit", "from", "to", "WITS", "WITSML and LAS", box=None)
    for channel in CHANNELS:
        if all_pits or not channel.detail:
            table.add_row(
                channel.name,
                channel.unit,
                f"{channel.low:g}",
                f"{channel.high:g}",
                " ".join(channel.wits0),
                " ".join(channel.witsml[:4]),
            )
    Console().print(table)
