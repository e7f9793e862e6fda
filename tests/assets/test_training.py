"""`idrill train` as a person calls it: refused at once, or told its own outcome."""

from pathlib import Path

import pytest

from idrill.cli import run
from idrill.store import promotions
from idrill.store.releases import Judgement
from idrill_assets import training
from idrill_assets.execution import Outcome, Workplace

MODEL = "rul-valve"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["crankshaft"], "no component is called 'crankshaft'"),
        (["valve", "--network", "foo"], "there is no network 'foo'"),
        (["valve", "--members", "0"], "members"),
        (["valve", "--rigs", "1"], "rigs"),
    ],
)
def test_what_cannot_be_trained_is_refused_before_anything_is_made(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], reason: str
) -> None:
    assert run(["train", *arguments]) == 2

    assert reason in capsys.readouterr().err
    assert not (home / "lake").exists()


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
