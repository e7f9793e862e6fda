"""Coming in and going out: login, refresh, logout, password reset, accepting an invitation."""

from fastapi import APIRouter, BackgroundTasks
from starlette.exceptions import HTTPException

from idrill.errors import InvalidAccount, LoginRefused, NotAuthenticated
from idrill.store import (
    audit,
    login_throttle,
    logins,
    one_time_tokens,
    passwords,
    socket_tickets,
    users,
)
from idrill.store.audit import Actor, Change
from idrill.store.audit_actions import Action
from idrill.store.logins import Login
from idrill.store.socket_tickets import Holder
from idrill.store.users import NewUser
from idrill_serving.dependencies import (
    ActorDependency,
    LoginCounted,
    PlatformDependency,
    PrincipalDependency,
)
from idrill_serving.doors import ClosedRoute
from idrill_serving.platform import Platform
from idrill_serving.schemas.auth import (
    Acceptance,
    Accepted,
    LoginRequest,
    RefreshRequest,
    ResetConfirmation,
    ResetRequest,
    TokenPair,
)
from idrill_serving.schemas.live import TicketAnswer
from idrill_serving.schemas.users import UserAnswer
from idrill_serving.tokens import Claims

router = APIRouter(prefix="/api/v1/auth", tags=["auth"], route_class=ClosedRoute)

WRONG = "email or password is wrong; after some failures, wait before the next try"
"""Said of an unknown account, a disabled one, one that has to wait and a wrong password alike."""

ASKED = Accepted(detail="if there is such an account, a mail with a token is on its way")


@router.post("/login", dependencies=[LoginCounted])
def login(body: LoginRequest, platform: PlatformDependency, actor: ActorDependency) -> TokenPair:
    """Log in with a password; after some failures this takes a wait, longer each time."""
    with platform.database.session() as session:
        waits = bool(login_throttle.wait(session, body.email, actor.address))
        user = users.by_email(session, body.email)
        stored = users.password_hash(session, user.id) if user and user.active else None
    # Whoever has to wait is hashed for all the same: how long it takes tells nothing.
    matched = platform.passwords.matches(body.password, None if waits else stored)
    if user is None or not matched:
        count = login_throttle.turned_away if waits else login_throttle.failed
        with platform.database.session() as session:
            count(session, body.email, actor.address)
        raise LoginRefused(WRONG) if waits else NotAuthenticated(WRONG)
    with platform.database.session() as session:
        login_throttle.succeeded(session, body.email, actor.address)
        begun = logins.begin(session, user.id)
        audit.record(session, _as(actor, user.email), Change(Action.LOGGED_IN, f"user {user.id}"))
    return _pair(platform, begun)


@router.post("/refresh", dependencies=[LoginCounted])
def refresh(body: RefreshRequest, platform: PlatformDependency) -> TokenPair:
    """Take a refresh token for a new pair; a token that comes back ends the login."""
    return _pair(platform, logins.refresh(platform.database, body.refresh_token))


@router.post("/logout", status_code=204)
def logout(
    platform: PlatformDependency, principal: PrincipalDependency, actor: ActorDependency
) -> None:
    """End this login: its tokens are worth nothing from now on."""
    with platform.database.session() as session:
        logins.end(session, str(principal.login_id), by="logout")
        audit.record(session, actor, Change(Action.LOGGED_OUT, f"user {principal.user.id}"))


@router.post("/tickets", status_code=201)
def issue_ticket(platform: PlatformDependency, principal: PrincipalDependency) -> TicketAnswer:
    """A ticket that opens one socket within half a minute, in the name of who asks."""
    holder = Holder(principal.user, principal.login_id, principal.key)
    with platform.database.session() as session:
        ticket = socket_tickets.issue(session, holder)
    return TicketAnswer(
        ticket=ticket, expires_in=int(socket_tickets.LIFETIME.total_seconds())
    )  # fmt: skip


@router.post("/password-reset", status_code=202, dependencies=[LoginCounted])
def ask_for_reset(
    body: ResetRequest,
    platform: PlatformDependency,
    actor: ActorDependency,
    background: BackgroundTasks,
) -> Accepted:
    """Have a token for a new password mailed; the answer says nothing of who has an account."""
    if not platform.mail.is_set:
        raise HTTPException(
            503, "no mail server is set: an admin runs `idrill user reset-password`"
        )
    background.add_task(_mail_reset, platform, body.email, actor)
    return ASKED


@router.post("/password-reset/confirm", status_code=204, dependencies=[LoginCounted])
def confirm_reset(
    body: ResetConfirmation, platform: PlatformDependency, actor: ActorDependency
) -> None:
    """Set a new password with a token; every login of the account ends."""
    passwords.checked(body.password)
    hashed = platform.passwords.hashed(body.password)
    with platform.database.session() as session:
        email = one_time_tokens.use_reset(session, body.token)
        user = users.named(session, email)
        users.set_password(session, user.id, hashed)
        change = Change(Action.PASSWORD_RESET, f"user {user.id}")
        audit.record(session, _as(actor, email), change)


@router.post("/invitations/accept", status_code=201, dependencies=[LoginCounted])
def accept_invitation(
    body: Acceptance, platform: PlatformDependency, actor: ActorDependency
) -> UserAnswer:
    """Make an account of an invitation; its role and its rigs were set by who invited."""
    if body.password == body.name:
        raise InvalidAccount("a password is not one's name")
    hashed = platform.passwords.hashed(body.password)
    with platform.database.session() as session:
        invited = one_time_tokens.use_invitation(session, body.token)
        new = NewUser(invited.email, body.name, invited.role, hashed, invited.rigs)
        user = users.create(session, new)
        details: dict[str, object] = {"role": user.role.value, "rigs": user.rigs}
        change = Change(Action.INVITATION_ACCEPTED, f"user {user.id}", details)
        audit.record(session, _as(actor, user.email), change)
    return UserAnswer.model_validate(user)


def _pair(platform: Platform, begun: Login) -> TokenPair:
    return TokenPair(
        access_token=platform.tokens.issue(Claims(begun.user_id, begun.id)),
        expires_in=int(platform.tokens.lifetime.total_seconds()),
        refresh_token=begun.refresh_token,
        login_expires_at=begun.expires_at,
    )


def _mail_reset(platform: Platform, email: str, actor: Actor) -> None:
    with platform.database.session() as session:
        user = users.by_email(session, email)
        if user is None or not user.active:
            return
        issued = one_time_tokens.issue_reset(session, user.email, by=actor.name)
        change = Change(Action.RESET_REQUESTED, f"user {user.id}")
        audit.record(session, _as(actor, user.email), change)
    platform.mail.send_reset(user.email, issued.token)


def _as(actor: Actor, email: str) -> Actor:
    """The actor, who has just shown who they are."""
    return Actor(email, actor.request_id, actor.address)
