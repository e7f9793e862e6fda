"""`idrill bench rul` prints the table and keeps every figure."""

import json
from pathlib import Path

import pytest

from idrill.cli import run
from idrill.rul.benchmark import Benchmark
from idrill.rul.made_up_engines import write_subset


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_subset(tmp_path, "FD001", regimes=1, training=10, test=6)
    return tmp_path


def test_a_table_says_how_each_method_did(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written = data / "figures.json"
    asked = ["--data", str(data), "--json", str(written), "--network", "transformer"]
    brief = ["--seeds", "2", "--epochs", "1", "--workers", "1", "--no-baselines"]

    assert run(["bench", "rul", *asked, *brief]) == 0

    said, figures = capsys.readouterr().out, json.loads(written.read_text())
    assert "FD001: 10 training engines, 6 test engines, regimes: 1, seeds: 2" in said
    assert "perfect, capped" in said
    assert "transformer" in said
    (line,) = figures["lines"]
    assert len(line["seeds"]) == 2
    assert f"{line['ensemble']['capped']:.2f}" in said
    assert figures["perfect_to_the_cap"]["capped"] == 0.0


def test_where_figures_cannot_go_is_told_before_the_work(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    worked: list[object] = []
    monkeypatch.setattr(Benchmark, "line", lambda *told, **_: worked.append(told))
    brief = ["--network", "transformer", "--no-baselines", "--workers", "1"]
    asked = ["bench", "rul", "--data", str(data), *brief, "--json"]

    assert run([*asked, str(data / "missing" / "figures.json")]) == 2
    assert "there is no folder" in capsys.readouterr().err
    assert run([*asked, str(data)]) == 2
    assert "is a folder: name a file in it" in " ".join(capsys.readouterr().err.split())
    assert worked == []


def test_a_missing_file_or_an_unknown_network_is_one_line(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    brief = ["--workers", "1", "--no-baselines", "--seeds", "1", "--epochs", "1"]

    assert run(["bench", "rul", "--data", str(data), "--subset", "FD002", *brief]) == 2
    assert "train_FD002.txt: is not in" in capsys.readouterr().err
    assert run(["bench", "rul", "--data", str(data), "--network", "perceptron", *brief]) == 2
    assert "transformer, cnn_lstm, lstm" in capsys.readouterr().err
