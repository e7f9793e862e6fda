"""What reconciliation says of real logs: as they are, and with faults put in."""

import os
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from benchmarks.real_faults.faults import Fault, Kind
from benchmarks.real_faults.logs import LOGS, VOLVE, log
from benchmarks.real_faults.scoring import outcome
from benchmarks.real_faults.untouched import alarms
from idrill import readers
from idrill.dvr.rig_days import RigDayReconciliation, reconcile_rig_day
from idrill.dvr.validation import validate
from idrill.frame import Origin, Quality, channels_in, quality_of
from idrill.readers.merging import SourceRows, merge

pytestmark = pytest.mark.real_data


@pytest.fixture(autouse=True)
def _found(real_data: Path) -> Iterator[None]:
    """The benchmark looks for the logs where the tests do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "IDRILL_REAL_DATA", str(real_data))  # noqa: TID251  where the reports are told to look
        yield


def cementing(folder: Path) -> pl.DataFrame:
    """Hours of well F-7 in which mud was pumped, with the strokes that tell its flow."""
    rows = []
    with readers.unpack(folder / "volve_witsml" / "F-7.tar.gz") as unpacked:
        for member in unpacked.members:
            if "/log/1/5/1/00002" in member.name:
                table = readers.read(member.path, readers.ReadOptions(member.name)).table
                rows.append(SourceRows(member.name, member.name, rank=0, table=table))
    return merge(rows, rig_id="F-7", origin=Origin.FILE).frame


def roles(channels: pl.DataFrame) -> dict[str, str]:
    return dict(channels.select("channel", "role").iter_rows())


def require_unchecked(done: RigDayReconciliation, before: pl.DataFrame, name: str) -> None:
    """See that a derived channel is moved by no balance and checks none."""
    (said,) = done.report.channels.filter(pl.col("channel") == name).rows(named=True)
    assert said["role"] == "derived"
    assert said["reconciled"] == said["adjustability"] == said["detectability"] == 0.0
    assert name not in done.report.balances["balance"]
    assert done.frame[name].equals(before[name])


@pytest.mark.parametrize("name", VOLVE)
def test_a_weight_on_bit_that_is_derived_counts_in_no_degree_of_freedom(name: str) -> None:
    one = log(name)
    derived = roles(one.reconciled.report.channels)["weight_on_bit"] == "derived"
    assert derived == (name != "TSPP3")
    if derived:
        require_unchecked(one.reconciled, one.validated.frame, "weight_on_bit")


def test_a_pit_total_that_is_a_sum_counts_in_none() -> None:
    one = log("F-7")
    require_unchecked(one.reconciled, one.validated.frame, "pit_volume_total")


def test_a_flow_that_is_reckoned_from_strokes_counts_in_none(real_data: Path) -> None:
    validated = validate(cementing(real_data)).frame
    require_unchecked(reconcile_rig_day(validated), validated, "flow_in")


@pytest.mark.parametrize("name", LOGS)
def test_of_untouched_logs_reconciliation_raises_an_alarm_in_12_hours_at_most(name: str) -> None:
    one = log(name)
    found = [alarm.detector for alarm in alarms(one) if "reconciliation" in alarm.detector]
    for detector in set(found):
        assert found.count(detector) <= max(one.hours / 12.0, 1.0)


@pytest.mark.parametrize("name", LOGS)
def test_what_is_not_reconciled_stays_as_it_was(name: str) -> None:
    one = log(name)
    before, after = one.validated.frame, one.reconciled.frame
    for channel in channels_in(before.columns):
        kept = after[quality_of(channel)] & int(Quality.RECONCILED) == 0
        assert after.filter(kept)[channel].equals(before.filter(kept)[channel])


@pytest.mark.parametrize("channel", ["standpipe_pressure", "flow_in"])
def test_a_bias_of_eight_standard_deviations_in_drilling_is_found_within_the_hour(
    channel: str,
) -> None:
    place = int(log("TSPP3").places(4)[2])
    answer = outcome(Fault("TSPP3", Kind.BIAS, channel, 8.0, place)).found
    assert answer is not None
    assert answer.seconds < 3600.0
