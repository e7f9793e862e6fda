"""The activity of the Volve rigs: hours labelled by hand, stand connections, a rig's own codes."""

import re
import tarfile
from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from idrill import readers
from idrill.activity import (
    ActivityThresholds,
    classify,
    connections,
    learn_thresholds,
    metres_gained,
    rotating,
)
from idrill.frame import QUALITY, TIME, Activity, Origin
from idrill.readers.merging import SourceRows, merge

pytestmark = pytest.mark.real_data

SLIPS = {
    "TSPP2": [532, 384, 520, 344, 308],
    "TSPP3": [528, 264, 324, 268, 288, 244],
    "TSPP4": [572, 608],
}
"""How long the slips carried the string at each stand [s].

Read from the hook load: from when it stays within ten tonnes of the least of the file, block and
top drive, until it leaves it.
"""

HOURS = {
    "TSPP2": """
        10:00:00 drilling_rotating
        10:10:28 back_reaming
        10:12:00 reaming
        10:14:36 circulating
        10:17:08 connection
        10:26:08 circulating
        10:33:00 reaming
        10:36:12 drilling_rotating
        11:00:00""",
    "TSPP3": """
        20:30:00 drilling_rotating
        20:43:56 back_reaming
        20:46:04 circulating
        20:46:40 reaming
        20:48:28 back_reaming
        20:48:48 circulating
        20:50:00 static
        20:50:40 circulating
        20:56:08 back_reaming
        20:56:28 reaming
        20:57:12 circulating
        20:58:12 connection
        21:02:52 circulating
        21:05:04 reaming
        21:05:20 drilling_rotating
        21:05:40 back_reaming
        21:05:52 reaming
        21:06:28 drilling_rotating
        21:12:28 back_reaming
        21:13:48 reaming
        21:14:48 circulating
        21:15:40 reaming
        21:16:24 back_reaming
        21:17:00 reaming
        21:19:36 drilling_rotating
        21:30:00""",
    "TSPP4": """
        14:20:00 drilling_rotating
        14:31:16 circulating
        14:32:20 reaming
        14:33:28 drilling_rotating
        14:37:40 back_reaming
        14:42:24 reaming
        14:51:12 circulating
        14:54:12 connection
        15:03:56 static
        15:04:52 circulating
        15:11:40 reaming
        15:13:20 drilling_rotating
        15:20:00""",
}
"""An hour of each file, labelled by hand from its curves: when each activity begins.

Drilling lasts until the bit leaves bottom, though it may have stopped making hole. The string is in
slips from when its weight leaves the hook, though the pumps may still run down. Going down to
bottom with pumps and string turning is reaming.
"""


def share(which: pl.Series) -> float:
    """Share of the rows that are true."""
    return float(np.mean(which.to_numpy()))


def volve(folder: Path, name: str) -> pl.DataFrame:
    """The frame of a Volve drilling file."""
    with readers.unpack(folder / "volve_drilling" / f"{name}.csv.gz") as unpacked:
        (member,) = unpacked.members
        table = readers.read(member.path, readers.ReadOptions(member.name)).table
    rows = SourceRows(name, content=name, rank=0, table=table)
    return merge([rows], rig_id="VOLVE", origin=Origin.FILE).frame


def labelled(name: str) -> pl.DataFrame:
    """The hour labelled by hand: `clock`, when an activity begins; null where the labels end."""
    marks = [line.split() for line in HOURS[name].strip().splitlines()]
    return pl.DataFrame(
        {
            "clock": [time.fromisoformat(mark[0]) for mark in marks],
            "label": [mark[1] if len(mark) > 1 else None for mark in marks],
        }
    )


def against_labels(frame: pl.DataFrame, name: str, found: pl.Series) -> pl.DataFrame:
    """What was found, beside the labels, for the rows of the labelled hour."""
    marks = labelled(name)
    clocked = frame.select(clock=pl.col("time").dt.time(), found=found.cast(pl.String))
    inside = clocked.filter(
        pl.col("clock").is_between(marks["clock"][0], marks["clock"][-1], closed="left")
    )
    return inside.join_asof(marks.head(-1), on="clock")


