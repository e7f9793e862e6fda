"""Bodies of the rules that raise alerts."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from idrill.maintenance.alerts import Priority
from idrill_serving.schemas.fields import Note, RigName, Seen
from idrill_serving.schemas.strict import Answer, Strict

WHEN = {
    "all": [
        {"channel": "standpipe_pressure", "above": 200, "unit": "bar", "deadband": 5},
        {"activity": ["drilling_rotating", "drilling_sliding"]},
    ]
}


class EscalationStep(Strict):
    """The priority that an alert takes once nobody has acknowledged it for so long."""

    after: Annotated[float, Field(gt=0, description="[s]", examples=[600.0])]
    to: Annotated[Priority, Field(examples=[Priority.HIGH])]


class RuleRequest(Strict):
    """What raises an alert, and what ends it."""

    name: Annotated[
        str, Field(max_length=64, pattern=r"^[a-z][a-z0-9_.-]*$", examples=["high-pressure"])
    ]
    when: Annotated[
        dict[str, Any],
        Field(description="A term, or `all` or `any` of several; see docs/alerts.md.",
              examples=[WHEN]),
    ]  # fmt: skip
    priority: Annotated[Priority, Field(examples=[Priority.MEDIUM])] = Priority.MEDIUM
    message: Annotated[
        str,
        Field(min_length=1, max_length=300, examples=["{channel} is {value} {unit}"]),
    ] = "{rule}"
    on_delay: Annotated[float, Field(ge=0, description="[s] of event time.")] = 0.0
    off_delay: Annotated[float, Field(ge=0, description="[s] of event time.")] = 0.0
    escalate: Annotated[list[EscalationStep], Field(default_factory=list, max_length=3)]
    unusable: Annotated[
        list[Annotated[str, Field(max_length=32)]] | None,
        Field(description="Bits of quality that keep a value from being used.", max_length=16),
    ] = None
    rig: Annotated[RigName | None, Field(description="None: every rig.")] = None
    enabled: bool = True
    description: Annotated[
        str | None, Field(min_length=1, max_length=1000, examples=["Above the relief valve."])
    ] = None

    def definition(self) -> dict[str, object]:
        """The rule as it is written down."""
        return self.model_dump(mode="json", exclude_none=True, exclude={"version", "note"})


class RuleChange(RuleRequest):
    """What becomes of a rule."""

    version: Seen
    note: Note = ""


class RuleAnswer(Answer):
    """A rule as it stands."""

    name: str
    version: Annotated[int, Field(description="Counts its changes.")]
    enabled: bool
    definition: Annotated[dict[str, Any], Field(description="As it was written.")]
    channels: Annotated[list[str], Field(description="What it reads.")]
    changed_by: str
    changed_at: datetime


class RuleList(Answer):
    """Rules, by name."""

    rules: list[RuleAnswer]


class RuleVersionAnswer(Answer):
    """A rule as it stood from some time on."""

    version: int
    definition: dict[str, Any]
    by: str
    note: str
    at: datetime


class RuleHistory(Answer):
    """Every version of a rule, the first one first."""

    name: str
    versions: list[RuleVersionAnswer]
