"""Export of trained networks: scaler, members, cap and interval in one ONNX graph.

The scaler's arithmetic is done in double precision inside the graph, as numpy does it: in single
precision the nearest regime of a row, or what is left of a large reading, may come out otherwise.
"""

import os
import shutil
import warnings
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from idrill.errors import InvalidModel
from idrill.rul.card import CARD_FILE, MODEL_FILE, Card, digest, digest_of_folder
from idrill.rul.intervals import Interval
from idrill.rul.prediction import FrozenModel, metadata
from idrill.rul.problem import Array
from idrill.rul.scaling import Scaler
from idrill.rul.training import TrainedNetwork
from idrill.windows import Windows

OPSET = 17
TREE_OPSET = 3
"""Of the domain in which trees are operators; the first that knows double precision."""
PARITY = 1e-5
"""Largest difference between torch and the graph, as share of the cap [-]."""
TRIED = 7
"""Random windows that an export is tried on."""


def export(members: Sequence[TrainedNetwork], interval: Interval, card: Card, folder: Path) -> str:
    """Write trained networks, whose mean is the prediction, as a folder that never changes.

    Args:
        members: One, or several of the same problem.
        interval: Calibrated on what their mean predicts.
        card: What the model is; of the same problem.
        folder: Where to; must not exist, unless with the same content.

    Returns:
        The digest of the folder.

    Raises:
        InvalidModel: If members, interval and card are not of one problem, the graph does not
            answer as torch does, or the folder holds another model.
    """
    _require_one_problem(members, interval, card)
    text = card.as_json().encode()
    graph = _graph(members, interval, card)
    found = digest(graph, text)
    frozen = FrozenModel(graph, card, found)
    tried = _random_windows(members[0])
    worst = parity(frozen, members, tried)
    if not worst <= PARITY:
        raise InvalidModel(f"{card.model}: graph and torch differ by {worst:.2g} of the cap")
    _write(folder, {MODEL_FILE: graph, CARD_FILE: text}, found)
    return found


def mean_of(members: Sequence[TrainedNetwork], windows: Windows) -> Array:
    """What the members say in the mean, by torch (window)."""
    return np.asarray(np.mean([member.predict(windows) for member in members], axis=0))


def parity(frozen: FrozenModel, members: Sequence[TrainedNetwork], windows: Windows) -> float:
    """Largest difference between the graph and torch, as share of the cap [-]."""
    apart = np.abs(frozen.predict(windows) - mean_of(members, windows))
    return float(apart.max() / frozen.problem.cap)


def _require_one_problem(members: Sequence[TrainedNetwork], interval: Interval, card: Card) -> None:
    if not members:
        raise InvalidModel(f"{card.model}: there is no trained network to export")
    if any(member.problem != card.problem for member in members):
        raise InvalidModel(f"{card.model}: its card is of another problem than its networks")
    if interval.cap != card.problem.cap:
        raise InvalidModel(
            f"{card.model}: the interval is capped at {interval.cap:g}, not {card.problem.cap:g}"
        )


class _Scaling(nn.Module):
    """The scaler's arithmetic on tensors, ordered so that few passes go over all values.

    What is left of a reading, less its mean, by its deviation, is the reading by its deviation less
    a response that has the mean in its constant term.
    """

    def __init__(self, scaler: Scaler) -> None:
        super().__init__()
        self.conditions = [int(channel) for channel in scaler.conditions]
        self.has_response = bool(scaler.weights.any())
        self.has_regimes = len(scaler.centres) > 1
        inverse = 1.0 / scaler.scales
        shift = scaler.means * inverse
        response = scaler.weights.copy()
        if self.has_response and not self.has_regimes:
            response = response * inverse
            response[0] += shift[0]
        for name, values in (
            ("origin", scaler.origin),
            ("unit", scaler.unit),
            ("centres", scaler.centres),
            ("response", response),
            ("inverse", inverse),
            ("shift", shift),
        ):
            self.register_buffer(name, torch.from_numpy(np.array(values, float)))

    def forward(self, values: Tensor) -> Tensor:
        inverse, shift = self.get_buffer("inverse"), self.get_buffer("shift")
        if self.has_regimes:
            scaled = self._scaled(values)
            left = values - self._response(scaled, values) if self.has_response else values
            regime = self._regime(scaled)
            found = left * inverse[regime] - shift[regime]
        elif self.has_response:
            found = values * inverse[0] - self._response(self._scaled(values), values)
        else:
            found = values * inverse[0] - shift[0]
        return _zero_for_none(found.float())

    def _scaled(self, values: Tensor) -> list[Tensor]:
        """Each condition, scaled (batch, time)."""
        origin, unit = self.get_buffer("origin"), self.get_buffer("unit")
        return [
            _zero_for_none((values[..., channel] - origin[at]) / unit[at])
            for at, channel in enumerate(self.conditions)
        ]

    def _response(self, scaled: list[Tensor], values: Tensor) -> Tensor:
        """Terms by weights, as `idrill.rul.scaling.terms` orders them (batch, time, channel)."""
        pairs = [
            scaled[first] * scaled[second]
            for first in range(len(scaled))
            for second in range(first, len(scaled))
        ]
        terms = torch.stack([torch.ones_like(scaled[0]), *scaled, *pairs]).flatten(1)
        return (terms.transpose(0, 1) @ self.get_buffer("response")).reshape(values.shape)

    def _regime(self, scaled: list[Tensor]) -> Tensor:
        """Which centre is nearest (batch, time)."""
        centres = self.get_buffer("centres")
        apart = [
            sum(((one - centre[at]).square() for at, one in enumerate(scaled)), torch.zeros(()))
            for centre in centres
        ]
        return torch.stack(apart).argmin(dim=0)


