"""Search for the settings of a network and of its training, by validation units alone.

The settings as given are the first trial. The others are drawn by tree-structured Parzen estimators
and given up early when they lag behind the median of those before them (Akiba et al. 2019,
*Optuna*). With a file of storage a search that was interrupted goes on, counts the trials that it
had, and comes to the same settings as one that was not.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from idrill.errors import InvalidModel
from idrill.rul.networks import Network, network_named
from idrill.rul.problem import Problem
from idrill.rul.scaling import Scaler
from idrill.rul.training import Training, train
from idrill.windows import Windows

if TYPE_CHECKING:
    import optuna

WIDTHS = (16, 24, 32, 48, 64)
"""Of networks; each is shared evenly by four heads."""
ROWS = (2, 4, 8)
"""Taken into one state."""
SIZES: Mapping[str, Mapping[str, Sequence[int]]] = MappingProxyType(
    {
        "transformer": {"width": WIDTHS, "blocks": (1, 2, 3), "patch": ROWS},
        "cnn_lstm": {"width": WIDTHS, "stride": ROWS, "hidden": WIDTHS},
        "lstm": {"hidden": WIDTHS, "layers": (1, 2)},
        "summary": {"hidden": WIDTHS},
    }
)
"""What each network may be made of, by the names of its fields."""
DROPOUT = (0.0, 0.5)
RANGES: Mapping[str, tuple[float, float, bool]] = MappingProxyType(
    {
        "learning_rate": (3e-4, 1e-2, True),
        "weight_decay": (1e-4, 1e-1, True),
        "offset": (0.0, 0.6, False),
        "noise": (0.0, 0.4, False),
    }
)
"""Least, most and whether it is drawn by its logarithm, by field of the training.

What is given widens the range; a rate of zero has no logarithm.
"""
LEAST_EPOCHS = 2
"""Before a trial may be given up."""
COMPARED = 4
"""Trials that must have finished before one may be given up."""
_WHY = "why"
"""Attribute of a trial that could not be trained."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A trial that ended."""

    number: int
    """From 1, in the order of the trials."""
    error: float
    """Root of the mean squared error on validation windows, on the unit's clock, of the weights
    that would be kept; of the last epoch if it was given up, infinite if there is none."""
    given_up: bool
    settings: Mapping[str, float]


Heard = Callable[[Tried], None]
"""Told each trial that ended."""


@dataclass(frozen=True, slots=True)
class Best:
    """The settings that did best, and how well."""

    network: Network
    training: Training
    error: float
    """Root of the mean squared error on validation windows, on the unit's clock."""
    tried: tuple[Tried, ...]
    """Every trial that finished or was given up."""


@dataclass(frozen=True, slots=True)
class Search:
    """How a search goes."""

    trials: int = 20
    """In all, those of earlier runs counted."""
    seed: int = 0
    storage: Path | None = None
    """SQLite file that remembers the trials; None: nothing does."""
    training: Training = field(default_factory=Training)
    """Of the first trial; epochs, batches and schedule are those of all."""

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
    heard: Heard | None = None,
) -> Best:
    """The best of some trials.

    Args:
        problem: What is to be foreseen.
        scaler: Fitted on the training units.
        name: Of the network.
        training: Windows to learn from.
        validation: Windows of units held out, which choose, and so can judge no more.
        settings: How many trials, and where they are remembered.
        heard: Told each trial that ended, those of earlier runs first.

    Raises:
        InvalidModel: If there is no such network, none of its sizes can be searched for, or no
            trial was finished.
    """
    if name not in SIZES:
        network_named(name)
        raise InvalidModel(f"no sizes of {name} are searched for, only of {', '.join(SIZES)}")
    study = _study(problem, name, settings)

    def objective(trial: "optuna.Trial") -> float:
        network, chosen = _network(name, trial), _training(settings.training, trial)
        watched = _Watched(trial, keeps_best=chosen.patience is not None)
        try:
            train(problem, scaler, network, training, validation, chosen, heard=watched)
        except InvalidModel as error:
            raise _unfit(trial, str(error)) from error
        if not math.isfinite(watched.error):
            raise _unfit(trial, "its error on validation windows is no number")
        return watched.error

    tried = _tried(study)
    for one in tried:
        _tell(heard, one)
    while len(tried) < settings.trials:
        _prepare(study, len(tried), name, settings)
        study.optimize(objective, n_trials=1)
        tried = _tried(study)
        _tell(heard, tried[-1])
    return _best(study, name, settings, tried)


