"""A frozen model answers single windows and batches, and refuses what it cannot answer."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest

from idrill.errors import InvalidModel
from idrill.rul.card import CARD_FILE, MODEL_FILE
from idrill.rul.prediction import FrozenModel
from tests.frozen_models import CAP, asked, card, exported


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("models") / "liner"
    return folder, exported(folder)


@pytest.fixture(scope="session")
def model(made: tuple[Path, str]) -> FrozenModel:
    return FrozenModel.open(*made)


@pytest.fixture
def folder(made: tuple[Path, str], tmp_path: Path) -> Path:
    """A copy that may be spoiled."""
    copy = tmp_path / "spoiled"
    copy.mkdir()
    for name in (MODEL_FILE, CARD_FILE):
        (copy / name).write_bytes((made[0] / name).read_bytes())
    return copy


def test_one_window_gets_the_answer_that_it_gets_in_a_batch(model: FrozenModel) -> None:
    sample = asked()

    together = model.predict(sample)
    alone = [model.predict(sample[np.array([at])])[0] for at in (0, 5, 40)]

    assert together[[0, 5, 40]] == pytest.approx(alone, abs=1e-5 * CAP)


def test_remaining_life_lies_between_zero_and_the_cap_and_quantiles_ascend(
    model: FrozenModel,
) -> None:
    sample = asked()

    remaining, quantiles = model.predict(sample), model.quantiles(sample)

    assert remaining.min() == 0.0
    assert remaining.max() == CAP
    assert (np.diff(quantiles, axis=1) >= 0.0).all()
    assert quantiles.min() >= 0.0
    assert quantiles.max() <= CAP


def test_bare_arrays_get_both_answers_at_once(model: FrozenModel) -> None:
    sample = asked()

    remaining, quantiles = model.ask(sample.values, sample.mask)

    assert (remaining == model.predict(sample)).all()
    assert (quantiles == model.quantiles(sample)).all()


def test_labels_move_nothing(model: FrozenModel) -> None:
    sample = asked()
    none = np.full(len(sample), np.nan)

    blind = replace(sample, remaining=none, age=none, failed=~sample.failed)

    assert (model.predict(blind) == model.predict(sample)).all()


@pytest.mark.parametrize(
    ("rows", "channels", "why"),
    [
        (11, 5, r"windows of 12 rows of 5 channels \(altitude, .*\), not \(3, 11, 5\)"),
        (12, 4, r"windows of 12 rows of 5 channels .* not \(3, 12, 4\)"),
    ],
)
def test_windows_of_another_shape_are_refused(
    model: FrozenModel, rows: int, channels: int, why: str
) -> None:
    sample = asked()[np.arange(3)]
    other = replace(sample, values=sample.values[:, :rows, :channels])

    with pytest.raises(InvalidModel, match=why):
        model.predict(other)


def test_questions_without_an_answer_are_refused(model: FrozenModel) -> None:
    sample = asked()[np.arange(3)]

    with pytest.raises(InvalidModel, match="about no window"):
        model.predict(sample[np.array([], dtype=int)])
    with pytest.raises(InvalidModel, match="a window without a row"):
        model.predict(replace(sample, mask=np.zeros_like(sample.mask)))
    with pytest.raises(InvalidModel, match=r"the mask is \(3, 11\), not \(3, 12\)"):
        model.predict(replace(sample, mask=sample.mask[:, 1:]))
    with pytest.raises(InvalidModel, match="infinite"):
        model.predict(replace(sample, values=np.full_like(sample.values, np.inf)))


def _cut(folder: Path) -> None:
    path = folder / MODEL_FILE
    path.write_bytes(path.read_bytes()[:-1000])


def _flip(folder: Path) -> None:
    path = folder / MODEL_FILE
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def _praise(folder: Path) -> None:
    path = folder / CARD_FILE
    path.write_text(path.read_text().replace("11.5", "1.5"))


@pytest.mark.parametrize("spoil", [_cut, _flip, _praise])
def test_a_folder_that_was_changed_is_not_opened(
    folder: Path, made: tuple[Path, str], spoil: Callable[[Path], None]
) -> None:
    spoil(folder)

    with pytest.raises(InvalidModel, match="is not the model that was registered"):
        FrozenModel.open(folder, made[1])


def test_a_truncated_a_foreign_and_a_missing_graph_are_refused(folder: Path) -> None:
    _cut(folder)
    with pytest.raises(InvalidModel, match="cannot be opened"):
        FrozenModel.open(folder)

    (folder / MODEL_FILE).write_text("no graph at all")
    with pytest.raises(InvalidModel, match="cannot be opened"):
        FrozenModel.open(folder)

    (folder / MODEL_FILE).unlink()
    with pytest.raises(InvalidModel, match=r"model\.onnx: No such file"):
        FrozenModel.open(folder)


def test_a_graph_that_says_nothing_of_itself_is_refused(folder: Path) -> None:
    graph = onnx.load(folder / MODEL_FILE)
    del graph.metadata_props[:]
    onnx.save(graph, folder / MODEL_FILE)

    with pytest.raises(InvalidModel, match=r"idrill\.model is missing in the graph"):
        FrozenModel.open(folder)


def test_the_card_of_another_problem_is_refused(folder: Path) -> None:
    (folder / CARD_FILE).write_text(card(regimes=6).as_json())

    with pytest.raises(InvalidModel, match=r"not of the same model: idrill\.problem"):
        FrozenModel.open(folder)


def test_prediction_needs_neither_torch_nor_what_trains(made: tuple[Path, str]) -> None:
    program = (
        "import json, sys; from pathlib import Path; import numpy as np\n"
        "from idrill.rul.prediction import FrozenModel\n"
        "model = FrozenModel.open(Path(sys.argv[1]), sys.argv[2])\n"
        "model.ask(np.zeros((1, 12, 5), np.float32), np.ones((1, 12), bool))\n"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )

    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-c", program, *map(str, made)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    heavy = {"torch", "pandas", "mlflow", "sklearn", "sqlalchemy", "onnx", "matplotlib", "optuna"}
    assert set(json.loads(done.stdout)) & heavy == set()
