"""The real records that the simulated ones are held against."""

from pathlib import Path

import polars as pl

from idrill.frame import Origin
from idrill.readers import Reading, ReadOptions, read, unpack
from idrill.readers.merging import SourceRows, merge

SECTIONS = {"T2": "TSPP2", "T3": "TSPP3", "T4": "TSPP4"}
"""Sections of the Volve field and the files that hold them."""

WELLS = {"F-9A": "USROP_A 0 N-NA_F-9_Ad", "F-7": "USROP_A 1 N-S_F-7d"}
"""Wells of the USROP set, by depth."""


def section(name: str, folder: Path) -> pl.DataFrame:
    """The canonical frame of a real section.

    Args:
        name: One of `SECTIONS`.
        folder: Where the real data lie.

    Raises:
        SourceError: If the file cannot be read.
    """
    reading = _reading(folder / "volve_drilling" / f"{SECTIONS[name]}.csv.gz")
    rows = SourceRows(name, content=name, rank=0, table=reading.table)
    return merge([rows], rig_id=name, origin=Origin.FILE).frame


def well(name: str, folder: Path) -> pl.DataFrame:
    """The depth log of a real well: depth and channels.

    Args:
        name: One of `WELLS`.
        folder: Where the real data lie.

    Raises:
        SourceError: If the file cannot be read.
    """
    return _reading(folder / "usrop" / f"{WELLS[name]}.csv.gz").table


def _reading(path: Path) -> Reading:
    with unpack(path) as unpacked:
        (member,) = unpacked.members
        return read(member.path, ReadOptions(source=member.name))