class _Watched:
    """The error of a trial epoch by epoch; gives it up where it lags."""

    def __init__(self, trial: "optuna.Trial", *, keeps_best: bool) -> None:
        self.trial, self.keeps_best = trial, keeps_best
        self.error = math.inf

    def __call__(self, epoch: int, figures: Mapping[str, float]) -> None:
        import optuna

        now = figures["validation_rmse"]
        self.error = min(self.error, now) if self.keeps_best else now
        self.trial.report(self.error, epoch)
        if epoch >= LEAST_EPOCHS and self.trial.should_prune():
            raise optuna.TrialPruned


def _tell(heard: Heard | None, one: Tried) -> None:
    if heard is not None:
        heard(one)


def _unfit(trial: "optuna.Trial", why: str) -> "optuna.TrialPruned":
    import optuna

    trial.set_user_attr(_WHY, why)
    return optuna.TrialPruned(why)


def _study(problem: Problem, name: str, settings: Search) -> "optuna.Study":
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna.create_study(
        study_name=f"{problem.name}-{name}",
        storage=None if settings.storage is None else f"sqlite:///{settings.storage.absolute()}",
        load_if_exists=True,
        pruner=optuna.pruners.MedianPruner(n_startup_trials=COMPARED),
    )


def _prepare(study: "optuna.Study", ended: int, name: str, settings: Search) -> None:
    """Make the next trial depend on those that ended, and on no trial that was interrupted."""
    import optuna

    seed = np.random.SeedSequence([settings.seed, ended]).generate_state(1)[0]
    study.sampler = optuna.samplers.TPESampler(seed=int(seed))
    waiting = study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.WAITING,))
    if not ended and not waiting:
        study.enqueue_trial(_given(name, settings.training))


def _best(study: "optuna.Study", name: str, settings: Search, tried: tuple[Tried, ...]) -> Best:
    if all(one.given_up for one in tried):
        why = {str(trial.user_attrs[_WHY]) for trial in study.trials if _WHY in trial.user_attrs}
        raise InvalidModel(
            f"{study.study_name}: of {len(tried)} trials none was finished: {'; '.join(why)}"
        )
    return Best(
        network=_network(name, study.best_trial),
        training=_training(settings.training, study.best_trial),
        error=study.best_value,
        tried=tried,
    )


def _tried(study: "optuna.Study") -> tuple[Tried, ...]:
    """Trials that ended, in their order; those that were interrupted are none."""
    import optuna

    states = (optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.PRUNED)
    ended = study.get_trials(deepcopy=False, states=states)
    return tuple(
        Tried(
            number,
            math.inf if trial.value is None else trial.value,
            given_up=trial.state is optuna.trial.TrialState.PRUNED,
            settings=dict(trial.params),
        )
        for number, trial in enumerate(ended, start=1)
    )


def _network(name: str, trial: "optuna.Trial | optuna.trial.FrozenTrial") -> Network:
    found: Any = network_named(name)
    sizes = {size: trial.suggest_categorical(size, some) for size, some in SIZES[name].items()}
    network: Network = replace(found, dropout=trial.suggest_float("dropout", *DROPOUT), **sizes)
    return network


def _training(base: Training, trial: "optuna.Trial | optuna.trial.FrozenTrial") -> Training:
    drawn: dict[str, Any] = {}
    for setting, (least, most, log) in RANGES.items():
        given = getattr(base, setting)
        drawn[setting] = trial.suggest_float(
            setting, min(least, given), max(most, given), log=log and given > 0.0
        )
    return replace(base, **drawn)


def _given(name: str, base: Training) -> dict[str, Any]:
    """The settings as given, as a trial."""
    network: Any = network_named(name)
    sizes = {size: getattr(network, size) for size in (*SIZES[name], "dropout")}
    return sizes | {setting: getattr(base, setting) for setting in RANGES}
