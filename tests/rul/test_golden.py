"""Golden windows: a model that answers otherwise than when it was registered is found out."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from idrill.errors import InvalidModel
from idrill.rul.golden import (
    GOLDEN_FILE,
    MOST,
    golden_of,
    read_golden,
    require_golden,
    write_golden,
)
from idrill.rul.prediction import FrozenModel
from tests.frozen_models import CAP, asked, exported


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> FrozenModel:
    folder = tmp_path_factory.mktemp("golden") / "model"
    exported(folder)
    return FrozenModel.open(folder)


def test_a_model_answers_its_own_golden_windows(model: FrozenModel, tmp_path: Path) -> None:
    write_golden(tmp_path, golden_of(model, asked()))

    require_golden(model, tmp_path)

    kept = read_golden(tmp_path)
    assert len(kept.values) == MOST
    assert np.isnan(kept.values).any()
    assert [path.name for path in tmp_path.iterdir()] == [GOLDEN_FILE]


def test_a_model_that_answers_otherwise_is_refused(model: FrozenModel, tmp_path: Path) -> None:
    golden = golden_of(model, asked())
    quantiles = golden.quantiles.copy()
    quantiles[3, 1] += 2e-4 * CAP
    write_golden(tmp_path, replace(golden, quantiles=quantiles))

    with pytest.raises(InvalidModel, match="golden windows otherwise"):
        require_golden(model, tmp_path)


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 no archive", b"\x93NUMPY"])
def test_golden_windows_that_are_missing_or_broken_are_said_so(
    model: FrozenModel, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / GOLDEN_FILE).write_bytes(content)

    with pytest.raises(InvalidModel, match="register the model again"):
        require_golden(model, tmp_path)


def test_golden_windows_of_another_problem_are_refused(model: FrozenModel, tmp_path: Path) -> None:
    golden = golden_of(model, asked())
    write_golden(tmp_path, replace(golden, quantiles=golden.quantiles[:5]))

    with pytest.raises(InvalidModel, match="another model"):
        require_golden(model, tmp_path)
