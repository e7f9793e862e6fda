"""What reading a large WITSML log costs in memory, against a parser that keeps the document."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="peaks are read from /proc")

BOUND = 24.0
"""Megabytes by which reading a log of 20 MB may make a process grow."""

CURVES = (
    ("HKLD_AVG", "N"), ("PUMP", "Pa"), ("BPOS", "m"), ("RPM", "rpm"),
    *((f"AUX{number}", "unitless") for number in range(74)),
)  # fmt: skip
"""As many as GenTime of 15/9-F-7 has; few become channels, and about half are 0 throughout."""

PROGRAM = """
import sys
from pathlib import Path
from lxml import etree
from idrill.readers.assembly import ReadOptions
from idrill.readers.witsml import read_witsml

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))

side, small, large = sys.argv[1], *map(Path, sys.argv[2:])
call = {"ours": lambda path: read_witsml(path, ReadOptions("log")).table.height,
        "dom": lambda path: len(etree.parse(str(path)).findall(".//{*}data"))}[side]
call(small)
before = peak()
print(call(large), peak() - before)
"""


def _write(path: Path, rows: int) -> None:
    """A log of so many rows, 3 s apart."""
    head = "".join(
        f"<logCurveInfo><mnemonic>{name}</mnemonic><unit>{unit}</unit>"
        "<typeLogData>double</typeLogData></logCurveInfo>\n"
        for name, unit in CURVES
    )
    start = datetime(2024, 3, 1, tzinfo=UTC)
    with path.open("w") as file:
        file.write(
            '<logs xmlns="http://www.witsml.org/schemas/1series" version="1.4.1.1">'
            '<log uidWell="w1"><nameWell>15/9-F-7</nameWell><name>GenTime</name>'
            "<indexType>date time</indexType><indexCurve>Time</indexCurve>"
            "<logCurveInfo><mnemonic>Time</mnemonic><typeLogData>date time</typeLogData>"
            f"</logCurveInfo>{head}<logData><mnemonicList>Time,"
            f"{','.join(name for name, _ in CURVES)}</mnemonicList>"
            f"<unitList>,{','.join(unit for _, unit in CURVES)}</unitList>\n"
        )
        for row in range(rows):
            time = (start + timedelta(seconds=3 * row)).isoformat()
            value = f"{row / 7:.3f}"
            file.write(f"<data>{time},{','.join([value] * 4 + ['0', value] * 37)}</data>\n")
        file.write("</logData></log></logs>\n")


def _growth(side: str, small: Path, large: Path) -> tuple[int, float]:
    """Rows read, and megabytes by which the process grew beyond reading a small log."""
    found = subprocess.run(  # noqa: S603  the interpreter of this test
        [sys.executable, "-c", PROGRAM, side, str(small), str(large)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    rows, megabytes = found.stdout.split()
    return int(rows), float(megabytes)


def test_a_large_log_is_read_in_less_memory_than_its_document_takes(tmp_path: Path) -> None:
    small, large = tmp_path / "small.xml", tmp_path / "large.xml"
    _write(small, 200)
    _write(large, 40_000)
    assert large.stat().st_size > 18_000_000

    ours, dom = _growth("ours", small, large), _growth("dom", small, large)

    assert ours[0] == dom[0] == 40_000
    assert ours[1] < BOUND < dom[1]
