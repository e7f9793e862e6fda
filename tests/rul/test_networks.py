"""Networks over masked windows."""

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import torch

from idrill.errors import InvalidModel
from idrill.rul.networks import NETWORKS, network_named
from idrill.rul.transformer import Transformer

LENGTHS = (7, 30)


def batch(length: int, *, count: int = 5) -> tuple[torch.Tensor, torch.Tensor]:
    """Values (window, time, 3), of which the first rows of all windows but one are padding."""
    generator = torch.Generator().manual_seed(1)
    values = torch.randn(count, length, 3, generator=generator)
    mask = torch.arange(length)[None, :] >= torch.arange(count)[:, None]
    return values, mask


def built(name: str, length: int) -> torch.nn.Module:
    torch.manual_seed(0)
    return network_named(name).build(3, length).eval()


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("name", NETWORKS)
def test_what_stands_in_padded_rows_moves_nothing(name: str, length: int) -> None:
    values, mask = batch(length)
    network = built(name, length)

    found = network(values, mask)
    elsewhere = network(torch.where(mask.unsqueeze(-1), values, 99.0), mask)

    assert found.shape == (5,)
    assert torch.equal(found, elsewhere)


@pytest.mark.parametrize("name", NETWORKS)
def test_what_stands_in_the_first_and_the_last_row_moves_it(name: str) -> None:
    values, mask = batch(30)
    network = built(name, 30)
    first, last = values.clone(), values.clone()
    first[0, 0] += 1.0
    last[:, -1] += 1.0

    found = network(values, mask)

    assert network(first, mask)[0] != found[0]
    assert (network(last, mask) != found).all()


@pytest.mark.parametrize("name", NETWORKS)
def test_the_same_windows_get_the_same_answer_in_any_company(name: str) -> None:
    values, mask = batch(30)
    network = built(name, 30)

    together = network(values, mask)
    alone = torch.cat([network(values[[at]], mask[[at]]) for at in range(5)])

    assert torch.allclose(together, alone, atol=1e-6)


@pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning", "ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore:Exporting a model to ONNX with a batch_size:UserWarning")
@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("name", NETWORKS)
def test_its_graph_says_what_it_says_for_any_number_of_windows(
    name: str, length: int, tmp_path: Path
) -> None:
    network, path = built(name, length), tmp_path / "network.onnx"
    torch.onnx.export(
        network,
        batch(length, count=2),
        path,
        dynamo=False,
        input_names=["values", "mask"],
        dynamic_axes={"values": {0: "window"}, "mask": {0: "window"}},
    )
    values, mask = batch(length, count=5)

    session = import_module("onnxruntime").InferenceSession(path)
    (found,) = session.run(None, {"values": values.numpy(), "mask": mask.numpy()})

    np.testing.assert_allclose(found, network(values, mask).detach().numpy(), atol=1e-5)


def test_an_unknown_network_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(InvalidModel, match="transformer, cnn_lstm, lstm"):
        network_named("perceptron")


def test_heads_that_do_not_share_the_width_are_refused() -> None:
    with pytest.raises(InvalidModel, match="3 heads"):
        Transformer(width=16, heads=3)
