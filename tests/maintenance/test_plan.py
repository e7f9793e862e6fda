"""What a plan keeps to, what it costs, and what it says where it cannot be."""

import math
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from idrill.errors import InvalidPlan, NoPlan
from idrill.maintenance.crews import Crew, Rota
from idrill.maintenance.life_law import LifeLaw
from idrill.maintenance.outlook import by_age
from idrill.maintenance.parts import Delivery, Part
from idrill.maintenance.plan import Entry, Plan, Shortfall
from idrill.maintenance.plan_inputs import Known, PlanInputs, Wish
from idrill.maintenance.planning import planned, serial_plan
from idrill.maintenance.rig_plan import Phase, RigPlan
from idrill.maintenance.tasks import Activity, State
from tests.plan_work import (
    DAY,
    DAYS,
    FAR,
    HOUR,
    INSPECTING,
    NOW,
    PLENTY,
    REPLACING,
    RIG,
    asked,
    inputs,
    inspection,
    place,
)


def shortfalls(made_from: PlanInputs) -> list[Shortfall]:
    """Why there is no plan."""
    with pytest.raises(NoPlan) as told:
        planned(asked(made_from))
    found = [one for one in told.value.shortfalls if isinstance(one, Shortfall)]
    assert all(one.words in str(told.value) for one in found)
    return found


def test_a_unit_whose_end_is_near_is_replaced_and_one_whose_end_is_far_is_not() -> None:
    plan = planned(asked(inputs(place(), place(pump=2, quantiles=FAR))))

    [entry] = plan.entries
    assert (entry.equipment, entry.activity, entry.crew) == (
        "mud_pump_1",
        Activity.REPLACE,
        "day crew",
    )
    [out] = plan.left_out
    assert (out.equipment, out.reason, out.failed) == ("mud_pump_2", "later is cheaper", 0.0)
    assert plan.search.status == "optimal"
    assert plan.search.gap <= 1e-4


def test_the_risk_before_the_work_is_the_chance_that_its_prognosis_states() -> None:
    plan = planned(asked(inputs(place())))

    [entry] = plan.entries
    own_hours = 0.5 * ((entry.start - NOW) / HOUR)
    assert entry.forestalls is not None
    known = np.interp(own_hours, [0.0, 20.0, 30.0, 70.0], [0.0, 0.05, 0.1, 0.5])
    assert entry.forestalls.failed_before == pytest.approx(known, abs=0.02)
    # A week is 84 own hours at half duty: between the median and the 90 % quantile.
    assert entry.forestalls.failed_if_left == pytest.approx(0.5 + 0.4 * 14.0 / 50.0)
    assert entry.forestalls.cost == 6_000.0 + 3.0 * 500.0
    assert plan.risk.failures == pytest.approx(entry.forestalls.failed_before)
    assert plan.risk.failures_if_nothing == pytest.approx(entry.forestalls.failed_if_left)


def test_the_dearer_a_failure_the_sooner_the_unit_is_replaced() -> None:
    starts = []
    for cost in (4_000.0, 100_000.0, 5_000_000.0):
        dear = place(quantiles=(70.0, 76.0, 80.0, 83.0, 84.0))
        assert dear.consequence is not None
        dear = replace(dear, consequence=replace(dear.consequence, cost=cost, lost_hours=0.0))
        starts.append(planned(asked(inputs(dear))).entries[0].start)

    assert starts[0] > starts[1] > starts[2]


def test_work_lies_within_a_shift_of_its_crew() -> None:
    plan = planned(asked(inputs(*(place(pump=pump) for pump in (1, 2, 3)))))

    assert len(plan.entries) == 3
    for entry in plan.entries:
        assert entry.start.hour >= 6
        assert entry.end <= entry.start.replace(hour=18, minute=0)


def overlap(one: Entry, other: Entry) -> bool:
    return one.start < other.end and other.start < one.end


def test_a_crew_of_one_does_one_piece_of_work_at_a_time() -> None:
    plan = planned(asked(inputs(*(place(pump=pump) for pump in (1, 2, 3)))))

    pairs = [(a, b) for a in plan.entries for b in plan.entries if a is not b]
    assert not any(overlap(a, b) for a, b in pairs)


def test_two_at_once_share_the_hours_that_the_rig_stands() -> None:
    both = (place(pump=1), place(pump=2))
    two = replace(DAYS, size=2)

    together = planned(asked(replace(inputs(*both), crews=(two,)))).entries

    assert together[0].start == together[1].start


def test_work_waits_for_an_hour_in_which_the_rig_does_not_need_the_pump() -> None:
    far_enough = place(quantiles=(80.0, 90.0, 110.0, 130.0, 140.0))
    move = Phase(NOW + 2 * DAY, NOW + 3 * DAY, 0.0, "rig move")
    dear = RigPlan("R1", 5_000.0, (move,))

    [entry] = planned(asked(replace(inputs(far_enough), rig_plans=(dear,)))).entries

    assert move.start <= entry.start
    assert entry.end <= move.end
    assert entry.lost_hours == 0.0


