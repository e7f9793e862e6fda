"""Readings that somebody tells: from the body of a request to what became of them."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from idrill.channels import channel
from idrill.dvr import limits
from idrill.errors import InvalidRequest, StoreBusy
from idrill.frame import Origin
from idrill.readers import posted_tables
from idrill.readers.posted import Period, PostedReading, check_units
from idrill.readers.posted import read_columns as columns_read
from idrill.readers.posted import read_rows as rows_read
from idrill.store import latest_readings, live_days, live_readings, rigs
from idrill.store.drilling_summary import drilling_summary
from idrill.store.latest_readings import Latest
from idrill.store.live_intake import Batch, Committed
from idrill.store.live_writer import PATIENCE
from idrill.store.tables import DAILY, DATA_QUALITY, HOURLY, KPIS, MINUTE, RECONCILED
from idrill_serving.dependencies import require_rig
from idrill_serving.doors import Principal
from idrill_serving.glances import Glance
from idrill_serving.platform import Platform
from idrill_serving.representations import ARROW
from idrill_serving.schemas.sensor_data import (
    AnalyticsAnswer,
    ColumnsRequest,
    DayFigures,
    IntakeAnswer,
    LatestReading,
    ReadingRequest,
    ReadingRow,
    Readings,
    RealtimeAnswer,
    RejectedAnswer,
)

JUDGED_BY = "dvr.validation over the last half hour; not reconciled"


def take_rows(
    platform: Platform,
    principal: Principal,
    about: Readings,
    rows: Sequence[ReadingRequest | ReadingRow],
) -> IntakeAnswer:
    """What became of readings that were told row by row, for who waits on a thread."""
    batch = told_in_rows(platform, principal, about, rows)
    return _answer(batch, platform.live.write(batch))


async def committed(platform: Platform, batch: Batch) -> IntakeAnswer:
    """What became of readings.

    Raises:
        NotFound: If there is no such rig.
        OriginRefused: If readings of this origin do not belong to it.
        StoreBusy: If too many wait, or for too long.
        StoreError: If the store is away.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            done = await asyncio.wrap_future(platform.live.submit(batch))
    except TimeoutError:
        raise StoreBusy("the store took too long: it may hold them, send them again") from None
    return _answer(batch, done)


def one_taken(answer: IntakeAnswer) -> IntakeAnswer:
    """The answer to one reading.

    Raises:
        InvalidRequest: If it cannot be used; it is kept among those rejected.
    """
    if answer.rejected:
        raise InvalidRequest(f"{answer.rejected[0].reason}: {answer.rejected[0].detail}")
    return answer


def told_in_rows(
    platform: Platform,
    principal: Principal,
    about: Readings,
    rows: Sequence[ReadingRequest | ReadingRow],
) -> Batch:
    """Readings that were told row by row."""
    check(principal, about.rig_id, about.units)
    told = [PostedReading(row.time, row.values) for row in rows]
    posted = rows_read(told, period_of(platform))
    return Batch(about.rig_id, origin_of(about.origin), posted, principal.name)


def told_in_columns(platform: Platform, principal: Principal, body: ColumnsRequest) -> Batch:
    """Readings that were told in columns."""
    check(principal, body.rig_id, body.units)
    posted = columns_read(body.time, body.channels, period_of(platform))
    return Batch(body.rig_id, origin_of(body.origin), posted, principal.name)


def told_as_table(
    platform: Platform, principal: Principal, about: Readings, body: bytes, media: str
) -> Batch:
    """Readings that were told as a table.

    Args:
        platform: Of the service.
        principal: Who tells them.
        about: Whose they are.
        body: The table.
        media: Arrow or Parquet.

    Raises:
        UnknownChannel: If a column is none.
        InvalidRequest: If it is broken, or no table of readings.
        OversizedRequest: If it has too many rows, or is too large unpacked.
    """
    check(principal, about.rig_id, about.units)
    read = posted_tables.read_arrow if media == ARROW else posted_tables.read_parquet
    posted = read(body, period_of(platform))
    return Batch(about.rig_id, origin_of(about.origin), posted, principal.name)


