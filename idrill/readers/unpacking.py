"""From what arrives (a file, a packed file, an archive, a folder) to plain files on disk.

What a file is packed with is told by its first bytes, not by its name. Content is streamed into
numbered temporary files, so no name inside an archive ever becomes a path.
"""

import gzip
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import NoReturn, Protocol

from idrill.errors import BrokenSource, OversizedSource, SourceError

LARGEST = 8 << 30
"""Content, unpacked, that one source may have unless told otherwise [bytes]."""

MOST_MEMBERS = 100_000
"""Files that one archive may hold."""

RATIO = 400
"""Unpacked bytes per packed byte beyond which a file is taken for a bomb: deflate reaches 1032 on
zeros, the most repetitive rig logs seen stay below 60."""

INNOCENT = 64 << 20
"""Content [bytes] that may unpack at any ratio."""

_CHUNK = 1 << 20
_TAR_MAGIC = slice(257, 262)
_TAR_END = bytes(512)


@dataclass(frozen=True, slots=True)
class Member:
    """One plain file."""

    name: str
    """Its name inside what was unpacked."""
    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class Unpacked:
    """Everything that was in a file or folder."""

    members: tuple[Member, ...]
    skipped: Mapping[str, str] = field(default_factory=dict)
    """Names that were passed over, with the reason."""
    refused: Mapping[str, SourceError] = field(default_factory=dict)
    """Files of a folder that could not be read or taken apart."""


class _Packing(Enum):
    PLAIN = "plain"
    GZIP = "gzip"
    ZIP = "zip"
    TAR = "tar"


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


@contextmanager
def unpack(path: Path, *, max_bytes: int = LARGEST) -> Iterator[Unpacked]:
    """The plain files in `path`, on disk until the block is left.

    Args:
        path: A file, packed or not, an archive (zip, tar, tar.gz) or a folder.
        max_bytes: Most content, unpacked, that is accepted in all [bytes].

    Raises:
        BrokenSource: If an archive is truncated or corrupt, or holds a name or an archive that it
            may not hold.
        OversizedSource: If there is more than `max_bytes`, or a file unpacks to a suspicious size.
        SourceError: If it cannot be opened.
    """
    with TemporaryDirectory(prefix="idrill-") as folder:
        bench = _Bench(path.name, Path(folder), max_bytes)
        try:
            bench.take(path, path.name) if path.is_file() else bench.walk(path)
        except OSError as error:
            raise _unreadable(path.name, error) from error
        yield Unpacked(
            tuple(bench.members), MappingProxyType(bench.skipped), MappingProxyType(bench.refused)
        )


def _unreadable(name: str, error: OSError) -> SourceError:
    return SourceError(name, f"cannot be read: {error.strerror or error}.")


