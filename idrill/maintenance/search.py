"""The best plan that CP-SAT finds for a program, the same for the same inputs."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ortools.sat.python import cp_model

from idrill.maintenance.program import CENT, Program

CLOSE = 1e-4
"""Gap at which a plan counts as the best [-]."""


class Verdict(StrEnum):
    """What the solver says of a program."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"
    """It was stopped before it found a plan, or that there is none."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the solver found."""

    verdict: Verdict
    chosen: tuple[int | None, ...]
    """Option of each job; None: left out (job). Empty if none was found."""
    short: dict[tuple[str, str, int], int]
    """By how much which limit is broken."""
    cost: float
    """[money]"""
    bound: float
    """[money]"""
    cut_short: bool
    """Whether the clock ended the search."""
    spent: float
    """Deterministic seconds."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard the solver tries."""

    deterministic: float
    """In its own seconds."""
    seconds: float
    """Of the clock."""
    seed: int


def solved(program: Program, effort: Effort, hint: Sequence[int | None] | None = None) -> Found:
    """The best plan that was found.

    One worker and a limit in deterministic time, so that the same inputs give the same plan. No
    probing and no look for symmetries: on these programs both take longer than they save.

    Args:
        program: To solve.
        effort: How hard.
        hint: A plan to begin with, as options (job).
    """
    if hint is not None:
        _hint(program, hint)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.linearization_level = 2
    solver.parameters.symmetry_level = 0
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.random_seed = effort.seed
    solver.parameters.relative_gap_limit = CLOSE
    solver.parameters.max_deterministic_time = effort.deterministic
    solver.parameters.max_time_in_seconds = effort.seconds
    verdict = _VERDICTS[solver.solve(program.model)]
    late = verdict is not Verdict.OPTIMAL and solver.wall_time >= effort.seconds
    bound, spent = solver.best_objective_bound / CENT, solver.response_proto.deterministic_time
    if verdict in (Verdict.INFEASIBLE, Verdict.UNKNOWN):
        return Found(verdict, (), {}, 0.0, bound, late, spent)
    picked = tuple(
        next((number for number, one in enumerate(variables) if solver.boolean_value(one)), None)
        for variables in program.starts
    )
    short = {what: solver.value(one) for what, one in program.short.items() if solver.value(one)}
    return Found(verdict, picked, short, solver.objective_value / CENT, bound, late, spent)


def _hint(program: Program, hint: Sequence[int | None]) -> None:
    """Begin with a whole plan: starts, what is left out, and for how long rigs stand then."""
    taken = set[int]()
    for variables, out, chosen in zip(program.starts, program.out, hint, strict=True):
        for number, variable in enumerate(variables):
            program.model.add_hint(variable, number == chosen)
            if number == chosen:
                taken.add(variable.index)
        if out is not None:
            program.model.add_hint(out, chosen is None)
    for stands, at in program.stands:
        spent = [sum(share for index, share in one if index in taken) for one in at]
        program.model.add_hint(stands, max(spent, default=0))


_VERDICTS = {
    cp_model.OPTIMAL: Verdict.OPTIMAL,
    cp_model.FEASIBLE: Verdict.FEASIBLE,
    cp_model.INFEASIBLE: Verdict.INFEASIBLE,
    cp_model.UNKNOWN: Verdict.UNKNOWN,
    cp_model.MODEL_INVALID: Verdict.UNKNOWN,
}