def latest_of(platform: Platform, rig_id: str) -> bytes:
    """The latest readings of a rig with their age now, as JSON.

    Raises:
        NotFound: If there is no such rig.
    """
    made_of = platform.database.mark_at_once()
    with platform.database.session() as session:
        mark = live_readings.mark_of(session, rig_id)
    revision = mark.revision if mark else 0
    kept = platform.answers.kept(
        ("realtime", rig_id, revision), lambda: _latest(platform, rig_id).model_dump_json().encode()
    )
    glance = Glance.of(kept, made_of)
    platform.glances[rig_id] = glance
    return glance.told()


def _latest(platform: Platform, rig_id: str) -> RealtimeAnswer:
    """The latest readings of a rig, with their instants [s] where their ages will be."""
    with platform.database.session() as session:
        synthetic = rigs.get(session, rig_id).synthetic
        mark = live_readings.mark_of(session, rig_id)
        found = latest_readings.latest(session, mark) if mark else None
    return RealtimeAnswer(
        rig_id=rig_id,
        synthetic=synthetic,
        origin=mark.origin if mark else None,
        newest=mark.last_time if mark else None,
        activity=found.activity if found else None,
        judged_by=JUDGED_BY,
        silent=found.silent if found else [],
        readings=_readings(found) if found else [],
    )


def _readings(found: Latest) -> list[LatestReading]:
    return [
        LatestReading(
            channel=one.channel,
            unit=channel(one.channel).unit,
            time=one.time,
            value=one.value,
            age=one.time.timestamp(),
            quality=int(one.quality),
            flags=one.flags,
            usable=one.usable,
        )
        for one in found.readings
    ]


def summary_of(platform: Platform, rig_id: str, first: date, last: date) -> AnalyticsAnswer:
    """What a rig achieved from `first` to `last`.

    Raises:
        NotFound: If there is no such rig.
    """
    made_of = ("analytics", rig_id, first, last, *revisions(platform, rig_id))
    kept = platform.answers.kept(
        made_of, lambda: _summary(platform, rig_id, first, last).model_dump_json().encode()
    )
    return AnalyticsAnswer.model_validate_json(kept)


def revisions(platform: Platform, rig_id: str) -> tuple[object, ...]:
    """The revisions of all that readings and figures of a rig are made of, as they are now."""
    with platform.database.session() as session:
        mark = live_readings.mark_of(session, rig_id)
        archived = live_days.watermarks(session, rig_id)
    tables = (MINUTE, HOURLY, DAILY, KPIS, RECONCILED, DATA_QUALITY)
    versions = [platform.lake.version(table) for table in tables]
    return (mark and mark.revision, sorted(archived.items()), *versions)


def _summary(platform: Platform, rig_id: str, first: date, last: date) -> AnalyticsAnswer:
    with platform.database.session() as session:
        synthetic = rigs.get(session, rig_id).synthetic
    found = drilling_summary(platform.lake, rig_id, first, last)
    return AnalyticsAnswer(
        rig_id=rig_id,
        synthetic=synthetic,
        first=first,
        last=last,
        metres_drilled=found.metres_drilled,
        hours=found.hours,
        coverage_hours=found.coverage_hours,
        mean_rate_of_penetration=found.mean_rate_of_penetration,
        usable_share=found.usable_share,
        usable_share_of=found.usable_share_of,
        days=[DayFigures.model_validate(row) for row in found.days.iter_rows(named=True)],
    )


def check(principal: Principal, rig_id: str, units: Mapping[str, str]) -> None:
    """See that somebody may tell readings of a rig, and in units that are stored.

    Raises:
        NotFound: If they may not know of the rig.
        InvalidRequest: If a unit is another one.
    """
    require_rig(principal, rig_id)
    check_units(units)


def period_of(platform: Platform) -> Period:
    """When a reading may have been made that is told now."""
    return Period.until(datetime.now(UTC), platform.settings.first_day)


def origin_of(told: str | None) -> Origin | None:
    """The origin that somebody tells."""
    return None if told is None else Origin(told)


def _answer(batch: Batch, done: Committed) -> IntakeAnswer:
    return IntakeAnswer(
        rig_id=batch.rig_id,
        revision=done.revision,
        rows=done.rows,
        changed=done.changed,
        rejected=[RejectedAnswer.model_validate(one) for one in done.rejected],
        conflicts=[RejectedAnswer.model_validate(one) for one in done.conflicts],
        out_of_range=limits.beyond(batch.posted.table),
    )
