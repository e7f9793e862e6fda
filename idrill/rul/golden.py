"""Golden windows: what a model answered when it was registered, to be asked again where it serves.

They lie beside the graph and the card. A host on which the graph answers otherwise, for want of
precision or of an operator, is found out before anybody is answered.
"""

import os
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from idrill.errors import InvalidModel
from idrill.rul.prediction import FrozenModel
from idrill.rul.problem import Array
from idrill.windows import Windows

GOLDEN_FILE = "golden.npz"
MOST = 16
"""Windows that are kept."""
TOLERANCE = 1e-4
"""Largest difference from what was answered before, as share of the cap [-]; processors round
differently."""

_NAMES = ("values", "mask", "remaining", "quantiles")


@dataclass(frozen=True, eq=False)
class Golden:
    """Windows, and what a model answered."""

    values: NDArray[np.float32]
    """(window, time, channel)"""
    mask: NDArray[np.bool_]
    """(window, time)"""
    remaining: Array
    """(window)"""
    quantiles: Array
    """(window, level)"""


def golden_of(model: FrozenModel, windows: Windows) -> Golden:
    """What a model answers about some of the windows, from the first to the last.

    Raises:
        InvalidModel: If there is no window, or they are not of the model.
    """
    chosen = np.unique(np.linspace(0, len(windows) - 1, min(MOST, len(windows))).astype(np.int64))
    some = windows[chosen]
    return Golden(some.values, some.mask, *model.ask(some.values, some.mask))


def write_golden(folder: Path, golden: Golden) -> None:
    """Write golden windows into a model folder, whole or not at all."""
    written = BytesIO()
    np.savez_compressed(written, **{name: getattr(golden, name) for name in _NAMES})
    draft = folder / f".{GOLDEN_FILE}-{os.getpid()}"
    draft.write_bytes(written.getvalue())
    draft.chmod(0o444)
    draft.rename(folder / GOLDEN_FILE)


def read_golden(folder: Path) -> Golden:
    """The golden windows of a model folder.

    Raises:
        InvalidModel: If there are none, or they cannot be read.
    """
    try:
        with np.load(folder / GOLDEN_FILE, allow_pickle=False) as held:
            return Golden(*(held[name] for name in _NAMES))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
        raise InvalidModel(
            f"{folder} has no golden windows that can be read ({GOLDEN_FILE}: {error}): register "
            "the model again, which writes them"
        ) from error


def drift(model: FrozenModel, folder: Path) -> float:
    """Largest difference from what a model answered at registration, as share of the cap [-].

    Raises:
        InvalidModel: If nobody knows what it answered, or the answers are of another model.
    """
    golden = read_golden(folder)
    remaining, quantiles = model.ask(golden.values, golden.mask)
    if remaining.shape != golden.remaining.shape or quantiles.shape != golden.quantiles.shape:
        raise InvalidModel(f"{folder}: {GOLDEN_FILE} is of another model: register it again")
    apart = np.abs(remaining - golden.remaining).max(), np.abs(quantiles - golden.quantiles).max()
    return float(max(apart) / model.problem.cap)


def require_golden(model: FrozenModel, folder: Path) -> None:
    """See that a model answers as it did when it was registered.

    Raises:
        InvalidModel: If it does not, or nobody knows what it answered.
    """
    apart = drift(model, folder)
    if not apart <= TOLERANCE:
        raise InvalidModel(
            f"{model.card.model} answers its golden windows otherwise than when it was registered, "
            f"by up to {apart:.2g} of the cap: nothing is served from {folder}; take "
            "the folder from a backup, or look at the version of onnxruntime"
        )
