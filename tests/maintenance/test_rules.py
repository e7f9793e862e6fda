"""Alert rules: how they are written down, and what they make of readings."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idrill.frame import ACTIVITY, ORIGIN, QUALITY, TIME, Activity, Quality, quality_of
from idrill.maintenance.rules import (
    Condition,
    Evaluator,
    Rule,
    Score,
    Turn,
    read_rule,
)

RIG = "RIG_01"
START = datetime(2025, 3, 1, 12, tzinfo=UTC)
DRILLING = Activity.DRILLING_ROTATING

Row = tuple[float, Mapping[str, float | None], Activity | None]


def rows_of(*rows: Row, bits: dict[str, int] | None = None) -> pl.DataFrame:
    """Validated rows: seconds since the start, values by channel, activity."""
    names = sorted({name for _, values, _ in rows for name in values})
    columns: dict[str, Any] = {
        "rig_id": pl.Series([RIG] * len(rows), dtype=pl.String),
        "time": pl.Series([START + timedelta(seconds=at) for at, _, _ in rows], dtype=TIME),
        "origin": pl.Series(["live"] * len(rows), dtype=ORIGIN),
        "activity": pl.Series([activity for _, _, activity in rows], dtype=ACTIVITY),
    }
    for name in names:
        values = [row.get(name) for _, row, _ in rows]
        wrong = (bits or {}).get(name, 0)
        columns[name] = pl.Series(values, dtype=pl.Float64)
        columns[quality_of(name)] = pl.Series(
            [int(Quality.MISSING) if one is None else wrong for one in values], dtype=QUALITY
        )
    return pl.DataFrame(columns)


def series(channel: str, *values: float | None, activity: Activity | None = None) -> pl.DataFrame:
    """A channel at 1 Hz."""
    return rows_of(*((float(at), {channel: one}, activity) for at, one in enumerate(values)))


def rule(**fields: Any) -> Rule:
    return read_rule({"name": "tested", **fields})


def told(found: list[Condition]) -> list[tuple[str, float]]:
    return [(one.turn.value, (one.at - START).total_seconds()) for one in found]


def judged(tested: Rule, frame: pl.DataFrame) -> list[tuple[str, float]]:
    return told(Evaluator(RIG, [tested]).step(frame))


def test_a_limit_raises_when_it_is_passed_and_returns_inside_of_the_dead_band() -> None:
    tested = rule(when={"channel": "torque", "above": 20, "deadband": 2})

    assert judged(tested, series("torque", 19, 21, 19, 18.5, 17.9, 21)) == [
        ("raised", 1.0),
        ("returned", 4.0),
        ("raised", 5.0),
    ]


def test_a_value_outside_of_two_limits_raises() -> None:
    tested = rule(when={"channel": "torque", "outside": [5, 20]})

    assert judged(tested, series("torque", 10, 4, 6, 22)) == [
        ("raised", 1.0),
        ("returned", 2.0),
        ("raised", 3.0),
    ]


def test_limits_in_another_unit_mean_the_same() -> None:
    tested = rule(when={"channel": "standpipe_pressure", "above": 200, "unit": "bar"})

    assert judged(tested, series("standpipe_pressure", 19_999, 20_001)) == [("raised", 1.0)]


def test_a_delayed_rule_waits_for_its_condition_to_last() -> None:
    tested = rule(when={"channel": "torque", "above": 20}, on_delay=2, off_delay=1)

    assert judged(tested, series("torque", 21, 21, 19, 21, 21, 21, 19, 21, 19, 19)) == [
        ("raised", 5.0),
        ("returned", 9.0),
    ]


def test_a_value_that_cannot_be_used_neither_raises_nor_returns() -> None:
    tested = rule(when={"channel": "torque", "above": 20})
    evaluator = Evaluator(RIG, [tested])

    bad = rows_of((0, {"torque": 30.0}, None), bits={"torque": int(Quality.SPIKE)})
    assert evaluator.step(bad) == []
    assert told(evaluator.step(rows_of((1, {"torque": 30.0}, None)))) == [("raised", 1.0)]
    assert evaluator.step(rows_of((2, {"torque": None}, None))) == []
    assert told(evaluator.step(rows_of((3, {"torque": 1.0}, None)))) == [("returned", 3.0)]


@pytest.mark.parametrize("bit", [Quality.RECONCILED, Quality.CALIBRATED, Quality.GAP])
def test_what_was_reconciled_or_came_after_a_gap_is_used(bit: Quality) -> None:
    tested = rule(when={"channel": "torque", "above": 20})

    frame = rows_of((0, {"torque": 30.0}, None), bits={"torque": int(bit)})

    assert judged(tested, frame) == [("raised", 0.0)]


def test_a_rule_says_which_bits_make_a_value_unusable() -> None:
    frame = rows_of((0, {"torque": 30.0}, None), bits={"torque": int(Quality.FROZEN)})
    when = {"channel": "torque", "above": 20}

    assert judged(rule(when=when), frame) == []
    assert judged(rule(when=when, unusable=["spike"]), frame) == [("raised", 0.0)]


def test_a_change_within_its_window_raises_and_ends_when_the_window_has_passed() -> None:
    tested = rule(when={"channel": "torque", "falls_by": 5, "within": 3})

    values = [20, 20, 14, 14, 14, 14, 14, 14]

    assert judged(tested, series("torque", *values)) == [("raised", 2.0), ("returned", 5.0)]


def test_a_slow_change_is_none() -> None:
    tested = rule(when={"channel": "torque", "changes_by": 5, "within": 10})

    assert judged(tested, series("torque", *(0.4 * at for at in range(60)))) == []


def test_a_change_counts_from_where_the_activity_began() -> None:
    when = {"channel": "standpipe_pressure", "rises_by": 2000, "within": 60}
    quiet = rows_of(*((float(at), {"standpipe_pressure": 0.0}, None) for at in range(5)))
    drilling = [(5.0 + at, {"standpipe_pressure": 15_000.0 + at}, DRILLING) for at in range(5)]
    frame = pl.concat([quiet, rows_of(*drilling)])

    assert judged(rule(when=when), frame) == [("raised", 5.0)]
    assert judged(rule(when=when | {"during": [DRILLING.value]}), frame) == []


def test_a_channel_that_falls_silent_is_raised_at_the_instant_it_has_become_stale() -> None:
    tested = rule(when={"channel": "hook_load", "stale_for": 30})
    frame = rows_of(
        (0, {"hook_load": 900.0, "torque": 1.0}, None),
        (20, {"hook_load": None, "torque": 1.0}, None),
        (50, {"hook_load": None, "torque": 1.0}, None),
        (60, {"hook_load": 900.0, "torque": 1.0}, None),
    )

    assert judged(tested, frame) == [("raised", 30.0), ("returned", 60.0)]


def test_a_channel_that_the_rig_never_had_is_not_stale() -> None:
    tested = rule(when={"channel": "hook_load", "stale_for": 30})

    assert judged(tested, series("torque", *range(100))) == []


def test_a_rig_that_falls_silent_is_told_when_event_time_is_said_to_go_on() -> None:
    evaluator = Evaluator(RIG, [rule(when={"channel": "hook_load", "stale_for": 30})])
    evaluator.step(series("hook_load", 900.0))

    assert evaluator.advance(START + timedelta(seconds=29)) == []
    assert told(evaluator.advance(START + timedelta(seconds=31))) == [("raised", 30.0)]
    assert evaluator.advance(START + timedelta(seconds=90)) == []
    late = evaluator.step(rows_of((5, {"hook_load": 900.0}, None)))

    assert late[0].turn is Turn.RETURNED
    assert late[0].at > START + timedelta(seconds=30)


def test_terms_are_joined_by_all_and_any() -> None:
    high = {"channel": "torque", "above": 20}
    drilling = {"activity": [DRILLING.value]}

    both = rule(when={"all": [high, drilling]})
    one = rule(when={"any": [high, drilling]})
    frame = rows_of(
        (0, {"torque": 30.0}, Activity.STATIC),
        (1, {"torque": 30.0}, DRILLING),
        (2, {"torque": 10.0}, DRILLING),
        (3, {"torque": 10.0}, Activity.STATIC),
    )

    assert judged(both, frame) == [("raised", 1.0), ("returned", 2.0)]
    assert judged(one, frame) == [("raised", 0.0), ("returned", 3.0)]


def test_a_term_may_be_turned_round_and_what_is_unknown_stays_so() -> None:
    tested = rule(when={"not": {"channel": "torque", "above": 20}})

    assert judged(tested, series("torque", 30, None, 10, None, 30)) == [
        ("raised", 2.0),
        ("returned", 4.0),
    ]


def test_a_smoothed_value_is_judged_once_its_mean_is_of_use_and_noise_raises_nothing() -> None:
    noise = [5.0 if at % 2 else 25.0 for at in range(120)]
    plain = rule(when={"channel": "torque", "above": 20})
    smooth = rule(when={"channel": "torque", "above": 20, "smooth": 10})

    assert len(judged(plain, series("torque", *noise))) > 50
    assert judged(smooth, series("torque", *noise)) == []
    assert judged(smooth, series("torque", *[30.0] * 20)) == [("raised", 10.0)]


def test_an_unknown_part_leaves_open_what_the_others_do_not_settle() -> None:
    tested = rule(
        when={"all": [{"channel": "torque", "above": 20}, {"activity_not": ["drilling_rotating"]}]}
    )
    frame = rows_of(
        (0, {"torque": 30.0}, Activity.STATIC),
        (1, {"torque": None}, Activity.STATIC),
        (2, {"torque": 30.0}, Activity.UNKNOWN),
        (3, {"torque": None}, DRILLING),
    )

    assert judged(tested, frame) == [("raised", 0.0), ("returned", 3.0)]


def test_a_score_raises_for_each_thing_that_a_model_speaks_of() -> None:
    tested = rule(when={"score": "rul_p10", "below": 100}, message="{component}: {value} h left")
    evaluator = Evaluator(RIG, [tested])
    at = START + timedelta(seconds=1)
    scores = [
        Score("rul_p10", at, 90.0, "mud_pump_1", "liner"),
        Score("rul_p10", at, 900.0, "mud_pump_2", "liner"),
        Score("rul_p50", at, 1.0, "mud_pump_2", "liner"),
    ]

    (found,) = evaluator.step(series("torque", 1, 1, 1), scores)

    assert (found.key, found.message, found.at) == ("mud_pump_1/liner", "liner: 90 h left", at)
    assert (found.equipment, found.component) == ("mud_pump_1", "liner")


def test_a_score_that_comes_ahead_waits_for_its_rows() -> None:
    evaluator = Evaluator(RIG, [rule(when={"score": "anomaly", "above": 0.5})])
    evaluator.step(series("torque", 1))

    ahead = evaluator.step(pl.DataFrame(schema=series("torque", 1).schema), [_score(5, 0.9)])

    assert ahead == []
    again = Evaluator(
        RIG,
        [rule(when={"score": "anomaly", "above": 0.5})],
        json.loads(json.dumps(evaluator.state())),
    )
    assert told(again.step(rows_of((6, {"torque": 1.0}, None)))) == [("raised", 5.0)]


def _score(at: float, value: float) -> Score:
    return Score("anomaly", START + timedelta(seconds=at), value)


def test_a_message_names_what_happened() -> None:
    tested = rule(
        when={"channel": "standpipe_pressure", "above": 20_000},
        message="{rig}: {channel} {value} {unit} above {limit} while {activity}, {rule}",
    )

    (found,) = Evaluator(RIG, [tested]).step(
        series("standpipe_pressure", 21_000, activity=DRILLING)
    )

    assert found.message == (
        "RIG_01: standpipe pressure 21000 kPa above 20000 while drilling rotating, tested"
    )
    assert (found.channel, found.value) == ("standpipe_pressure", 21_000.0)


def test_rows_that_come_late_are_passed_over() -> None:
    evaluator = Evaluator(RIG, [rule(when={"channel": "torque", "above": 20})])
    evaluator.step(rows_of((10, {"torque": 1.0}, None)))

    assert evaluator.step(rows_of((5, {"torque": 30.0}, None))) == []


def test_rules_of_other_rigs_and_disabled_ones_are_passed_over() -> None:
    when = {"channel": "torque", "above": 20}

    assert judged(rule(when=when, rig="RIG_02"), series("torque", 30)) == []
    assert judged(rule(when=when, enabled=False), series("torque", 30)) == []
    assert judged(rule(when=when, rig=RIG), series("torque", 30)) == [("raised", 0.0)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [((10,), [("returned", 10.0)]), ((40,), [("raised", 10.0)]), ((25,), [])],
)
def test_a_changed_rule_ends_or_confirms_what_its_earlier_version_raised(
    values: tuple[float, ...], expected: list[tuple[str, float]]
) -> None:
    first = Evaluator(RIG, [rule(when={"channel": "torque", "above": 20})])
    first.step(series("torque", 30))
    second = {"name": "tested", "when": {"channel": "torque", "above": 35}, "on_delay": 0}
    if values == (25,):
        second["when"] = {"channel": "hook_load", "above": 35}

    changed = Evaluator(RIG, [read_rule(second, version=2)], first.state())

    assert told(changed.step(rows_of(*((10.0, {"torque": one}, None) for one in values)))) == (
        expected
    )


VALUES = st.sampled_from([None, 0.0, 12.0, 18.0, 19.5, 20.5, 31.0])
ACTIVITIES = st.sampled_from([None, Activity.UNKNOWN, DRILLING, Activity.STATIC])
RULES = [
    {"name": "limit", "when": {"channel": "torque", "above": 20, "deadband": 2}, "on_delay": 3},
    {"name": "change", "when": {"channel": "torque", "changes_by": 8, "within": 20}},
    {
        "name": "during",
        "when": {"channel": "torque", "rises_by": 8, "within": 20, "during": ["static"]},
    },
    {
        "name": "smooth",
        "when": {
            "all": [
                {"channel": "torque", "falls_by": 4, "within": 40, "smooth": 6},
                {"not": {"channel": "torque", "below": 5, "smooth": 3}},
            ]
        },
    },
    {"name": "stale", "when": {"channel": "hook_load", "stale_for": 7}, "off_delay": 4},
    {"name": "score", "when": {"score": "anomaly", "above": 0.5}},
    {
        "name": "tree",
        "when": {
            "any": [
                {"all": [{"channel": "torque", "above": 19}, {"activity": ["drilling_rotating"]}]},
                {"all": [{"channel": "hook_load", "stale_for": 9}, {"activity_not": ["static"]}]},
            ]
        },
    },
]


@given(
    steps=st.lists(
        st.tuples(st.sampled_from([0.5, 1.0, 5.0, 30.0]), VALUES, VALUES, ACTIVITIES),
        min_size=1,
        max_size=40,
    ),
    cuts=st.lists(st.integers(0, 40), max_size=6),
    scores=st.lists(st.tuples(st.integers(0, 200), st.sampled_from([0.1, 0.9])), max_size=4),
)
@settings(max_examples=150, deadline=None)
def test_any_batches_of_the_same_rows_tell_the_same(
    steps: list[tuple[float, float | None, float | None, Activity | None]],
    cuts: list[int],
    scores: list[tuple[int, float]],
) -> None:
    at, rows = 0.0, list[Row]()
    for pause, torque, load, activity in steps:
        at += pause
        rows.append((at, {"torque": torque, "hook_load": load}, activity))
    frame, heard = rows_of(*rows), [_score(*one) for one in sorted(scores)]
    rules = [read_rule(one) for one in RULES]
    whole = Evaluator(RIG, rules)
    expected = whole.step(frame, heard)

    state: dict[str, Any] | None = None
    found = list[Condition]()
    bounds = sorted({0, len(rows), *(cut for cut in cuts if cut < len(rows))})
    for first, last in pairwise(bounds):
        part = Evaluator(RIG, rules, state)
        found += part.step(frame[first:last], heard if first == 0 else [])
        state = json.loads(json.dumps(part.state()))

    assert found == expected
    assert state == json.loads(json.dumps(whole.state()))
