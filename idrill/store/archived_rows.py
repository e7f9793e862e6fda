"""The rows of archived sources, brought together per rig-day and per well."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta

import polars as pl

from idrill.frame import Origin
from idrill.readers.depth import DepthLog, MergedLogs, merge_logs
from idrill.readers.merging import Merged, SourceCount, SourceRows, merge
from idrill.store import live_readings, merges, rigs, sources
from idrill.store.intake import Intake, how_read
from idrill.store.lake import Lake, Written
from idrill.store.live_days import live_name
from idrill.store.merges import MergeCount, MergeRejection
from idrill.store.source_versions import SourceVersion
from idrill.store.tables import RAW


class ArchivedRows:
    """What the sources that are current say.

    Args:
        intake: The door they came in through, which can read one again.
    """

    def __init__(self, intake: Intake) -> None:
        self.intake = intake
        self.database = intake.database

    def raw_rig_day(self, rig: str, day: date) -> Merged:
        """What the current sources say about one rig-day, merged."""
        with self.database.session() as session:
            current = sources.sources_of(session, rig, day)
            origin = Origin.SYNTHETIC if rigs.get(session, rig).synthetic else Origin.FILE
            mark = live_readings.mark_of(session, rig)
        live = live_name(day)
        tables = [
            SourceRows(
                source.name,
                source.content,
                source.rank,
                self._day_of(source, day),
                mark.origin if mark and source.name == live else None,
            )
            for source in current
        ]
        return merge(tables, rig_id=rig, origin=origin)

    def write_raw(self, lake: Lake, rig: str, day: date) -> tuple[Merged, Written]:
        """Write one rig-day to the lake as its current sources have it, and what became of them.

        Hold `locks.rig_lock` meanwhile.
        """
        merged = self.raw_rig_day(rig, day)
        written = lake.write(RAW, {"rig_id": rig, "day": day}, merged.frame)
        self._record_merge(rig, day, merged)
        return merged, written

    def depth_data(self, well: str) -> MergedLogs:
        """What the current depth-indexed sources say about one well."""
        with self.database.session() as session:
            current = sources.logs_of(session, well)
            synthetic = {rig.id for rig in rigs.all_rigs(session) if rig.synthetic}
        return merge_logs(
            [
                DepthLog(
                    source.name,
                    source.content,
                    Origin.SYNTHETIC if source.rig_id in synthetic else Origin.FILE,
                    self.table_of(source).collect(),
                )
                for source in current
            ],
            well,
        )

    def record_depth_data(self, well: str, merged: MergedLogs) -> None:
        """Enter in the ledger what became of each source's rows of one well."""
        with self.database.session() as session:
            ids = {source.content: source.id for source in sources.logs_of(session, well)}
            merges.record_log_merge(session, well, _counted(merged.counts, ids), [])

    def _record_merge(self, rig: str, day: date, merged: Merged) -> None:
        """Enter in the ledger what became of each source's rows of one rig-day."""
        with self.database.session() as session:
            ids = {source.content: source.id for source in sources.sources_of(session, rig, day)}
            conflicts = [
                MergeRejection(
                    ids[conflict.content], conflict.rejection, conflict.channel, conflict.whole
                )
                for conflict in merged.conflicts
                if conflict.content in ids
            ]
            merges.record_merge(session, rig, day, _counted(merged.counts, ids), conflicts)

    def table_of(self, source: SourceVersion) -> pl.LazyFrame:
        """The rows of a source, read again from the archive when their table is gone."""
        archive = self.intake.archive
        how = how_read(source.map_hash, source.reader_version)
        kept = archive.table(source.content, how)
        if kept is not None:
            return kept
        reading = self.intake.read_again(source)
        archive.keep_table(source.content, how, reading.table)
        return reading.table.lazy()

    def _day_of(self, source: SourceVersion, day: date) -> pl.DataFrame:
        start = datetime.combine(day, time(), UTC)
        inside = pl.col("time").is_between(start, start + timedelta(days=1), closed="left")
        return self.table_of(source).filter(inside).collect()


def _counted(counts: Iterable[SourceCount], ids: Mapping[str, int]) -> list[MergeCount]:
    """The counts of the sources that are still current, by the id of their version."""
    return [
        MergeCount(ids[count.content], count.contributing, count.duplicate, count.rejected)
        for count in counts
        if count.content in ids
    ]
