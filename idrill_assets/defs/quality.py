"""Raw readings judged value by value, then made to agree, behind gates before each is published."""

import dagster as dg

from idrill_assets.defs.ingestion import raw_sensor_data
from idrill_assets.partitions import RigDay
from idrill_assets.publication import Published, plotted, require_released, rig_day_asset
from idrill_assets.resources import Platform


@rig_day_asset(
    group="quality",
    kinds=("deltalake", "polars", "greatexpectations"),
    deps=[raw_sensor_data],
    code_version="3",
)
def validated_sensor_data(platform: Platform, rig_day: RigDay) -> Published:
    """Raw readings with a verdict on every value: range, speed, spike, freeze, gap, contradiction.

    One row is one instant of one rig, with the same values as in `raw_sensor_data`, the quality
    bits of each, and the rig's activity, told by limits that its days before taught; what this day
    teaches goes into `activity_thresholds`. A suite of expectations generated from the channels
    runs on the table before it is written; a rig-day that breaks one keeps its old version, held. A
    day that every source has left becomes empty.
    """
    import polars as pl

    from idrill import expectations
    from idrill.activity import ActivityThresholds
    from idrill.dvr.validation import history_before, validate
    from idrill.store import rig_days, states
    from idrill.store.tables import RAW, THRESHOLDS, VALIDATED

    raw = platform.lake.read(RAW, rig_day.lake)
    history = history_before(rig_day.day, platform.lake.read(RAW, rig_day.before.lake))
    learned = states.left_to(platform.lake, rig_day.rig_id, rig_day.day, THRESHOLDS)
    thresholds = ActivityThresholds.from_json(learned) if learned else None
    validated = validate(raw, history=history, thresholds=thresholds)
    verdict = expectations.check_frame(validated.frame, rig_id=rig_day.rig_id, day=rig_day.day)
    if validated.frame.height:
        expectations.require(verdict)
    written = platform.lake.write(VALIDATED, rig_day.lake, validated.frame)
    states.leave(
        platform.lake,
        rig_day.rig_id,
        rig_day.day,
        THRESHOLDS,
        pl.DataFrame({"thresholds": [validated.thresholds.as_json()]}).head(min(written.rows, 1)),
        received=states.hashed(learned),
    )
    with platform.database.session() as session:
        rig_days.release(session, rig_day.rig_id, rig_day.day)
    return Published(
        written,
        {
            "what was flagged": dg.MetadataValue.md(validated.report.in_words()),
            "usable share of each hour [%]": dg.MetadataValue.md(
                validated.report.scores_in_words()
            ),
            "warnings": "; ".join(verdict.warnings),
            **validated.report.as_metadata(),
            **validated.thresholds.as_metadata(),
        },
    )


@rig_day_asset(
    group="quality",
    kinds=("deltalake", "polars", "greatexpectations"),
    deps=[validated_sensor_data],
    code_version="1",
)
def reconciled_sensor_data(platform: Platform, rig_day: RigDay) -> Published:
    """Validated readings moved so that the rig's balances close, with their standard deviations.

    One row is one instant of one rig, with the columns of `validated_sensor_data` and the standard
    deviation of each reconciled value. Approved calibrations are applied first; a value that no
    balance checks stays as it is. What the rig-day learned goes to the next one through
    `reconciliations`, where faults and balances are kept too. Faults of sensors become proposals
    of calibrations.
    """
    from idrill import expectations
    from idrill.dvr.rig_days import reconcile_rig_day
    from idrill.store import reconciliations, states
    from idrill.store.tables import VALIDATED
    from idrill_assets.plots import as_markdown
    from idrill_assets.quality_pictures import raw_against_reconciled

    require_released(platform, rig_day)
    validated = platform.lake.read(VALIDATED, rig_day.lake)
    start = reconciliations.start_of(platform.lake, rig_day.rig_id, rig_day.day)
    done = reconcile_rig_day(
        validated, history=start.history, state=start.state, calibrations=start.calibrations
    )
    verdict = expectations.check_frame(done.frame, rig_id=rig_day.rig_id, day=rig_day.day)
    if done.frame.height:
        expectations.require(verdict)
    written = reconciliations.keep(platform.lake, rig_day.rig_id, rig_day.day, start, done)
    picture = raw_against_reconciled(validated, done.frame, done.report, str(rig_day.key))
    return Published(
        written,
        {
            "raw against reconciled": as_markdown(picture, str(rig_day.key)),
            "what reconciliation found": dg.MetadataValue.md(done.report.in_words()),
            **start.as_metadata(),
            "state left": states.hashed(done.state.as_json()),
            "proposed calibrations": len(done.report.proposals),
            **plotted(done.report.as_metadata()),
        },
    )


@rig_day_asset(group="quality", deps=[reconciled_sensor_data])
def data_quality(platform: Platform, rig_day: RigDay) -> Published:
    """How good each channel was, hour by hour.

    One row is one channel and hour of one rig: the share of the hour for which a usable value
    stood, how many values each quality bit marks, by how much reconciliation moved them, how well
    the balances check the channel, and how many open faults it is suspected of.
    """
    from idrill.dvr.hourly_quality import hourly_quality, mean_scores
    from idrill.store import reconciliations
    from idrill.store.tables import DATA_QUALITY, RECONCILED, VALIDATED
    from idrill_assets.plots import as_markdown
    from idrill_assets.quality_pictures import heat_map

    require_released(platform, rig_day)
    found = reconciliations.report_of(platform.lake, rig_day.rig_id, rig_day.day)
    validated = platform.lake.read(VALIDATED, rig_day.lake)
    reconciled = platform.lake.read(RECONCILED, rig_day.lake)
    hours = hourly_quality(validated, reconciled, found)
    return Published(
        platform.lake.write(DATA_QUALITY, rig_day.lake, hours),
        {
            "quality by hour": as_markdown(heat_map(hours, str(rig_day.key)), str(rig_day.key)),
            **{f"score/{name}": score for name, score in mean_scores(hours).items()},
        },
    )
