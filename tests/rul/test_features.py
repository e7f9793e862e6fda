"""Rows of units on their own clock: causal, whole, and resting on nothing but the unit's past."""

from datetime import timedelta

import numpy as np
import pytest

from idrill.aggregation import downsample
from idrill.rigs import COMPONENT_KINDS
from idrill.rul.components import ComponentLife, framing_of
from idrill.rul.features import channels_of
from idrill.rul.histories import lives_of
from idrill.rul.hours import Hours, hours_of, hours_of_frame, instant
from idrill.simulator.fleet import SimulatedRig

COMPONENTS = [kind.name for kind in COMPONENT_KINDS]
HOUR = timedelta(hours=1)


def longest(component: str, records: tuple[ComponentLife, ...]) -> tuple[ComponentLife, timedelta]:
    """The life of a component that took longest, and how long that was."""
    last = max(one.end or one.start for one in records)
    spans = {one: (one.end or last) - one.start for one in records if one.component == component}
    return max(spans.items(), key=lambda item: item[1])


def test_hours_of_the_hourly_table_are_those_of_the_frame(worked_rig: SimulatedRig) -> None:
    frame = worked_rig.measured(0, 6 * 24 * 4)

    told, made = hours_of(downsample(frame, "1h")), hours_of_frame(frame)

    assert (told.start == made.start).all()
    for name in made.columns.columns:
        np.testing.assert_allclose(told.columns[name], made.columns[name], rtol=1e-9)


@pytest.mark.parametrize("component", COMPONENTS)
def test_rows_of_half_a_life_are_the_first_rows_of_the_whole(
    worked_hours: Hours, records: tuple[ComponentLife, ...], component: str
) -> None:
    life, span = longest(component, records)
    middle = life.start + 0.6 * span
    known = [one for one in records if one.start < middle]

    [whole] = [x for x in lives_of(component, worked_hours, records) if x.unit == life.unit]
    early = lives_of(component, worked_hours.before(instant(middle)), known)
    [half] = [x for x in early if x.unit == life.unit]

    assert 0 < half.rows < whole.rows
    np.testing.assert_array_equal(half.values, whole.values[: half.rows])
    np.testing.assert_array_equal(half.clock, whole.clock[: half.rows])


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_row_is_a_step_of_the_units_own_clock(
    worked_hours: Hours, records: tuple[ComponentLife, ...], component: str
) -> None:
    step = framing_of(component).step

    lives = lives_of(component, worked_hours, records)

    steps = np.concatenate([np.diff(life.clock) for life in lives])
    assert np.median(steps) == pytest.approx(step, rel=0.3)
    assert all((life.clock >= step * np.arange(1, life.rows + 1) - 1e-9).all() for life in lives)


@pytest.mark.parametrize("component", COMPONENTS)
def test_every_channel_is_there_while_its_unit_works(
    worked_hours: Hours, records: tuple[ComponentLife, ...], component: str
) -> None:
    lives = lives_of(component, worked_hours, records)
    rows = np.concatenate([life.values for life in lives])

    absent = np.isnan(rows).mean(axis=0)

    assert dict(zip(channels_of(component)[0], absent, strict=True)) == pytest.approx(
        dict.fromkeys(channels_of(component)[0], 0.0), abs=0.05
    )


def test_signs_of_a_piston_start_at_nothing_and_grow_until_it_fails(
    worked_hours: Hours, records: tuple[ComponentLife, ...]
) -> None:
    lives = lives_of("piston", worked_hours, records).failed()
    at = lives.channels.index("shake_gain")

    gains = np.array([[life.values[0, at], life.values[-1, at]] for life in lives])

    assert np.abs(gains[:, 0]).max() < 1e-6
    assert np.median(gains[:, 1]) > 0.3


def test_a_replacement_beside_a_unit_is_no_growth_of_its_own(
    worked_hours: Hours, records: tuple[ComponentLife, ...]
) -> None:
    life, _ = longest("valve", records)
    [rows] = [x for x in lives_of("valve", worked_hours, records) if x.unit == life.unit]
    names = channels_of("valve")[0]
    plain, grown, age = (
        rows.values[:, names.index(n)] for n in ("shake", "shake_grown", "piston_hours")
    )
    replaced = np.flatnonzero(np.diff(age) < 0.0) + 1

    drops = plain[replaced + 1] - plain[replaced - 1]
    kept = grown[replaced + 1] - grown[replaced - 1]

    assert replaced.size >= 1
    assert np.abs(kept).mean() < np.abs(drops).mean()


def test_growth_refers_to_the_first_four_rows(
    worked_hours: Hours, records: tuple[ComponentLife, ...]
) -> None:
    life, _ = longest("valve", records)
    [rows] = [x for x in lives_of("valve", worked_hours, records) if x.unit == life.unit]
    names = channels_of("valve")[0]
    plain, grown, age = (
        rows.values[:, names.index(n)] for n in ("throb", "throb_grown", "piston_hours")
    )
    alone = int(np.argmax(np.diff(age) < 0.0)) // 2

    np.testing.assert_allclose(
        grown[4:alone], plain[4:alone] - plain[:4].mean(), rtol=1e-4, atol=1e-5
    )
    assert alone > 8
