"""What reconciliation found to be wrong with sensors and wells, out of the lake."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import polars as pl

from idrill.dvr.retold import as_last_told
from idrill.dvr.rig_days.report import FAULTS
from idrill.errors import NotFound
from idrill.store import reconciliations, rigs
from idrill.store.lake import Lake

GROSS_ERRORS = pl.Schema({**FAULTS, "day": pl.Date()})
"""The columns of a fault, and the rig-day that told it last."""


class FaultKind(StrEnum):
    """What is at fault."""

    SENSOR = "sensor"
    PROCESS = "process"
    """The well or the equipment: nothing is wrong with what is measured."""
    UNCLEAR = "unclear"
    """What is measured cannot tell which."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a gross error stands among those of its rig."""

    start: datetime
    kind: str
    name: str
    network: str


def place_of(row: dict[str, object]) -> Place:
    """Where a row of `GROSS_ERRORS` stands.

    Raises:
        TypeError: If it is none.
    """
    start = row["start"]
    if not isinstance(start, datetime):
        raise TypeError(f"{row} has no start")
    return Place(start, str(row["kind"]), str(row["name"]), str(row["network"]))


def gross_errors(
    lake: Lake, rig_id: str, first: date, last: date, *, kind: FaultKind | None = None
) -> pl.DataFrame:
    """Each fault once, as it was last told, the earliest first (`GROSS_ERRORS`).

    `end` is null where it still went on at the end of the last reconciled day of the period. One
    that was renamed as more was seen of it has its last name, and is of its last kind.

    Args:
        lake: Where they lie.
        rig_id: The rig.
        first: First rig-day that told of them; they may have begun before.
        last: Last rig-day, included.
        kind: Only of this kind.

    Raises:
        NotFound: If the rig does not exist, or none of these days was reconciled.
    """
    with lake.database.session() as session:
        rigs.get(session, rig_id)
    told = reconciliations.faults_of(lake, rig_id, first, last)
    if not told:
        raise NotFound(f"no rig-day of {rig_id} from {first} to {last} was reconciled")
    rows = pl.concat(
        faults.with_columns(pl.lit(day).alias("day")).select(GROSS_ERRORS.names())
        for day, faults in told.items()
    )
    found = as_last_told(rows)
    if kind is not None:
        found = found.filter(pl.col("kind") == kind.value)
    return found.sort("start", "kind", "name", "network")


def behind(rows: pl.DataFrame, place: Place) -> pl.DataFrame:
    """The gross errors that stand behind a place."""
    start, kind, name = pl.col("start"), pl.col("kind"), pl.col("name")
    same_name = (name == place.name) & (pl.col("network") > place.network)
    same_kind = (kind == place.kind) & ((name > place.name) | same_name)
    same_start = (start == place.start) & ((kind > place.kind) | same_kind)
    return rows.filter((start > place.start) | same_start)
