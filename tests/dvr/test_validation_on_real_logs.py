"""What validation says of the drilling files of Volve: as they are, and with faults put in."""

from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from idrill import readers
from idrill.dvr.validation import validate
from idrill.frame import Activity, Origin, Quality, quality_of
from idrill.readers.merging import SourceRows, merge

pytestmark = pytest.mark.real_data

FILES = ("TSPP2", "TSPP3", "TSPP4")

SHOWN = {
    "hook_load": 150.0, "torque": 15.0, "standpipe_pressure": 4_000.0, "flow_in": 1_000.0,
    "bit_depth": 5.0, "hole_depth": 5.0, "block_position": 5.0,
}  # fmt: skip
"""Height of the spikes that are put in, in channel units."""

Places = NDArray[np.int64]


@cache
def volve(path: Path) -> pl.DataFrame:
    """The canonical frame of a file."""
    with readers.unpack(path) as unpacked:
        (member,) = unpacked.members
        table = readers.read(member.path, readers.ReadOptions(member.name)).table
    rows = [SourceRows(path.name, content=path.name, rank=0, table=table)]
    return merge(rows, rig_id="VOLVE", origin=Origin.FILE).frame


@cache
def drilling(path: Path) -> Places:
    """Rows that lie ten minutes or more into drilling, and as long before its end."""
    activity = validate(volve(path)).frame["activity"]
    drills = (activity == Activity.DRILLING_ROTATING).to_numpy()
    around = np.lib.stride_tricks.sliding_window_view(drills, 301).all(axis=1)
    return np.flatnonzero(around) + 150


def spread(path: Path, number: int, apart: int) -> Places:
    """So many rows of drilling, at least so far apart, the same ones in every run."""
    chosen: list[int] = []
    for place in np.random.default_rng(2026).permutation(drilling(path)):
        if all(abs(place - other) >= apart for other in chosen) and len(chosen) < number:
            chosen.append(int(place))
    return np.array(chosen)


def with_values(frame: pl.DataFrame, name: str, rows: Places, values: object) -> pl.DataFrame:
    changed = frame[name].to_numpy().copy()
    changed[rows] = values
    return frame.with_columns(pl.Series(name, changed))


def marks(frame: pl.DataFrame, name: str, bits: Quality) -> NDArray[np.bool_]:
    return np.asarray(validate(frame).frame[quality_of(name)].to_numpy() & int(bits) != 0)


def test_of_the_untouched_files_nothing_is_flagged_but_a_dead_flow_meter(real_data: Path) -> None:
    findings = pl.concat(
        [
            validate(volve(real_data / "volve_drilling" / f"{name}.csv.gz")).report.findings
            for name in FILES
        ]
    )
    judged = findings.filter(~pl.col("bit").is_in(["missing", "gap"]))
    ((name, bit, rows),) = judged.select("channel", "bit", "rows").rows()
    assert (name, bit) == ("flow_in", "impossible")
    assert rows == pytest.approx(285, abs=5)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("name", SHOWN)
def test_spikes_put_into_drilling_are_found_alone(real_data: Path, file: str, name: str) -> None:
    path = real_data / "volve_drilling" / f"{file}.csv.gz"
    frame, rows = volve(path), spread(path, number=25, apart=40)
    signs = np.where(np.arange(rows.size) % 2 == 0, 1.0, -1.0)
    spiked = with_values(frame, name, rows, frame[name].to_numpy()[rows] + signs * SHOWN[name])

    found = marks(spiked, name, Quality.SPIKE | Quality.TOO_FAST | Quality.OUT_OF_RANGE)

    assert found[rows].mean() >= (0.8 if name in ("standpipe_pressure", "flow_in") else 0.9)
    assert found.sum() - found[rows].sum() <= 1


@pytest.mark.parametrize(
    ("name", "seconds", "share"),
    [
        ("hook_load", 68, 0.9),
        ("torque", 68, 0.7),
        ("standpipe_pressure", 68, 0.75),
        ("weight_on_bit", 68, 0.75),
        ("block_position", 120, 0.9),
        ("bit_depth", 120, 0.9),
        ("hole_depth", 80, 0.9),
    ],
)
def test_freezes_while_drilling_are_found(
    real_data: Path, name: str, seconds: int, share: float
) -> None:
    found, wrong, total = 0, 0, 0
    for file in FILES:
        path = real_data / "volve_drilling" / f"{file}.csv.gz"
        starts = spread(path, number=6, apart=200).tolist()
        spells = [slice(start, start + 75) for start in starts]
        stuck = volve(path)
        for spell in spells:
            rows = np.arange(spell.start, spell.stop)
            stuck = with_values(stuck, name, rows, stuck[name][spell.start])
        marked = marks(stuck, name, Quality.FROZEN | Quality.IMPOSSIBLE)
        found += sum(bool(marked[spell][: seconds // 4].any()) for spell in spells)
        wrong += int(marked.sum()) - sum(int(marked[spell].sum()) for spell in spells)
        total += len(spells)
    assert found >= share * total
    assert wrong <= 5


@pytest.mark.parametrize(
    ("name", "factor", "share"),
    [
        ("hook_load", 0.22481, 1.0),
        ("hook_load", 0.101972, 1.0),
        ("hole_depth", 3.28084, 1.0),
        ("bit_depth", 3.28084, 1.0),
        ("flow_in", 0.264172, 0.7),
        ("standpipe_pressure", 0.1450377, 0.6),
    ],
)
def test_switches_of_units_while_drilling_are_found(
    real_data: Path, name: str, factor: float, share: float
) -> None:
    found, total = 0, 0
    for file in FILES:
        path = real_data / "volve_drilling" / f"{file}.csv.gz"
        starts = spread(path, number=6, apart=300)
        switched = volve(path)
        for start in starts:
            rows = np.arange(start, start + 60)
            switched = with_values(switched, name, rows, switched[name].to_numpy()[rows] * factor)
        marked = marks(switched, name, Quality.UNIT_SUSPECT)
        found += sum(bool(marked[start : start + 60].all()) for start in starts)
        total += len(starts)
    assert found >= share * total


def test_the_alarms_of_a_well_that_is_plugged_are_corrections_and_absent_sensors(
    real_data: Path,
) -> None:
    rows = []
    with readers.unpack(real_data / "volve_witsml" / "F-7.tar.gz") as unpacked:
        for member in unpacked.members:
            if "/log/1/4/" in member.name and member.name.endswith("1.xml"):
                table = readers.read(member.path, readers.ReadOptions(member.name)).table
                rows.append(SourceRows(member.name, member.name, rank=0, table=table))
    frame = merge(rows, rig_id="F-7", origin=Origin.FILE).frame

    findings = validate(frame).report.findings

    judged = findings.filter(~pl.col("bit").is_in(["missing", "gap", "out_of_range"]))
    found = set(judged.select("channel", "bit").iter_rows())
    assert {("mud_density_in", "too_fast"), ("bit_depth", "spike")} <= found
    assert {bit for _, bit in found} <= {"too_fast", "spike", "sentinel"}
    assert judged.height <= 40