@pytest.mark.parametrize(("name", "least"), [("TSPP2", 0.92), ("TSPP3", 0.885), ("TSPP4", 0.94)])
def test_an_hour_labelled_by_hand_is_told_alike(real_data: Path, name: str, least: float) -> None:
    frame = volve(real_data, name)
    rows = against_labels(frame, name, classify(frame, learn_thresholds(frame)))
    drilling = rows.filter(pl.col("label") == Activity.DRILLING_ROTATING)
    slips = rows.filter(pl.col("label") == Activity.CONNECTION)

    assert rows.height == 900
    assert share(rows["label"] == rows["found"]) >= least
    assert share(drilling["label"] == drilling["found"]) >= 0.98
    assert share(slips["label"] == slips["found"]) >= 0.96


@pytest.mark.parametrize("name", list(SLIPS))
def test_the_stand_connections_are_found_all_and_no_others(real_data: Path, name: str) -> None:
    found = connections(volve(real_data, name))

    assert found["slips"].to_list() == pytest.approx(SLIPS[name], abs=8)
    assert found["stand"].to_list() == pytest.approx([40.4] * len(SLIPS[name]), abs=0.6)
    assert found["metres"].to_list()[1:] == pytest.approx([40.4] * (found.height - 1), abs=0.5)


def test_the_first_load_takes_minutes_to_settle_in_the_slips(real_data: Path) -> None:
    frame = volve(real_data, "TSPP2")
    first = frame.filter(pl.col("time").dt.time().is_between(time(8, 40), time(9, 5)))
    half_gone = first["hook_load"] < (602 + 1230) / 2

    assert half_gone.sum() * 4 == pytest.approx(768, abs=8)


@pytest.mark.parametrize(("name", "elsewhere"), [("TSPP2", 0.21), ("TSPP3", 0.09), ("TSPP4", 0.05)])
def test_the_metres_by_activity_add_up_to_the_hole(
    real_data: Path, name: str, elsewhere: float
) -> None:
    frame = volve(real_data, name)
    gained = metres_gained(frame.with_columns(classify(frame, learn_thresholds(frame))))
    grown = frame["hole_depth"][-1] - frame["hole_depth"][0]
    drilled = gained.filter(pl.col("activity").cast(pl.String).str.starts_with("drilling"))

    assert gained["metres"].sum() == pytest.approx(grown, abs=1e-6)
    assert grown - drilled["metres"].sum() == pytest.approx(elsewhere, abs=0.02)


@pytest.mark.parametrize(
    ("name", "pressure", "torque", "slips"),
    [("TSPP2", 430, 1.05, 602), ("TSPP3", 478, 0.01, 626), ("TSPP4", 127, -0.79, 565)],
)
def test_the_readings_at_rest_are_learned(
    real_data: Path, name: str, pressure: float, torque: float, slips: float
) -> None:
    learned = learn_thresholds(volve(real_data, name))

    assert learned.pressure_at_rest == pytest.approx(pressure, abs=10)
    assert learned.torque_at_rest == pytest.approx(torque, abs=0.1)
    assert learned.slips_load == pytest.approx(slips, abs=3)
    assert learned.stand == pytest.approx(40.4, abs=0.6)


@pytest.mark.parametrize("name", list(SLIPS))
@pytest.mark.parametrize("learn", [learn_thresholds, lambda _: ActivityThresholds()])
def test_a_real_stream_is_told_as_the_whole_file_is(
    real_data: Path, name: str, learn: Callable[[pl.DataFrame], ActivityThresholds]
) -> None:
    frame = volve(real_data, name)
    limits = learn(frame)
    whole = classify(frame, limits)
    for cut in range(1000, frame.height, 777):
        known = frame.filter(pl.col("time") >= frame["time"][cut] - timedelta(minutes=15))
        assert whole.slice(cut).equals(classify(known, limits).tail(frame.height - cut))


