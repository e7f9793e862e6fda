"""Bodies of logging in, refreshing, and tokens that do one thing once."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from idrill_serving.schemas.strict import Answer, Strict

Email = Annotated[str, Field(min_length=3, max_length=254, examples=["ada@rig.example"])]
Password = Annotated[
    str, Field(min_length=1, max_length=1024, examples=["correct horse battery staple"])
]
Token = Annotated[str, Field(min_length=1, max_length=1024, examples=["3q2-7wQb0Zt5…"])]
PersonName = Annotated[str, Field(min_length=1, max_length=100, examples=["Ada Drill"])]


class LoginRequest(Strict):
    """Who wants to come in."""

    email: Email
    password: Password


class RefreshRequest(Strict):
    """A refresh token that is taken for another."""

    refresh_token: Token


class TokenPair(Answer):
    """What a person holds who is logged in."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105  no password
    expires_in: Annotated[int, Field(description="How long the access token is good for [s].")]
    refresh_token: Annotated[str, Field(description="Used once; used twice it ends the login.")]
    login_expires_at: datetime


class ResetRequest(Strict):
    """Whose password is to be reset."""

    email: Email


class ResetConfirmation(Strict):
    """A reset token, and the new password."""

    token: Token
    password: Password


class Acceptance(Strict):
    """An invitation's token, and what makes an account of it."""

    token: Token
    name: PersonName
    password: Password


class Accepted(Answer):
    """What is said to everybody who asks for a reset, whether there is such an account or not."""

    detail: str
