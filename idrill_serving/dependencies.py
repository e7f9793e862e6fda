"""What a route asks for: the platform, who came in, and the words that many routes share."""

from typing import Annotated

from fastapi import Depends, Path, Query
from starlette.requests import Request

from idrill.errors import NotAuthenticated, NotFound
from idrill.store import rigs
from idrill.store.audit import Actor
from idrill_serving.doors import Principal, address_of
from idrill_serving.errors import NO_RIG
from idrill_serving.platform import Platform

LARGEST = 2**53 - 1
"""Largest number that JSON carries exactly everywhere; also fits both databases."""


def platform_of(request: Request) -> Platform:
    """The platform of the application that answers."""
    platform: Platform = request.app.state.platform
    return platform


def principal_of(request: Request) -> Principal:
    """Who came in by a door that is not public.

    Raises:
        NotAuthenticated: If it was.
    """
    principal: Principal | None = request.state.principal
    if principal is None:
        raise NotAuthenticated("log in first")
    return principal


def actor_of(request: Request) -> Actor:
    """Who the audit trail names for this request."""
    principal: Principal | None = request.state.principal
    name = principal.name if principal else "nobody"
    return Actor(name, str(request.state.request_id), address_of(request))


def require_rig(principal: Principal, rig_id: str) -> None:
    """See that somebody may know of a rig.

    Raises:
        NotFound: If not, whether there is such a rig or not.
    """
    if not principal.user.sees(rig_id):
        raise NotFound(NO_RIG.format(rig_id))


def require_sight(principal: Principal, rig_id: str, absent: NotFound) -> None:
    """See that somebody may know of something on a rig.

    Args:
        principal: Who asks.
        rig_id: The rig that it is on.
        absent: What is told where there is no such thing.

    Raises:
        NotFound: If they may not.
    """
    if not principal.user.sees(rig_id):
        raise absent


async def rig_in_query(
    request: Request,
    rig_id: Annotated[
        str,
        Query(pattern=r"^[A-Z0-9][A-Z0-9_-]{0,31}$", description="The rig.", examples=["RIG_01"]),
    ],
) -> str:
    """The rig that a query names, if they who ask may see it.

    Raises:
        NotFound: If they may not.
    """
    require_rig(principal_of(request), rig_id)
    return rig_id


async def rig_in_path(
    request: Request,
    rig_id: Annotated[
        str,
        Path(pattern=r"^[A-Z0-9][A-Z0-9_-]{0,31}$", description="The rig.", examples=["RIG_01"]),
    ],
) -> str:
    """The rig that a path names, if they who ask may see it.

    Raises:
        NotFound: If they may not.
    """
    require_rig(principal_of(request), rig_id)
    return rig_id


def rigs_wanted(
    request: Request,
    rig_id: Annotated[
        str | None,
        Query(
            pattern=r"^[A-Z0-9][A-Z0-9_-]{0,31}$",
            description="Only of this rig; otherwise of all that you may see.",
            examples=["RIG_01"],
        ),
    ] = None,
) -> tuple[str, ...] | None:
    """The rigs that a list is about; None: every one.

    Raises:
        NotFound: If they who ask may not see the rig that they name, or there is none.
    """
    principal = principal_of(request)
    if rig_id is None:
        return principal.user.rigs
    require_rig(principal, rig_id)
    with platform_of(request).database.session() as session:
        rigs.get(session, rig_id)
    return (rig_id,)


def count_login(request: Request) -> None:
    """Count an attempt to come in.

    Raises:
        TooManyAttempts: If there were too many from this address.
    """
    platform_of(request).limits.count_login(address_of(request))


async def _platform(request: Request) -> Platform:
    return platform_of(request)


async def _principal(request: Request) -> Principal:
    return principal_of(request)


async def _actor(request: Request) -> Actor:
    return actor_of(request)


# Functions that never wait are async, or each would be run in a thread.
PlatformDependency = Annotated[Platform, Depends(_platform)]
PrincipalDependency = Annotated[Principal, Depends(_principal)]
ActorDependency = Annotated[Actor, Depends(_actor)]
RigInQuery = Annotated[str, Depends(rig_in_query)]
RigInPath = Annotated[str, Depends(rig_in_path)]
RigsWanted = Annotated[tuple[str, ...] | None, Depends(rigs_wanted)]
LoginCounted = Depends(count_login)

Number = Annotated[int, Path(ge=1, le=LARGEST, examples=[1])]
"""The number of a user, a key or a calibration."""

Before = Annotated[int | None, Query(ge=1, le=LARGEST, description="`next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=1000, description="How many at most.")]
