"""One Delta table on disk: its log, and a partition replaced by one file in one commit.

The file is written by polars and then committed, which takes a third of the time that
`write_deltalake` needs for the same frame and leaves a file half as large. Its name begins with
the hash of its content, so the hash of a partition is known without reading it.
"""

import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import polars as pl
from deltalake import CommitProperties, DeltaTable, Field, Schema
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.transaction import AddAction, RemoveAction

from idrill.errors import LakeBusy, LakeError
from idrill.store.tables import LakeTable

Partition = Mapping[str, str | date]
"""The value of each partition column."""

_CONFIGURATION = {
    "delta.checkpointInterval": "20",
    # A pinned version must stay readable however old it is.
    "delta.enableExpiredLogCleanup": "false",
}
_REMOTE = re.compile(r"(?!file:)[a-z][a-z0-9+.-]+://")
_PLAIN = re.compile(r"[A-Za-z0-9/._~@+,:=-]+")
"""Any other character delta-rs writes as a URL does, and polars looks for a file so called."""
_NAMED = re.compile(r"([0-9a-f]{64})-[0-9a-f]{12}\.parquet")


@contextmanager
def explained(table: LakeTable, doing: str) -> Iterator[None]:
    """Turns what Delta, polars and the file system raise into an error of the lake.

    Raises:
        LakeBusy: If something that does not take the lock committed to the table meanwhile.
        LakeError: If anything else failed; the message carries the first line of the cause.
    """
    try:
        yield
    except CommitFailedError as error:
        raise LakeBusy(
            f"{table.name} changed while {doing}; nothing of it was kept. Run it again"
        ) from error
    except (DeltaError, pl.exceptions.PolarsError, OSError) as error:
        cause = str(error).strip().partition("\n")[0]
        raise LakeError(f"{doing} of {table.name} failed: {cause}") from error


def local_folder(url: str) -> Path:
    """The folder of this machine that a path or a `file://` URL names.

    Raises:
        LakeError: If it is one of another machine, or delta-rs and polars would not agree on it.
    """
    if _REMOTE.match(url):
        raise LakeError(f"the lake must lie in a folder, not at {url}: set IDRILL_LAKE_URL")
    folder = Path(url.removeprefix("file://")).absolute()
    if not _PLAIN.fullmatch(str(folder)):
        raise LakeError(
            f"the lake cannot lie in {folder}: its path may hold A-Z, a-z, digits and /._~@+,:=- "
            "only. Set IDRILL_HOME or IDRILL_LAKE_URL"
        )
    return folder


def opened(folder: Path, version: int | None = None) -> DeltaTable | None:
    """The Delta table in `folder` at `version`, the latest unless given; none if never written."""
    if not (folder / "_delta_log").is_dir():
        return None
    try:
        return DeltaTable(folder, version=version)
    except TableNotFoundError:
        return None


def declared(folder: Path, table: LakeTable) -> DeltaTable:
    """The Delta table in `folder`, created or given the columns it lacks.

    Raises:
        LakeError: If a column lies there with another type than `table` declares.
    """
    wanted = _delta_schema(table.stored)
    handle = opened(folder)
    if handle is None:
        return DeltaTable.create(
            folder,
            wanted,
            partition_by=list(table.partition_by),
            configuration=_CONFIGURATION,
            name=table.name,
        )
    if lacking := _lacking(table, wanted, handle.schema()):
        handle.alter.add_columns(lacking)
        handle.update_incremental()
    return handle


def _delta_schema(columns: pl.Schema) -> Schema:
    return Schema.from_arrow(columns)


def _lacking(table: LakeTable, wanted: Schema, present: Schema) -> list[Field]:
    known = {field.name: field.type for field in present.fields}
    for field in wanted.fields:
        if known.get(field.name, field.type) != field.type:
            raise LakeError(
                f"column {field.name!r} of {table.name} lies in the lake as "
                f"{known[field.name]}, not {field.type}; move the table away and write it anew"
            )
    return [field for field in wanted.fields if field.name not in known]


def files(handle: DeltaTable, partition: Partition) -> list[str]:
    """The files that hold `partition`."""
    return handle.file_uris(
        file_pruning_predicate=[(name, "=", str(value)) for name, value in partition.items()]
    )


def hash_in_name(paths: list[str]) -> str | None:
    """The content hash that the only file of a partition is named after, if it is."""
    named = _NAMED.fullmatch(Path(paths[0]).name) if len(paths) == 1 else None
    return named and named.group(1)


def read_file(path: str, columns: list[str]) -> pl.DataFrame:
    """Those of `columns` that the file has."""
    present = pl.read_parquet_schema(path)
    return pl.read_parquet(
        path, columns=[name for name in columns if name in present], hive_partitioning=False
    )


