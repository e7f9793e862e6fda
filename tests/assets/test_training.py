"""`idrill train` as a person calls it: refused at once, or told its own outcome."""

from collections.abc import Mapping
from pathlib import Path

import dagster as dg
import pytest
from pydantic import ValidationError

from idrill.cli import run
from idrill.store import promotions
from idrill.store.releases import Judgement
from idrill_assets import training
from idrill_assets.execution import Outcome, Workplace
from idrill_assets.learning import TRIALS, Judging, RulTraining

MODEL = "rul-valve"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["crankshaft"], "no component is called 'crankshaft'"),
        (["valve", "--network", "foo"], "there is no network 'foo'"),
        (["valve", "--members", "0"], "members"),
        (["valve", "--rigs", "1"], "rigs"),
        (["valve", "--search", "-1"], "search"),
    ],
)
def test_what_cannot_be_trained_is_refused_before_anything_is_made(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], reason: str
) -> None:
    assert run(["train", *arguments]) == 2

    assert reason in capsys.readouterr().err
    assert not (home / "lake").exists()


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(("searched", "tried"), [("7", TRIALS), ("40", 40)])
def test_baselines_try_no_fewer_settings_than_the_model_they_are_held_against(
    monkeypatch: pytest.MonkeyPatch, searched: str, tried: int
) -> None:
    given: list[Mapping[str, dg.Config]] = []

    def kept(_: Workplace, component: str, config: Mapping[str, dg.Config], __: object) -> Outcome:
        given.append(config)
        return Outcome((component,), "run", None)

    monkeypatch.setattr(Workplace, "train", kept)

    assert run(["train", "valve", "--search", searched]) == 0

    assert [config["rul_evaluation"] for config in given] == [Judging(trials=tried)]


@pytest.mark.usefixtures("home")
def test_a_search_that_was_asked_for_reaches_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Mapping[str, dg.Config]] = []

    def kept(_: Workplace, component: str, config: Mapping[str, dg.Config], __: object) -> Outcome:
        given.append(config)
        return Outcome((component,), "run", None)

    monkeypatch.setattr(Workplace, "train", kept)

    assert run(["train", "valve", "--search", "7"]) == 0

    assert [config["rul_model"] for config in given] == [RulTraining(trials=7)]


@pytest.mark.parametrize(
    "wrong", [{"trials": -1}, {"epochs": 0}, {"learning_rate": float("inf")}, {"trials": 1.5}]
)
def test_settings_of_a_training_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        RulTraining(**wrong)  # type: ignore[arg-type]


def test_an_earlier_refusal_is_not_told_as_the_outcome(
    opened: Workplace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened.platform.database.session() as session:
        promotions.enter(session, MODEL, 1, "ab" * 32, by="ada", reason="trained")
        promotions.refuse(session, MODEL, 1, Judgement("last month's reason"), by="ada")
    failed = Outcome(("valve",), "run", "the disk is full")
    monkeypatch.setattr(Workplace, "train", lambda *_: failed)

    assert run(["train", "valve"]) == training.REFUSED

    said = capsys.readouterr().out
    assert "valve: the disk is full" in said
    assert "last month's reason" not in said
