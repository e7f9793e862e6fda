"""Damaged files: each gives a reading that accounts for every row, or one clear error."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from idrill.errors import SourceError
from idrill.readers import ReadOptions, read
from idrill.readers.reading import check

FILES_OF_EACH = 120
"""Mutations of each source; there are four."""

ROWS = 40

Mutation = Callable[[bytes, np.random.Generator], bytes]


def _row(i: int) -> list[str]:
    return [f"{1200 + i / 50:.2f}", f"{1199 + i / 50:.2f}", f"{812.5 + i % 7}", f"{16900 + 13 * i}"]


def csv_source() -> bytes:
    head = "date,Hole Depth m,Bit Depth m,Average Hookload kN,Average Standpipe Pressure kPa"
    rows = [f"2024-03-17 08:00:{i:02d}," + ",".join(_row(i)) for i in range(ROWS)]
    return "\n".join([head, *rows, ""]).encode()


def witsml_source() -> bytes:
    curves = [("TIME", ""), ("DMEA", "m"), ("DBTM", "m"), ("HKLA", "kN"), ("SPPA", "kPa")]
    infos = "\n".join(
        f'<logCurveInfo uid="{name}"><mnemonic>{name}</mnemonic>'
        + (f"<unit>{unit}</unit>" if unit else "")
        + f"<typeLogData>{'double' if unit else 'date time'}</typeLogData></logCurveInfo>"
        for name, unit in curves
    )
    rows = "\n".join(
        f"<data>2024-03-17T08:00:{i:02d}.000Z,{','.join(_row(i))}</data>" for i in range(ROWS)
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<logs xmlns="http://www.witsml.org/schemas/1series" version="1.4.1.1">
<log uidWell="w" uidWellbore="b" uid="l"><nameWell>NO 15/9-F-7</nameWell>
<nameWellbore>15/9-F-7</nameWellbore><name>GenTime</name><indexType>date time</indexType>
<indexCurve>TIME</indexCurve><nullValue>-999.25</nullValue>
{infos}
<logData><mnemonicList>{",".join(name for name, _ in curves)}</mnemonicList>
<unitList>{",".join(unit for _, unit in curves)}</unitList>
{rows}
</logData></log></logs>
""".encode()


def wits0_source() -> bytes:
    codes = ("0110", "0108", "0114", "0121")
    frames = [
        "\r\n".join(
            ["&&", "0105240317", f"01060800{i:02d}"]
            + [code + value for code, value in zip(codes, _row(i), strict=True)]
            + ["!!", ""]
        )
        for i in range(ROWS)
    ]
    return "".join(frames).encode()


def las_source() -> bytes:
    rows = [" ".join(_row(i)) for i in range(ROWS)]
    head = """~Version
 VERS. 2.0 : CWLS LOG ASCII STANDARD - VERSION 2.0
 WRAP. NO : One line per depth step
~Well
 STRT.M 1200.00 :
 STOP.M 1200.78 :
 STEP.M 0.02 :
 NULL. -999.25 :
 WELL. 15/9-F-7 : WELL
~Curve
 DEPT.M : Hole depth
 DBTM.M : Bit depth
 HKLA.KN : Hook load
 SPPA.KPA : Standpipe pressure
~ASCII"""
    return "\n".join([head, *rows, ""]).encode()


SOURCES = {
    "csv": csv_source(), "witsml": witsml_source(), "wits0": wits0_source(), "las": las_source(),
}  # fmt: skip


def cut(content: bytes, random: np.random.Generator) -> bytes:
    return content[: int(random.integers(len(content)))]


def cut_out(content: bytes, random: np.random.Generator) -> bytes:
    start, end = sorted(int(at) for at in random.integers(len(content), size=2))
    return content[:start] + content[end:]


