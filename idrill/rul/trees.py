"""Boosted trees, grown by scikit-learn and frozen as modules of torch.

They learn what the boosted baselines learn, each pair on other windows: one of the hazards
ahead (`idrill.rul.baselines.survival`), one of the remaining life itself. Trees err elsewhere than
networks do, and the mean of both foresees better than either. As modules they take the place of a
network in whatever predicts, exports and compares.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from idrill.errors import InvalidModel
from idrill.rul.baselines.boosting import Settings, boosted
from idrill.rul.baselines.regression import Rows, one_sided
from idrill.rul.baselines.survival import PERIODS, boosted_hazard, person_periods
from idrill.rul.baselines.tuning import nothing_known, one_thread, sampled_windows
from idrill.rul.problem import Array, Problem
from idrill.rul.samples import parts, scaled
from idrill.rul.scaling import Scaler
from idrill.rul.summary import statistics
from idrill.rul.training import TrainedNetwork
from idrill.windows import Lives, Windows

AGREED = 1e-9
"""Largest difference between trees and their module that is rounding, as share of the cap [-]."""
COMPARED = 256
"""Rows on which they are compared."""


@dataclass(frozen=True, slots=True)
class Trees:
    """How trees are grown; each is small, since lives are few."""

    iterations: int = 160
    learning_rate: float = 0.05
    leaves: int = 8
    least: int = 30
    """Rows in a leaf."""
    l2: float = 1.0
    """Added to the curvature of a leaf."""
    features: float = 0.25
    """Share of the statistics that a split may choose from [-]."""
    windows: int = 6_000
    """Of all training lives; for the hazards each gives up to `PERIODS` rows."""

    @property
    def settings(self) -> Settings:
        """As scikit-learn calls them."""
        return {
            "max_iter": self.iterations,
            "learning_rate": self.learning_rate,
            "max_leaf_nodes": self.leaves,
            "min_samples_leaf": self.least,
            "l2_regularization": self.l2,
            "max_features": self.features,
        }


def grown_pair(
    problem: Problem, scaler: Scaler, training: Lives, trees: Trees, seed: int
) -> tuple[TrainedNetwork, TrainedNetwork]:
    """Trees of the hazards and trees of the remaining life, to be asked like networks.

    Args:
        problem: What is to be foreseen.
        scaler: Fitted on the training lives.
        training: Lives to learn from; a life cut short tells until then.
        trees: How.
        seed: Of the windows and of the splits.

    Raises:
        InvalidModel: If no remaining life within the cap is known, no unit failed within it, or a
            module does not say what its trees do.
    """
    found = sampled_windows(problem, training, trees.windows, seed)
    known = problem.known(found)
    if not known.any():
        raise nothing_known(problem, training)
    seen = _seen(scaler, found)
    window, period, fails = person_periods(found.remaining, found.failed, problem.cap)
    if not fails.any():
        raise InvalidModel(f"{problem.name}: none of {len(training)} lives ended by failure")
    asked = np.column_stack([seen[window], period])
    hazard = boosted_hazard(asked, fails, trees.settings, seed)
    grow = partial(boosted, settings=trees.settings, seed=seed)
    direct = one_sided(grow, Rows(seen, problem.target(found) / problem.cap, known))
    return (
        TrainedNetwork(problem, scaler, HazardTrees(_frozen(hazard, asked)).eval()),
        TrainedNetwork(problem, scaler, DirectTrees(_frozen(direct, seen)).eval()),
    )


def _seen(scaler: Scaler, windows: Windows) -> Array:
    """What trees see of windows (window, feature)."""
    with torch.inference_mode():
        found = [
            features(scaled(scaler, windows[part]), torch.from_numpy(windows.mask[part]))
            for part in parts(len(windows))
        ]
    return torch.cat(found).numpy()


def features(values: Tensor, mask: Tensor) -> Tensor:
    """The last row, the statistics of a window and the share of its rows, in double precision.

    Args:
        values: Scaled (window, time, channel).
        mask: Whether there is a row (window, time).

    Returns:
        (window, 7 · channel + 1)
    """
    wide = values.double()
    rows = mask.double().mean(dim=1, keepdim=True)
    return torch.cat([wide[:, -1], statistics(wide, mask), rows], dim=-1)


class DirectTrees(nn.Module):
    """Trees whose sum is the remaining life."""

    def __init__(self, trees: "SumOfTrees") -> None:
        super().__init__()
        self.trees = trees

    def forward(self, values: Tensor, mask: Tensor) -> Tensor:
        """Remaining life as share of the cap (window,)."""
        return torch.as_tensor(self.trees(features(values, mask)))


class HazardTrees(nn.Module):
    """Trees whose sum is the log-odds to fail in a period, for each period ahead."""

    def __init__(self, trees: "SumOfTrees") -> None:
        super().__init__()
        self.trees = trees

    def forward(self, values: Tensor, mask: Tensor) -> Tensor:
        """Mean remaining life as share of the cap (window,), as `survival.mean_life` has it."""
        seen = features(values, mask)
        period = torch.arange(PERIODS, dtype=seen.dtype).repeat(seen.shape[0]).unsqueeze(-1)
        asked = torch.cat([seen.repeat_interleave(PERIODS, dim=0), period], dim=-1)
        odds = self.trees(asked).reshape(-1, PERIODS)
        alive = torch.exp(torch.cumsum(-torch.log1p(torch.exp(odds)), dim=-1))
        return torch.as_tensor(alive.mean(dim=-1) + (1.0 - alive[:, -1]) / (2.0 * PERIODS))


@dataclass(frozen=True, eq=False)
class Nodes:
    """The nodes of all trees in a row; a leaf leads to itself."""

    feature: Tensor
    """That a node asks for (node)."""
    threshold: Tensor
    """Up to which it leads left (node)."""
    left: Tensor
    right: Tensor
    value: Tensor
    """What a leaf adds (node)."""
    roots: Tensor
    """Number of the first node (tree)."""
    start: float
    """What is added to."""
    depth: int
    """Of the deepest tree."""

    @classmethod
    def of(cls, fitted: Any) -> "Nodes":
        """The nodes of a histogram gradient boosting of scikit-learn, of one output."""
        # No public name gives them: `_frozen` compares what is made of them with the trees.
        trees = [grown[0].nodes for grown in fitted._predictors]
        roots = np.cumsum([0, *(len(tree) for tree in trees[:-1])])
        first = np.repeat(roots, [len(tree) for tree in trees])
        nodes = np.concatenate(trees)
        leaf, itself = nodes["is_leaf"].astype(bool), np.arange(len(nodes))
        return cls(
            feature=torch.from_numpy(np.where(leaf, 0, nodes["feature_idx"]).astype(np.int64)),
            threshold=torch.from_numpy(np.where(leaf, 0.0, nodes["num_threshold"])),
            left=torch.from_numpy(np.where(leaf, itself, nodes["left"] + first)),
            right=torch.from_numpy(np.where(leaf, itself, nodes["right"] + first)),
            value=torch.from_numpy(np.where(leaf, nodes["value"], 0.0)),
            roots=torch.from_numpy(roots),
            start=float(np.ravel(fitted._baseline_prediction)[0]),
            depth=int(nodes["depth"].max()),
        )

    @property
    def tree(self) -> Tensor:
        """Which tree a node is of (node)."""
        return torch.bucketize(torch.arange(len(self.feature)), self.roots, right=True) - 1

    @property
    def leaf(self) -> Tensor:
        """Whether a node is one (node)."""
        return self.left == torch.arange(len(self.left))

    def walked(self, asked: Tensor) -> Tensor:
        """Sum of the leaves that rows come to, all trees at once (row,).

        Args:
            asked: In double precision (row, feature).
        """
        node = self.roots.expand(asked.shape[0], -1)
        for _ in range(self.depth):
            goes_left = asked.gather(1, self.feature[node]) <= self.threshold[node]
            node = torch.where(goes_left, self.left[node], self.right[node])
        return self.value[node].sum(dim=-1) + self.start


class SumOfTrees(nn.Module):
    """What trees make up together; in a graph one operator, which walks them far faster."""

    def __init__(self, nodes: Nodes) -> None:
        super().__init__()
        self.nodes = nodes

    def forward(self, asked: Tensor) -> Tensor:
        """(row,), of features (row, feature)."""
        if torch.onnx.is_in_onnx_export():
            found = _InGraph.apply(asked, self.nodes)  # type: ignore[no-untyped-call]
            return torch.as_tensor(found).double().squeeze(-1)
        return self.nodes.walked(asked)


class _InGraph(torch.autograd.Function):
    """Trees as a `TreeEnsembleRegressor` of ONNX."""

    @staticmethod
    def forward(_: Any, asked: Tensor, nodes: Nodes) -> Tensor:
        """In single precision, as the operator answers (row, 1)."""
        return nodes.walked(asked).float().unsqueeze(-1)

    @staticmethod
    def symbolic(graph: Any, asked: Any, nodes: Nodes) -> Any:
        """The operator."""
        tree, leaf = nodes.tree, nodes.leaf
        first = nodes.roots[tree]
        number = torch.arange(len(tree)) - first
        answer = asked.type().with_dtype(torch.float32).with_sizes([None, 1])
        return graph.op(
            "ai.onnx.ml::TreeEnsembleRegressor",
            asked,
            n_targets_i=1,
            base_values_as_tensor_t=torch.tensor([nodes.start], dtype=torch.float64),
            nodes_treeids_i=tree.tolist(),
            nodes_nodeids_i=number.tolist(),
            nodes_featureids_i=nodes.feature.tolist(),
            nodes_values_as_tensor_t=nodes.threshold,
            nodes_modes_s=["LEAF" if one else "BRANCH_LEQ" for one in leaf],
            nodes_truenodeids_i=torch.where(leaf, 0, nodes.left - first).tolist(),
            nodes_falsenodeids_i=torch.where(leaf, 0, nodes.right - first).tolist(),
            target_treeids_i=tree[leaf].tolist(),
            target_nodeids_i=number[leaf].tolist(),
            target_ids_i=[0] * int(leaf.sum()),
            target_weights_as_tensor_t=nodes.value[leaf],
        ).setType(answer)


def _frozen(fitted: Any, inputs: Array) -> SumOfTrees:
    """The trees as a module, which says what they say of some inputs.

    Raises:
        InvalidModel: If it does not.
    """
    module, some = SumOfTrees(Nodes.of(fitted)), inputs[:: max(len(inputs) // COMPARED, 1)]
    with one_thread():
        expected = fitted._raw_predict(some).ravel()
    with torch.inference_mode():
        apart = float(np.abs(module(torch.from_numpy(some)).numpy() - expected).max())
    if not apart <= AGREED:
        raise InvalidModel(
            f"a module differs by {apart:.2g} from the trees it was made of: this scikit-learn "
            "keeps its nodes otherwise"
        )
    return module
