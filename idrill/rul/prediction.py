"""Prediction by a frozen model: onnxruntime and numpy, no torch.

A model folder holds the graph (scaler, networks and interval in one) and its card. What is asked
are windows as `idrill.windows` cuts them: raw values, NaN where nothing was measured.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from idrill.errors import InvalidModel
from idrill.prognosis import LEVELS
from idrill.rul.card import Card, read_folder
from idrill.rul.card import digest as digest_of
from idrill.rul.problem import Array, Problem
from idrill.windows import Windows

if TYPE_CHECKING:
    from onnxruntime import InferenceSession  # type: ignore[import-untyped]

BATCH = 4096
"""Windows asked at a time; more only takes memory."""

PROBLEM = "idrill.problem"
LEVELS_OF = "idrill.levels"
NAME = "idrill.model"
"""Keys of the graph's metadata."""


def metadata(card: Card) -> dict[str, str]:
    """What the graph says of itself, which must fit its card."""
    return {
        NAME: card.model,
        PROBLEM: json.dumps(asdict(card.problem), sort_keys=True),
        LEVELS_OF: json.dumps(LEVELS),
    }


class FrozenModel:
    """A model that can no longer change.

    Args:
        graph: Bytes of the ONNX file.
        card: What it is.
        digest: Of both, as its folder has it.

    Raises:
        InvalidModel: If the graph is none, or of another model than the card.
    """

    def __init__(self, graph: bytes, card: Card, digest: str) -> None:
        self.card = card
        self.digest = digest
        self._session = _session(graph, card.model)
        _require_same(self._session, card)

    @classmethod
    def open(cls, folder: Path, expected: str | None = None) -> "FrozenModel":
        """The model of a folder.

        Args:
            folder: With graph and card.
            expected: Digest that the ledger has of it; None where nothing was noted.

        Raises:
            InvalidModel: If a file is missing, truncated, foreign or changed.
        """
        graph, card = read_folder(folder)
        found = digest_of(graph, card)
        if expected is not None and found != expected:
            raise InvalidModel(
                f"{folder} is not the model that was registered: its digest is {found[:12]}, not "
                f"{expected[:12]}; take the folder from a backup or register the model again"
            )
        return cls(graph, Card.from_json(card), found)

    @property
    def problem(self) -> Problem:
        """What it foresees."""
        return self.card.problem

    def predict(self, windows: Windows) -> Array:
        """Remaining life on the unit's clock, between zero and the cap (window).

        Raises:
            InvalidModel: If there is no window, or one has other rows or channels than the model.
        """
        return self._asked("remaining", windows.values, windows.mask)

    def quantiles(self, windows: Windows) -> Array:
        """Remaining life at each of `LEVELS` (window, level).

        Raises:
            InvalidModel: If there is no window, or one has other rows or channels than the model.
        """
        return self._asked("quantiles", windows.values, windows.mask)

    def ask(self, values: NDArray[np.float32], mask: NDArray[np.bool_]) -> tuple[Array, Array]:
        """Remaining life (window) and its quantiles (window, level) of bare arrays.

        Args:
            values: Raw (window, time, channel).
            mask: Whether there is a row (window, time).

        Raises:
            InvalidModel: If there is no window, or one has other rows or channels than the model.
        """
        self._require_fit(values, mask)
        found = self._session.run(["remaining", "quantiles"], {"values": values, "mask": mask})
        return np.asarray(found[0], np.float64), np.asarray(found[1], np.float64)

    def _asked(self, what: str, values: NDArray[np.float32], mask: NDArray[np.bool_]) -> Array:
        self._require_fit(values, mask)
        parts = [slice(start, start + BATCH) for start in range(0, len(values), BATCH)]
        found = [
            self._session.run([what], {"values": values[part], "mask": mask[part]})[0]
            for part in parts
        ]
        return np.concatenate(found).astype(np.float64)

    def _require_fit(self, values: NDArray[np.float32], mask: NDArray[np.bool_]) -> None:
        problem = self.problem
        rows, channels = problem.length, len(problem.channels)
        if values.ndim != 3 or values.shape[1:] != (rows, channels):
            raise InvalidModel(
                f"{self.card.model} takes windows of {rows} rows of {channels} channels "
                f"({', '.join(problem.channels)}), not {values.shape}"
            )
        if not len(values):
            raise InvalidModel(f"{self.card.model} was asked about no window: give at least one")
        if mask.shape != values.shape[:2]:
            raise InvalidModel(
                f"{self.card.model}: the mask is {mask.shape}, not {values.shape[:2]}"
            )
        if not mask.any(axis=1).all():
            raise InvalidModel(f"{self.card.model} was asked about a window without a row")
        if np.isinf(values).any():
            raise InvalidModel(f"{self.card.model} was given an infinite value: write NaN for none")


def _session(graph: bytes, name: str) -> "InferenceSession":
    # A process that has no model to open does without.
    import onnxruntime
    from onnxruntime.capi import (  # type: ignore[import-untyped]
        onnxruntime_pybind11_state as runtime,
    )

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except (
        runtime.Fail,
        runtime.InvalidArgument,
        runtime.InvalidGraph,
        runtime.InvalidProtobuf,
        runtime.NotImplemented,
        runtime.RuntimeException,
    ) as error:
        said = str(error).splitlines()[0]
        raise InvalidModel(
            f"the graph of {name} cannot be opened ({said}): export the model again"
        ) from error


def _require_same(session: "InferenceSession", card: Card) -> None:
    found = session.get_modelmeta().custom_metadata_map
    for key, expected in metadata(card).items():
        if found.get(key) != expected:
            raise InvalidModel(
                f"graph and card are not of the same model: {key} is {found.get(key, 'missing')} "
                f"in the graph and {expected} by the card of {card.model}"
            )
