"""What is reckoned from other channels is found, and two sensors that agree are not."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from idrill.dvr.balances import LinearBalances
from idrill.dvr.identities import broken, derived, find_identities
from idrill.dvr.reconciliation import Reconciler
from idrill.readers import ReadOptions, read, unpack
from idrill.simulator.campaign import draw_campaign

START = datetime(2026, 2, 1, tzinfo=UTC)
ROWS = 2_000
Array = NDArray[np.float64]


def table(**columns: Array) -> pl.DataFrame:
    times = [START + timedelta(seconds=4 * row) for row in range(ROWS)]
    return pl.DataFrame({"time": times, **columns})


def walk(seed: int, step: float, level: float = 100.0) -> Array:
    return level + np.random.default_rng(seed).normal(0.0, step, ROWS).cumsum()


def noise(seed: int, sd: float) -> Array:
    return np.random.default_rng(seed).normal(0.0, sd, ROWS)


def test_a_weight_that_is_the_tare_less_the_hook_load_is_found_with_every_tare() -> None:
    load = 900.0 + noise(1, 8.0)
    tare = np.repeat([1_000.0, 1_010.0, 1_022.0, 1_030.0], ROWS // 4)
    weight = np.round(tare - load, 2)

    (found,) = find_identities(table(hook_load=load, weight_on_bit=weight))

    assert (found.channel, found.sources, found.constant) == (
        "weight_on_bit", (("hook_load", -1.0),), True,
    )  # fmt: skip


def test_two_sensors_that_agree_are_no_identity() -> None:
    true = 900.0 + noise(1, 8.0)
    flow, strokes = 2_200.0 + 300.0 * np.sin(np.arange(ROWS) / 90), None
    strokes = (flow + noise(4, 8.0)) / 20.0

    found = find_identities(
        table(
            hook_load=true + noise(2, 3.0),
            weight_on_bit=1_000.0 - true + noise(3, 3.0),
            flow_in=flow + noise(5, 10.0),
            pump_1_stroke_rate=strokes,
        )
    )

    assert found == ()


def test_flow_reckoned_from_pumps_of_different_liners_is_found_while_pumps_come_and_go() -> None:
    first = 60.0 + np.round(noise(1, 3.0))
    second = np.where(np.arange(ROWS) < 800, 0.0, 55.0 + np.round(noise(2, 3.0)))
    flow = 18.4 * first + 21.7 * second
    flow[::40] *= 0.9

    (found,) = find_identities(
        table(flow_in=flow, pump_1_stroke_rate=first, pump_2_stroke_rate=second)
    )

    assert dict(found.sources) == pytest.approx(
        {"pump_1_stroke_rate": 18.4, "pump_2_stroke_rate": 21.7}, rel=1e-6
    )


def test_an_active_volume_is_the_sum_of_its_own_pits() -> None:
    pits = {f"pit_volume_{number}": walk(number, 0.05, 40.0) for number in range(1, 6)}
    active = pits["pit_volume_2"] + pits["pit_volume_4"]

    total = np.sum(list(pits.values()), axis=0)

    found = find_identities(table(pit_volume_active=active, pit_volume_total=total, **pits))

    assert {one.channel: [name for name, _ in one.sources] for one in found} == {
        "pit_volume_total": list(pits), "pit_volume_active": ["pit_volume_2", "pit_volume_4"],
    }  # fmt: skip


def test_a_rig_that_stands_still_tells_nothing() -> None:
    assert find_identities(
        table(hook_load=np.full(ROWS, 900.0), weight_on_bit=np.full(ROWS, 100.0))
    ) == ()  # fmt: skip
    assert find_identities(table(hook_load=walk(1, 5.0))[:50]) == ()


def test_an_identity_that_breaks_is_named_row_by_row() -> None:
    pits = {f"pit_volume_{number}": walk(number, 0.05, 40.0) for number in range(1, 4)}
    total = np.sum(list(pits.values()), axis=0)
    (identity,) = find_identities(table(pit_volume_total=total, **pits))
    total[1_500:1_510] += 5.0

    found = broken(table(pit_volume_total=total, **pits), identity)

    assert np.flatnonzero(found.to_numpy()).tolist() == list(range(1_500, 1_510))


def test_simulated_rigs_derive_what_their_sensors_say() -> None:
    for seed in (1, 4):
        campaign = draw_campaign(f"SIM_{seed}", start=START, days=1, seed=seed)

        found = derived(find_identities(next(iter(campaign)).measured))

        assert found == set(campaign.sensors.derived)


def of_file(path: Path, *wanted: str) -> list[pl.DataFrame]:
    """The time-indexed tables of a file or archive that hold all of the channels."""
    tables = []
    with unpack(path, max_bytes=10**9) as unpacked:
        for member in unpacked.members:
            if member.name.endswith((".xml", ".csv")) and "MetaFileInfo" not in member.name:
                found = read(member.path, ReadOptions(source=member.name, max_bytes=10**9)).table
                if {"time", *wanted} <= set(found.columns):
                    tables.append(found)
    return tables


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "expected"), [("TSPP2", {"weight_on_bit"}), ("TSPP3", set()),
                           ("TSPP4", {"weight_on_bit"})],
)  # fmt: skip
def test_volve_derives_its_weight_in_two_files_of_three(
    real_data: Path, name: str, expected: set[str]
) -> None:
    (found,) = of_file(real_data / "volve_drilling" / f"{name}.csv.gz", "weight_on_bit")

    identities = find_identities(found)
    channels = ("hook_load", "weight_on_bit")
    hanging = LinearBalances(np.array([[1.0, 1.0]]), np.array([1_000.0]), channels)
    measured = np.array([channel not in derived(identities) for channel in channels])

    assert derived(identities) == expected
    assert Reconciler(hanging, np.ones(2), measured).degrees_of_freedom == (not expected)


@pytest.mark.real_data
def test_f_7_reckons_its_flow_from_strokes_and_its_pit_total_from_22_pits(
    real_data: Path,
) -> None:
    archive = real_data / "volve_witsml" / "F-7.tar.gz"

    flows = [one for log in of_file(archive, "flow_in", "pump_2_stroke_rate")
             for one in find_identities(log) if one.channel == "flow_in"]  # fmt: skip
    (pits,) = [one for log in of_file(archive, "pit_volume_total", "pit_volume_1")
               for one in find_identities(log)]  # fmt: skip

    assert flows
    assert all(
        factor == pytest.approx(22.15, rel=1e-3) for flow in flows for _, factor in flow.sources
    )
    assert pits.channel == "pit_volume_total"
    assert len(pits.sources) == 22
