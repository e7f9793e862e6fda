"""Search for the settings of a network and of its training, by validation units alone.

Trials are drawn by tree-structured Parzen estimators and given up early when they lag behind the
median of those before them (Akiba et al. 2019, *Optuna*). With a file of storage a search that was
interrupted goes on, and counts the trials that it had.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from idrill.errors import InvalidModel
from idrill.rul.cnn_lstm import CNNLSTM
from idrill.rul.lstm import LSTM
from idrill.rul.networks import Network, network_named
from idrill.rul.problem import Problem
from idrill.rul.scaling import Scaler
from idrill.rul.training import Training, train
from idrill.rul.transformer import Transformer
from idrill.windows import Windows

if TYPE_CHECKING:
    import optuna

WIDTHS = (16, 24, 32, 48, 64)
"""Of networks; each is shared evenly by four heads."""
LEAST_EPOCHS = 2
"""Before a trial may be given up."""


@dataclass(frozen=True, slots=True)
class Best:
    """The settings that did best, and how well."""

    network: Network
    training: Training
    error: float
    """Root of the mean squared error on validation windows, on the unit's clock."""
    trials: int
    """Finished or given up, in all."""


@dataclass(frozen=True, slots=True)
class Search:
    """How a search goes."""

    trials: int = 20
    """In all, those of earlier runs counted."""
    seed: int = 0
    storage: Path | None = None
    """SQLite file that remembers the trials; None: nothing does."""
    training: Training = field(default_factory=Training)
    """What is not searched for: epochs, batches, schedule."""

    def __post_init__(self) -> None:
        if self.trials < 1:
            raise InvalidModel(f"{self.trials} trials: a search needs at least one")


def search(
    problem: Problem,
    scaler: Scaler,
    name: str,
    training: Windows,
    validation: Windows,
    settings: Search,
    heard: Callable[[int, float], None] | None = None,
) -> Best:
    """The best of some trials.

    Args:
        problem: What is to be foreseen.
        scaler: Fitted on the training units.
        name: Of the network.
        training: Windows to learn from.
        validation: Windows of units held out, which choose, and so can judge no more.
        settings: How many trials, and where they are remembered.
        heard: Told the number of each trial that ended and its error; infinite if given up.

    Raises:
        InvalidModel: If there is no such network, or no trial was finished.
    """
    import optuna

    network_named(name)
    study = _study(problem, name, settings)

    def objective(trial: "optuna.Trial") -> float:
        network, chosen = _network(name, trial), _training(settings.training, trial)
        last = [float("inf")]

        def watched(epoch: int, figures: Mapping[str, float]) -> None:
            last[0] = figures["validation_rmse"]
            trial.report(last[0], epoch)
            if epoch >= LEAST_EPOCHS and trial.should_prune():
                raise optuna.TrialPruned

        train(problem, scaler, network, training, validation, chosen, heard=watched)
        return last[0]

    def told(_: "optuna.Study", trial: "optuna.trial.FrozenTrial") -> None:
        if heard is not None:
            heard(trial.number, trial.value if _finished(trial) and trial.value else float("inf"))

    left = max(settings.trials - len(_ended(study)), 0)
    study.optimize(objective, n_trials=left, callbacks=[told], catch=(InvalidModel,))
    return _best(study, name, settings)


def _study(problem: Problem, name: str, settings: Search) -> "optuna.Study":
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        study_name=f"{problem.name}-{name}",
        storage=None if settings.storage is None else f"sqlite:///{settings.storage.absolute()}",
        load_if_exists=True,
        pruner=optuna.pruners.MedianPruner(n_startup_trials=4),
    )
    # From the same seed a search that goes on would draw its first trials once more.
    study.sampler = optuna.samplers.TPESampler(seed=settings.seed + len(study.trials))
    return study


def _best(study: "optuna.Study", name: str, settings: Search) -> Best:
    ended = _ended(study)
    if not any(_finished(trial) for trial in ended):
        raise InvalidModel(f"{study.study_name}: of {len(ended)} trials none was finished")
    return Best(
        network=_network(name, study.best_trial),
        training=_training(settings.training, study.best_trial),
        error=study.best_value,
        trials=len(ended),
    )


def _ended(study: "optuna.Study") -> list["optuna.trial.FrozenTrial"]:
    import optuna

    states = (optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.PRUNED)
    return study.get_trials(deepcopy=False, states=states)


def _finished(trial: "optuna.trial.FrozenTrial") -> bool:
    return trial.state.name == "COMPLETE"


def _network(name: str, trial: "optuna.Trial | optuna.trial.FrozenTrial") -> Network:
    width = int(trial.suggest_categorical("width", WIDTHS))
    dropout = trial.suggest_float("dropout", 0.0, 0.5)
    if name == "lstm":
        return LSTM(hidden=width, layers=trial.suggest_int("layers", 1, 2), dropout=dropout)
    rows = int(trial.suggest_categorical("rows", (2, 4, 8)))
    if name == "cnn_lstm":
        return CNNLSTM(width=width, stride=rows, hidden=width, dropout=dropout)
    blocks = trial.suggest_int("blocks", 1, 3)
    return Transformer(width=width, blocks=blocks, patch=rows, dropout=dropout)


def _training(base: Training, trial: "optuna.Trial | optuna.trial.FrozenTrial") -> Training:
    return replace(
        base,
        learning_rate=trial.suggest_float("learning_rate", 3e-4, 1e-2, log=True),
        weight_decay=trial.suggest_float("weight_decay", 1e-4, 1e-1, log=True),
        offset=trial.suggest_float("offset", 0.0, 0.6),
        noise=trial.suggest_float("noise", 0.0, 0.4),
    )
