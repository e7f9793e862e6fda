"""A file is known by its first bytes, whatever it is called."""

import subprocess
import sys
from pathlib import Path

import pytest

from idrill.errors import BrokenSource, SourceError, UnknownFormat
from idrill.readers import Format, ReadOptions, read, recognise

LOG = """<?xml version="1.0"?>
<logs xmlns="http://www.witsml.org/schemas/1series" version="1.4.1.1"><log/></logs>"""
FRAME = "&&\r\n01052024\r\n01081200.5\r\n!!\r\n"
LAS = "# exported\n~Version Information\n VERS. 2.0 :\n WRAP. NO :\n"
CSV = "date,Hookload kkgf\n2024-03-17 08:00:00,126\n2024-03-17 08:00:04,127\n"


def file_of(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "rig.dat"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (LOG, Format.WITSML),
        (LOG.encode("utf-16"), Format.WITSML),
        ("\ufeff" + LOG, Format.WITSML),
        ("<trajectorys>\n</trajectorys>", Format.WITSML),
        (FRAME, Format.WITS0),
        ("7.1\r\n!!\r\n" + FRAME, Format.WITS0),
        (LAS, Format.LAS),
        (LAS.lower(), Format.LAS),
        (CSV, Format.CSV),
        (CSV.encode("utf-16"), Format.CSV),
        (CSV.encode("utf-16-be"), Format.CSV),
        ("<html><body>Login</body></html>", None),
        (b"PAR1\x15\x04\x15", None),
        (b"\x1f\x8b\x08\x00,,,", None),
        (bytes(range(256)) * 20, None),
        (b'{"a": 1, "b": 2}', None),
        ("no columns here", None),
        ("", None),
    ],
)
def test_formats_are_told_by_content(
    tmp_path: Path, content: str | bytes, expected: Format | None
) -> None:
    assert recognise(file_of(tmp_path, content)) is expected


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PAR1\x15\x04\x15", "is Parquet.*i-Drill reads CSV"),
        (b"\x1f\x8b\x08\x00", "is gzip"),
        (b"<html><body>Login</body></html>", "XML without a WITSML object"),
        (bytes(range(14, 27)) * 99, "binary data beginning 0e 0f"),
        (b"Dear driller", "text without columns beginning 'Dear driller'"),
    ],
)
def test_what_no_reader_takes_is_refused_with_what_was_seen(
    tmp_path: Path, content: bytes, words: str
) -> None:
    with pytest.raises(UnknownFormat, match=words):
        read(file_of(tmp_path, content), ReadOptions("rig.dat"))


def test_an_empty_file_is_broken(tmp_path: Path) -> None:
    with pytest.raises(BrokenSource, match="is empty"):
        read(file_of(tmp_path, b""), ReadOptions("rig.dat"))


def test_a_file_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"rig\.dat: cannot be read"):
        read(tmp_path / "rig.dat", ReadOptions("rig.dat"))


def test_a_recognised_file_is_read(tmp_path: Path) -> None:
    reading = read(file_of(tmp_path, CSV), ReadOptions("rig.dat"))

    assert (reading.report.format, reading.report.rows_kept) == ("csv", 2)


def test_importing_the_readers_imports_no_reader() -> None:
    heavy = "lxml", "lasio", "idrill.readers.witsml", "idrill.readers.las", "idrill.readers.csv"
    code = f"import sys, idrill.readers; print(*set({heavy!r}) & set(sys.modules))"

    loaded = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert loaded.stdout.split() == []


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("wits0/capture.wits", Format.WITS0),
        ("witsml_las/Test.witsml", Format.WITSML),
        ("witsml_las/energistics_examples/log_1411.xml", Format.WITSML),
        ("forge_58-32/Well_58-32.csv", Format.CSV),
        ("data_reconciliation/linear_problems.json", None),
        ("timegan/energydata_complete.parquet", None),
    ],
)
def test_real_files_are_recognised(real_data: Path, name: str, expected: Format | None) -> None:
    assert recognise(real_data / name) is expected
