"""How components are framed."""

from datetime import UTC, datetime

import numpy as np
import pytest

from idrill.errors import InvalidWindows
from idrill.rigs import COMPONENT_KINDS
from idrill.rul.components import ComponentLife, median_life, problem_of


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


def test_a_life_without_a_time_zone_is_refused_by_name() -> None:
    naive, aware = datetime(2026, 2, 1), datetime(2026, 1, 1, tzinfo=UTC)  # noqa: DTZ001  the point

    with pytest.raises(InvalidWindows, match="R1/mud_pump_1/liner/2: its start 2026-02-01 00:00"):
        ComponentLife("R1", "mud_pump_1", "liner", 2, naive)
    with pytest.raises(InvalidWindows, match="its end 2026-02-01 00:00:00 has no time zone"):
        ComponentLife("R1", "mud_pump_1", "liner", 2, aware, naive)
