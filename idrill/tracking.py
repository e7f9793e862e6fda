"""What training reports to, whoever keeps it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

Parameter = str | int | float | bool | None


class Tracker(Protocol):
    """Where a training run writes what it was given and what came of it."""

    def parameters(self, values: Mapping[str, Parameter]) -> None:
        """Note what the run was given; a name may be said once."""

    def metrics(self, values: Mapping[str, float], step: int | None = None) -> None:
        """Note figures, of an epoch if `step` is given."""

    def data_set(self, name: str, digest: str, described: Mapping[str, Parameter]) -> None:
        """Note what was learned from: its name, the hash of its content, and where it lies."""

    def file(self, path: Path) -> None:
        """Keep a copy of a file: a plot, a table, a checkpoint."""


class Untracked:
    """A tracker that keeps nothing."""

    def parameters(self, values: Mapping[str, Parameter]) -> None:
        """Forget them."""

    def metrics(self, values: Mapping[str, float], step: int | None = None) -> None:
        """Forget them."""

    def data_set(self, name: str, digest: str, described: Mapping[str, Parameter]) -> None:
        """Forget it."""

    def file(self, path: Path) -> None:
        """Forget it."""
