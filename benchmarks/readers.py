"""The readers on large files, against the bare libraries underneath: speed and peak memory."""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness import Comparison, Result, Sample
from benchmarks.large_files import WRITERS
from benchmarks.real_data import real_data

ROUNDS = 5

PEERS = {"csv": "polars", "witsml": "lxml + polars", "wits0": "a loop", "las": "lasio"}


@dataclass(frozen=True)
class Measured:
    """One format, both sides."""

    name: str
    size: int
    """Of the file [bytes]."""
    seconds: tuple[Sample, Sample]
    memory: tuple[Sample, Sample]

    def comparisons(self) -> tuple[Comparison, Comparison]:
        """Time and memory, ours against the peer's."""
        label = f"{self.name}, {self.size / 1e6:.0f} MB, against {PEERS[self.name]}"
        return (
            Comparison(f"{label}: time", *self.seconds),
            Comparison(f"{label}: memory", *self.memory, bound="at most"),
        )

    def speeds(self) -> str:
        """How much of the file is read in a second, by either."""
        ours, peer = (self.size / 1e6 / side.median for side in self.seconds)
        return f"{ours:.0f} MB/s, {PEERS[self.name]} {peer:.0f} MB/s"


def run() -> Result:
    """Every format in turn."""
    with tempfile.TemporaryDirectory() as folder:
        found = [_measured(Path(folder), name) for name in WRITERS]
    return Result(
        promise="",
        title="Readers",
        against="the bare libraries: polars `read_csv`; lxml `iterparse` and polars for the texts; "
        "a loop that makes a dictionary per frame; lasio",
        comparisons=tuple(each for one in found for each in one.comparisons()),
        notes=(
            "Ours recognises the format, maps headings to channels, converts and checks units, "
            "finds sentinels, rejects rows with their line, and reports; the peers give columns.",
            "Memory is the growth of the peak of a process beyond its imports.",
        ),
        figures={one.name: one.speeds() for one in found},
    )


def _measured(folder: Path, name: str) -> Measured:
    write, size = WRITERS[name]
    path = folder / f"large.{name}"
    write(real_data(), path, size)
    pairs = [(_reading("ours", name, path), _reading("peer", name, path)) for _ in range(ROUNDS)]
    measured = Measured(
        name, path.stat().st_size, _sides(pairs, "seconds", "s"), _sides(pairs, "megabytes", "MB")
    )
    path.unlink()
    return measured


def _sides(
    pairs: list[tuple[dict[str, float], dict[str, float]]], key: str, unit: str
) -> tuple[Sample, Sample]:
    ours, peer = (tuple(pair[side][key] for pair in pairs) for side in (0, 1))
    return Sample(ours, unit), Sample(peer, unit)


def _reading(side: str, name: str, path: Path) -> dict[str, float]:
    """What one reading took, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.reading", side, name, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  ourselves
    found: dict[str, float] = json.loads(done.stdout)
    return found
