"""C-MAPSS by one protocol: every choice on training engines, the test engines looked at last.

The training engines are parted into five. Each seed of a method learns from four parts; the fifth
gives the residuals that intervals are calibrated on: one row of each engine, at random among the
ages at which test engines are asked about. A method that chooses among settings, or stops, by
engines it does not learn from is fitted twice: each half of the fifth chooses for one fit and
calibrates the other, and both answer together. So no residual is of an engine that anything was
learned or chosen on.

The ensemble is the mean over the seeds. Its intervals are split conformal with residuals pooled
over the seeds, each around the answer of its own member. They are not CV+ (Barber, Candès, Ramdas,
Tibshirani 2021), which adds each residual to what that member says of a test engine: here all are
added to the mean, for which nothing is proved, so coverage is counted on the test engines. As the
mean is mostly better than its members, the intervals are rather too wide.

What is left of the test engines is read only when a method has answered for all of them.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from types import MappingProxyType
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from idrill.errors import InvalidModel
from idrill.rul.baselines import BASELINES
from idrill.rul.benchmark_lines import Answer, Errors, Line, errors_of, line_of
from idrill.rul.cmapss import Subset
from idrill.rul.cnn_lstm import CNNLSTM
from idrill.rul.held_out import Fold, folds
from idrill.rul.lstm import LSTM
from idrill.rul.networks import Network, network_named
from idrill.rul.problem import Array, Predictor, Problem
from idrill.rul.scaling import Scaler, fit_scaler
from idrill.rul.sealed import SealedTest, digest_of
from idrill.rul.summary import Summary
from idrill.rul.training import Training, train
from idrill.rul.transformer import Transformer
from idrill.windows import Lives, Windows, split, windows, windows_at

FOLDS = 5
"""Parts of the training engines, of which one is held out."""
YOUNGEST = 20
"""Rows that an engine has run when it is asked about, at least, as in the test set."""
ASKED = 8
"""Windows of each held-out engine that training is watched on."""
MOST_WINDOWS = 24_000
"""Windows to learn from; where there are more, every second or third row ends one."""


class Learner(Protocol):
    """Something that learns to foresee."""

    @property
    def trials(self) -> int:
        """What validation lives choose among; with one they choose nothing."""
        ...

    def fit(
        self, problem: Problem, scaler: Scaler, training: Lives, validation: Lives, seed: int
    ) -> Predictor:
        """A predictor from training lives; others to choose by."""
        ...


@dataclass(frozen=True, slots=True)
class NetworkLearner:
    """A network and how it is trained."""

    network: Network
    training: Training

    @property
    def trials(self) -> int:
        """Epochs that validation lives choose among: one unless there is patience."""
        return 1 if self.training.patience is None else self.training.epochs

    def fit(
        self, problem: Problem, scaler: Scaler, training: Lives, validation: Lives, seed: int
    ) -> Predictor:
        """Train it with all windows, or every so many-th; watch it on a few of other engines."""
        stride = -(-sum(life.rows for life in training) // MOST_WINDOWS)
        return train(
            problem,
            scaler,
            self.network,
            windows(training, problem.length, stride=stride),
            windows_at(validation, problem.length, _rows(validation, seed, ASKED)),
            replace(self.training, seed=seed),
        )


LEARNERS: Mapping[str, NetworkLearner] = MappingProxyType(
    {
        "transformer": NetworkLearner(Transformer(patch=8), Training(epochs=10, offset=0.2)),
        "cnn_lstm": NetworkLearner(CNNLSTM(stride=8), Training(epochs=10, offset=0.3)),
        "lstm": NetworkLearner(LSTM(), Training(epochs=10, offset=0.3)),
        "summary": NetworkLearner(Summary(), Training(epochs=10, offset=0.3)),
    }
)
"""Each network with what did best on held-out training engines of FD001 and FD003."""


def learners(
    networks: Sequence[str] | None, epochs: int | None, *, baselines: bool
) -> dict[str, Learner]:
    """What is measured, by name.

    Args:
        networks: Which; all if None.
        epochs: Of each; its own if None.
        baselines: Whether what is simpler is measured as well, after the networks.

    Raises:
        InvalidModel: If there is no such network.
    """
    for name in networks or ():
        network_named(name)
    chosen = {name: LEARNERS[name] for name in networks or LEARNERS}
    if epochs is not None:
        chosen = {
            name: replace(one, training=replace(one.training, epochs=epochs))
            for name, one in chosen.items()
        }
    return {**chosen, **(BASELINES if baselines else {})}


@contextmanager
def pool(workers: int) -> Iterator[Executor | None]:
    """Processes of one thread each, for seeds beside each other; none for one worker."""
    if workers == 1:
        yield None
        return
    with ProcessPoolExecutor(
        workers, get_context("spawn"), initializer=torch.set_num_threads, initargs=(1,)
    ) as executor:
        yield executor


@dataclass(frozen=True, eq=False)
class Benchmark:
    """A subset, and how often each method is tried on it."""

    subset: Subset
    seeds: int = 5
    executor: Executor | None = None
    """Runs seeds beside each other; None: one after the other."""

    def __post_init__(self) -> None:
        if self.seeds < 1:
            raise InvalidModel(f"{self.seeds} seeds: at least one is needed")

    @property
    def floor(self) -> Errors:
        """Of a predictor that knows all but stops at the cap."""
        sealed = SealedTest(self.subset.problem, self.subset.test)
        count = len(self.subset.test)
        known = sealed.score(digest_of(b"all, to the cap"), np.zeros(count))
        return errors_of(known, known.target)

    def line(self, name: str, learner: Learner, heard: Callable[[], object] | None = None) -> Line:
        """One method with all its seeds.

        Args:
            name: Of the method.
            learner: How it learns.
            heard: Told whenever a seed has answered.
        """
        sealed = SealedTest(self.subset.problem, self.subset.test)
        asked = sealed.windows
        tasks = [
            Task(learner, self.subset.problem, self.fold(seed), asked, seed)
            for seed in range(self.seeds)
        ]
        run = map if self.executor is None else self.executor.map
        answers = []
        for answer in run(Task.run, tasks):
            answers.append(answer)
            if heard is not None:
                heard()
        return line_of(name, sealed, answers, FOLDS)

    def fold(self, seed: int) -> Fold:
        """What a seed learns from, and the engines that it does not see."""
        return folds(self.subset.training, FOLDS, seed // FOLDS)[seed % FOLDS]


@dataclass(frozen=True, eq=False)
class Task:
    """One seed of a method; everything it needs and no label of a test engine."""

    learner: Learner
    problem: Problem
    fold: Fold
    asked: Windows
    seed: int

    def run(self) -> Answer:
        """Learn, and answer."""
        start = time.perf_counter()
        training, problem = self.fold.training, self.problem
        scaler = fit_scaler(problem, training)
        said: list[Array] = []
        held_out: list[Array] = []
        actual: list[Array] = []
        for choosing, calibrating in self._uses():
            learned = self.learner.fit(problem, scaler, training, choosing, self.seed)
            rows = _rows_at_ages(calibrating, self.asked.age, self.seed)
            unseen = windows_at(calibrating, problem.length, rows)
            said.append(learned.predict(self.asked))
            held_out.append(learned.predict(unseen))
            actual.append(problem.target(unseen))
        return Answer(
            test=np.asarray(np.mean(said, axis=0)),
            held_out=np.concatenate(held_out),
            actual=np.concatenate(actual),
            minutes=(time.perf_counter() - start) / 60.0,
        )

    def _uses(self) -> tuple[tuple[Lives, Lives], ...]:
        """Engines to choose by and engines to calibrate on, for each fit."""
        held_out = self.fold.held_out
        if self.learner.trials == 1:
            return ((held_out, held_out),)
        one, other = split(held_out, (0.5, 0.5), self.seed)
        return (one, other), (other, one)


def _rows_at_ages(lives: Lives, ages: Array, seed: int) -> list[NDArray[np.int64]]:
    """One row at random of each life, at an age at which another engine was asked about.

    Were all rows as likely, more of the lives would be young, and foreseen to the cap without
    error, than of the engines asked about: the intervals would be too narrow for these.
    """
    generator = np.random.default_rng(seed)
    found = []
    for life in lives:
        reached = ages[ages < life.clock[-1]]
        age = generator.choice(reached) if reached.size else life.clock[-1]
        found.append(np.array([np.searchsorted(life.clock, age)], dtype=np.int64))
    return found


def _rows(lives: Lives, seed: int, count: int) -> list[NDArray[np.int64]]:
    """Rows at random of each life, none before it is as old as test engines are."""
    generator = np.random.default_rng((seed, count))
    return [
        np.sort(generator.integers(min(YOUNGEST, life.rows) - 1, life.rows, size=count))
        for life in lives
    ]
