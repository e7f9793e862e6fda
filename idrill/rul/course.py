"""The course of a training: its settings, its epochs, and where it stands between two of them."""

import copy
import math
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn

from idrill.errors import InvalidModel
from idrill.rul.samples import Samples, asked, squared_error

SHORTEST = 0.2
"""Least share of a window that stays when its first rows are hidden [-]."""


@dataclass(frozen=True, slots=True)
class Training:
    """How a network is trained."""

    epochs: int = 30
    batch_size: int = 128
    learning_rate: float = 2e-3
    """At its highest; it rises over the first epoch."""
    weight_decay: float = 1e-2
    schedule: Literal["cosine", "constant"] = "cosine"
    """How the rate goes on until the last epoch."""
    patience: int | None = None
    """Epochs without a better validation before it stops, the best weights kept; None: all
    epochs are run and the last weights stand, so that validation units may still calibrate."""
    average: float = 0.995
    """Share of the averaged weights that a step keeps (Polyak); 0 for the weights themselves."""
    noise: float = 0.0
    """Deviation of what training adds to each scaled value [-]."""
    offset: float = 0.0
    """Deviation of what training adds to all rows of a window alike, per channel: units differ
    from their making, and must not be known again by it [-]."""
    shortened: float = 0.0
    """Share of training windows whose first rows are hidden, as if the unit were younger [-]."""
    clip: float = 1.0
    """Norm above which a gradient is cut."""
    seed: int = 0

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch_size < 1 or not 0.0 < self.learning_rate < math.inf:
            raise InvalidModel("epochs, batch size and learning rate must be above zero and finite")
        if not all(0.0 <= one < math.inf for one in (self.weight_decay, self.noise, self.offset)):
            raise InvalidModel("weight decay, noise and offset must be finite and not below zero")
        if self.patience is not None and self.patience < 1:
            raise InvalidModel(f"a patience of {self.patience} epochs is less than one")
        if not 0.0 <= self.average < 1.0 or not 0.0 <= self.shortened <= 1.0:
            raise InvalidModel("average and shortened are shares, the first below one")


