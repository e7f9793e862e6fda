"""Alert rules as they are written down: what is read of them, and what is refused."""

from typing import Any

import pytest

from idrill.errors import InvalidRule
from idrill.maintenance.alerts import Priority
from idrill.maintenance.rules import Rule, channels_of
from idrill.maintenance.rules.definition import Limit
from tests.maintenance.test_rules import rule


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "when: is missing"),
        ({"when": []}, "is no table"),
        ({"when": {"channel": "torqe", "above": 3}}, "did you mean torque"),
        ({"when": {"channel": "torque", "above": 500}}, "lies outside of what torque can be"),
        ({"when": {"channel": "torque", "above": 3, "unit": "bar"}}, "when.unit"),
        ({"when": {"channel": "torque", "above": 3, "unit": "furlong"}}, "when.unit"),
        ({"when": {"channel": "torque", "above": 3, "deadband": 20}}, "leaves no value"),
        ({"when": {"channel": "torque", "outside": [3, 9], "deadband": 4}}, "leaves no value"),
        ({"when": {"channel": "torque", "outside": [9, 3]}}, "leave no value between"),
        ({"when": {"channel": "torque", "above": 3, "deadband": -1}}, "lies outside of 0"),
        ({"when": {"channel": "torque", "above": True}}, "takes a number"),
        ({"when": {"channel": "torque", "above": float("nan")}}, "takes a number"),
        ({"when": {"channel": "torque"}}, "ask for one of"),
        ({"when": {"channel": "torque", "above": 3, "rises_by": 3}}, "ask for one of"),
        ({"when": {"channel": "torque", "above": 3, "limit": 3}}, "limit is not known here"),
        ({"when": {"channel": "torque", "rises_by": 3}}, "within: is missing"),
        ({"when": {"channel": "torque", "rises_by": 3, "within": 0}}, "lies outside of 1"),
        ({"when": {"channel": "torque", "rises_by": 900, "within": 9}}, "can change by"),
        (
            {"when": {"channel": "torque", "rises_by": 3, "within": 9, "deadband": 3}},
            "less than the change",
        ),
        (
            {"when": {"channel": "torque", "rises_by": 3, "within": 9, "smooth": 9}},
            "less than within",
        ),
        ({"when": {"not": [1]}}, "is no table"),
        ({"when": {"activity": ["sleeping"]}}, "is none of drilling_rotating"),
        ({"when": {"all": [{"channel": "torque", "above": 3}]}}, "at least two"),
        ({"when": {"score": "rul_p10", "stale_for": 3}}, "a score may be"),
        ({"when": {"channel": "torque", "above": 3}, "priority": "urgent"}, "is none of low"),
        ({"when": {"channel": "torque", "above": 3}, "message": "{secret}"}, "is none of rig"),
        ({"when": {"channel": "torque", "above": 3}, "unusable": ["bad"]}, "is none of missing"),
        ({"when": {"channel": "torque", "above": 3}, "rig": "my rig"}, "rig:"),
        ({"when": {"channel": "torque", "above": 3}, "name": "Not A Name"}, "is no name"),
        ({"when": {"channel": "torque", "above": 3}, "on_delay": -1}, "lies outside"),
        (
            {
                "when": {"channel": "torque", "above": 3},
                "priority": "high",
                "escalate": [{"after": 60, "to": "high"}],
            },
            "no higher",
        ),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_by_name(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidRule, match=r"tested|Not A Name") as caught:
        rule(**fields)

    assert said in str(caught.value)


def test_a_rule_too_deep_or_too_large_is_refused() -> None:
    leaf: dict[str, Any] = {"channel": "torque", "above": 3}
    deep = leaf
    for _ in range(8):
        deep = {"all": [leaf, deep]}

    with pytest.raises(InvalidRule, match="deep in each other"):
        rule(when=deep)
    with pytest.raises(InvalidRule, match="more than 32"):
        rule(when={"any": [{"any": [leaf] * 20}, {"any": [leaf] * 20}]})
    with pytest.raises(InvalidRule, match="at most 32"):
        rule(when={"any": [leaf] * 40})


def test_a_rule_says_which_channels_it_reads_and_when_it_escalates() -> None:
    tested = rule(
        when={"any": [{"channel": "torque", "above": 3}, {"channel": "hook_load", "below": 9}]},
        escalate=[{"after": 900, "to": "high"}, {"after": 3600, "to": "critical"}],
    )

    assert channels_of(tested) == ("torque", "hook_load")
    assert [step.to for step in tested.escalations] == [Priority.HIGH, Priority.CRITICAL]
    assert channels_of(Rule("plain", Limit("torque", high=3.0))) == ("torque",)
