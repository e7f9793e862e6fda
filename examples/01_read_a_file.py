"""Read a file as a rig wrote it, and see what the reader made of each column and row.

Run it: `python examples/01_read_a_file.py`
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from idrill.readers import Reading, ReadOptions, read

CSV = """\
Time,Hookload (klbf),Average Standpipe Pressure kPa,Flow In (gal/min),Remarks
2026-02-01 06:00:00,210.4,17240,880,
2026-02-01 06:00:05,-999.25,17251,881,
2026-02-01 06:00:10,211.0,17248,879,slow
no signal from the recorder
2026-02-01 06:00:15,211.3,17262,,
2026-02-01 06:10:15,198.7,17255,882,
"""


def read_it(folder: Path) -> Reading:
    """The reading of a small log with a sentinel, a broken line and ten silent minutes."""
    path = folder / "drilling.csv"
    path.write_text(CSV)
    return read(path, ReadOptions(source=path.name))


def main() -> None:
    """Show the rows in channels and their units, and the report that accounts for all of them."""
    with TemporaryDirectory() as folder:
        reading = read_it(Path(folder))
    report = reading.report
    print(reading.table)
    for column in report.columns:
        print(f"{column.column!r} became {column.channel}, read as {column.unit}")
    print("became none:", dict(report.unmapped))
    print("stand for no value:", dict(report.sentinels))
    print("gaps:", [f"{start:%H:%M:%S} to {end:%H:%M:%S}" for start, end in report.gaps])
    for rejection in report.rejections:
        print(f"line {rejection.first_line}: {rejection.detail}: {rejection.sample!r}")
    print(
        f"{report.rows_read} rows read = {report.rows_kept} kept + {report.rows_rejected} rejected"
    )
    assert report.rows_read == report.rows_kept + report.rows_rejected


if __name__ == "__main__":
    main()
