"""The kernel is plain Python that happens to be compiled: both do the same."""

import numpy as np

from benchmarks.simulation import (
    Floats,
    interpreted,
    job_of,
    moments_of,
    operation,
    state_of,
)
from idrill.simulator import kernel
from idrill.simulator.parameters import parts_of
from idrill.simulator.state import copied
from idrill.simulator.truth import TRUTH

SPAN = 20


def test_compiled_and_interpreted_seconds_are_the_same() -> None:
    drawn = operation()
    moments, second0 = drawn.moments(SPAN, ()), drawn.epoch + drawn.second
    truth = np.zeros((len(TRUTH), SPAN))
    plain = Floats(truth)
    state, plain_state = copied(drawn.state), state_of(drawn.state)

    kernel.simulate_seconds(
        state, parts_of(drawn.job), moments, truth, (0, SPAN), second0, drawn.steps
    )
    with interpreted():
        kernel.simulate_seconds(
            plain_state, job_of(drawn), moments_of(moments), plain, (0, SPAN), second0, drawn.steps  # type: ignore[arg-type]  # rows
        )  # fmt: skip

    spread = np.maximum(np.ptp(truth, axis=1, keepdims=True), 1e-9)
    assert np.abs((truth - np.array(plain.rows)) / spread).max() < 1e-6
