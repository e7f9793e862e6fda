"""`idrill query`: readings out of the lake, as a table, CSV or Parquet."""

import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.console import Console
from rich.table import Column, Table

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

DIGITS = (6, 4, 3)
"""Significant digits of a value on the screen; the most with which a table fits it."""

INSTANTS = {Resolution.RAW: "%Y-%m-%d %H:%M:%S", Resolution.DAY: "%Y-%m-%d"}
"""How a table writes the time; of minutes and hours to the minute."""

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
        if output_format is Format.TABLE and output is None:
            _show(answer, INSTANTS.get(resolution, "%Y-%m-%d %H:%M"))
        else:
            _write(answer, output_format, output)
    except OSError as error:
        if output is None:  # whoever read the screen has gone, as `head` does
            raise typer.Exit(1) from error
        raise typer.BadParameter(f"{output} cannot be written: {error}") from error


def _write(answer: pl.DataFrame, output_format: Format, output: Path | None) -> None:
    if output_format is Format.TABLE:
        raise typer.BadParameter("a table goes to the screen; use --format csv or parquet")
    if output_format is Format.CSV:
        answer.write_csv(output or sys.stdout)
    elif output is None:
        raise typer.BadParameter("name the file: --output FILE.parquet")
    else:
        answer.write_parquet(output, compression="zstd")


def _show(answer: pl.DataFrame, instants: str) -> None:
    console = Console(markup=False)
    shown = answer.head(ROWS_SHOWN).with_columns(pl.col("time").dt.strftime(instants))
    tables = (_table(shown, digits) for digits in DIGITS)
    table = next((each for each in tables if _fits(each, console)), _table(shown, DIGITS[-1]))
    console.print(table)
    if answer.height > ROWS_SHOWN:
        console.print(f"… {answer.height - ROWS_SHOWN:,} more rows; --format csv writes them all")


def _fits(table: Table, console: Console) -> bool:
    unbounded = console.options.update(max_width=10_000)
    return table.__rich_measure__(console, unbounded).maximum <= console.width


def _table(shown: pl.DataFrame, digits: int) -> Table:
    """Nothing is cut: where the screen is too narrow, names of channels take several lines."""
    folded = {"channel"} & {*shown.columns} or {*shown.columns} - {"time"}
    columns = (Column(name, no_wrap=name not in folded, overflow="fold") for name in shown.columns)
    table = Table(*columns, box=None, pad_edge=False, collapse_padding=True)
    for row in shown.iter_rows():
        table.add_row(*(_cell(value, digits) for value in row))
    return table


def _cell(value: object, digits: int) -> str:
    """A value with as many significant digits, the whole part of a number never cut.

    Example:
        >>> _cell(12345.6, 4), _cell(0.123456, 4), _cell(None, 4)
        ('12346', '0.1235', '')
    """
    if value is None:
        return ""
    if not isinstance(value, float):
        return str(value)
    return f"{value:.0f}" if 10**digits <= round(abs(value), 1) < 1e6 else f"{value:.{digits}g}"
