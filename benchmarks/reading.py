"""One file read once in a process of its own: `python -m benchmarks.reading ours csv FILE`.

Prints the seconds it took and by how many bytes the process grew beyond its imports.
"""

import json
import resource
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import lasio  # type: ignore[import-untyped]  # no stubs
import polars as pl
from lxml import etree

from idrill.readers import ReadOptions, read
from idrill.readers.csv.reader import read_csv
from idrill.readers.las.reader import read_las
from idrill.readers.wits0.reader import read_wits0
from idrill.readers.witsml.reader import read_witsml

LOADED = (read_csv, read_las, read_wits0, read_witsml)
"""Imported before the measurement begins."""


def ours(path: Path) -> int:
    """Rows that our reader of whatever format gives."""
    return read(path, ReadOptions(source=path.name)).table.height


def bare_csv(path: Path) -> int:
    """Rows that polars gives, with the times parsed."""
    return pl.read_csv(path, try_parse_dates=True).height


def bare_witsml(path: Path) -> int:
    """Rows of the texts that lxml streams, taken apart by polars."""
    texts: list[str] = []
    for _, element in etree.iterparse(path, tag="{*}data"):
        texts.append(element.text or "")
        element.clear()
        del element.getparent()[0]
    return pl.read_csv("\n".join(texts).encode(), has_header=False, infer_schema_length=None).height


def bare_wits0(path: Path) -> int:
    """Rows of a plain loop over the lines: a dictionary per frame, numbers where they are ones."""
    frames: list[dict[str, float]] = []
    with path.open() as file:
        for line in file:
            if line.startswith("&&"):
                frames.append({})
            elif not line.startswith("!!"):
                try:
                    frames[-1][line[:4]] = float(line[4:])
                except ValueError:
                    continue
    return pl.DataFrame(frames, infer_schema_length=None).height


def bare_las(path: Path) -> int:
    """Rows that lasio gives."""
    return len(lasio.read(path).df())


PEERS: Mapping[str, Callable[[Path], int]] = {
    "csv": bare_csv,
    "witsml": bare_witsml,
    "wits0": bare_wits0,
    "las": bare_las,
}


def main(side: str, name: str, path: Path) -> None:
    """Read once, and say what it took."""
    call = ours if side == "ours" else PEERS[name]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    rows = call(path)
    seconds = time.perf_counter() - start
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(json.dumps({"seconds": seconds, "megabytes": grown / 1024, "rows": rows}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
