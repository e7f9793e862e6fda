"""Training of networks on lives, some of which were cut short."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from idrill.errors import InvalidModel
from idrill.rul.cnn_lstm import CNNLSTM
from idrill.rul.course import Course
from idrill.rul.lstm import LSTM
from idrill.rul.networks import Network
from idrill.rul.problem import Problem
from idrill.rul.samples import Samples
from idrill.rul.scaling import fit_scaler
from idrill.rul.training import TrainedNetwork, Training, train
from idrill.rul.transformer import Transformer
from idrill.tracking import Parameter, Untracked
from idrill.windows import Life, Lives, Windows, last_windows, windows

PROBLEM = Problem("pump", "hours", ("load", "wear", "heat"), ("load",), 1, length=12, cap=40.0)
SMALL = CNNLSTM(width=8, stride=2, hidden=8, dropout=0.1)
SHORT = Training(epochs=4, batch_size=32, learning_rate=1e-2, noise=0.1, offset=0.1, shortened=0.5)


def worn(count: int, *, failed: bool = True, seed: int = 0) -> Lives:
    """Lives whose channels drift towards their end; those that did not fail are cut at half."""
    generator = np.random.default_rng(seed)
    lives = []
    for number in range(count):
        full = int(generator.integers(30, 70))
        clock = np.arange(1.0, (full if failed else full // 2) + 1.0)
        level = np.exp((clock - full) / 20.0)
        load = generator.normal(size=clock.size)
        noise = generator.normal(0.0, 0.05, (2, clock.size))
        values = np.stack([load, level + 0.2 * load + noise[0], -level + noise[1]], axis=1)
        name = f"pump-{seed}-{number}"
        lives.append(Life(name, name, values.astype(np.float32), clock, clock[-1], failed))
    return Lives(PROBLEM.channels, "hours", tuple(lives))


TRAINING, HELD_OUT = windows(worn(8), 12, stride=2), windows(worn(3, seed=1), 12, stride=2)
SCALER = fit_scaler(PROBLEM, worn(8))


def trained(settings: Training = SHORT, checkpoint: Path | None = None) -> TrainedNetwork:
    return train(PROBLEM, SCALER, SMALL, TRAINING, HELD_OUT, settings, checkpoint=checkpoint)


def weights(network: TrainedNetwork) -> torch.Tensor:
    return torch.cat([value.flatten() for value in network.network.state_dict().values()])


def errors(network: TrainedNetwork, asked: Windows) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return network.predict(asked) - PROBLEM.target(asked)


@pytest.mark.parametrize(
    "network", [CNNLSTM(dropout=0.0), LSTM(dropout=0.0), Transformer(dropout=0.0)]
)
def test_a_network_overfits_sixteen_windows(network: Network) -> None:
    sixteen = TRAINING[np.linspace(0, len(TRAINING) - 1, 16).astype(np.int64)]
    settings = Training(
        epochs=100, batch_size=16, learning_rate=1e-2, weight_decay=0.0, average=0.0
    )
    learned = train(PROBLEM, SCALER, network, sixteen, sixteen, settings)

    assert np.abs(errors(learned, sixteen)).max() < 0.05 * PROBLEM.cap


def test_what_it_learned_holds_for_units_that_it_never_saw() -> None:
    before = trained(Training(epochs=1, batch_size=512, learning_rate=1e-9))
    after = trained(replace(SHORT, epochs=15))

    assert np.abs(errors(after, HELD_OUT)).mean() < 0.3 * np.abs(errors(before, HELD_OUT)).mean()


def test_the_same_seed_gives_the_same_weights() -> None:
    first = weights(trained())
    torch.manual_seed(99)
    second = weights(trained())
    other = weights(trained(replace(SHORT, seed=1)))

    assert torch.equal(first, second)
    assert not torch.equal(first, other)


def test_training_leaves_the_chance_of_others_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)

    torch.manual_seed(5)
    trained(replace(SHORT, epochs=1))

    assert torch.equal(torch.rand(3), expected)


def epochs_run(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Numbers of the epochs that are run from now on."""
    run: list[int] = []
    epoch = Course.epoch

    def counted(course: Course, training: Samples) -> float:
        run.append(course.done + 1)
        return epoch(course, training)

    monkeypatch.setattr(Course, "epoch", counted)
    return run


