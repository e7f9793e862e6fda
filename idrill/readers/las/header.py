"""What the head of a LAS file says, through lasio."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, BinaryIO

from idrill.errors import BrokenSource, InvalidName
from idrill.wells import Well, well_id

if TYPE_CHECKING:
    from lasio import LASFile  # type: ignore[import-untyped]

LONGEST_LINE = 1 << 20
"""Longest line that is read [bytes]."""
_LONGEST_HEADER = 4 << 20
"""How much may stand before the data [bytes]."""
_DATA = re.compile(r"\s*~(A|\w+_Data)", re.IGNORECASE)
_VERSION = re.compile(r"^\s*VERS\s*\.\s*([^\s:]*)", re.IGNORECASE | re.MULTILINE)
_VERSIONS = {"1.2": "1.2", "1.20": "1.2", "2": "2.0", "2.0": "2.0", "2.00": "2.0"}


@dataclass(frozen=True, slots=True)
class Curve:
    """One column of the data."""

    name: str
    """No two columns share it."""
    unit: str
    description: str
    mnemonic: str
    """As it stands in the file."""


@dataclass(frozen=True, slots=True)
class LasHeader:
    """What stands before the data."""

    version: str
    wrapped: bool
    null: float | None
    curves: tuple[Curve, ...]
    well: Well | None
    start: str
    """Value of STRT."""
    start_unit: str
    date: str
    """Values of DATE and TIME, joined."""


def numbered_lines(file: BinaryIO, source: str, first: int = 1) -> Iterator[tuple[int, bytes]]:
    """The lines of a file with their numbers, from where it stands.

    Raises:
        BrokenSource: If a line is longer than `LONGEST_LINE`.
    """
    number = first
    while line := file.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            raise BrokenSource(
                source, f"is longer than {LONGEST_LINE} bytes: no LAS file.", line=number
            )
        yield number, line
        number += 1


def read_header(file: BinaryIO, source: str) -> tuple[LasHeader, int]:
    """What stands before the data, and the number of the line where the data begin.

    Raises:
        BrokenSource: If it cannot be understood, or the version is not 1.2 or 2.0.
    """
    lines: list[bytes] = []
    size = 0
    for number, line in numbered_lines(file, source):
        lines.append(line)
        size += len(line)
        if _DATA.match(line.decode("latin-1")):
            return _parsed(_decoded(lines), source), number + 1
        if size > _LONGEST_HEADER:
            break
    if _VERSION.search(text := _decoded(lines)):
        _version(text, source)
    raise BrokenSource(source, "has no data section (`~A`): no LAS file, or a cut one.")


def _decoded(lines: list[bytes]) -> str:
    content = b"".join(lines)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _version(text: str, source: str) -> str:
    found = _VERSION.search(text)
    stated = found[1] if found else ""
    if stated not in _VERSIONS:
        raise BrokenSource(
            source, f"states LAS version {stated!r}.", remedy="LAS 1.2 and 2.0 are read: save so."
        )
    return _VERSIONS[stated]


def _parsed(text: str, source: str) -> LasHeader:
    import lasio
    from lasio.exceptions import (  # type: ignore[import-untyped]
        LASDataError,
        LASHeaderError,
        LASUnknownUnitError,
    )

    version = _version(text, source)
    try:
        las = lasio.read(StringIO(text, newline=None), ignore_data=True)
    except (LASDataError, LASHeaderError, LASUnknownUnitError) as error:
        raise BrokenSource(source, f"has a broken header: {error}.") from error
    except (KeyError, ValueError, IndexError, TypeError, AttributeError) as error:
        # lasio lets these through where a section or an item is not as it expects.
        raise BrokenSource(source, f"has a header that lasio cannot read: {error}.") from error
    return _header(las, version, source)


def _header(las: "LASFile", version: str, source: str) -> LasHeader:
    wrap = _text(las, "Version", "WRAP").upper()
    if wrap not in ("YES", "NO"):
        raise BrokenSource(source, f"states WRAP {wrap!r}, which must be YES or NO.")
    curves = tuple(_curves(las))
    if len(curves) < 2:
        raise BrokenSource(source, f"names {len(curves)} curves (`~C`): nothing to read.")
    return LasHeader(
        version=version,
        wrapped=wrap == "YES",
        null=_number(_text(las, "Well", "NULL")),
        curves=curves,
        well=_well(las),
        start=_text(las, "Well", "STRT"),
        start_unit=las.well["STRT"].unit if "STRT" in las.well else "",
        date=f"{_text(las, 'Well', 'DATE')} {_text(las, 'Well', 'TIME')}".strip(),
    )


def _curves(las: "LASFile") -> Iterator[Curve]:
    """The curves, each under a name of its own: the first GR is `GR`, the second `GR:2`."""
    taken: set[str] = set()
    for place, curve in enumerate(las.curves, 1):
        names = (curve.original_mnemonic, curve.mnemonic, f"{curve.mnemonic}#{place}")
        name = next(name for name in names if name and name not in taken)
        taken.add(name)
        yield Curve(name, curve.unit, curve.descr, curve.original_mnemonic)


def _text(las: "LASFile", section: str, name: str) -> str:
    items = las.sections[section]
    return str(items[name].value).strip() if name in items else ""


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _well(las: "LASFile") -> Well | None:
    name = _text(las, "Well", "WELL")
    with suppress(InvalidName):
        return Well(
            well_id(name),
            name,
            field=_text(las, "Well", "FLD") or None,
            operator=_text(las, "Well", "COMP") or None,
        )
    return None
