"""Assessments as tables, as they lie in the lake between judging a model and releasing it."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from pydantic import TypeAdapter

from idrill.errors import InvalidModel
from idrill.registry.gate import CHAMPION, Assessment, Rules
from idrill.rul.card import Covered
from idrill.store.tables import RUL_EVALUATION

if TYPE_CHECKING:
    from numpy.typing import NDArray

CANDIDATE = "candidate"
ORACLE = "oracle"

_TUPLES = ("leaks", "seeds", "trained_seeds")
_TOLD = (
    "model",
    "version",
    "digest",
    "test_set",
    "calibrated",
    "parity",
    "parity_from",
    "latency",
    "champion",
    "width",
)


def assessment_frame(component: str, assessment: Assessment) -> pl.DataFrame:
    """An assessment as rows of `RUL_EVALUATION`."""
    measured = {name: getattr(assessment, name) for name in _TOLD} | {
        "covered": [asdict(one) for one in assessment.covered],
        **{name: list(getattr(assessment, name)) for name in _TUPLES},
        "rules": asdict(assessment.rules),
    }
    answers: dict[str, NDArray[np.float64] | None] = {
        CANDIDATE: assessment.errors,
        CHAMPION: assessment.champion_errors,
        ORACLE: assessment.oracle,
        **assessment.baselines,
    }
    parts = [
        pl.DataFrame(
            {"window": np.arange(errors.size), "unit": assessment.units, "error": errors}
        ).with_columns(
            component=pl.lit(component),
            predictor=pl.lit(name),
            measured=pl.lit(json.dumps(measured) if name == CANDIDATE else None, pl.String),
        )
        for name, errors in answers.items()
        if errors is not None
    ]
    return pl.concat(parts).select(RUL_EVALUATION.schema.names()).cast(RUL_EVALUATION.schema)


def assessment_from(frame: pl.DataFrame) -> Assessment:
    """The assessment that a table holds.

    Raises:
        InvalidModel: If it holds none.
    """
    answers = {
        str(name): rows.sort("window")
        for (name,), rows in frame.group_by("predictor", maintain_order=True)
    }
    if CANDIDATE not in answers:
        raise InvalidModel("nothing was assessed: materialize rul_evaluation first")
    measured = json.loads(answers[CANDIDATE]["measured"][0])
    errors = {name: rows["error"].to_numpy() for name, rows in answers.items()}
    return Assessment(
        **{name: measured[name] for name in _TOLD},
        units=tuple(answers[CANDIDATE]["unit"]),
        errors=errors.pop(CANDIDATE),
        champion_errors=errors.pop(CHAMPION, None),
        oracle=errors.pop(ORACLE, None),
        baselines=errors,
        covered=tuple(Covered(**one) for one in measured["covered"]),
        leaks=tuple(measured["leaks"]),
        seeds=tuple(measured["seeds"]),
        trained_seeds=tuple(measured["trained_seeds"]),
        rules=TypeAdapter(Rules).validate_python(measured["rules"]),
    )
