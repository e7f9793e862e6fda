import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.py"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs_from_any_folder_and_leaves_nothing_there(
    example: Path, tmp_path: Path
) -> None:
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, example], cwd=tmp_path, capture_output=True, text=True, timeout=600
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert not list(tmp_path.iterdir())


def test_the_examples_are_numbered_without_a_hole() -> None:
    assert [path.name[:2] for path in EXAMPLES] == [
        f"{number:02}" for number in range(1, len(EXAMPLES) + 1)
    ]
