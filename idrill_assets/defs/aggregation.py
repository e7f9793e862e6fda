"""Seconds to minutes, hours and days, and what was drilled in a day."""

from typing import TYPE_CHECKING

from idrill_assets.defs.quality import reconciled_sensor_data
from idrill_assets.partitions import RigDay
from idrill_assets.publication import Published, require_released, rig_day_asset
from idrill_assets.resources import Platform

if TYPE_CHECKING:
    import polars as pl


@rig_day_asset(group="aggregation", deps=[reconciled_sensor_data])
def minute_sensor_data(platform: Platform, rig_day: RigDay) -> Published:
    """Statistics of each channel over a minute, from its usable values alone.

    One row is one minute of one channel of one rig: count, min, mean, max, last, standard
    deviation, and the share of the minute that usable values stood for.
    """
    from idrill.aggregation import downsample
    from idrill.store.tables import MINUTE, RECONCILED
    from idrill_assets.plots import as_markdown, strip_chart

    require_released(platform, rig_day)
    minutes = downsample(platform.lake.read(RECONCILED, rig_day.lake), "1m")
    _require_sound(minutes, rig_day)
    picture = strip_chart(minutes, str(rig_day.key))
    return Published(
        platform.lake.write(MINUTE, rig_day.lake, minutes),
        {"day at a glance": as_markdown(picture, str(rig_day.key))},
    )


@rig_day_asset(group="aggregation", deps=[minute_sensor_data])
def hourly_sensor_data(platform: Platform, rig_day: RigDay) -> Published:
    """Statistics of each channel over an hour, rolled up exactly from the minutes.

    One row is one hour of one channel of one rig, with the columns of `minute_sensor_data`.
    """
    from idrill.aggregation import roll_up
    from idrill.store.tables import HOURLY, MINUTE

    require_released(platform, rig_day)
    hours = roll_up(platform.lake.read(MINUTE, rig_day.lake), "1h", finer="1m")
    _require_sound(hours, rig_day)
    return Published(platform.lake.write(HOURLY, rig_day.lake, hours))


@rig_day_asset(group="aggregation", deps=[hourly_sensor_data])
def daily_sensor_data(platform: Platform, rig_day: RigDay) -> Published:
    """Statistics of each channel over a day, rolled up exactly from the hours.

    One row is one day of one channel of one rig, with the columns of `minute_sensor_data`.
    """
    from idrill.aggregation import roll_up
    from idrill.store.tables import DAILY, HOURLY

    require_released(platform, rig_day)
    day = roll_up(platform.lake.read(HOURLY, rig_day.lake), "1d", finer="1h")
    _require_sound(day, rig_day)
    coverage = dict(day.select("channel", "coverage").iter_rows())
    return Published(
        platform.lake.write(DAILY, rig_day.lake, day),
        {f"coverage/{name}": share for name, share in coverage.items()},
    )


@rig_day_asset(group="aggregation", deps=[reconciled_sensor_data, daily_sensor_data])
def daily_drilling_kpis(platform: Platform, rig_day: RigDay) -> Published:
    """What was drilled in a day: metres, hours by activity, rate of penetration, specific energy.

    One row is one day of one rig. The mechanical specific energy follows Teale (1965) and needs a
    bit diameter: measured, or that of the hole the drilling session was in.
    """
    from idrill.aggregation import drilling_kpis
    from idrill.store import handovers, rig_days, wells
    from idrill.store.tables import KPIS, RECONCILED

    require_released(platform, rig_day)
    readings = platform.lake.read(RECONCILED, rig_day.lake)
    with platform.database.session() as session:
        version = handovers.made_version(session, rig_day.rig_id, rig_day.day)
        well = wells.well_drilled(session, rig_day.rig_id, rig_day.noon)
    kpis = drilling_kpis(readings, well=well)
    written = platform.lake.write(KPIS, rig_day.lake, kpis)
    with platform.database.session() as session:
        rig_days.publish(
            session,
            rig_day.rig_id,
            rig_day.day,
            version=version,
            rows=readings.height,
            lake_version=platform.lake.version(RECONCILED) or 0,
        )
    figures = kpis.drop("rig_id", "day", "origin", "well_id", strict=False).rows(named=True)
    return Published(
        written,
        {name: value for row in figures for name, value in row.items() if value is not None},
    )


def _require_sound(buckets: "pl.DataFrame", rig_day: RigDay) -> None:
    """See that a table of buckets meets its expectations before it is written."""
    from idrill import expectations

    verdict = expectations.check_aggregate(buckets, rig_id=rig_day.rig_id, day=rig_day.day)
    expectations.require(verdict)
