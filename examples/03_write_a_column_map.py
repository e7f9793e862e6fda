"""Tell the reader what a file does not: the meaning of its columns, the clock, a wrong unit.

The first reading shows what is missing; the map is written; the second reading has it.
Run it: `python examples/03_write_a_column_map.py`
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from idrill.readers import Reading, ReadOptions, read
from idrill.readers.columns import ColumnMap, load_map

CSV = """\
Datum;Uhrzeit;HL Mittel;Druck A (kPa);Reserve 3
01.02.2026;07:00:00;95,31;2502,5;0
01.02.2026;07:00:05;95,33;2504,0;0
01.02.2026;07:00:10;k.A.;2503,5;0
01.02.2026;07:00:15;95,40;2505,0;0
"""

MAP = """\
well = "NO 15/9-F-7"
time = ["Datum", "Uhrzeit"]
time_format = "%d.%m.%Y %H:%M:%S"
utc_offset = "+01:00"
null_values = ["k.A."]
delimiter = ";"
decimal = ","

[columns]
"HL Mittel" = { channel = "hook_load", unit = "t" }
"Druck A (kPa)" = { channel = "standpipe_pressure", unit = "psi" }
"Reserve 3" = { ignore = true }
"""


def show(reading: Reading) -> None:
    """What became of each column."""
    for column in reading.report.columns:
        print(f"  {column.column!r} became {column.channel}, read as {column.unit}")
    for name, reason in reading.report.unmapped.items():
        print(f"  {name!r} became none: {reason}")


def main() -> None:
    """The same file without and with its map."""
    with TemporaryDirectory() as folder:
        path, map_path = Path(folder) / "log.csv", Path(folder) / "source.toml"
        path.write_text(CSV)
        map_path.write_text(MAP)
        print("without a map:")
        guess = ColumnMap(time=("Datum", "Uhrzeit"))
        show(read(path, ReadOptions(source=path.name, columns=guess)))
        print("with the map:")
        reading = read(path, ReadOptions(source=path.name, columns=load_map(map_path)))
        show(reading)
    print(reading.table)
    assert reading.channels == ["hook_load", "standpipe_pressure"]
    assert f"{reading.table['time'][0]:%H:%M}" == "06:00", "the clock stood an hour ahead of UTC"
    assert round(reading.table["standpipe_pressure"][0]) == 17_254, "psi, whatever the heading says"


if __name__ == "__main__":
    main()
