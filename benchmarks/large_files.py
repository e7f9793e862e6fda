"""Large files for the readers: real ones repeated with times that go on, and a LAS file."""

import gzip
import re
import tarfile
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

START = datetime(2020, 1, 1)  # noqa: DTZ001  files state no zone
_DATA = re.compile(r"<data>[^,<]*(,[^<]*)</data>")
_WITS_DATE = re.compile(rb"^(\d\d)05\d{8}\r?$", re.MULTILINE)
_CURVES = ("GR", "ROP", "SPPA", "HKLD", "WOB", "RPM", "TORQUE", "MFIA", "MWIN", "TGAS")
_UNITS = ("GAPI", "M/HR", "KPA", "KN", "KN", "RPM", "KN.M", "L/MIN", "KG/M3", "%")


def csv(real: Path, target: Path, size: int) -> None:
    """TSPP2 of Volve, a row every 4 s, until `size` bytes are full."""
    with gzip.open(real / "volve_drilling" / "TSPP2.csv.gz", "rt") as file:
        header, *lines = file.read().splitlines()
    rests = [line[line.index(",") :] for line in lines]
    rows = (f"{START + timedelta(seconds=4 * n)}{rests[n % len(rests)]}\n" for n in _numbers())
    _fill(target, header + "\n", rows, "", size)


def witsml(real: Path, target: Path, size: int) -> None:
    """GenTime of Volve's F-7, 79 curves every 3 s, until `size` bytes are full."""
    with tarfile.open(real / "volve_witsml" / "F-7.tar.gz") as archive:
        member = archive.extractfile("F-7/1/log/1/4/2/00001.xml")
        text = member.read().decode() if member else ""
    rests = _DATA.findall(text)
    rows = (
        f"<data>{START + timedelta(seconds=3 * n):%Y-%m-%dT%H:%M:%S.000Z}"
        f"{rests[n % len(rests)]}</data>"
        for n in _numbers()
    )
    _fill(target, text[: text.index("<data>")], rows, "</logData></log></logs>", size)


def wits0(real: Path, target: Path, size: int) -> None:
    """The capture again and again, each time a day later."""
    capture = (real / "wits0" / "capture.wits").read_bytes()
    with target.open("wb") as file:
        for number in _numbers():
            day = f"{START + timedelta(days=number):%Y%m%d}".encode()
            file.write(_WITS_DATE.sub(rb"\g<1>05" + day + rb"\r", capture))
            if file.tell() >= size:
                return


def las(_real: Path, target: Path, size: int) -> None:
    """Ten invented curves over depth, every 0.1 m, until `size` bytes are full."""
    curves = zip(_CURVES, _UNITS, strict=True)
    header = (
        "~Version\nVERS. 2.0 : CWLS\nWRAP. NO : ONE LINE PER STEP\n~Well\nSTRT.M 100.0 : START\n"
        "STOP.M 1000.0 : STOP\nSTEP.M 0.1 : STEP\nNULL. -999.25 : NULL\nWELL. BENCH : WELL\n"
        "~Curve\nDEPT.M : DEPTH\n" + "".join(f"{name}.{unit} :\n" for name, unit in curves) + "~A\n"
    )
    random = np.random.default_rng(1)
    block = pl.DataFrame(random.uniform(10, 150, (10_000, len(_CURVES))).round(3))
    lines = block.write_csv(separator=" ", include_header=False).splitlines()
    rows = (f"{100 + n / 10:.1f} {lines[n % len(lines)]}\n" for n in _numbers())
    _fill(target, header, rows, "", size)


Writer = Callable[[Path, Path, int], None]

WRITERS: Mapping[str, tuple[Writer, int]] = {
    "csv": (csv, 60_000_000),
    "witsml": (witsml, 100_000_000),
    "wits0": (wits0, 20_000_000),
    "las": (las, 50_000_000),
}
"""What writes the file of each format, and how large it becomes [bytes]."""


def _numbers() -> Iterator[int]:
    return iter(range(10_000_000))


def _fill(target: Path, head: str, rows: Iterator[str], tail: str, size: int) -> None:
    with target.open("w") as file:
        written = file.write(head)
        while written < size:
            written += file.write(next(rows))
        file.write(tail)
