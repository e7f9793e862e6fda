"""`idrill dvr network` prints what a person needs to know, or all of it as JSON."""

import json
from pathlib import Path

import pytest

from idrill.cli import run

SERIES = {
    "A": [[1, -1, 0, 0], [0, 1, -1, -1]],
    "names": ["well", "separator", "gas", "oil"],
    "measured": [100.0, 103.0, 40.0, None],
    "sd": [1.0, 1.0, 0.5, 0.5],
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "network.json"
    path.write_text(json.dumps(SERIES))
    return path


def test_a_table_names_streams_verdict_and_suspects(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["dvr", "network", str(file), "--alpha", "0.1"]) == 0
    said = capsys.readouterr().out

    assert "non-redundant" in said
    assert "observable" in said
    assert "fails the global test" in said
    assert "Not to be told apart: well, separator" in said
    assert "Suspect: well or separator, off by -3" in said


def test_json_holds_every_figure_and_nothing_that_is_no_number(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["dvr", "network", str(file), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    streams = {stream["name"]: stream for stream in said["streams"]}

    assert streams["well"]["reconciled"] == pytest.approx(101.5)
    assert streams["oil"] | {"reconciled_sd": None} == {
        "name": "oil", "standing": "observable", "measured": None, "sd": None, "exact": None,
        "reconciled": pytest.approx(61.5), "reconciled_sd": None, "adjustability": None,
        "detectability": None, "statistic": 0.0,
    }  # fmt: skip
    assert said["degrees_of_freedom"] == 1
    assert said["chi_square"] == pytest.approx(4.5)
    assert said["equivalence_classes"] == [["well", "separator"]]
    assert said["plausible"] is False


def test_a_broken_file_is_one_line_and_exit_code_2(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(json.dumps(SERIES | {"sd": [1.0, 0.0, 1.0, 1.0]}))

    assert run(["dvr", "network", str(file)]) == 2
    assert "sd: entry 2 is 0, it must be above zero" in capsys.readouterr().err
