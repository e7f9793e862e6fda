"""Bodies of keys of machines."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from idrill.access import Permission, Tier
from idrill_serving.schemas.strict import Answer, Strict


class KeyRequest(Strict):
    """What a key is made from."""

    name: Annotated[str, Field(min_length=1, max_length=100, examples=["mud logger"])]
    scopes: Annotated[
        set[Permission], Field(min_length=1, examples=[[Permission.READ_SENSOR_DATA]])
    ]
    tier: Tier = Tier.STANDARD
    days: Annotated[int, Field(ge=1, le=366, description="How long it lasts.", examples=[90])]


class KeyAnswer(Answer):
    """A key, without its secret."""

    id: int
    user_id: int
    name: str
    scopes: list[Permission]
    tier: Tier
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    uses: int


class NewKeyAnswer(KeyAnswer):
    """A new key with its secret, which is shown now and never again."""

    secret: Annotated[str, Field(examples=["idk_3q2-7wQb0Zt5…"])]
