"""How components are framed."""

import numpy as np
import pytest

from idrill.errors import InvalidWindows
from idrill.rigs import COMPONENT_KINDS
from idrill.rul.components import median_life, problem_of


@pytest.mark.parametrize("kind", COMPONENT_KINDS, ids=lambda kind: kind.name)
def test_every_component_has_a_problem_capped_at_half_the_median_life(kind: object) -> None:
    name, clock = getattr(kind, "name", ""), getattr(kind, "life_clock", "")

    problem = problem_of(name, 500.0)

    assert (problem.name, problem.clock, problem.cap) == (name, clock, 250.0)
    assert problem.regimes == 1
    assert set(problem.conditions) < set(problem.channels)
    assert "own_hours" in problem.channels


def test_an_unknown_component_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidWindows, match="'crane'; there are liner, piston"):
        problem_of("crane", 500.0)


def test_without_a_failure_there_is_no_median_life() -> None:
    with pytest.raises(InvalidWindows, match="no life ended by failure"):
        median_life([])


def test_the_cap_is_a_number_that_a_graph_in_single_precision_can_say() -> None:
    cap = problem_of("liner", 490.884069418898).cap

    assert float(np.float32(cap)) == cap
    assert cap == pytest.approx(245.442034709449, abs=1e-4)
