"""Fields that several bodies share."""

from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field

from idrill_serving.dependencies import LARGEST

YEARS = range(1971, 2200)
"""When anything can be planned, or can have been."""


def _possible(at: AwareDatetime) -> AwareDatetime:
    if at.year not in YEARS:
        raise ValueError(f"an instant lies between {YEARS[0]} and {YEARS[-1]}")
    return at


Instant = Annotated[AwareDatetime, AfterValidator(_possible)]
"""An instant with a time zone, of a year that can be meant."""

RigName = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9_-]{0,31}$", examples=["RIG_01"])]
EquipmentName = Annotated[
    str, Field(max_length=64, description="None: the rig as a whole.", examples=["mud_pump_1"])
]
ComponentName = Annotated[
    str, Field(max_length=64, description="None: the equipment as a whole.", examples=["liner"])
]
Note = Annotated[str, Field(max_length=1000, description="Why.", examples=["seen on the floor"])]
Seen = Annotated[
    int,
    Field(ge=1, le=LARGEST, description="The version you looked at; else 409.", examples=[1]),
]