def shuffled(content: bytes, random: np.random.Generator) -> bytes:
    lines = content.splitlines(keepends=True)
    few = random.permutation(len(lines))[: max(2, len(lines) // 4)]
    for one, other in zip(few[::2], few[1::2], strict=False):
        lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def repeated(content: bytes, random: np.random.Generator) -> bytes:
    lines = content.splitlines(keepends=True)
    start, end = sorted(int(at) for at in random.integers(len(lines), size=2))
    return b"".join(lines[:end] + lines[start:])


def flipped(content: bytes, random: np.random.Generator) -> bytes:
    data = np.frombuffer(content, dtype=np.uint8).copy()
    places = random.integers(data.size, size=int(random.integers(1, 12)))
    data[places] ^= (1 << random.integers(8, size=places.size)).astype(np.uint8)
    return data.tobytes()


def printable(content: bytes, random: np.random.Generator) -> bytes:
    """Bytes replaced by others that stand in such files, where a parser listens."""
    data = bytearray(content)
    marks = b"\n\r,;\t\"'<>&/~!.:-+eE0123456789 #\\%|"
    for at in random.integers(len(data), size=int(random.integers(1, 12))):
        data[at] = marks[int(random.integers(len(marks)))]
    return bytes(data)


def swapped(content: bytes, random: np.random.Generator) -> bytes:
    """Two fields change places in some lines."""
    lines = content.split(b"\n")
    for at in random.permutation(len(lines))[: int(random.integers(1, len(lines) + 1))]:
        mark = b"," if b"," in lines[at] else b" "
        fields = lines[at].split(mark)
        one, other = (int(place) for place in random.integers(len(fields), size=2))
        fields[one], fields[other] = fields[other], fields[one]
        lines[at] = mark.join(fields)
    return b"\n".join(lines)


def recoded(content: bytes, random: np.random.Generator) -> bytes:
    codes = ("utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32", "cp037", "latin-1")
    text = content.decode("latin-1").replace("a", "å").replace("m", "°", 1)
    return text.encode(codes[int(random.integers(len(codes)))], "replace")


MUTATIONS: tuple[Mutation, ...] = (
    cut, cut_out, shuffled, repeated, flipped, printable, swapped, recoded,
)  # fmt: skip


def outcome(path: Path, content: bytes) -> str:
    """What became of a file; anything but a sound reading or a SourceError is raised."""
    path.write_bytes(content)
    try:
        reading = read(path, ReadOptions("damaged"))
    except SourceError as error:
        return _told(error)
    check(reading)
    assert reading.report.rows_read == reading.table.height + reading.report.rows_rejected
    return "read"


def _told(error: SourceError) -> str:
    """The kind of an error whose message names the file and can be read."""
    assert str(error).startswith("damaged")
    assert len(str(error)) < 1000
    return type(error).__name__


@pytest.mark.parametrize("source", SOURCES)
def test_the_sources_themselves_are_read_whole(tmp_path: Path, source: str) -> None:
    path = tmp_path / "whole"
    path.write_bytes(SOURCES[source])

    reading = read(path, ReadOptions("whole"))

    assert (reading.report.rows_read, reading.report.rows_kept) == (ROWS, ROWS)
    assert {"hook_load", "standpipe_pressure"} <= set(reading.channels)


@pytest.mark.parametrize("source", SOURCES)
def test_a_damaged_file_is_read_with_every_row_accounted_for_or_refused(
    tmp_path: Path, source: str
) -> None:
    random = np.random.default_rng(20240317)
    outcomes: Counter[str] = Counter()

    for number in range(FILES_OF_EACH):
        content = SOURCES[source]
        for step in range(1 + number % 3):
            mutation = MUTATIONS[(number + step * 3) % len(MUTATIONS)]
            content = mutation(content, random) or content
        outcomes[outcome(tmp_path / "damaged", content)] += 1

    assert outcomes["read"] >= FILES_OF_EACH // 10, outcomes
    assert outcomes.total() - outcomes["read"] >= FILES_OF_EACH // 20, outcomes


def test_no_line_of_a_damaged_csv_goes_missing_and_no_value_changes(tmp_path: Path) -> None:
    random = np.random.default_rng(41)
    head, body = csv_source().split(b"\n", 1)
    path = tmp_path / "damaged"
    compared = 0

    for number in range(60):
        damaged = (cut_out, shuffled, repeated, printable)[number % 4](body, random)
        path.write_bytes(head + b"\n" + damaged)
        if outcome(path, path.read_bytes()) == "read":
            reading = read(path, ReadOptions("damaged"))
            lines = path.read_bytes().decode().split("\n")
            assert reading.report.rows_read == sum(bool(line.strip("\r")) for line in lines[1:])
            for line, value in reading.table.select("line", "hook_load").iter_rows():
                assert value is None or value == float(lines[line - 1].split(",")[3])
                compared += 1

    assert compared > 1000
