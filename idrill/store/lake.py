"""The lake: Delta tables, one partition at a time, versioned and never half written."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from pathlib import Path
from threading import RLock
from typing import Any

import polars as pl
from deltalake import DeltaTable, WriterProperties

from idrill import frame as frames
from idrill.errors import LakeError
from idrill.store import lake_pins
from idrill.store.database import Database
from idrill.store.delta import (
    Partition,
    commit_in_words,
    declared,
    explained,
    files,
    hash_in_name,
    local_folder,
    opened,
    replace,
    vacuumed,
)
from idrill.store.locks import table_lock
from idrill.store.staging import assembled, check_partition, staged
from idrill.store.tables import LakeTable


@dataclass(frozen=True, slots=True)
class Written:
    """What a write came to."""

    version: int
    """Version of the table that holds the partition."""
    rows: int
    content_hash: str
    written: bool
    """False if the partition held this content already, so that nothing was written."""


class Lake:
    """The Delta tables under one folder.

    Args:
        folder: Where the tables lie; made on demand.
        database: The store: it remembers pinned versions and, on PostgreSQL, keeps the locks.
        lock_timeout: How long a writer waits for another writer of the same table [s].

    Raises:
        LakeError: If the folder is a URL of another machine, or delta-rs and polars would not
            agree on its name.
    """

    def __init__(self, folder: str, database: Database, *, lock_timeout: float = 120.0) -> None:
        self.folder = local_folder(folder)
        self.database = database
        self._wait = lock_timeout
        # Replaying the log of a table costs more than writing an hour of readings: kept open.
        self._handles: dict[str, DeltaTable] = {}
        self._widened: set[str] = set()
        self._guard = RLock()

    def write(self, table: LakeTable, partition: Partition, frame: pl.DataFrame) -> Written:
        """Replaces a partition by `frame` in one commit, unless it holds just that already.

        Args:
            table: Which table.
            partition: The value of each of its partition columns; `frame` may leave them out.
            frame: Rows in canonical types, in any order; without rows the partition is deleted.

        Raises:
            LakeError: If a column is unknown, missing or of another type, a row does not belong to
                the partition, or the disk refuses.
            LakeBusy: If another writer held the table for longer than the wait.
        """
        rows = staged(table, partition, frame)
        content = frames.content_hash(rows)
        with (
            explained(table, "writing"),
            table_lock(self.folder, table.name, self.database, self._wait),
            self._guard,
        ):
            handle = self._declared(table)
            changed = self._content(table, partition, files(handle, partition)) != content
            if changed:
                absent = [name for name in rows.columns if name in table.partition_by]
                replace(handle, table, partition, rows.drop(absent), content)
            return Written(handle.version(), rows.height, content, changed)

    def read(
        self,
        table: LakeTable,
        partition: Partition,
        *,
        version: int | None = None,
        columns: Sequence[str] | None = None,
    ) -> pl.DataFrame:
        """The rows of a partition, sorted; none if it was never written.

        Args:
            table: Which table.
            partition: The value of each of its partition columns.
            version: As it was then; now, unless given.
            columns: Just these, whether measured or not; otherwise all, of channels the measured.

        Raises:
            LakeError: If a column is unknown, or the version is not there (any more).
        """
        with explained(table, "reading"):
            paths = self._files(table, partition, version)
            return assembled(table, partition, paths, columns)

    def scan(self, table: LakeTable, *, version: int | None = None) -> pl.LazyFrame:
        """Every row of a table, in canonical types, read when collected and only as far as needed.

        Filter on the partition columns first: whole partitions are then left unread.

        Raises:
            LakeError: If the version is not there.
        """
        with explained(table, "reading"):
            handle = self._opened(table, version)
            if handle is None:
                return pl.LazyFrame(schema=table.schema)
            # A handle of its own: the kept one moves on to later versions.
            lazy = pl.scan_delta(DeltaTable(self._path(table), version=handle.version()))
            present = lazy.collect_schema()
        return lazy.select(
            (pl.col(name) if name in present else pl.lit(None)).cast(dtype).alias(name)
            for name, dtype in table.schema.items()
        )

    def partitions(self, table: LakeTable) -> list[dict[str, str | date]]:
        """The value of each partition column, for every partition with rows, sorted."""
        with explained(table, "listing"), self._guard:
            handle = self._current(table)
            found = handle.partitions() if handle else []
        ordered = sorted([str(values[name]) for name in table.partition_by] for values in found)
        return [
            {
                name: date.fromisoformat(text) if name == "day" else text
                for name, text in zip(table.partition_by, values, strict=True)
            }
            for values in ordered
        ]

    def version(self, table: LakeTable) -> int | None:
        """The latest version of a table; None before the first write."""
        with explained(table, "reading"), self._guard:
            handle = self._current(table)
            return handle.version() if handle else None

    def content_hash(
        self, table: LakeTable, partition: Partition, *, version: int | None = None
    ) -> str:
        """Hash of what `read` gives; known without reading unless the table was compacted.

        Raises:
            LakeError: If the version is not there (any more).
        """
        with explained(table, "reading"):
            return self._content(table, partition, self._files(table, partition, version))

    def history(self, table: LakeTable, limit: int = 20) -> list[dict[str, Any]]:
        """The latest commits, newest first: version, time, operation, partition, rows, hash."""
        with explained(table, "reading the history"), self._guard:
            handle = self._current(table)
            return [commit_in_words(entry) for entry in handle.history(limit)] if handle else []

    def optimize(self, table: LakeTable) -> dict[str, int]:
        """Joins the small files of each partition and writes a checkpoint of the log.

        Returns:
            How many files were removed and added, and in how many partitions.

        Raises:
            LakeBusy: If another writer held the table for longer than the wait.
        """
        with self._writing(table, "compacting") as handle:
            found: dict[str, Any] = {}
            if handle is not None:
                found = handle.optimize.compact(
                    writer_properties=WriterProperties(compression="ZSTD")
                )
                handle.update_incremental()
                handle.create_checkpoint()
        return {
            "files_removed": int(found.get("numFilesRemoved", 0)),
            "files_added": int(found.get("numFilesAdded", 0)),
            "partitions": int(found.get("partitionsOptimized", 0)),
        }

    def vacuum(self, table: LakeTable, *, retention: timedelta, dry_run: bool = False) -> list[str]:
        """Deletes files that no version of the last `retention` and no pinned version needs.

        Args:
            table: Which table.
            retention: How long replaced rows stay readable, in whole hours, rounded up.
            dry_run: Only say which files would go.

        Returns:
            The files, relative to the table.

        Raises:
            LakeError: If the retention is negative or a pinned version is lost.
            LakeBusy: If another writer held the table for longer than the wait.
        """
        if retention < timedelta(0):
            raise LakeError(f"a retention of {retention} makes no sense: give 0 hours or more")
        with self._writing(table, "vacuuming") as handle:
            if handle is None:
                return []
            with self.database.session() as session:
                kept = lake_pins.pinned(session, table.name)
            hours = ceil(retention / timedelta(hours=1))
            return vacuumed(handle, hours, kept, dry_run=dry_run)

    def pin(self, table: LakeTable, version: int, cited_by: str) -> None:
        """Keeps a version readable for as long as `cited_by` cites it.

        Raises:
            LakeError: If the version is not there, or a vacuum has taken files of it.
        """
        with self._writing(table, "pinning"):
            handle = self._opened(table, version)
            paths = handle.file_uris() if handle else []
            lost = [path for path in paths if not Path(path).exists()]
            if lost:
                raise LakeError(f"version {version} of {table.name} lost {len(lost)} files before")
            with self.database.session() as session:
                lake_pins.pin(session, table.name, version, cited_by)

    def unpin(self, table: LakeTable, version: int, cited_by: str) -> None:
        """Takes back a citation; the version goes with the first vacuum after the last one."""
        with self.database.session() as session:
            lake_pins.unpin(session, table.name, version, cited_by)

    def _path(self, table: LakeTable) -> Path:
        return self.folder / table.name

    @contextmanager
    def _writing(self, table: LakeTable, doing: str) -> Iterator[DeltaTable | None]:
        """The latest version of a table, which nobody else writes meanwhile."""
        lock = table_lock(self.folder, table.name, self.database, self._wait)
        with explained(table, doing), lock, self._guard:
            yield self._current(table)

    def _current(self, table: LakeTable) -> DeltaTable | None:
        """The kept handle, brought to the latest version."""
        handle = self._handles.get(table.name)
        if handle is not None:
            handle.update_incremental()
            return handle
        handle = opened(self._path(table))
        if handle is not None:
            self._handles[table.name] = handle
        return handle

    def _declared(self, table: LakeTable) -> DeltaTable:
        """The same, created or widened first to what is declared."""
        if table.name not in self._widened:
            self._handles[table.name] = declared(self._path(table), table)
            self._widened.add(table.name)
        handle = self._handles[table.name]
        handle.update_incremental()
        return handle

    def _opened(self, table: LakeTable, version: int | None) -> DeltaTable | None:
        if version is None:
            return self._current(table)
        handle = opened(self._path(table), version)
        if handle is None:
            raise LakeError(f"{table.name} was never written, so it has no version {version}")
        return handle

    def _files(self, table: LakeTable, partition: Partition, version: int | None) -> list[str]:
        check_partition(table, partition)
        with self._guard:
            handle = self._opened(table, version)
            return files(handle, partition) if handle else []

    def _content(self, table: LakeTable, partition: Partition, paths: list[str]) -> str:
        named = hash_in_name(paths)
        return named or frames.content_hash(assembled(table, partition, paths, None))
