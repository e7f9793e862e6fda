"""Training of a network on windows of lives, some of which were cut short.

The loss is the squared error of the capped remaining life where that is known, and the squared
shortfall where a life was cut short: a prediction above what is left at least is not wrong.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import nn

from idrill.errors import InvalidModel
from idrill.rul.course import Course, Training
from idrill.rul.networks import Network
from idrill.rul.problem import Array, Problem
from idrill.rul.samples import Samples, predicted, samples
from idrill.rul.scaling import Scaler
from idrill.tracking import Tracker, Untracked
from idrill.windows import Windows

__all__ = ["Heard", "TrainedNetwork", "Training", "train"]

Heard = Callable[[int, Mapping[str, float]], None]
"""Told the number of an epoch, from 1, and its figures."""


@dataclass(frozen=True, eq=False)
class TrainedNetwork:
    """A network with what it needs to be asked."""

    problem: Problem
    scaler: Scaler
    network: nn.Module

    def predict(self, windows: Windows) -> Array:
        """Remaining life on the unit's clock, between zero and the cap (window)."""
        return predicted(self.problem, self.scaler, self.network, windows)


def train(
    problem: Problem,
    scaler: Scaler,
    network: Network,
    training: Windows,
    validation: Windows,
    settings: Training,
    tracker: Tracker | None = None,
    checkpoint: Path | None = None,
    heard: Heard | None = None,
) -> TrainedNetwork:
    """A network trained on windows, and watched on windows of other units.

    Args:
        problem: What is to be foreseen.
        scaler: Fitted on the training units.
        network: What to build.
        training: Windows to learn from.
        validation: Windows of units held out.
        settings: How.
        tracker: What parameters and the figures of each epoch are reported to.
        checkpoint: A file that each epoch writes, and that training goes on from if it is there:
            what was interrupted comes to the same weights as what was not. Tracker and `heard` are
            told the epochs before it once more, so that a run that goes on has the whole curve.
        heard: Told the figures of each epoch.

    Returns:
        With the averaged weights, of the best epoch if there is patience.

    Raises:
        InvalidModel: If there is no window, one has another shape than the problem says, the loss
            stops being a number, or the checkpoint is none or of another training.
    """
    for windows in (training, validation):
        _require_fit(problem, windows)
    tracker = Untracked() if tracker is None else tracker
    tracker.parameters({"network": repr(network), **asdict(settings)})
    learned, watched = (samples(problem, scaler, one) for one in (training, validation))
    with torch.random.fork_rng(devices=[]):
        course = _begun(problem, network, settings, len(learned), checkpoint)
        for epoch, known in enumerate(course.curve, start=1):
            _tell(epoch, known, tracker, heard)
        while not course.ended:
            course.curve.append(_epoch(course, problem, learned, watched))
            if checkpoint is not None:
                course.store(checkpoint)
            _tell(course.done, course.curve[-1], tracker, heard)
    return TrainedNetwork(problem, scaler, course.finished())


def _begun(
    problem: Problem, network: Network, settings: Training, count: int, checkpoint: Path | None
) -> Course:
    torch.manual_seed(settings.seed)
    module = network.build(len(problem.channels), problem.length)
    course = Course(module, settings, steps=-(-count // settings.batch_size))
    if checkpoint is not None and checkpoint.exists():
        course.restore(checkpoint)
    return course


def _epoch(
    course: Course, problem: Problem, learned: Samples, watched: Samples
) -> dict[str, float]:
    """Figures of the next epoch."""
    return {
        "training_rmse": course.epoch(learned) * problem.cap,
        "validation_rmse": course.judge(watched) * problem.cap,
        "learning_rate": course.learning_rate,
    }


def _tell(epoch: int, figures: Mapping[str, float], tracker: Tracker, heard: Heard | None) -> None:
    tracker.metrics(figures, step=epoch)
    if heard is not None:
        heard(epoch, figures)


def _require_fit(problem: Problem, windows: Windows) -> None:
    if not len(windows):
        raise InvalidModel(f"{problem.name}: there is no window to learn from or to judge by")
    expected = (problem.length, len(problem.channels))
    if windows.values.shape[1:] != expected:
        found = windows.values.shape[1:]
        raise InvalidModel(f"{problem.name}: windows are {found} [rows, channels], not {expected}")
