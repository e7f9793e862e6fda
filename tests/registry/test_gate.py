"""The gate releases what is better and refuses everything else, with the reasons."""

from dataclasses import replace

import numpy as np
import pytest

from idrill.registry.gate import Assessment, Rules, Verdict, judge
from idrill.rul.card import Covered

UNITS, ROWS = 250, 4


def errors(deviation: float, seed: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Errors that the windows of a unit share in part."""
    random = np.random.default_rng(seed)
    common = random.normal(0.0, deviation * 0.8, size=(UNITS, 1))
    own = random.normal(0.0, deviation * 0.6, size=(UNITS, ROWS))
    return np.asarray((common + own).ravel())


HOLDS = Covered(0.8, 0.79, UNITS)


def assessment() -> Assessment:
    return Assessment(
        model="rul-liner",
        version=2,
        digest="ab" * 32,
        test_set="liner, fleet of seed 7",
        units=tuple(f"unit {unit}" for unit in range(UNITS) for _ in range(ROWS)),
        errors=errors(10.0, 1),
        baselines={"age": errors(20.0, 2), "linear": errors(15.0, 3)},
        covered=(HOLDS, Covered(0.9, 0.91, UNITS)),
        calibrated=200,
        parity=2e-7,
        latency=0.0004,
        champion=1,
        champion_errors=errors(14.0, 4),
        oracle=errors(6.0, 5),
        rules=Rules(draws=2000, baselines=("age", "linear")),
    )


def refused(found: Assessment, looks: int = 1) -> str:
    verdict = judge(found, looks)
    assert not verdict.released
    return verdict.reason


def test_a_model_that_beats_all_and_covers_is_released() -> None:
    verdict = judge(assessment(), 1)

    assert verdict.released
    assert "beats all of age, linear, champion on 250 units of liner, fleet of seed 7" in (
        verdict.reason
    )
    assert verdict.figures["rmse"] == pytest.approx(10.0, rel=0.1)


def test_without_a_champion_the_baselines_are_the_bar() -> None:
    first = replace(assessment(), champion=None, champion_errors=None)

    assert judge(first, 1).released


def test_a_model_worse_than_the_champion_is_refused() -> None:
    better = replace(assessment(), champion_errors=errors(8.0, 4))

    assert refused(better).startswith("it does not beat champion: RMSE 9.619")


def test_a_model_that_only_equals_the_champion_is_refused() -> None:
    same = replace(assessment(), champion_errors=assessment().errors)

    assert "of champion, p 1 (needs at most 0.05)" in refused(same)


def test_a_model_that_loses_to_one_baseline_is_refused() -> None:
    lost = replace(assessment(), baselines={"age": errors(20.0, 2), "linear": errors(9.0, 3)})

    said = refused(lost)

    assert "it does not beat linear" in said
    assert "it does not beat age" not in said


def test_a_miscovering_model_is_refused() -> None:
    narrow = replace(assessment(), covered=(HOLDS, Covered(0.9, 0.80, UNITS)))

    assert refused(narrow) == (
        "its 90% intervals hold 80.0% of 250 units, and sound ones at least 84.0%"
    )


def test_intervals_that_span_nearly_everything_are_refused() -> None:
    wide = replace(assessment(), width=0.97)

    assert refused(wide) == (
        "its widest intervals span 97% of the cap in the mean: that says nothing"
    )
    assert judge(replace(assessment(), width=0.6), 1).released


def test_a_graph_that_differs_and_a_slow_one_are_refused() -> None:
    found = replace(assessment(), parity=3e-5, latency=0.25)

    assert refused(found) == (
        "its graph differs from torch by 3e-05 of the cap, more than 1e-05; "
        "a window takes 250 ms, more than 20 ms"
    )
    assert "differs from torch by nan" in refused(replace(assessment(), parity=float("nan")))


def test_who_says_that_graph_and_torch_agree_is_told() -> None:
    told = replace(assessment(), parity_from="its card")

    verdict = judge(told, 1)

    assert "graph within 2e-07 of the cap by its card, 0.4 ms" in verdict.reasons
    assert verdict.figures["parity from"] == "its card"
    assert judge(assessment(), 1).figures["parity from"] == "measured"
    assert "differs from torch by 0.1 of the cap by its card, more than" in refused(
        replace(told, parity=0.1)
    )


def test_a_model_that_beats_the_oracle_is_refused() -> None:
    magic = replace(assessment(), oracle=errors(14.0, 5))

    assert "it beats the oracle, which sees the hidden state: RMSE" in refused(magic)


def test_a_leak_is_refused_however_good_the_model() -> None:
    leaking = replace(assessment(), leaks=("one row gives R² 0.97 by `runtime_left`",))

    assert refused(leaking) == "its data leak: one row gives R² 0.97 by `runtime_left`"


def test_too_few_units_say_nothing_however_many_windows() -> None:
    few = replace(assessment(), units=tuple(f"unit {at // 20}" for at in range(UNITS * ROWS)))

    assert refused(few) == "50 held-out units are fewer than 200"


def test_windows_of_a_unit_count_as_one_witness() -> None:
    """A lucky handful of units with many windows each proves nothing."""
    ours, theirs = errors(10.0, 1), errors(10.6, 1)
    theirs = ours.copy()
    theirs[: 3 * ROWS] += 30.0
    lucky = replace(assessment(), champion_errors=theirs)

    by_unit = lucky.compare("champion", theirs).chance
    by_window = (
        replace(lucky, units=tuple(map(str, range(UNITS * ROWS))))
        .compare("champion", theirs)
        .chance
    )

    assert by_unit > 10 * by_window
    assert by_unit == pytest.approx((1 - 3 / UNITS) ** UNITS, abs=0.02)


def test_on_how_many_fleets_a_model_is_better_is_told() -> None:
    """Two of five fleets are lost, and units alone do not show it."""
    of = np.arange(UNITS * ROWS) // ROWS % 5
    theirs = np.where(of < 2, 0.5, 3.0) * assessment().errors
    found = replace(
        assessment(),
        units=tuple(f"{7 + fleet}-SIM_0001/unit {at // ROWS}" for at, fleet in enumerate(of)),
        seeds=(7, 8, 9, 10, 11),
        champion_errors=theirs,
    )

    verdict = judge(found, 1)

    champion = found.comparisons[-1]
    assert (champion.rival, champion.fleets, champion.ahead) == ("champion", 5, 3)
    assert "of champion, p 0.0005, better on 3 of 5 fleets" in str(champion)
    assert verdict.figures["comparisons"][-1]["fleets ahead"] == 3  # type: ignore[index]
    assert "fleets" not in str(assessment().comparisons[-1])


def test_looks_at_a_set_raise_the_bar() -> None:
    near = replace(assessment(), champion_errors=_slightly_worse(assessment().errors))
    chance = near.comparisons[-1].chance
    assert 0.005 < chance < 0.04

    verdicts: list[Verdict] = [judge(near, looks) for looks in (1, 20)]

    assert [verdict.released for verdict in verdicts] == [True, False]
    assert "needs at most 0.0025" in verdicts[1].reason


def _slightly_worse(
    ours: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return ours + np.random.default_rng(8).normal(0.2, 2.6, size=ours.size)


def test_a_fleet_that_was_trained_on_judges_nothing() -> None:
    seen = replace(assessment(), seeds=(7,), trained_seeds=(1, 7))

    assert refused(seen) == "it was trained on the fleet of seed 7, which judges it"
    assert judge(replace(seen, trained_seeds=(1, 2)), 1).released


def test_every_baseline_that_there_is_must_be_beaten() -> None:
    said = refused(replace(assessment(), rules=Rules(draws=10)))

    assert said.startswith("it was not held against age_kaplan_meier, age_weibull, boosting, ")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"baselines": {}}, "it was not held against age, linear"),
        ({"covered": ()}, "how its intervals of 80%, 90% cover is not known on 200 units"),
        ({"covered": (HOLDS,)}, "how its intervals of 90% cover is not known on 200 units"),
        ({"champion": None}, "champion is named without its errors, or has errors without a name"),
        ({"errors": np.full(UNITS * ROWS, np.nan)}, "errors of the candidate are not one number"),
        ({"oracle": np.zeros(3)}, "errors of the oracle are not one number for each of 1000"),
    ],
)
def test_what_cannot_be_judged_is_refused(changed: dict[str, object], why: str) -> None:
    assert why in refused(replace(assessment(), **changed))  # type: ignore[arg-type]


def test_every_reason_is_told_at_once() -> None:
    bad = replace(assessment(), errors=errors(30.0, 1), covered=(HOLDS, Covered(0.9, 0.5, UNITS)))

    said = judge(bad, 1).reasons

    assert len(said) == 4
