"""The rules to begin with: what each of them is there to tell, and what it passes over."""

from collections.abc import Callable

import numpy as np
import pytest

from idrill.frame import Activity
from idrill.maintenance.rules import Evaluator, Score, read_rule
from idrill.maintenance.rules.reading import shipped
from tests.maintenance.test_rules import RIG, START, rows_of

RULES = {rule.name: rule for rule in map(read_rule, shipped())}
DRILLING, TRIPPING = Activity.DRILLING_ROTATING, Activity.TRIPPING_OUT
LENGTH, CHANGE = 1500, 700
"""Seconds of a course, and when something happens in it."""

Course = Callable[[int], float]


def since(at: int) -> float:
    """Seconds since something happened."""
    return float(max(0, at - CHANGE))


USUAL: dict[str, Course] = {
    "standpipe_pressure": lambda _: 18_000.0,
    "flow_in": lambda _: 2_400.0,
    "pit_volume_active": lambda _: 60.0,
    "hook_load": lambda _: 1_100.0,
    "block_position": lambda at: 20.0 - 0.005 * at,
    "torque": lambda _: 15.0,
    "total_gas": lambda _: 0.5,
}
NOISE = {"standpipe_pressure": 40.0, "flow_in": 10.0, "pit_volume_active": 0.1, "hook_load": 3.0}


def raised(
    changed: dict[str, Course | None], activity: Activity = DRILLING, scores: tuple[Score, ...] = ()
) -> set[str]:
    """The rules that raise an alert in a course that differs so from the usual one."""
    random, course = np.random.default_rng(1), {**USUAL, **changed}
    rows = [
        (
            float(at),
            {
                name: None if tell is None else tell(at) + random.normal(0, NOISE.get(name, 0.0))
                for name, tell in course.items()
            },
            activity,
        )
        for at in range(LENGTH)
    ]
    told = Evaluator(RIG, RULES.values()).step(rows_of(*rows), scores)
    return {one.rule for one in told}


def test_nothing_is_told_while_nothing_happens() -> None:
    assert raised({}) == set()


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        (
            "pressure-loss-while-drilling",
            {"standpipe_pressure": lambda at: 18_000.0 - min(3_000.0, 50.0 * since(at))},
        ),
        (
            "pressure-rise-while-drilling",
            {"standpipe_pressure": lambda at: 18_000.0 + min(4_000.0, 50.0 * since(at))},
        ),
        ("pit-gain-while-drilling", {"pit_volume_active": lambda at: 60.0 + 0.008 * since(at)}),
        ("pit-loss-while-drilling", {"pit_volume_active": lambda at: 60.0 - 0.012 * since(at)}),
        ("torque-near-its-limit", {"torque": lambda at: 45.0 if since(at) else 15.0}),
        ("gas-in-the-mud", {"total_gas": lambda at: min(15.0, 0.5 + 0.1 * since(at))}),
    ],
)
def test_a_rule_tells_what_it_is_there_for_and_no_other_does(
    name: str, changed: dict[str, Course | None]
) -> None:
    assert raised(changed) == {name}


def test_overpull_is_told_while_tripping_out() -> None:
    held_back: dict[str, Course | None] = {
        "hook_load": lambda at: 1_100.0 + min(400.0, 100.0 * since(at)) * (since(at) < 60)
    }

    assert raised(held_back, TRIPPING) == {"overpull-while-tripping-out"}
    assert raised(held_back, DRILLING) == set()


def test_pumps_that_are_slowed_down_are_no_washout() -> None:
    slower: dict[str, Course | None] = {
        "standpipe_pressure": lambda at: 18_000.0 - min(6_000.0, 200.0 * since(at)),
        "flow_in": lambda at: 2_400.0 - min(500.0, 20.0 * since(at)),
    }

    assert raised(slower) == set()


@pytest.mark.parametrize(
    "channel", ["hook_load", "standpipe_pressure", "block_position", "pit_volume_active"]
)
def test_a_critical_channel_that_falls_silent_is_told(channel: str) -> None:
    random, rows = np.random.default_rng(1), []
    for at in range(1000):
        values = {name: tell(at) + random.normal(0, 0.01) for name, tell in USUAL.items()}
        row = values | ({channel: None} if at > CHANGE else {})
        rows.append((float(at), row, DRILLING))

    told = Evaluator(RIG, RULES.values()).step(rows_of(*rows))

    assert [(one.rule, one.channel) for one in told] == [("critical-channel-stale", channel)]
    assert (told[0].at - START).total_seconds() == CHANGE + 120


def test_a_component_that_will_not_last_is_told() -> None:
    score = Score("rul_p10", START, 40.0, "mud_pump_1", "liner")

    assert raised({}, scores=(score,)) == {"short-remaining-life"}
