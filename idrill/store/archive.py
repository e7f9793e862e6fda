"""Every file ever taken in, by the hash of its content, and the tables that were read from them.

```
archive/
├── content/ab/abcdef….gz            the bytes as received, unpacked; the truth
└── parsed/ab/abcdef…-<reading>.parquet   rows as a reader made them; rebuilt when missing
```

Files appear by renaming, so a killed process leaves nothing half written.
"""

import gzip
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import polars as pl

from idrill.errors import NotFound

_BLOCK = 1 << 20


class Archive:
    """A folder of contents.

    Args:
        folder: Where it lies; created when first used.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, path: Path) -> str:
        """Archive the file at `path`; the hash of its content. Keeping it twice changes nothing."""
        content = content_of(path)
        target = self._content(content)
        if not target.exists():
            with (
                _appearing(target) as partial,
                path.open("rb") as source,
                gzip.open(partial, "wb", compresslevel=4) as packed,
            ):
                shutil.copyfileobj(source, packed, _BLOCK)
        return content

    def holds(self, content: str) -> bool:
        """Whether a content is archived."""
        return self._content(content).exists()

    @contextmanager
    def restored(self, content: str, name: str) -> Iterator[Path]:
        """The content as a plain file called `name`, for as long as the block lasts.

        Raises:
            NotFound: If it was never archived.
        """
        packed = self._content(content)
        if not packed.exists():
            raise NotFound(f"content {content[:12]}… of {name} is not in the archive {self.folder}")
        with TemporaryDirectory(prefix="idrill-") as folder:
            target = Path(folder) / Path(name).name
            with gzip.open(packed, "rb") as source, target.open("wb") as plain:
                shutil.copyfileobj(source, plain, _BLOCK)
            yield target

    def keep_table(self, content: str, reading: str, table: pl.DataFrame) -> None:
        """Keep the rows that were read from a content.

        Args:
            content: Hash of the content.
            reading: Hash of how it was read (version of the reader, map of columns).
            table: As in `Reading.table`.
        """
        target = self._parsed(content, reading)
        if not target.exists():
            with _appearing(target) as partial:
                table.write_parquet(partial, compression="zstd", row_group_size=100_000)

    def table(self, content: str, reading: str) -> pl.LazyFrame | None:
        """The rows kept for a content; None if they must be read again."""
        path = self._parsed(content, reading)
        return pl.scan_parquet(path) if path.exists() else None

    def _content(self, content: str) -> Path:
        return self.folder / "content" / content[:2] / f"{content}.gz"

    def _parsed(self, content: str, reading: str) -> Path:
        return self.folder / "parsed" / content[:2] / f"{content}-{reading[:16]}.parquet"


def content_of(path: Path) -> str:
    """Hash of the content of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _appearing(target: Path) -> Iterator[Path]:
    """A file to write, which appears at `target` only if the block ends well."""
    target.parent.mkdir(parents=True, exist_ok=True)
    path = target.with_name(f".partial-{uuid4().hex}")
    try:
        yield path
        with path.open("rb") as written:
            os.fsync(written.fileno())
        path.replace(target)
    finally:
        path.unlink(missing_ok=True)