def test_a_part_that_is_under_way_is_waited_for() -> None:
    late = Part("liner", 0, 30.0, (Delivery(NOW + 60 * HOUR, 1),))

    plan = planned(asked(replace(inputs(place(), place(pump=2)), parts=(late,))))

    [entry] = plan.entries
    assert entry.start >= NOW + 60 * HOUR
    [out] = plan.left_out
    assert out.reason == "later is cheaper than what is free"
    assert out.failed == pytest.approx(0.612, abs=1e-3)


def test_parts_in_stock_are_used_once() -> None:
    one = Part("liner", 1, 30.0)

    plan = planned(asked(replace(inputs(place(), place(pump=2)), parts=(one,))))

    assert len(plan.entries) == 1


def test_the_same_inputs_give_the_same_plan() -> None:
    made_from = inputs(*(place(pump=pump) for pump in (1, 2, 3)), known=(inspection(),))

    found = {planned(asked(made_from)).entries for _ in range(3)}

    assert len(found) == 1


def test_a_plan_costs_no_more_than_the_serial_rules() -> None:
    lows = {("R1", 1): 9.0, ("R1", 2): 12.0, ("R1", 3): 14.0, ("R2", 1): 10.0, ("R2", 2): 20.0}
    places = [
        place(rig, pump, (low, low * 1.3, low * 2.0, low * 3.0, low * 3.2))
        for (rig, pump), low in lows.items()
    ]
    made_from = replace(inputs(*places), rig_plans=(RIG, RigPlan("R2", 800.0)))

    ours, rule = planned(asked(made_from)), serial_plan(asked(made_from))

    assert ours.search.serial_cost == pytest.approx(rule.search.cost)
    assert ours.search.bound <= ours.search.cost + 1e-6
    assert ours.search.cost <= rule.search.cost + 0.1


def test_a_task_that_is_due_is_done_by_then() -> None:
    due = NOW + 30 * HOUR

    plan = planned(asked(inputs(place(), known=(inspection(due=due),))))

    [entry] = [one for one in plan.entries if one.task == 7]
    assert entry.end <= due
    assert entry.forestalls is None


def test_a_due_date_that_crews_cannot_keep_is_told_with_the_hours() -> None:
    [told] = shortfalls(inputs(known=(inspection(due=NOW + 8 * HOUR),)))

    assert (told.limit, told.by, told.unit) == ("due", 2.0, "h")
    assert "due 2026-03-02 08:00, done 2 h late" in told.words


def test_a_skill_that_nobody_has_is_named() -> None:
    welding = replace(INSPECTING, skill="welder")
    [told] = shortfalls(inputs(known=(replace(inspection(), norm=welding),)))

    assert told.words == (
        "R1 drawworks brake: inspection, task 7: no crew with the skill welder goes to R1"
    )


def test_work_that_is_longer_than_any_shift_is_told_with_the_hours() -> None:
    long = replace(INSPECTING, hours=20.0)
    [told] = shortfalls(inputs(known=(replace(inspection(), norm=long),)))

    assert (told.limit, told.by) == ("shift", 8.0)


def test_parts_too_few_are_counted() -> None:
    wanted = tuple(
        Known(number, "new liner", "R1", f"mud_pump_{number}", "liner", Activity.REPLACE,
              State.APPROVED, norm=REPLACING)
        for number in (1, 2, 3)
    )  # fmt: skip
    [told] = shortfalls(replace(inputs(known=wanted), parts=(Part("liner", 1, 30.0),)))

    assert (told.limit, told.subject, told.by) == ("part", "liner", 2.0)


def test_a_crew_that_is_asked_too_much_is_told_with_the_hours() -> None:
    both = tuple(inspection(number, due=NOW + 10 * HOUR) for number in (7, 8))
    elsewhere = (both[0], replace(both[1], equipment="top_drive", component=None))

    told = shortfalls(inputs(known=elsewhere))

    assert [(one.limit, one.subject) for one in told] in (
        [("crew", "day crew")],
        [("due", "R1 top_drive: inspection, task 8")],
        [("due", "R1 drawworks brake: inspection, task 7")],
    )
    assert told[0].by == 4.0


def scheduled(start: datetime, state: State = State.SCHEDULED) -> Known:
    """Replacing the liner of pump 1, with a time."""
    return Known(
        9, "new liner", "R1", "mud_pump_1", "liner", Activity.REPLACE, state, None, start,
        start + 2 * HOUR, "day crew", norm=REPLACING,
    )  # fmt: skip


