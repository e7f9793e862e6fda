"""Bodies of maintenance plans."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from idrill.maintenance.plan_states import PlanState
from idrill_serving.schemas.fields import RigName
from idrill_serving.schemas.strict import Answer, Strict


class PlanRequest(Strict):
    """What is asked of a plan."""

    rigs: Annotated[
        tuple[RigName, ...] | None,
        Field(max_length=1_000, description="None: all that you may see."),
    ] = None
    days: Annotated[
        float, Field(ge=1.0, le=92.0, description="How far it reaches [d].", examples=[14.0])
    ] = 14.0
    slot_hours: Annotated[
        float,
        Field(ge=0.5, le=24.0, description="Work begins every so many [h].", examples=[2.0]),
    ] = 2.0
    freeze_hours: Annotated[
        float,
        Field(ge=0.0, le=8_784.0, description="Scheduled work that begins sooner stays [h].",
              examples=[48.0]),
    ] = 48.0  # fmt: skip
    move_cost: Annotated[
        float,
        Field(ge=0.0, le=1e9, description="Of giving work another time [money].",
              examples=[50.0]),
    ] = 50.0  # fmt: skip
    effort: Annotated[
        float, Field(ge=0.1, le=60.0, description="Of the solver.", examples=[10.0])
    ] = 10.0


class PlanSummary(Answer):
    """A plan without what it says."""

    id: int
    state: PlanState
    rigs: tuple[str, ...] | None
    asked_by: str
    asked_at: datetime
    begun_at: datetime | None
    ended_at: datetime | None
    problem: Annotated[str, Field(description="Why there is none.")]


class PlanAnswer(PlanSummary):
    """A plan as it stands."""

    wish: dict[str, Any]
    inputs: Annotated[str, Field(description="Hash of what it was made from.")]
    plan: Annotated[
        dict[str, Any] | None,
        Field(description="Entries by start, what is left out and why, the risk that is left, and "
              "how near the search is to the cheapest plan that there is."),
    ]  # fmt: skip


class PlanPage(Answer):
    """Some plans, the newest first."""

    plans: list[PlanSummary]
    next: Annotated[int | None, Field(description="`before` of the next page.")]