@pytest.mark.parametrize("patience", [None, 3])
def test_what_was_interrupted_comes_to_the_same_weights(
    patience: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(SHORT, patience=patience)
    checkpoint = tmp_path / "training.pt"

    def stopped(epoch: int, _: Mapping[str, float]) -> None:
        if epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(
            PROBLEM, SCALER, SMALL, TRAINING, HELD_OUT, settings,
            checkpoint=checkpoint, heard=stopped,
        )  # fmt: skip
    run = epochs_run(monkeypatch)
    resumed = trained(settings, checkpoint)

    assert run == [3, 4]
    assert torch.equal(weights(resumed), weights(trained(settings)))


def test_who_goes_on_is_told_the_whole_curve(tmp_path: Path) -> None:
    told: list[tuple[int, Mapping[str, float]]] = []

    for _ in range(2):
        train(
            PROBLEM, SCALER, SMALL, TRAINING, HELD_OUT, SHORT, checkpoint=tmp_path / "training.pt",
            heard=lambda epoch, figures: told.append((epoch, dict(figures))),
        )  # fmt: skip

    assert [epoch for epoch, _ in told[:4]] == [1, 2, 3, 4]
    assert told[4:] == told[:4]


def test_a_checkpoint_of_another_training_is_refused(tmp_path: Path) -> None:
    checkpoint = tmp_path / "training.pt"
    trained(checkpoint=checkpoint)

    with pytest.raises(InvalidModel, match="of another training"):
        trained(replace(SHORT, learning_rate=2e-2), checkpoint)


def test_what_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    checkpoint = tmp_path / "training.pt"
    checkpoint.write_text("no")

    with pytest.raises(InvalidModel, match="delete it"):
        trained(checkpoint=checkpoint)


def test_patience_keeps_the_weights_of_the_best_epoch() -> None:
    heard: list[float] = []
    settings = replace(SHORT, epochs=40, patience=2, learning_rate=5e-2, average=0.0)

    network = train(
        PROBLEM, SCALER, SMALL, TRAINING, HELD_OUT, settings,
        heard=lambda _, figures: heard.append(figures["validation_rmse"]),
    )  # fmt: skip

    assert len(heard) < 40
    assert int(np.argmin(heard)) == len(heard) - 3
    unclipped = np.sqrt(np.mean(errors(network, HELD_OUT) ** 2))
    assert unclipped <= min(heard) + 1e-3
    assert unclipped > 0.8 * min(heard)


def test_a_life_that_was_cut_short_only_pushes_predictions_up() -> None:
    cut = windows(worn(8, failed=False, seed=2), 12, stride=2)
    both = Windows(
        values=np.concatenate([TRAINING.values, cut.values]),
        mask=np.concatenate([TRAINING.mask, cut.mask]),
        age=np.concatenate([TRAINING.age, cut.age]),
        remaining=np.concatenate([TRAINING.remaining, cut.remaining]),
        failed=np.concatenate([TRAINING.failed, cut.failed]),
        unit=np.concatenate([TRAINING.unit, cut.unit + 8]),
        units=(*TRAINING.units, *cut.units),
    )
    as_if_failed = replace(both, failed=np.ones(len(both), dtype=np.bool_))
    settings = replace(SHORT, epochs=15)

    honest, fooled = (
        train(PROBLEM, SCALER, SMALL, one, HELD_OUT, settings) for one in (both, as_if_failed)
    )

    assert honest.predict(cut).mean() > fooled.predict(cut).mean() + 0.1 * PROBLEM.cap
    assert np.abs(errors(honest, HELD_OUT)).mean() < np.abs(errors(fooled, HELD_OUT)).mean()


def test_predictions_stay_between_zero_and_the_cap() -> None:
    network = trained(replace(SHORT, epochs=1, learning_rate=0.3))
    wild = last_windows(worn(8), 12)

    found = network.predict(replace(wild, values=1e3 * wild.values))

    assert found.min() >= 0.0
    assert found.max() <= PROBLEM.cap


def test_parameters_and_the_figures_of_each_epoch_are_reported() -> None:
    class Kept(Untracked):
        def __init__(self) -> None:
            self.given: dict[str, Parameter] = {}
            self.steps: list[int | None] = []
            self.names: set[str] = set()

        def parameters(self, values: Mapping[str, Parameter]) -> None:
            self.given |= values

        def metrics(self, values: Mapping[str, float], step: int | None = None) -> None:
            self.steps.append(step)
            self.names |= set(values)

    kept = Kept()

    train(PROBLEM, SCALER, SMALL, TRAINING, HELD_OUT, SHORT, kept)

    assert kept.given["epochs"] == 4
    assert "CNNLSTM(width=8" in str(kept.given["network"])
    assert kept.steps == [1, 2, 3, 4]
    assert kept.names == {"training_rmse", "validation_rmse", "learning_rate"}


def test_windows_of_another_shape_are_refused() -> None:
    with pytest.raises(InvalidModel, match=r"\(9, 3\)"):
        train(PROBLEM, SCALER, SMALL, windows(worn(2), 9), HELD_OUT, SHORT)


def test_no_window_is_refused() -> None:
    with pytest.raises(InvalidModel, match="no window"):
        train(PROBLEM, SCALER, SMALL, TRAINING, HELD_OUT[:0], SHORT)


def test_a_loss_that_stops_being_a_number_is_said() -> None:
    broken = replace(TRAINING, remaining=np.full(len(TRAINING), np.nan))

    with pytest.raises(InvalidModel, match="epoch 1"):
        train(PROBLEM, SCALER, SMALL, broken, HELD_OUT, SHORT)


@pytest.mark.parametrize(
    "wrong",
    [
        {"epochs": 0},
        {"patience": 0},
        {"average": 1.0},
        {"learning_rate": float("inf")},
        {"weight_decay": -1.0},
        {"noise": -0.1},
    ],
)
def test_settings_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidModel):
        replace(SHORT, **wrong)  # type: ignore[arg-type]