def replace(
    handle: DeltaTable, table: LakeTable, partition: Partition, frame: pl.DataFrame, content: str
) -> None:
    """Replaces a partition by the rows of `frame` in one commit; by nothing if it has none.

    Args:
        handle: The table at its latest version; advanced to the new one.
        table: Its declaration.
        partition: What to replace.
        frame: Columns in canonical types, sorted, without the partition columns.
        content: Content hash, for the name of the file and the log.
    """
    root = _root(handle)
    actions: list[AddAction | RemoveAction] = []
    if frame.height:
        actions.append(_written(root, table, partition, frame, content))
    handle.create_write_transaction(
        actions,
        "overwrite",
        handle.schema(),
        list(table.partition_by),
        [(name, "=", str(value)) for name, value in partition.items()],
        commit_properties=_commit(partition, frame.height, content),
    )
    handle.update_incremental()
    _settle(root / "_delta_log" / f"{handle.version():020}.json")


def _written(
    root: Path, table: LakeTable, partition: Partition, frame: pl.DataFrame, content: str
) -> AddAction:
    """The file with the rows of a partition, written and on the disk."""
    values = {name: str(value) for name, value in partition.items()}
    folder = "/".join(f"{name}={value}" for name, value in values.items())
    name = f"{folder}/{content}-{uuid4().hex[:12]}.parquet"
    (root / folder).mkdir(parents=True, exist_ok=True)
    stored = frame.select(pl.col(column).cast(table.stored[column]) for column in frame.columns)
    stored.write_parquet(root / name, compression="zstd")
    _settle(root / name)
    return AddAction(
        path=name,
        size=(root / name).stat().st_size,
        partition_values=values,
        modification_time=int(time.time() * 1000),
        data_change=True,
        stats=json.dumps(_statistics(table, frame)),
    )


def _settle(path: Path) -> None:
    """Forces a file and its name to the disk: a commit must outlive a loss of power."""
    for target in (path, path.parent):
        descriptor = os.open(target, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _statistics(table: LakeTable, frame: pl.DataFrame) -> dict[str, object]:
    """What lets a query skip the file: its number of rows and the range of its index."""
    index = "depth" if "depth" in table.schema else "time"
    if index not in frame.columns:
        return {"numRecords": frame.height}
    low, high = frame.select(low=pl.col(index).min(), high=pl.col(index).max()).row(0)
    return {
        "numRecords": frame.height,
        "minValues": {index: _as_json(low)},
        "maxValues": {index: _as_json(high)},
        "nullCount": {index: 0},
    }


def _as_json(value: datetime | float) -> str | float:
    return f"{value:%Y-%m-%dT%H:%M:%S.%fZ}" if isinstance(value, datetime) else value


def _commit(partition: Partition, rows: int, content: str) -> CommitProperties:
    return CommitProperties(
        custom_metadata={
            "idrill.partition": "/".join(f"{name}={value}" for name, value in partition.items()),
            "idrill.rows": rows,
            "idrill.content_hash": content,
        }
    )


def vacuumed(handle: DeltaTable, hours: int, kept: list[int], *, dry_run: bool) -> list[str]:
    """Deletes the files that neither the last `hours` nor the versions `kept` need.

    Returns:
        The files that went, or would go, relative to the table.
    """
    spare = _present(_root(handle), _vacuum(handle, hours, kept, dry_run=True))
    if not dry_run and spare:
        _vacuum(handle, hours, kept, dry_run=False)
    return spare


def _vacuum(handle: DeltaTable, hours: int, kept: list[int], *, dry_run: bool) -> list[str]:
    return handle.vacuum(
        hours,
        dry_run=dry_run,
        enforce_retention_duration=False,
        full=True,
        keep_versions=kept or None,
    )


def _present(root: Path, paths: list[str]) -> list[str]:
    """Those that exist: delta-rs lists the removed files of an earlier vacuum again."""
    return sorted(str((root / path).relative_to(root)) for path in paths if (root / path).exists())


def _root(handle: DeltaTable) -> Path:
    return Path(handle.table_uri.removeprefix("file://"))


def commit_in_words(entry: dict[str, Any]) -> dict[str, Any]:
    """One commit of the log, in our words."""
    return {
        "version": entry["version"],
        "time": datetime.fromtimestamp(entry["timestamp"] / 1000, UTC),
        "operation": entry["operation"].lower(),
        "partition": entry.get("idrill.partition", ""),
        "rows": entry.get("idrill.rows"),
        "content_hash": entry.get("idrill.content_hash"),
    }
