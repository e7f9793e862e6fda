"""Bodies of accounts."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from idrill.access import Role
from idrill_serving.schemas.auth import Email, Password, PersonName
from idrill_serving.schemas.strict import Answer, Strict

RigName = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9_-]{0,31}$", examples=["RIG_01"])]
Rigs = Annotated[
    list[RigName] | None,
    Field(max_length=1000, description="The rigs they see; null: every one.", examples=[["R1"]]),
]


class UserAnswer(Answer):
    """A person who may log in."""

    id: int
    email: str
    name: str
    role: Role
    rigs: list[str] | None
    active: bool
    created_at: datetime


class UserPage(Answer):
    """Some people, by number."""

    users: list[UserAnswer]
    next: Annotated[int | None, Field(description="`after` of the next page.")]


class InvitationRequest(Strict):
    """Who is invited to be what."""

    email: Email
    role: Role
    rigs: Rigs


class InvitationAnswer(Answer):
    """The token of an invitation, shown once: hand it to them."""

    email: str
    token: str
    expires_at: datetime


class UserChange(Strict):
    """What an admin changes of an account; what is left out stays."""

    name: PersonName | None = None
    role: Role | None = None
    rigs: Rigs = None
    active: bool | None = None


class OwnChange(Strict):
    """What people change of their own account."""

    name: PersonName


class PasswordChange(Strict):
    """The password so far, and the new one."""

    current: Password
    new: Password
