"""One ONNX graph answers as torch and numpy do, and its folder never changes."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from idrill.errors import InvalidModel
from idrill.rul.card import MODEL_FILE, Card, read_card
from idrill.rul.export import export, mean_of, parity
from idrill.rul.networks import NETWORKS
from idrill.rul.prediction import FrozenModel
from idrill.rul.training import TrainedNetwork
from tests.frozen_models import CAP, INTERVAL, asked, card, exported, member


@pytest.mark.parametrize("regimes", [1, 6])
@pytest.mark.parametrize("name", NETWORKS)
def test_the_graph_answers_as_torch_does_with_gaps_and_short_windows(
    name: str, regimes: int, tmp_path: Path
) -> None:
    trained = member(name, regimes)
    sample = asked(regimes)
    assert np.isnan(sample.values).any()
    assert not sample.mask.all()

    export([trained], INTERVAL, card(regimes), tmp_path / "model")
    frozen = FrozenModel.open(tmp_path / "model")

    assert np.ptp(trained.predict(sample)) > 0.9 * CAP
    assert parity(frozen, [trained], sample) <= 1e-5


def test_members_with_scalers_of_their_own_answer_in_the_mean(tmp_path: Path) -> None:
    first, second = member("lstm"), member("cnn_lstm", seed=1)
    other = replace(second.scaler, means=second.scaler.means + 2.0)
    members = [first, replace(second, scaler=other)]
    sample = asked()

    export(members, INTERVAL, card(), tmp_path / "model")
    frozen = FrozenModel.open(tmp_path / "model")

    assert np.abs(frozen.predict(sample) - mean_of(members, sample)).max() <= 1e-5 * CAP
    apart = np.abs(members[0].predict(sample) - members[1].predict(sample))
    assert apart.max() > 1.0


def test_quantiles_are_those_of_the_interval_by_bin_of_the_prediction(tmp_path: Path) -> None:
    exported(tmp_path / "model")
    frozen = FrozenModel.open(tmp_path / "model")
    sample = asked()

    quantiles = frozen.quantiles(sample)

    remaining = frozen.predict(sample)
    assert set(np.searchsorted(INTERVAL.edges, remaining)) == {0, 1, 2}
    assert quantiles == pytest.approx(INTERVAL.quantiles(remaining), abs=1e-5 * CAP)


def test_an_interval_of_one_bin_is_exported_too(tmp_path: Path) -> None:
    one = replace(INTERVAL, edges=np.array([]), offsets=INTERVAL.offsets[:1])
    export([member()], one, card(), tmp_path / "model")
    frozen = FrozenModel.open(tmp_path / "model")
    sample = asked()

    quantiles = frozen.quantiles(sample)

    assert quantiles == pytest.approx(one.quantiles(frozen.predict(sample)), abs=1e-5 * CAP)


def test_a_channel_that_hardly_moves_is_scaled_in_double_precision(tmp_path: Path) -> None:
    trained = member("lstm", 6)
    scales = trained.scaler.scales.copy()
    scales[:, 2] = 1e-4  # a temperature of 500 that is told apart to a ten-thousandth
    trained = replace(trained, scaler=replace(trained.scaler, scales=scales))

    export([trained], INTERVAL, card(6), tmp_path / "model")

    frozen = FrozenModel.open(tmp_path / "model")
    assert parity(frozen, [trained], asked(6)) <= 1e-5


def test_the_same_models_make_the_same_digest(tmp_path: Path) -> None:
    assert exported(tmp_path / "one") == exported(tmp_path / "two")
    assert exported(tmp_path / "three", seed=1) != exported(tmp_path / "four")


def test_a_model_folder_is_written_once(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    before = exported(folder)

    again = exported(folder)
    with pytest.raises(InvalidModel, match="holds another model, and model folders never change"):
        exported(folder, seed=1)

    assert again == before
    assert FrozenModel.open(folder).digest == before
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    assert not (folder / MODEL_FILE).stat().st_mode & 0o222


def test_the_graph_says_what_it_foresees(tmp_path: Path) -> None:
    exported(tmp_path / "model")

    model = onnx.load(tmp_path / "model" / MODEL_FILE)
    said = {entry.key: entry.value for entry in model.metadata_props}

    assert json.loads(said["idrill.problem"])["conditions"] == ["altitude", "speed"]
    assert json.loads(said["idrill.levels"]) == [0.05, 0.1, 0.5, 0.9, 0.95]
    batch = model.graph.input[0].type.tensor_type.shape.dim[0]
    assert batch.dim_param == "batch"


def test_what_does_not_belong_together_is_not_exported(tmp_path: Path) -> None:
    folder = tmp_path / "model"

    with pytest.raises(InvalidModel, match="no trained network"):
        export([], INTERVAL, card(), folder)
    with pytest.raises(InvalidModel, match="another problem"):
        export([member()], INTERVAL, card(regimes=6), folder)
    with pytest.raises(InvalidModel, match="capped at 100, not 125"):
        export([member()], replace(INTERVAL, cap=100.0), card(), folder)

    assert not folder.exists()


class _Drunk(torch.nn.Module):
    """Says something else each time it is asked."""

    def forward(self, values: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return torch.rand(len(values)) + 0.0 * values.sum() + 0.0 * mask.sum()


def test_a_network_that_the_graph_cannot_match_is_not_exported(tmp_path: Path) -> None:
    drunk = TrainedNetwork(member().problem, member().scaler, _Drunk())

    with pytest.raises(InvalidModel, match="graph and torch differ by"):
        export([drunk], INTERVAL, card(), tmp_path / "model")

    assert not (tmp_path / "model").exists()


def test_a_card_comes_back_from_json_as_it_was(tmp_path: Path) -> None:
    exported(tmp_path / "model")

    assert read_card(tmp_path / "model") == card()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "the whole: Invalid JSON"),
        (card().as_json().replace('"purpose"', '"porpoise"'), "purpose: Field required"),
        (card().as_json().replace("125.0", '"much"'), "problem.cap: .*valid number"),
        (card().as_json().replace("125.0", "-1.0"), "cap must be above zero"),
    ],
)
def test_a_card_that_cannot_be_read_says_where(text: str, why: str) -> None:
    with pytest.raises(InvalidModel, match=why):
        Card.from_json(text)


def test_a_card_must_say_where_not_to_use_a_model() -> None:
    with pytest.raises(InvalidModel, match="the card of rul-liner lacks not_for"):
        replace(card(), not_for=())
