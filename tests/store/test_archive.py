"""The archive: contents by hash, tables beside them, nothing half written."""

import hashlib
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from idrill.errors import NotFound
from idrill.store.archive import Archive, content_of

READING = "f" * 64


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.csv"
    path.write_bytes(b"time,Torque\n" * 1000)
    return path


def test_a_content_is_known_by_its_sha256(archive: Archive, file: Path) -> None:
    content = archive.keep(file)

    assert content == content_of(file) == hashlib.sha256(file.read_bytes()).hexdigest()
    assert archive.holds(content)
    assert not archive.holds("0" * 64)


def test_a_content_comes_back_byte_by_byte_under_the_name_asked_for(
    archive: Archive, file: Path
) -> None:
    content = archive.keep(file)
    file_before = file.read_bytes()
    file.unlink()

    with archive.restored(content, "logs/of/rig.csv") as path:
        assert path.name == "rig.csv"
        assert path.read_bytes() == file_before
    assert not path.exists()


def test_keeping_a_content_twice_changes_nothing(archive: Archive, file: Path) -> None:
    archive.keep(file)
    [kept] = archive.folder.rglob("*.gz")
    first = kept.stat()

    archive.keep(file)

    assert kept.stat().st_mtime_ns == first.st_mtime_ns
    assert len(list(archive.folder.rglob("*.gz"))) == 1


def test_a_content_that_was_never_kept_is_named(archive: Archive) -> None:
    with (
        pytest.raises(NotFound, match=r"0{12}… of a\.csv is not in the archive"),
        archive.restored("0" * 64, "a.csv"),
    ):
        pass


def test_a_failed_write_leaves_no_file_behind(
    archive: Archive, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfileobj", full)

    with pytest.raises(OSError, match="No space"):
        archive.keep(file)
    assert not archive.holds(content_of(file))
    assert [path for path in archive.folder.rglob("*") if path.is_file()] == []


def test_a_table_comes_back_for_its_content_and_its_reading_alone(archive: Archive) -> None:
    table = pl.DataFrame({"line": [2, 3], "torque": [1.0, None]})
    archive.keep_table("a" * 64, READING, table)

    kept = archive.table("a" * 64, READING)

    assert kept is not None
    assert_frame_equal(kept.collect(), table)
    assert archive.table("b" * 64, READING) is None
    assert archive.table("a" * 64, "e" * 64) is None