class Course:
    """A training under way; a generator of its own, so that nothing else moves its weights.

    Args:
        network: Fresh, or as it was when it was checkpointed.
        settings: How it is trained.
        steps: Batches of an epoch.
    """

    def __init__(self, network: nn.Module, settings: Training, steps: int) -> None:
        self.network, self.settings, self.steps = network, settings, steps
        self.averaged = copy.deepcopy(network)
        self.best = copy.deepcopy(network.state_dict())
        self.generator = torch.Generator().manual_seed(settings.seed)
        self.optimizer = torch.optim.AdamW(
            network.parameters(), settings.learning_rate, weight_decay=settings.weight_decay
        )
        self.done, self.taken, self.best_epoch, self.best_error = 0, 0, 0, math.inf
        self.curve: list[dict[str, float]] = []
        """Figures of each epoch, kept for whoever goes on."""

    @property
    def ended(self) -> bool:
        """Whether all epochs are run, or patience is."""
        patience = self.settings.patience
        out = patience is not None and self.done - self.best_epoch >= patience
        return out or self.done >= self.settings.epochs

    def epoch(self, training: Samples) -> float:
        """Learn from all samples once; root of the mean squared error of the shares [-]."""
        self.network.train()
        order = torch.randperm(len(training), generator=self.generator)
        batches = torch.split(order, self.settings.batch_size)
        total = math.fsum(self._step(training.of(chosen)) * len(chosen) for chosen in batches)
        self.done += 1
        return math.sqrt(total / len(training))

    def judge(self, validation: Samples) -> float:
        """Root of the mean squared error of the shares on other units [-]; keeps the best."""
        found = asked(self.averaged, validation.values, validation.mask)
        error = float(squared_error(found, validation).mean().sqrt())
        if error < self.best_error:
            self.best_error, self.best_epoch = error, self.done
            self.best = copy.deepcopy(self.averaged.state_dict())
        return error

    def _step(self, batch: Samples) -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate
        self.optimizer.zero_grad()
        values, mask = self._varied(batch)
        loss = squared_error(self.network(values, mask), batch).mean()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), self.settings.clip)
        self.optimizer.step()
        self.taken += 1
        self._average()
        if not math.isfinite(loss.item()):
            raise InvalidModel(
                f"the loss stopped being a number in epoch {self.done + 1}: "
                "lower the learning rate, or look for values that are not finite"
            )
        return loss.item()

    @property
    def learning_rate(self) -> float:
        """Of the next step: up over the first epoch, then as the schedule says."""
        risen = min(1.0, (self.taken + 1) / self.steps)
        share = self.taken / (self.steps * self.settings.epochs)
        falling = 0.5 * (1.0 + math.cos(math.pi * share))
        factor = falling if self.settings.schedule == "cosine" else 1.0
        return self.settings.learning_rate * risen * factor

    def _varied(self, batch: Samples) -> tuple[Tensor, Tensor]:
        """Values and masks with noise, and some windows with their first rows hidden."""
        values, mask = batch.values, batch.mask
        rows, channels = values.shape[1:]
        for size, shape in (
            (self.settings.noise, (len(values), rows, channels)),
            (self.settings.offset, (len(values), 1, channels)),
        ):
            if size:
                values = values + size * torch.randn(shape, generator=self.generator)
        if self.settings.shortened:
            length = mask.shape[1]
            draw = torch.rand(2, len(mask), generator=self.generator)
            hidden = draw[0] * (1.0 - SHORTEST) * length * (draw[1] < self.settings.shortened)
            mask = mask & (torch.arange(length)[None, :] >= hidden[:, None])
        return values, mask

    def _average(self) -> None:
        """Polyak (1992), with less memory in the beginning."""
        keep = min(self.settings.average, self.taken / (self.taken + 10.0))
        keep = keep if self.settings.average else 0.0
        with torch.no_grad():
            for mean, now in zip(
                self.averaged.parameters(), self.network.parameters(), strict=True
            ):
                mean.lerp_(now, 1.0 - keep)

    def finished(self) -> nn.Module:
        """The averaged network: as it was at its best with patience, else as it is."""
        if self.settings.patience is not None:
            self.averaged.load_state_dict(self.best)
        return self.averaged.eval()

    def store(self, path: Path) -> None:
        """Where it stands, to a file that is whole or not there."""
        partial = path.with_name(f"{path.name}.part")
        torch.save(self._state(), partial)
        partial.replace(path)

    def _state(self) -> dict[str, Any]:
        return {
            "described": self._described(),
            "network": self.network.state_dict(),
            "averaged": self.averaged.state_dict(),
            "best": self.best,
            "optimizer": self.optimizer.state_dict(),
            "generator": self.generator.get_state(),
            "chance": torch.get_rng_state(),
            "curve": self.curve,
            "counts": [self.done, self.taken, self.best_epoch, self.best_error],
        }

    def _described(self) -> dict[str, Any]:
        shapes = {name: list(value.shape) for name, value in self.network.state_dict().items()}
        return {"settings": asdict(self.settings), "steps": self.steps, "shapes": shapes}

    def restore(self, path: Path) -> None:
        """Go on from a file.

        Raises:
            InvalidModel: If it is no checkpoint, or one of another training.
        """
        if not zipfile.is_zipfile(path):
            raise InvalidModel(f"{path} is no checkpoint; delete it to start anew")
        state: dict[str, Any] = torch.load(path, weights_only=True)
        if state["described"] != self._described():
            raise InvalidModel(f"{path} is of another training; delete it to start anew")
        self.network.load_state_dict(state["network"])
        self.averaged.load_state_dict(state["averaged"])
        self.best = state["best"]
        self.optimizer.load_state_dict(state["optimizer"])
        self.generator.set_state(state["generator"])
        torch.set_rng_state(state["chance"])
        self.curve = state["curve"]
        self.done, self.taken, self.best_epoch, self.best_error = state["counts"]