def _zero_for_none(values: Tensor) -> Tensor:
    return torch.where(torch.isnan(values), torch.zeros((), dtype=values.dtype), values)


class _Graph(nn.Module):
    """From raw windows to remaining life and quantiles."""

    def __init__(self, members: Sequence[TrainedNetwork], interval: Interval) -> None:
        super().__init__()
        distinct = {id(member.scaler): member.scaler for member in members}
        self.scalings = nn.ModuleList(_Scaling(scaler) for scaler in distinct.values())
        self.scaling_of = [list(distinct).index(id(member.scaler)) for member in members]
        self.networks = nn.ModuleList(member.network for member in members)
        self.cap = members[0].problem.cap
        self.register_buffer("edges", torch.from_numpy(np.array(interval.edges, float)))
        self.register_buffer("offsets", torch.from_numpy(np.array(interval.offsets, float)))

    def forward(self, values: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        raw = values.double()
        scaled = [scaling(raw) for scaling in self.scalings]
        parts = [
            (network(scaled[at], mask).double() * self.cap).clamp(0.0, self.cap)
            for network, at in zip(self.networks, self.scaling_of, strict=True)
        ]
        remaining = torch.stack(parts).mean(dim=0)
        quantiles = (remaining.unsqueeze(-1) + self._offsets(remaining)).clamp(0.0, self.cap)
        return remaining.float(), quantiles.float()

    def _offsets(self, remaining: Tensor) -> Tensor:
        edges, offsets = self.get_buffer("edges"), self.get_buffer("offsets")
        if not len(edges):
            return offsets[0]
        return offsets[(remaining.unsqueeze(-1) >= edges).long().sum(dim=-1)]


def _graph(members: Sequence[TrainedNetwork], interval: Interval, card: Card) -> bytes:
    """The bytes of the ONNX file."""
    module = _Graph(members, interval).eval()
    sample = _random_windows(members[0])
    with warnings.catch_warnings(), TemporaryDirectory() as scratch:
        file = Path(scratch) / MODEL_FILE
        warnings.simplefilter("ignore")  # of the older exporter itself, and of its LSTM
        torch.onnx.export(
            module,
            (torch.from_numpy(sample.values), torch.from_numpy(sample.mask)),
            file,
            input_names=["values", "mask"],
            output_names=["remaining", "quantiles"],
            dynamic_axes={
                name: {0: "batch"} for name in ("values", "mask", "remaining", "quantiles")
            },
            opset_version=OPSET,
            custom_opsets={"ai.onnx.ml": TREE_OPSET},
            dynamo=False,
        )
        model = onnx.load(file)
    onnx.helper.set_model_props(model, metadata(card))
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def _random_windows(member: TrainedNetwork) -> Windows:
    """Windows about as the scaler knows them, some short, some with gaps."""
    problem, scaler = member.problem, member.scaler
    random = np.random.default_rng(0)
    shape = (TRIED, problem.length, len(problem.channels))
    spread = np.where(np.isfinite(scaler.scales), scaler.scales, 0.0)
    kind = random.integers(0, len(scaler.means), size=shape[:2])
    values = scaler.means[kind] + spread[kind] * random.standard_normal(shape)
    if len(scaler.conditions):
        conditions = scaler.centres[kind] * _finite(scaler.unit) + scaler.origin
        values[..., scaler.conditions] = conditions
    values[random.random(shape) < 0.05] = np.nan
    mask = np.arange(problem.length) >= random.integers(0, problem.length, size=TRIED)[:, None]
    values[~mask] = np.nan
    none = np.full(TRIED, np.nan)
    return Windows(
        values=values.astype(np.float32),
        mask=mask,
        age=none,
        remaining=none,
        failed=np.zeros(TRIED, dtype=bool),
        unit=np.arange(TRIED),
        units=tuple(f"tried {number}" for number in range(TRIED)),
    )


def _finite(values: Array) -> Array:
    return np.where(np.isfinite(values), values, 0.0)


def _write(folder: Path, files: dict[str, bytes], expected: str) -> None:
    """All files or none; what is there already must be the same."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, content in files.items():
            _write_file(draft / name, content)
        draft.chmod(0o755)
        draft.rename(folder)
    except OSError as error:
        if not folder.exists():
            raise
        _require_unchanged(folder, expected, error)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _require_unchanged(folder: Path, expected: str, error: OSError) -> None:
    if digest_of_folder(folder) != expected:
        raise InvalidModel(
            f"{folder} holds another model, and model folders never change: choose another folder"
        ) from error


def _write_file(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    path.chmod(0o444)
