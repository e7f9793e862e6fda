"""From the files that arrived to one raw table per rig and day, and one depth log per well."""

import dagster as dg

from idrill.store.reader_version import READER_VERSION
from idrill_assets.partitions import WELLS, RigDay
from idrill_assets.publication import Published, rig_day_asset
from idrill_assets.resources import Platform


@rig_day_asset(group="ingestion", code_version=READER_VERSION)
def raw_sensor_data(platform: Platform, rig_day: RigDay) -> Published:
    """What the rig measured, from every file that speaks of the day, merged on exact time.

    One row is one instant of one rig: a column per measured channel in the channel's unit, and its
    quality bits. The same files in any order give the same table; values that lost against a source
    standing before theirs are kept in `rejected_rows`.
    """
    from idrill.frame import channels_in

    merged, written = platform.rows.write_raw(platform.lake, rig_day.rig_id, rig_day.day)
    return Published(
        written,
        {
            "sources": len(merged.counts),
            "rows of all sources": merged.rows,
            "duplicate rows": merged.duplicates,
            "rejected share": merged.rejected / max(merged.rows, 1),
            "channels": ", ".join(channels_in(merged.frame.columns)),
        },
    )


@dg.asset(
    group_name="ingestion",
    kinds={"deltalake", "polars"},
    partitions_def=WELLS,
    code_version=READER_VERSION,
)
def depth_data(
    context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
) -> dg.MaterializeResult[None]:
    """Depth-indexed logs of a well, as they were recorded: they never get an invented time.

    One row is one depth of one log: a column per channel in the channel's unit, its quality bits,
    and the source it came from.
    """
    from idrill.frame import channels_in
    from idrill.store import sources, well_logs
    from idrill.store.tables import DEPTH

    well = context.partition_key
    with platform.database.session() as session:
        version = sources.well_version(session, well)
    merged = platform.rows.depth_data(well)
    written = platform.lake.write(DEPTH, {"well_id": well}, merged.table)
    platform.rows.record_depth_data(well, merged)
    with platform.database.session() as session:
        well_logs.publish(
            session, well, version=version, rows=written.rows, lake_version=written.version
        )
    return dg.MaterializeResult(
        data_version=dg.DataVersion(written.content_hash),
        metadata={
            "dagster/row_count": written.rows,
            "table version": written.version,
            "channels": ", ".join(channels_in(merged.table.columns)),
        },
    )
