"""Messages over a socket: what a client may say."""

from typing import Annotated, Literal, Self

from pydantic import Field, TypeAdapter, model_validator

from idrill_serving.dependencies import LARGEST
from idrill_serving.schemas.fields import RigName
from idrill_serving.schemas.strict import Answer, Strict

Resolution = Literal["raw", "1s", "10s", "1min"]
Mode = Literal["stream", "latest"]

Tag = Annotated[str | None, Field(max_length=64, description="Comes back in the answer.")]
Count = Annotated[int, Field(ge=0, le=LARGEST)]
Secret = Annotated[str, Field(min_length=1, max_length=2048)]


class LoginMessage(Strict):
    """The first message: one of three ways to come in."""

    type: Literal["login"]
    token: Secret | None = None
    key: Secret | None = None
    ticket: Secret | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(one is not None for one in (self.token, self.key, self.ticket)) != 1:
            raise ValueError("give one of token, key and ticket")
        return self


class SubscribeMessage(Strict):
    """What a client wants to see from now on; it takes the place of what it wanted before."""

    type: Literal["subscribe"]
    id: Tag = None
    rigs: Annotated[list[RigName], Field(min_length=1, max_length=100)] | None = None
    """None: the rig of the path."""
    channels: (
        Annotated[
            list[Annotated[str, Field(max_length=64)]],
            Field(min_length=1, max_length=64),
        ]
        | None
    ) = None
    """None: whatever the rig tells."""
    resolution: Resolution = "raw"
    mode: Mode = "stream"
    rate: Annotated[float, Field(ge=0.05, le=50.0)] | None = None
    """Messages of a rig per second at most; None: as they come."""
    quality: bool = False
    predictions: bool = False
    alerts: bool = False
    history: Annotated[int, Field(ge=0, le=21_600)] = 300
    """How far back a snapshot goes from the newest reading [s]."""
    resume: (
        Annotated[
            dict[RigName, Annotated[list[Count], Field(min_length=2, max_length=2)]],
            Field(max_length=100),
        ]
        | None
    ) = None
    """Positions to go on from, by rig."""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.mode == "latest" and self.resolution != "raw":
            raise ValueError("the latest values have no resolution: leave it raw")
        return self


class UnsubscribeMessage(Strict):
    """A client wants to see nothing for now."""

    type: Literal["unsubscribe"]
    id: Tag = None


class PingMessage(Strict):
    """A client asks whether anybody is there."""

    type: Literal["ping"]
    id: Tag = None


Said = Annotated[
    LoginMessage | SubscribeMessage | UnsubscribeMessage | PingMessage,
    Field(discriminator="type"),
]
SAID: TypeAdapter[Said] = TypeAdapter(Said)
"""Reads a message of a client."""


class TicketAnswer(Answer):
    """A ticket that opens one socket."""

    ticket: Annotated[str, Field(description="Send it in the first message; it is good once.")]
    expires_in: Annotated[int, Field(description="How long it is good for [s].", examples=[30])]
