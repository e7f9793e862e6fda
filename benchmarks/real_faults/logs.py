"""The real logs that faults are put into."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.real_data import real_data
from idrill import readers
from idrill.dvr.rig_days import RigDayReconciliation, reconcile_rig_day
from idrill.dvr.validation import Validated, validate
from idrill.frame import Activity, Origin
from idrill.readers.merging import SourceRows, merge

VOLVE = ("TSPP2", "TSPP3", "TSPP4")
WELL = "F-7"
LOGS = (*VOLVE, WELL)

SLOW_LOGS = ("/log/1/3/", "/log/1/7/", "/log/1/8/")
"""Of well F-7: depths and hook load every 15 s, pits and hydraulics every 30 s."""

PITS = tuple(f"pit_volume_{number}" for number in range(1, 25))

LEARNED = 6
"""Hours that a log must have shown before a fault is put in."""
LEFT = 1
"""Hours that must be left of it."""
AROUND = 10
"""Minutes for which the rig must go on with what it does, before and after."""

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Log:
    """A stretch of one rig, as it is and as it passes."""

    name: str
    frame: pl.DataFrame
    validated: Validated
    reconciled: RigDayReconciliation

    @property
    def hours(self) -> float:
        """How long it is."""
        times = self.frame["time"].to_physical()
        return float(times[-1] - times[0]) / 3.6e9

    @property
    def followers(self) -> Mapping[str, Mapping[str, float]]:
        """By channel: what is reckoned from it, and by how much a unit of it counts."""
        if self.name == WELL:
            return MappingProxyType({name: {"pit_volume_total": 1.0} for name in PITS})
        if self.name == "TSPP3":
            return MappingProxyType({})
        return MappingProxyType({"hook_load": {"weight_on_bit": -1.0}})

    def places(self, number: int) -> Places:
        """Rows at which faults begin: in the middle of what the rig does, far apart."""
        possible = np.flatnonzero(self._quiet())
        chosen = np.linspace(0, possible.size - 1, number + 2)[1:-1]
        return np.asarray(possible[chosen.astype(np.int64)])

    def _quiet(self) -> NDArray[np.bool_]:
        time = pl.col("time")
        first, last = time.min() + pl.duration(hours=LEARNED), time.max() - pl.duration(hours=LEFT)
        drills = pl.col("activity") == Activity.DRILLING_ROTATING.value
        wanted = pl.lit(value=True) if self.name == WELL else drills
        since = time - pl.when(~wanted).then(time).forward_fill().fill_null(time.min())
        until = pl.when(~wanted).then(time).backward_fill().fill_null(time.max()) - time
        long = pl.duration(minutes=AROUND)
        quiet = wanted & time.is_between(first, last) & (since > long) & (until > long)
        return np.asarray(self.validated.frame.select(quiet).to_series().to_numpy())


@cache
def log(name: str) -> Log:
    """A log by name, validated and reconciled as it is."""
    frame = well_log() if name == WELL else volve_log(name)
    validated = validate(frame)
    return Log(name, frame, validated, reconcile_rig_day(validated.frame))


def volve_log(name: str) -> pl.DataFrame:
    """The canonical frame of a drilling file of Volve."""
    path = real_data() / "volve_drilling" / f"{name}.csv.gz"
    with readers.unpack(path) as unpacked:
        (member,) = unpacked.members
        table = readers.read(member.path, readers.ReadOptions(member.name)).table
    rows = [SourceRows(path.name, content=path.name, rank=0, table=table)]
    return merge(rows, rig_id="VOLVE", origin=Origin.FILE).frame


def well_log() -> pl.DataFrame:
    """The canonical frame of the slow logs of well 15/9-F-7."""
    rows = []
    with readers.unpack(real_data() / "volve_witsml" / "F-7.tar.gz") as unpacked:
        for member in unpacked.members:
            named = member.name.endswith(".xml") and "MetaFileInfo" not in member.name
            if named and any(folder in member.name for folder in SLOW_LOGS):
                table = readers.read(member.path, readers.ReadOptions(member.name)).table
                rows.append(SourceRows(member.name, member.name, rank=0, table=table))
    return merge(rows, rig_id=WELL, origin=Origin.FILE).frame
