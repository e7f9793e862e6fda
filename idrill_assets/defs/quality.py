"""Raw readings judged value by value, and the gate before a rig-day is published."""

import dagster as dg

from idrill_assets.defs.ingestion import raw_sensor_data
from idrill_assets.partitions import RigDay
from idrill_assets.publication import Published, rig_day_asset
from idrill_assets.resources import Platform


@rig_day_asset(
    group="quality",
    kinds=("deltalake", "polars", "greatexpectations"),
    deps=[raw_sensor_data],
    code_version="2",
)
def validated_sensor_data(platform: Platform, rig_day: RigDay) -> Published:
    """Raw readings with a verdict on every value: range, speed, spike, freeze, gap, contradiction.

    One row is one instant of one rig, with the same values as in `raw_sensor_data`, the quality
    bits of each, and the rig's activity. A suite of expectations generated from the channels runs
    on the table before it is written; a rig-day that breaks one keeps its old version, held. A day
    that every source has left becomes empty.
    """
    from idrill import expectations
    from idrill.dvr.validation import history_before, validate
    from idrill.store import rig_days
    from idrill.store.tables import RAW, VALIDATED

    raw = platform.lake.read(RAW, rig_day.lake)
    yesterday = platform.lake.read(RAW, rig_day.before.lake)
    validated = validate(raw, history=history_before(rig_day.day, yesterday))
    verdict = expectations.check_frame(validated.frame, rig_id=rig_day.rig_id, day=rig_day.day)
    if validated.frame.height:
        expectations.require(verdict)
    written = platform.lake.write(VALIDATED, rig_day.lake, validated.frame)
    with platform.database.session() as session:
        rig_days.release(session, rig_day.rig_id, rig_day.day)
    return Published(
        written,
        {
            **validated.report.as_metadata(),
            "warnings": "; ".join(verdict.warnings),
            "usable share of each hour [%]": dg.MetadataValue.md(
                validated.report.scores_in_words()
            ),
            "what was flagged": dg.MetadataValue.md(validated.report.in_words()),
        },
    )