class _Bench:
    """The place where one source is taken apart, with one budget for all of it."""

    def __init__(self, source: str, folder: Path, max_bytes: int) -> None:
        self.source, self.folder, self.max_bytes = source, folder, max_bytes
        self.members: list[Member] = []
        self.skipped: dict[str, str] = {}
        self.refused: dict[str, SourceError] = {}
        self.unpacked = 0

    def walk(self, root: Path) -> None:
        """Take every file below a folder, in the order of the names."""
        if not root.is_dir():
            raise SourceError(self.source, "there is no such file or folder.")
        for path in sorted(root.rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.is_symlink():
                self.skipped[name] = "a link"
            elif path.is_file() and not self._passes_over(name, path.stat().st_size):
                self._attempt(path, name)

    def _attempt(self, path: Path, name: str) -> None:
        """Take one file of a folder; where that cannot be, the other files go on."""
        members, unpacked = len(self.members), self.unpacked
        try:
            self.take(path, name)
        except (SourceError, OSError) as error:
            del self.members[members:]
            self.unpacked = unpacked
            self.refused[name] = (
                error if isinstance(error, SourceError) else _unreadable(name, error)
            )

    def take(self, path: Path, name: str) -> None:
        """Take one file apart, as far as it is packed."""
        packing = _packing(path)
        if packing is _Packing.PLAIN:
            self._budget(path.stat().st_size)
            self.members.append(Member(name, path, path.stat().st_size))
            return
        try:
            self._open(path, name, packing)
        except (
            tarfile.TarError, zipfile.BadZipFile, gzip.BadGzipFile, EOFError, zlib.error,
            NotImplementedError,
        ) as error:  # fmt: skip
            raise BrokenSource(
                self.source, f"{name} is a broken {packing.value} file: {error}.",
                remedy="Fetch it again.",
            ) from error  # fmt: skip

    def _open(self, path: Path, name: str, packing: _Packing) -> None:
        inside = "" if name == self.source else f"{name}/"
        if packing is _Packing.ZIP:
            self._unzip(path, inside)
        elif packing is _Packing.TAR:
            with path.open("rb") as file:
                self._untar(_Tap(file, file.tell), inside)
        else:
            with path.open("rb") as file, gzip.open(file) as plain:
                tap = _Tap(plain, file.tell)
                if tap.peek(512)[_TAR_MAGIC] == b"ustar":
                    self._untar(tap, inside)
                else:
                    self._store(tap, name.removesuffix(".gz"))

    def _unzip(self, path: Path, inside: str) -> None:
        with zipfile.ZipFile(path) as archive:
            for info in sorted(archive.infolist(), key=lambda info: info.filename):
                if info.is_dir() or self._passes_over(inside + info.filename, info.file_size):
                    continue
                if info.flag_bits & 1:
                    raise BrokenSource(self.source, f"{info.filename} is encrypted.")
                with archive.open(info) as plain:
                    self._member(
                        _Tap(plain, partial(int, info.compress_size)), inside, info.filename
                    )

    def _untar(self, tap: "_Tap", inside: str) -> None:
        with tarfile.open(fileobj=tap, mode="r|") as archive:  # type: ignore[call-overload]
            for info in archive:
                name = inside + info.name
                if not info.isfile():
                    self.skipped |= {} if info.isdir() else {name: "a link or a device"}
                elif not self._passes_over(name, info.size) and (
                    plain := archive.extractfile(info)
                ):
                    self._member(_Tap(plain, tap.consumed), inside, info.name)
        if _TAR_END not in tap.last:
            raise BrokenSource(self.source, "the tar archive stops before its end.")
        while tap.read(_CHUNK):  # reading on to the end makes gzip compare its checksum
            pass

    def _member(self, tap: "_Tap", inside: str, name: str) -> None:
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if ".." in parts or not parts or parts[0] == "/" or ":" in parts[0]:
            raise BrokenSource(self.source, f"the archive holds an unsafe name, {name!r}.")
        if len(self.members) >= MOST_MEMBERS:
            raise OversizedSource(self.source, f"holds more than {MOST_MEMBERS} files.")
        stored = self._store(tap, inside + "/".join(parts))
        if (packing := _packing(stored.path)) is not _Packing.PLAIN:
            self.members.pop()
            self._repacked(stored, packing)

    def _repacked(self, member: Member, packing: _Packing) -> None:
        """Unpack a packed file inside an archive; an archive inside an archive is refused."""
        with member.path.open("rb") as file, gzip.open(file) as plain:
            tap = _Tap(plain, file.tell)
            if packing is not _Packing.GZIP or tap.peek(512)[_TAR_MAGIC] == b"ustar":
                raise BrokenSource(
                    self.source, f"{member.name} is an archive inside an archive.",
                    remedy="Unpack it first.",
                )  # fmt: skip
            self._store(tap, member.name.removesuffix(".gz"))
        member.path.unlink()

    def _store(self, tap: "_Tap", name: str) -> Member:
        path = self.folder / f"{len(list(self.folder.iterdir())):06d}"
        size = 0
        with path.open("wb") as file:
            while chunk := tap.read(_CHUNK):
                size += len(chunk)
                self._budget(len(chunk))
                if size > INNOCENT and size > RATIO * tap.consumed():
                    self._bomb(name)
                file.write(chunk)
        member = Member(name, path, size)
        self.members.append(member)
        return member

    def _budget(self, size: int) -> None:
        self.unpacked += size
        if self.unpacked > self.max_bytes:
            raise OversizedSource(
                self.source, f"holds more than the {self.max_bytes:,} bytes allowed.",
                remedy="Split it, or raise the limit.",
            )  # fmt: skip

    def _bomb(self, name: str) -> NoReturn:
        raise OversizedSource(
            self.source, f"{name} unpacks to more than {RATIO} times its packed size.",
            remedy="If it is no bomb, unpack it first.",
        )  # fmt: skip

    def _passes_over(self, name: str, size: int) -> bool:
        parts = PurePosixPath(name).parts
        if any(part.startswith(".") and part != ".." for part in parts) or "__MACOSX" in parts:
            self.skipped[name] = "hidden"
        elif size == 0:
            self.skipped[name] = "empty"
        return name in self.skipped


class _Tap:
    """A stream that knows how much packed content it took, and what it gave last."""

    def __init__(self, plain: _Readable, consumed: Callable[[], int]) -> None:
        self.plain, self.consumed = plain, consumed
        self.last = b""
        self._ahead = b""

    def peek(self, size: int) -> bytes:
        """The next bytes, which stay to be read."""
        self._ahead = self.plain.read(size)
        return self._ahead

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        ahead, self._ahead = self._ahead, b""
        wanted = size if size < 0 else max(0, size - len(ahead))
        chunk = ahead + self.plain.read(wanted)
        self.last = chunk or self.last
        return chunk


def _packing(path: Path) -> _Packing:
    with path.open("rb") as file:
        head = file.read(512)
    if head.startswith(b"\x1f\x8b"):
        return _Packing.GZIP
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _Packing.ZIP
    return _Packing.TAR if head[_TAR_MAGIC] == b"ustar" else _Packing.PLAIN
