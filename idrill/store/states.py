"""What a rig-day leaves to the next one, in tables of the lake with one row per rig-day.

The text that is left stands in the column that orders such a table; its hash is what makes the
next rig-day stale when it changes.
"""

import hashlib
from datetime import date

import polars as pl

from idrill.store import handovers, rig_days
from idrill.store.lake import Lake
from idrill.store.tables import LakeTable


def left_to(lake: Lake, rig_id: str, day: date, table: LakeTable) -> str:
    """What the last rig-day before `day` left in `table`; "" if none did."""
    with lake.database.session() as session:
        before = handovers.before(session, rig_id, day, table.name)
    if before is None:
        return ""
    [column] = table.sort_by
    rows = lake.read(table, {"rig_id": rig_id, "day": before}, columns=[column])
    return str(rows.item()) if rows.height else ""


def leave(
    lake: Lake, rig_id: str, day: date, table: LakeTable, row: pl.DataFrame, *, received: str
) -> None:
    """Write what a rig-day leaves; the days after it that received something else become stale.

    Args:
        lake: Where.
        rig_id: The rig.
        day: The day.
        table: Which table.
        row: Its row; none where the rig-day has no readings.
        received: Hash of what the rig-day was started from, as `handovers.received` says.
    """
    lake.write(table, {"rig_id": rig_id, "day": day}, row)
    [column] = table.sort_by
    left = hashed(str(row[column].item())) if row.height else ""
    with lake.database.session() as session:
        rig_days.hand_over(session, rig_id, day, table.name, received=received, left=left)


def hashed(text: str) -> str:
    """Hash of what was left; "" of nothing.

    Example:
        >>> hashed("{}")[:8], hashed("")
        ('44136fa3', '')
    """
    return hashlib.sha256(text.encode()).hexdigest() if text else ""
