"""The closing of a live day: its rows become a source in the archive, as a file's do.

From then on the merge rule treats them as it treats files. Rows that come later are joined with
those that were archived before, so that each version of the source holds all that was ever told of
the day.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from idrill.errors import NotFound
from idrill.frame import channels_in
from idrill.store import live_days, live_readings, sources
from idrill.store.archived_rows import ArchivedRows
from idrill.store.intake import Order, Refused
from idrill.store.live_days import ONE_DAY, LiveDay, live_name
from idrill.store.live_readings import midnight


def close(rows: ArchivedRows, one: LiveDay) -> int:
    """Archive the live rows of a rig-day, and ask for the day anew; how many rows it has now.

    Closed twice, or after it was interrupted, it leaves the same. Hold `locks.rig_lock` meanwhile.

    Args:
        rows: What the sources that are current say.
        one: The rig-day.

    Raises:
        NotFound: If nothing ever came in live of the rig.
        SourceError: If the rows cannot be taken in.
    """
    with rows.database.session() as session:
        rig = live_readings.mark_of(session, one.rig_id)
        if rig is None:
            raise NotFound(f"nothing ever came in live of {one.rig_id}")
        span = midnight(one.day), midnight(one.day + ONE_DAY)
        live = live_readings.between(session, rig, *span)
    if live.is_empty():
        return 0
    table = _with_those_before(rows, one, live)
    with TemporaryDirectory(prefix="idrill-") as folder:
        path = Path(folder) / "live.parquet"
        table.write_parquet(path)
        order = Order(path, one.rig_id, name=live_name(one.day), origin=rig.origin)
        [outcome] = rows.intake.take_in(order)
    if isinstance(outcome, Refused):
        raise outcome.error
    newest = live["revision"].max()
    with rows.database.session() as session:
        live_days.mark(session, one, int(str(newest)))
    return table.height


def _with_those_before(rows: ArchivedRows, one: LiveDay, live: pl.DataFrame) -> pl.DataFrame:
    """All that was ever told live of a rig-day; of two values the larger one, as in SQL."""
    with rows.database.session() as session:
        archived = [
            source
            for source in sources.all_of(session, one.rig_id)
            if source.name == live_name(one.day)
        ]
    tables = [rows.table_of(source).collect() for source in archived]
    names = channels_in(column for table in (live, *tables) for column in table.columns)
    parts = [part.select("time", *channels_in(part.columns)) for part in (live, *tables)]
    joined = pl.concat(parts, how="diagonal").group_by("time").agg(pl.col(names).max())
    return joined.select("time", *names).sort("time")