# The rig of F-7 codes its own activity: units tell what, +10 circulating, +100 rotating.

GENERAL = "/log/1/4/"
"""Where the general time log lies in the archive."""
OFF_BOTTOM, IN_SLIPS, PULLING = 3, 4, 7
"""Units of the code in the log; the first and the last have the string on the hook."""


@pytest.fixture(scope="module")
def f7(real_data: Path) -> pl.DataFrame:
    """The general time log of F-7 with its codes, and the depth of its old hole."""
    archive = real_data / "volve_witsml" / "F-7.tar.gz"
    with readers.unpack(archive) as unpacked:
        logs = [
            each for each in unpacked.members if GENERAL in each.name and each.name.endswith(".xml")
        ]
        tables = [readers.read(log.path, readers.ReadOptions(log.name)).table for log in logs]
    sources = [
        SourceRows(log.name, content=log.name, rank=0, table=table)
        for log, table in zip(logs, tables, strict=True)
    ]
    frame = merge(sources, rig_id="F7", origin=Origin.FILE).frame
    return frame.join(own_codes(archive), on="time", maintain_order="left").with_columns(
        hole_depth_quality=pl.lit(0, dtype=QUALITY)
    )


def own_codes(archive: Path) -> pl.DataFrame:
    """`code` and `hole_depth`, from the curves that no channel takes."""
    rows = []
    with tarfile.open(archive) as packed:
        for member in packed.getmembers():
            if GENERAL not in member.name or not member.name.endswith(".xml"):
                continue
            content = packed.extractfile(member)
            assert content is not None
            text = content.read().decode()
            found = re.search("<mnemonicList>(.*?)</mnemonicList>", text)
            assert found is not None
            names = found.group(1).split(",")
            places = [names.index(name) for name in ("Time", "RigActivityCode", "Depth")]
            for line in re.findall("<data>(.*?)</data>", text):
                values = line.split(",")
                rows.append([values[place] for place in places])
    table = pl.DataFrame(rows, schema=["time", "code", "hole_depth"], orient="row")
    return table.unique("time", keep="first").select(
        pl.col("time").str.to_datetime("%+", time_zone="UTC").cast(TIME),
        pl.col("code").cast(pl.Int64),
        pl.col("hole_depth").cast(pl.Float64),
    )


def test_on_f7_the_string_on_the_hook_is_told_from_the_slips(f7: pl.DataFrame) -> None:
    found = classify(f7.drop("code"), learn_thresholds(f7.drop("code")))
    string = f7.with_columns(found.cast(pl.String), unit=pl.col("code") % 10).filter(
        (pl.col("bit_depth") > 5.0) & pl.col("unit").is_in([OFF_BOTTOM, IN_SLIPS, PULLING])
    )
    slips = string["unit"] == IN_SLIPS
    ours = string["activity"] == Activity.CONNECTION

    assert string.height > 7_000
    assert share(slips) == pytest.approx(0.33, abs=0.02)
    assert share(slips == ours) >= 0.985


def test_on_f7_the_rotating_digit_counts_from_half_a_turn_a_minute(f7: pl.DataFrame) -> None:
    digit = f7["code"] >= 100
    ours = rotating(f7, ActivityThresholds(rotary_speed=0.5))

    assert digit.sum() == 248
    assert share(digit == ours) >= 0.998
    assert share(ours.filter(digit)) >= 0.9
    assert share(rotating(f7).filter(digit)) <= 0.15


def test_on_f7_the_circulating_digit_contradicts_the_flow(f7: pl.DataFrame) -> None:
    circulating = f7["code"] // 10 % 10 == 1

    assert share(circulating) == pytest.approx(0.99, abs=0.005)
    assert share(f7["flow_in"] > 0.0) == pytest.approx(0.0014, abs=0.0005)


def test_on_f7_nothing_is_drilled(f7: pl.DataFrame) -> None:
    found = set(classify(f7, learn_thresholds(f7)))
    assert found.isdisjoint({Activity.DRILLING_ROTATING, Activity.DRILLING_SLIDING})
