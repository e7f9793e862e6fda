"""Windows that somebody sends: answered as the trained ones are, or refused with the reason."""

import numpy as np
import pytest

from idrill.errors import InvalidRequest
from idrill.rul.posted import Columns, foresee
from idrill.rul.prediction import FrozenModel
from idrill.windows import last_windows
from tests.frozen_models import CHANNELS, exported, lives, problem


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> FrozenModel:
    folder = tmp_path_factory.mktemp("posted") / "model"
    exported(folder)
    return FrozenModel.open(folder)


def columns_of(table: np.ndarray) -> dict[str, list[float | None]]:
    return {
        name: [None if np.isnan(value) else float(value) for value in column]
        for name, column in zip(CHANNELS, table.T, strict=True)
    }


def whole(rows: int = 12) -> dict[str, list[float | None]]:
    """A window in which everything was measured."""
    return columns_of(np.tile(np.array([300.0, 0.6, 510.0, 1.5e7, 7.0]), (rows, 1)))


def test_a_posted_window_is_the_one_that_a_history_gives(model: FrozenModel) -> None:
    known, length = lives(1), problem().length
    trained = model.quantiles(last_windows(known, length))
    posted = [columns_of(life.values[-length:]) for life in known]

    told = foresee(model, posted)

    given = [at for at, one in enumerate(told) if one.quantiles is not None]
    assert len(given) > 8
    said = np.array([told[at].quantiles for at in given], dtype=float)
    np.testing.assert_allclose(said, trained[np.array(given)], rtol=1e-6)


def test_a_young_unit_has_a_short_window(model: FrozenModel) -> None:
    [one] = foresee(model, [whole(2)])

    assert one.quantiles is not None
    assert sorted(one.quantiles) == list(one.quantiles)
    assert (one.quality, one.reason) == ("good", "")


@pytest.mark.parametrize(
    ("gaps", "quality", "given"), [(1, "good", True), (4, "doubtful", True), (9, "withheld", False)]
)
def test_gaps_make_a_window_doubtful_and_then_withhold_it(
    model: FrozenModel, gaps: int, quality: str, given: bool
) -> None:
    window = whole()
    for name in CHANNELS:
        window[name][:gaps] = [None] * gaps

    [one] = foresee(model, [window])

    assert (one.quality, one.quantiles is not None) == (quality, given)
    assert ("have a value" in one.reason) == (quality != "good")


def test_values_beyond_anything_learned_withhold_it_rather_than_give_no_number(
    model: FrozenModel,
) -> None:
    [one] = foresee(model, [whole() | {"altitude": [3e38] * 12, "speed": [3e38] * 12}])

    assert one.quantiles is None or np.isfinite(one.quantiles).all()


@pytest.mark.parametrize(
    ("window", "told"),
    [
        ({"altitude": [1.0]}, "windows.0 lacks speed, temperature, pressure, steady"),
        (whole() | {"depth": [1.0] * 12}, "has depth, which the model does not take"),
        (whole() | {"speed": [0.6]}, "columns of 1 to 12 rows"),
        (whole(13), "has 13 rows: send 1 to 12"),
        (whole(0), "has 0 rows"),
    ],
)
def test_a_window_that_the_model_cannot_take_is_refused_by_its_number(
    model: FrozenModel, window: Columns, told: str
) -> None:
    with pytest.raises(InvalidRequest, match=told):
        foresee(model, [window])


def test_the_fault_of_a_later_window_names_it(model: FrozenModel) -> None:
    with pytest.raises(InvalidRequest, match=r"windows\.1 has 13 rows"):
        foresee(model, [whole(), whole(13)])