def test_work_that_begins_soon_or_is_under_way_stays_when_it_is() -> None:
    for state, start in ((State.SCHEDULED, NOW + 20 * HOUR), (State.IN_PROGRESS, NOW - HOUR)):
        plan = planned(asked(inputs(place(), place(pump=2), known=(scheduled(start, state),))))

        fixed, *others = sorted(plan.entries, key=lambda one: not one.fixed)
        assert (fixed.task, fixed.start, fixed.fixed, fixed.moved) == (9, start, True, False)
        assert fixed.forestalls is not None
        assert not any(overlap(fixed, one) for one in others)
        assert len(others) == 1


def test_work_that_has_a_time_moves_only_for_more_than_a_move_costs() -> None:
    # The best time is not this one, by little.
    known = (scheduled(NOW + 58 * HOUR),)
    made_from = inputs(place(), known=known)

    dear = planned(asked(made_from, move_cost=100_000.0))
    free = planned(asked(made_from, move_cost=0.0))

    assert (dear.entries[0].start, dear.entries[0].moved) == (NOW + 58 * HOUR, False)
    assert (free.entries[0].start == NOW + 58 * HOUR, free.entries[0].moved) == (False, True)


def test_a_proposal_that_no_longer_pays_is_taken_back_and_approved_work_is_not() -> None:
    start = NOW + 60 * HOUR
    proposal = replace(scheduled(start, State.PROPOSED), withdrawable=True)
    far = place(quantiles=FAR)

    taken_back = planned(asked(inputs(far, known=(proposal,))))
    kept = planned(asked(inputs(far, known=(scheduled(start, State.APPROVED),))))

    [out] = taken_back.left_out
    assert (taken_back.entries, out.task, out.withdrawn) == ((), 9, True)
    assert [one.task for one in kept.entries] == [9]


def test_a_unit_without_a_prognosis_is_planned_by_its_age_and_says_so() -> None:
    law = LifeLaw(4.0, 500.0, 20)
    old = replace(place(), outlook=by_age(law, 480.0), why="no champion serves")

    [entry] = planned(asked(inputs(old))).entries

    assert entry.forestalls is not None
    assert entry.forestalls.said_by == "age"
    assert entry.forestalls.model == ""
    assert entry.forestalls.doubt == "no champion serves"


def test_a_unit_of_which_nothing_is_known_is_not_planned_and_says_so() -> None:
    unknown = replace(place(), outlook=None, why="no champion serves, and too few have failed")

    plan = planned(asked(inputs(unknown)))

    assert plan.entries == ()
    [out] = plan.left_out
    assert out.reason == "not planned: no champion serves, and too few have failed"
    assert (out.failed, plan.risk.unknown, plan.risk.failures) == (None, 1, 0.0)


def test_what_nobody_said_is_named() -> None:
    silent = inputs(replace(place(), norm=None), replace(place(pump=2), consequence=None))
    known = replace(inspection(), norm=None)

    plan = planned(asked(replace(silent, known=(known,), rig_plans=())))

    assert [one.reason for one in plan.left_out] == [
        "not planned: nobody said what replacing it takes",
        "not planned: nobody said what its failure costs",
        "nobody said what it takes: inspection",
    ]
    assert "no rig plan of R1" in plan.notes[0]


def test_rigs_that_share_no_crew_are_planned_as_if_alone() -> None:
    crews = tuple(replace(DAYS, name=f"crew of {rig}", rigs=(rig,)) for rig in ("R1", "R2"))
    both = PlanInputs(
        NOW, (place(), place("R2")), (), crews, (PLENTY,), (RIG, RigPlan("R2", 500.0))
    )
    alone = replace(both, places=(place(),))

    together, one = planned(asked(both)), planned(asked(alone))

    assert [entry for entry in together.entries if entry.rig_id == "R1"] == list(one.entries)


def test_nothing_to_plan_is_a_plan() -> None:
    plan: Plan = planned(asked(inputs()))

    assert (plan.entries, plan.left_out, plan.risk.any_failure) == ((), (), 0.0)
    assert (plan.search.status, plan.end - plan.start) == ("optimal", timedelta(days=7))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Rota(NOW, 25.0),
        lambda: Rota(NOW.replace(tzinfo=None), 12.0),
        lambda: Crew("nobody", (), DAYS.rota),
        lambda: Part("liner", -1, 1.0),
        lambda: Phase(NOW, NOW, 1.0),
        lambda: RigPlan("R1", math.nan),
        lambda: Wish(days=0.0),
        lambda: LifeLaw(0.0, 1.0, 1),
        lambda: replace(REPLACING, hours=0.0),
    ],
    ids=["shift", "zone", "skill", "stock", "phase", "hour", "days", "law", "hours"],
)
def test_what_makes_no_sense_is_refused(wrong: object) -> None:
    assert callable(wrong)
    with pytest.raises(InvalidPlan):
        wrong()


def test_a_part_that_nobody_counts_is_named() -> None:
    plan = planned(asked(replace(inputs(place()), parts=())))

    assert "nobody said how many there are, so as if enough: liner" in plan.notes
