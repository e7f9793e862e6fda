"""Lives from hours and records, and the window that a daily prognosis asks about."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from idrill.errors import InvalidWindows
from idrill.prognosis import InputQuality
from idrill.rul.components import ComponentLife, EndedBy, framing_of
from idrill.rul.histories import LeftOut, last_window_of, lives_of, sifted
from idrill.rul.hours import AN_HOUR, Hours, instant
from idrill.windows import Life, last_windows

DAY = timedelta(days=1)
Records = tuple[ComponentLife, ...]


def a_piston(records: Records) -> ComponentLife:
    """One that failed after a good while."""
    failed = [one for one in records if one.component == "piston" and one.failed and one.end]
    return max(failed, key=lambda one: (one.end or one.start) - one.start)


def without(hours: Hours, first: datetime, last: datetime) -> Hours:
    """The hours with a gap."""
    kept = (hours.start < instant(first)) | (hours.start >= instant(last))
    return Hours(hours.start[kept], hours.columns.filter(pl.Series(kept)))


def with_dark(
    hours: Hours, first: datetime, last: datetime, chosen: Callable[[str], bool]
) -> Hours:
    """The hours, in some of which some sensors were dead."""
    dark = pl.Series((hours.start >= instant(first)) & (hours.start < instant(last)))
    columns = hours.columns.with_columns(
        pl.when(dark).then(float("nan")).otherwise(pl.col(name)).alias(name)
        for name in hours.columns.columns
        if chosen(name)
    )
    return Hours(hours.start, columns)


def is_strokes(name: str) -> bool:
    return "stroke_rate" in name


def is_other(name: str) -> bool:
    return not is_strokes(name)


def life_of(unit: str, component: str, hours: Hours, records: Records) -> Life | None:
    return next((x for x in lives_of(component, hours, records) if x.unit == unit), None)


def test_each_life_has_its_rig_as_group_and_knows_why_it_ended(
    worked_hours: Hours, records: Records
) -> None:
    lives = lives_of("piston", worked_hours, records)

    failed = {one.unit: one.failed for one in records}
    assert len(lives) > 10
    assert lives.groups == ("SIM_0001",)
    assert all(life.failed is failed[life.unit] for life in lives)
    assert lives.clock == "hours with strokes"


def test_what_happens_in_or_after_the_hour_of_a_failure_changes_nothing(
    worked_hours: Hours, records: Records
) -> None:
    life = a_piston(records)
    assert life.end is not None
    later = worked_hours.start + AN_HOUR > instant(life.end)
    spoiled = worked_hours.columns.with_columns(
        pl.when(pl.Series(later)).then(1e6).otherwise(pl.all()).name.keep()
    )

    [sound] = [x for x in lives_of("piston", worked_hours, records) if x.unit == life.unit]
    changed = lives_of("piston", Hours(worked_hours.start, spoiled), records)
    [same] = [x for x in changed if x.unit == life.unit]

    np.testing.assert_array_equal(same.values, sound.values)
    assert same.end == sound.end


def test_why_a_life_ended_is_no_part_of_its_values(worked_hours: Hours, records: Records) -> None:
    life = a_piston(records)
    planned = replace(life, ended_by=EndedBy.PREVENTIVE, failure_mode=None)
    others = [planned if one is life else one for one in records]

    [failed] = [x for x in lives_of("piston", worked_hours, records) if x.unit == life.unit]
    [cut] = [x for x in lives_of("piston", worked_hours, others) if x.unit == life.unit]

    assert failed.failed
    assert not cut.failed
    np.testing.assert_array_equal(cut.values, failed.values)


def test_a_unit_installed_before_the_telemetry_began_is_left_out(
    worked_hours: Hours, records: Records
) -> None:
    old = [replace(one, start=one.start - 30 * DAY) for one in records if one.number == 1]

    assert len(lives_of("valve", worked_hours, old)) == 0


def test_records_of_two_rigs_are_refused(worked_hours: Hours, records: Records) -> None:
    with pytest.raises(InvalidWindows, match="OTHER, SIM_0001"):
        lives_of("valve", worked_hours, [*records, replace(records[0], rig_id="OTHER")])


@pytest.mark.parametrize("component", ["liner", "piston", "valve", "washpipe", "gearbox", "brake"])
def test_the_last_window_is_the_one_that_the_history_gives(
    worked_hours: Hours, records: Records, component: str
) -> None:
    as_of = datetime.fromtimestamp(int(worked_hours.start[-1] + AN_HOUR) / 1e6, UTC) - 5 * DAY
    known = [one for one in records if one.start < as_of]
    [life, *_] = [one for one in known if one.component == component and _serves(one, as_of)]
    cut = [
        replace(one, end=None, ended_by=EndedBy.IN_SERVICE) if _serves(one, as_of) else one
        for one in known
    ]
    history = lives_of(component, worked_hours.before(instant(as_of)), cut)
    last = last_windows(history, framing_of(component).length)

    found = last_window_of(component, life, worked_hours, known, as_of)

    if found.windows is None:
        assert found.reason
        return
    place = history.lives.index(next(x for x in history if x.unit == life.unit))
    np.testing.assert_array_equal(found.windows.values[0], last.values[place])
    assert found.windows.age[0] == last.age[place]
    assert found.quality is InputQuality.GOOD, found.reason


def _serves(life: ComponentLife, as_of: datetime) -> bool:
    return life.start < as_of and (life.end is None or life.end > as_of)


def test_a_window_with_a_gap_is_doubtful_and_one_that_is_mostly_gap_is_withheld(
    worked_hours: Hours, records: Records
) -> None:
    life = a_piston(records)
    assert life.end is not None
    as_of = life.end - timedelta(hours=2)
    gap = last_window_of(
        "piston", life, without(worked_hours, as_of - 6 * DAY, as_of - 2 * DAY), records, as_of
    )
    silent = last_window_of(
        "piston", life, without(worked_hours, as_of - 3 * DAY, as_of + DAY), records, as_of
    )
    lost = last_window_of(
        "piston", replace(life, end=None), without(worked_hours, life.end, life.end + 90 * DAY),
        records, life.end + 20 * DAY,
    )  # fmt: skip

    assert gap.quality is InputQuality.DOUBTFUL
    assert "of the window's time was measured" in gap.reason
    assert silent.quality is InputQuality.DOUBTFUL
    assert "nothing was measured for 3.0 days" in silent.reason
    assert lost.quality is InputQuality.WITHHELD
    assert lost.windows is None


def test_a_unit_without_sensors_is_withheld_naming_the_channels(
    worked_hours: Hours, records: Records
) -> None:
    life = a_piston(records)
    assert life.end is not None
    strokes = [name for name in worked_hours.columns.columns if "stroke_rate" in name]
    bare = Hours(worked_hours.start, worked_hours.columns.select(strokes))

    found = last_window_of("piston", life, bare, records, life.end)

    assert found.quality is InputQuality.WITHHELD
    assert "of its health channels have a value" in found.reason
    assert {"throb", "shake_gain", "heat"} <= set(found.absent)
    assert found.age is not None


@pytest.mark.parametrize("silence", ["to the end", "over the failure", "of the clock"])
def test_a_failure_that_nobody_measured_cuts_the_life_short(
    worked_hours: Hours, records: Records, silence: str
) -> None:
    life = a_piston(records)
    assert life.end is not None
    middle = life.start + 0.6 * (life.end - life.start)
    known = {
        "to the end": lambda: worked_hours.before(instant(middle)),
        "over the failure": lambda: without(worked_hours, middle, life.end + DAY),
        "of the clock": lambda: with_dark(worked_hours, middle, life.end + DAY, is_strokes),
    }[silence]()

    whole = life_of(life.unit, "piston", worked_hours, records)
    cut = life_of(life.unit, "piston", known, records)

    assert whole is not None
    assert cut is not None
    assert whole.failed
    assert not cut.failed
    assert cut.end < 0.8 * whole.end


def test_a_failure_in_the_day_after_the_last_hour_counts_as_seen(
    worked_hours: Hours, records: Records
) -> None:
    life = a_piston(records)
    assert life.end is not None
    seen = {
        lost: life_of(
            life.unit, "piston", without(worked_hours, life.end - lost, life.end + DAY), records
        )
        for lost in (timedelta(hours=23), timedelta(hours=26))
    }

    assert [one is not None and one.failed for one in seen.values()] == [True, False]


def test_a_unit_whose_clock_was_dark_for_most_of_its_life_has_no_age(
    worked_hours: Hours, records: Records
) -> None:
    life = a_piston(records)
    assert life.end is not None
    late = life.start + 0.6 * (life.end - life.start)
    as_of = life.end - timedelta(hours=2)
    dark = with_dark(worked_hours, life.start, late, is_strokes)
    doubted = with_dark(
        worked_hours, life.start, life.start + 0.4 * (late - life.start), is_strokes
    )

    asked = last_window_of("piston", life, dark, records, as_of)
    early = last_window_of("piston", life, doubted, records, as_of)

    assert life_of(life.unit, "piston", dark, records) is None
    assert (asked.quality, asked.age) == (InputQuality.WITHHELD, None)
    assert "of its life was measured by pump_1_stroke_rate" in asked.reason
    assert early.quality is InputQuality.DOUBTFUL
    assert "of its life was measured by pump_1_stroke_rate" in early.reason


def test_a_clock_that_went_dark_lately_is_silence(worked_hours: Hours, records: Records) -> None:
    life = a_piston(records)
    assert life.end is not None
    as_of = life.end - timedelta(hours=2)
    dark = with_dark(worked_hours, as_of - 3 * DAY, as_of, is_strokes)

    found = last_window_of("piston", life, dark, records, as_of)

    assert found.quality is InputQuality.DOUBTFUL
    assert "nothing was measured for 3.0 days" in found.reason


def test_values_carried_on_from_dead_sensors_are_not_taken_for_measured_ones(
    worked_hours: Hours, records: Records
) -> None:
    life = a_piston(records)
    assert life.end is not None
    as_of = life.end - timedelta(hours=2)
    [(_, rows, _)] = [x for x in sifted("piston", worked_hours, records).known if x[0] is life]
    ends = [datetime.fromtimestamp(int(time) / 1e6, UTC) for time in rows.time]
    dead = {
        back: last_window_of(
            "piston", life, with_dark(worked_hours, ends[-back], as_of, is_other), records, as_of
        )
        for back in (2, 12)
    }

    assert dead[2].windows is None or dead[2].quality is InputQuality.DOUBTFUL
    assert dead[2].quality is not InputQuality.GOOD
    assert dead[12].quality is InputQuality.WITHHELD
    assert "of its health channels have a value" in dead[12].reason
    assert "of its working conditions have a value" in dead[12].reason


def test_a_unit_of_unknown_age_is_withheld_with_the_reason(
    worked_hours: Hours, records: Records
) -> None:
    life = replace(a_piston(records), start=datetime(2020, 1, 1, tzinfo=UTC), end=None)

    found = last_window_of("piston", life, worked_hours, records, datetime(2026, 2, 1, tzinfo=UTC))

    assert found.quality is InputQuality.WITHHELD
    assert "installed 2020-01-01 00:00, but the telemetry begins" in found.reason
    assert found.age is None


def test_a_life_of_which_less_than_half_was_measured_teaches_nothing(
    worked_hours: Hours, records: Records
) -> None:
    life = a_piston(records)
    assert life.end is not None
    lost = without(worked_hours, life.start + DAY, life.start + 0.6 * (life.end - life.start))

    asked = last_window_of("piston", life, lost, records, life.end)

    assert life.unit not in [one.unit for one in lives_of("piston", lost, records)]
    assert asked.quality is InputQuality.WITHHELD
    assert (
        "of its life was measured by pump_1_stroke_rate, so it is older than said" in asked.reason
    )


def test_a_life_that_looks_younger_than_it_was_teaches_nothing_and_is_counted(
    worked_hours: Hours, records: Records
) -> None:
    life = a_piston(records)
    assert life.end is not None
    length = life.end - life.start
    found = {
        share: sifted(
            "piston",
            with_dark(
                worked_hours, life.start + 0.3 * length,
                life.start + (0.3 + share) * length, is_strokes,
            ),
            records,
        ).left_out.get(life.unit)
        for share in (0.0, 0.05, 0.2, 0.4)
    }  # fmt: skip

    assert found == {0.0: None, 0.05: None, 0.2: LeftOut.DARK, 0.4: LeftOut.DARK}


def test_who_is_left_out_is_told_with_the_reason(worked_hours: Hours, records: Records) -> None:
    pistons = [one for one in records if one.component == "piston"]
    old = replace(pistons[0], start=pistons[0].start - 30 * DAY)
    brief = next(one for one in pistons if one.number > 1 and one.end is not None)
    brief = replace(brief, end=brief.start + timedelta(hours=3))
    others = [{old.unit: old, brief.unit: brief}.get(one.unit, one) for one in records]

    found = sifted("piston", worked_hours, others)

    assert found.left_out == {old.unit: LeftOut.OLDER, brief.unit: LeftOut.SHORT}
    assert len(found.known) + 2 == len(pistons)


def test_a_short_life_that_began_within_an_hour_is_measured_as_a_whole(
    worked_hours: Hours, records: Records
) -> None:
    """Of the hour of its installation nobody can say which part was its own."""
    life = a_piston(records)
    short = [
        replace(life, start=life.start.replace(minute=50), end=life.start + timedelta(hours=12))
    ]

    assert sifted("piston", worked_hours, short).left_out == {}
