"""P15: a million samples of one network, against the product that nobody can avoid."""

import os

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import Comparison, Result, Sample, interleaved
from idrill.dvr.balances import LinearBalances
from idrill.dvr.gross_errors import GrossErrorTests
from idrill.dvr.reconciliation import Reconciler

SEED = 15
NODES, STREAMS = 11, 28
SAMPLES = 1_000_000
TESTED = 200_000
"""Samples that the tests are timed on."""
ROUNDS = 9
FLOOR = 0.5
LEAST_RATE = 1_000.0
"""Samples a second and core, reconciled and tested, that are promised."""


def network(seed: int, nodes: int, streams: int) -> LinearBalances:
    """Streams between nodes and the world; each node lies on one to the world at least."""
    random = np.random.default_rng(seed)
    matrix = np.zeros((nodes, streams))
    for stream in range(streams):
        source, target = random.choice(nodes + 1, size=2, replace=False)
        if stream < nodes:
            source, target = stream, nodes
        for node, sign in ((source, -1.0), (target, 1.0)):
            if node < nodes:
                matrix[node, stream] = sign
    return LinearBalances(matrix)


def run() -> Result:
    """Values alone, and with the global and the measurement test."""
    balances = network(SEED, NODES, STREAMS)
    reconciler = Reconciler(balances, np.full(STREAMS, 0.04))
    tests = GrossErrorTests(reconciler)
    samples = 100.0 + np.random.default_rng(SEED).standard_normal((SAMPLES, STREAMS))
    projector = np.ascontiguousarray(reconciler.projection[0].T)

    def tested(_: int) -> NDArray[np.bool_]:
        some = samples[:TESTED]
        reconciler.values(some)
        implausible = reconciler.chi_square(some) > reconciler.critical()
        found = np.abs(tests.measurement_test(some)) > tests.critical()
        return np.asarray(found & implausible[:, None])

    alone = interleaved(
        lambda _: reconciler.values(samples), lambda _: samples @ projector, rounds=ROUNDS
    )
    whole = interleaved(tested, lambda _: samples[:TESTED] @ projector, rounds=ROUNDS)
    rate = TESTED / whole[0].median
    promised = Sample((1.0 / LEAST_RATE,), "s")
    ours = Sample((whole[0].median * _cores() / TESTED,), "s")
    return Result(
        promise="P15",
        title=f"Linear reconciliation of a generated {NODES} x {STREAMS} network",
        against="bare `numpy.matmul` with the precomputed projector",
        comparisons=(
            Comparison(f"values of {SAMPLES:,} samples", *alone, floor=FLOOR),
            Comparison(f"values and both tests of {TESTED:,} samples", *whole),
            Comparison("a sample with both tests, on one core; peer: 1,000 a second", ours,
                       promised, 1.0),
        ),
        figures={"samples a second with both tests": round(rate)},
    )  # fmt: skip


def _cores() -> int:
    """Cores that the products may use."""
    return len(os.sched_getaffinity(0))
