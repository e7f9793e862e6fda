"""Every alarm of the logs as they are, and what it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from benchmarks.real_faults.logs import Log

EXPLAINED: dict[tuple[str, str], str] = {
    ("TSPP3", "flow_in"): "True: for 19 minutes the meter reads 0 while the hole grows at 14 MPa.",
    ("TSPP4", "flow_in or standpipe_pressure or washout"): "True: the pressure falls by a third at "
    "once, the flow that is read does not change; the string is off bottom, and the file ends.",
    (
        "F-7",
        "pit_volume_1",
    ): "Unknown: 0.7 m³ less between two readings, no other pit moves; dumped, or the sensor.",
    ("TSPP4", "block_position"): "False: block and bit differ by 1.5 % of the way, and one stand "
    "had been seen.",
    ("F-7", "mud_density_in"): "True: 0 until it is entered at 10:32.",
    ("F-7", "mud_density_out"): "True: 0 until it is entered at 10:32.",
    ("F-7", "equivalent_circulating_density"): "True: 0 for hours, and together with it the tare "
    "is lost at 09:13 and 14:54: nothing is reckoned.",
    ("F-7", "hole_depth"): "True: 0 before the depth is entered, then 1,083 m.",
    ("F-7", "bit_depth"): "True: the crew enters another depth of the bit.",
    ("F-7", "weight_on_bit"): "True: an old tare, or none, less the hook load.",
}
"""By log and channel or fault: what a person sees in the curves there."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm of an untouched log."""

    log: str
    detector: str
    about: str
    """The channel, or what happened."""
    at: datetime
    says: str

    @property
    def explained(self) -> str | None:
        """What it is, in the words of someone who looked at the curves."""
        return EXPLAINED.get((self.log, self.about))


def alarms(one: Log) -> Iterator[Alarm]:
    """The alarms of a log, of validation first."""
    findings = one.validated.report.findings
    for name, at, _, rows, bit, reason in findings.filter(
        ~pl.col("bit").is_in(["missing", "gap"])
    ).iter_rows():
        yield Alarm(one.name, f"validation: {bit}", name, at, f"{reason} ({rows} rows)")
    for row in one.reconciled.report.faults.iter_rows(named=True):
        yield Alarm(
            one.name,
            f"reconciliation: {row['detector']}",
            row["name"],
            row["detected"],
            f"{row['kind']}, {row['size']:.3g} ± {row['sd']:.2g} {row['unit']}: {row['reason']}",
        )
