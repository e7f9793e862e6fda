"""Maintenance records as files: CSV or Parquet, one unit a row.

| column         |                                                                      |
|----------------|----------------------------------------------------------------------|
| `equipment`    | such as `mud_pump_2`                                                 |
| `component`    | such as `liner`                                                      |
| `start`        | when it was installed, ISO 8601; without a zone it is UTC            |
| `end`          | when it was taken out; empty while it is in service                  |
| `ended_by`     | failure, preventive, opportunistic or in_service; empty: in_service  |
| `failure_mode` | code of ISO 14224, if it failed                                      |
| `variant`      | its make: of a liner metal, ceramic or zirconia; of others a note    |
| `own_hours`    | age at the end by the rig's own count                                |
| `rig_id`       | may be left out; else it must be the rig that is named               |

The first three must be there. A broken file is refused whole, a bad row alone.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError
from sqlalchemy.orm import Session

from idrill.errors import BrokenSource, SourceError
from idrill.rigs import FailureMode
from idrill.rul.components import ComponentLife, EndedBy
from idrill.store.component_lives import Recorded, record

COLUMNS = (
    "equipment", "component", "start", "end", "ended_by", "failure_mode", "variant", "own_hours",
    "rig_id",
)  # fmt: skip
REQUIRED = COLUMNS[:3]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was not recorded."""

    line: int
    """Of the file; of Parquet the row, counted from 1."""
    reason: str


def record_file(session: Session, rig_id: str, path: Path) -> tuple[Recorded, tuple[BadRow, ...]]:
    """Record the units of a file on a rig.

    Returns:
        What became of those that could be read, and all rows that were refused, in order.

    Raises:
        SourceError: If the file is no record at all.
        NotFound: If there is no such rig.
    """
    lives: list[ComponentLife] = []
    lines: list[int] = []
    bad: list[BadRow] = []
    for line, row in _rows(path):
        try:
            lives.append(_life(rig_id, row, path.name))
            lines.append(line)
        except ValueError as error:
            bad.append(BadRow(line, str(error)))
    done = record(session, rig_id, lives)
    bad += [BadRow(lines[refusal.position], refusal.reason) for refusal in done.refused]
    return done, tuple(sorted(bad, key=lambda row: row.line))


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    if path.suffix.lower() == ".parquet":
        yield from enumerate(_of_parquet(path), start=1)
    else:
        yield from _of_csv(path)


def _of_parquet(path: Path) -> Iterator[Mapping[str, str]]:
    try:
        table = pl.read_parquet(path)
    except PolarsError as error:
        raise BrokenSource(path.name, f"is no Parquet file: {error}") from error
    _require_columns(path, table.columns)
    for row in table.iter_rows(named=True):
        yield {name: _text(value) for name, value in row.items()}


def _text(value: object) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _of_csv(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file, strict=True)
            _require_columns(path, rows.fieldnames or ())
            for row in rows:
                if None in row:
                    raise BrokenSource(
                        path.name, "has more values than columns", line=rows.line_num
                    )
                yield rows.line_num, {name: (value or "").strip() for name, value in row.items()}
    except (UnicodeDecodeError, csv.Error) as error:
        raise BrokenSource(path.name, f"is no CSV file: {error}") from error


def _require_columns(path: Path, names: Sequence[str]) -> None:
    absent = [name for name in REQUIRED if name not in names]
    unknown = [name for name in names if name not in COLUMNS]
    if absent or unknown:
        problem = f"lacks {', '.join(absent)}" if absent else f"has {', '.join(unknown)}"
        raise SourceError(
            path.name, f"{problem}, so it is no record of components.", line=1,
            remedy=f"The columns are {', '.join(COLUMNS)}.",
        )  # fmt: skip


def _life(rig_id: str, row: Mapping[str, str], source: str) -> ComponentLife:
    """A row as a life.

    Raises:
        ValueError: If a value cannot be read; says which and why.
    """
    told = row.get("rig_id") or rig_id
    end = row.get("end", "")
    return ComponentLife(
        rig_id=told,
        equipment=row["equipment"],
        component=row["component"],
        number=0,
        start=_instant("start", row["start"]),
        end=_instant("end", end) if end else None,
        ended_by=_ended_by(row.get("ended_by", "")),
        failure_mode=_failure_mode(row.get("failure_mode", "")),
        variant=row.get("variant") or None,
        own_hours=_number("own_hours", row.get("own_hours", "")),
        source=source,
    )


def _instant(name: str, text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{name} {text!r} is no instant, such as 2026-02-01T12:00Z") from None


def _ended_by(text: str) -> EndedBy:
    try:
        return EndedBy(text or EndedBy.IN_SERVICE)
    except ValueError:
        raise ValueError(f"ended_by {text!r} is none of {', '.join(EndedBy)}") from None


def _failure_mode(text: str) -> FailureMode | None:
    try:
        return FailureMode(text) if text else None
    except ValueError:
        known = ", ".join(FailureMode)
        raise ValueError(f"unknown failure mode {text!r}; there are {known}") from None


def _number(name: str, text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        raise ValueError(f"{name} {text!r} is no number") from None
