"""Bodies of models: which version serves, what became of the others, and what each takes."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from idrill.store.releases import Release
from idrill_serving.schemas.strict import Answer, Strict


class VersionAnswer(Answer):
    """A version of a model, by its last move."""

    version: Annotated[int, Field(examples=[3])]
    state: Release
    at: datetime
    by: str
    reason: str
    digest: Annotated[str, Field(description="Of its folder.")]


class ModelAnswer(Answer):
    """A model, and the version that serves by the ledger and in this worker."""

    model: Annotated[str, Field(examples=["rul-liner"])]
    champion: VersionAnswer | None
    aliases: Annotated[
        dict[str, int],
        Field(description="As the ledger has them; MLflow's mirror them.", examples=[{}]),
    ]
    served: Annotated[int | None, Field(description="Version that this worker answers with.")]
    problem: Annotated[str | None, Field(description="Why it is not the champion.")]
    versions: Annotated[int, Field(description="How many were registered.")]


class ModelList(Answer):
    """The models of the ledger, by name."""

    models: list[ModelAnswer]


class ClaimAnswer(Answer):
    """What an interval claims, and what was found."""

    claimed: float
    found: float
    units: int


class FigureAnswer(Answer):
    """A figure of how good a model is, and what it was measured on."""

    name: str
    value: float
    where: str


class CardAnswer(Answer):
    """What a version is: for what, what it takes, how good it is, where not to use it."""

    purpose: str
    not_for: list[str]
    network: str
    trained_on: str
    code_version: str
    created: datetime
    component: str
    channels: Annotated[list[str], Field(description="That a window has.")]
    rows: Annotated[int, Field(description="That a window has at most.")]
    unit: Annotated[str, Field(description="Of life.")]
    cap: float
    figures: list[FigureAnswer]
    intervals: list[ClaimAnswer]


class ModelDetail(ModelAnswer):
    """A model with its versions, and the card of the one that serves here."""

    registered: list[VersionAnswer]
    card: CardAnswer | None


class MoveAnswer(VersionAnswer):
    """One move of a version."""

    sequence: Annotated[int, Field(description="Counts the moves of the model.")]
    test_set: str
    looks: Annotated[int, Field(description="Which look at the test set it was; 0 if none.")]
    evaluation: Annotated[dict[str, Any], Field(description="What the gate judged by.")]


class MovePage(Answer):
    """What became of the versions of a model, the newest first."""

    model: str
    moves: list[MoveAnswer]
    next: Annotated[int | None, Field(description="`before` of the next page.")]


class Back(StrEnum):
    """What a rollback leads to."""

    BEFORE = "before"
    """The champion before."""
    NOTHING = "nothing"
    """Nothing serves."""


class RollbackRequest(Strict):
    """Why a champion is taken out of service, and what is to serve instead."""

    reason: Annotated[
        str, Field(min_length=3, max_length=1000, examples=["liners failed days before it said"])
    ]
    to: Annotated[Back, Field(examples=["before"])] = Back.BEFORE


class MovedAnswer(Answer):
    """What serves from now on, by the ledger; workers follow within seconds."""

    model: str
    champion: VersionAnswer | None
    reason: str
