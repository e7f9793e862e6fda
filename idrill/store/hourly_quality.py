"""Quality of the channels of a rig, out of the lake; light enough for a worker of the service."""

from datetime import date

import polars as pl

from idrill.dvr.hourly_quality import HOURLY_QUALITY
from idrill.dvr.period import flagged
from idrill.errors import NotFound
from idrill.store import rigs
from idrill.store.lake import Lake
from idrill.store.tables import DATA_QUALITY


def channel_quality(lake: Lake, rig_id: str, first: date, last: date) -> pl.DataFrame:
    """By channel: values, mean usable share of an hour, and values per quality bit.

    Args:
        lake: Where it lies.
        rig_id: The rig.
        first: First day.
        last: Last day, included.

    Raises:
        NotFound: If the rig does not exist, or nothing of it was judged in these days.
    """
    with lake.database.session() as session:
        rigs.get(session, rig_id)
    hours = (
        lake.scan(DATA_QUALITY)
        .filter(pl.col("rig_id") == rig_id, pl.col("day").is_between(first, last))
        .select(HOURLY_QUALITY.names())
        .sort("channel", "time")
        .collect()
    )
    if hours.is_empty():
        raise NotFound(f"no rig-day of {rig_id} from {first} to {last} was reconciled")
    return flagged(hours)
