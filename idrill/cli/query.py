"""`idrill query`: readings out of the lake, as a table, CSV or Parquet."""

import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from idrill.settings import load_settings
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.sensor_data import Resolution, read_sensor_data


class Format(StrEnum):
    """How the answer is written."""

    TABLE = "table"
    CSV = "csv"
    PARQUET = "parquet"


ROWS_SHOWN = 40
"""A table on the screen shows this many rows; files hold all."""

DATES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"]


def query(
    channels: Annotated[list[str], typer.Argument(help="Channels, such as hook_load torque.")],
    rig: Annotated[str, typer.Option(help="The rig.")],
    start: Annotated[datetime, typer.Option("--from", formats=DATES, help="First instant (UTC).")],
    end: Annotated[datetime, typer.Option("--to", formats=DATES, help="First instant left out.")],
    resolution: Annotated[Resolution, typer.Option(help="raw, 1m, 1h or 1d.")] = Resolution.MINUTE,
    output_format: Annotated[Format, typer.Option("--format", help="How to write.")] = Format.TABLE,
    output: Annotated[Path | None, typer.Option(help="File to write; else the screen.")] = None,
) -> None:
    """Read channels of a rig from the lake, at the resolution you name."""
    settings = load_settings()
    lake = Lake(settings.lake_folder, Database(settings.store_url))
    answer = read_sensor_data(
        lake,
        rig_id=rig,
        channels=channels,
        start=start.replace(tzinfo=UTC),
        end=end.replace(tzinfo=UTC),
        resolution=resolution,
    )
    try:
        _write(answer, output_format, output)
    except OSError as error:
        if output is None:  # whoever read the screen has gone, as `head` does
            raise typer.Exit(1) from error
        raise typer.BadParameter(f"{output} cannot be written: {error}") from error


def _write(answer: pl.DataFrame, output_format: Format, output: Path | None) -> None:
    if output_format is Format.TABLE:
        if output is not None:
            raise typer.BadParameter("a table goes to the screen; use --format csv or parquet")
        _show(answer)
    elif output_format is Format.CSV:
        answer.write_csv(output or sys.stdout)
    elif output is None:
        raise typer.BadParameter("name the file: --output FILE.parquet")
    else:
        answer.write_parquet(output, compression="zstd")


def _show(answer: pl.DataFrame) -> None:
    table = Table(*answer.columns, box=None)
    for row in answer.head(ROWS_SHOWN).iter_rows():
        table.add_row(*(_cell(value) for value in row))
    console = Console(markup=False)
    console.print(table)
    if answer.height > ROWS_SHOWN:
        console.print(f"… {answer.height - ROWS_SHOWN:,} more rows; --format csv writes them all")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
