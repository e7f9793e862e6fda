"""Those who watch, and whether they still may."""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from idrill.access import Door
from idrill.errors import IDrillError, NotFound
from idrill.store import api_keys, logins, users
from idrill.store.users import User
from idrill_serving.doors import Principal, require_open
from idrill_serving.live.feeds import Feed
from idrill_serving.live.outbox import Outbox
from idrill_serving.live.subscriptions import Wish, require_sight_of

OVER = 4401
"""Code of who is logged in no longer."""
CLOSED = 4403
"""Code of who may no longer see what they see."""

LONGEST_REASON = 100
"""Characters of the reason in a goodbye; the protocol has room for 123 bytes."""


@dataclass(eq=False, slots=True)
class Client:
    """One socket of somebody who came in."""

    outbox: Outbox
    principal: Principal
    door: Door
    wish: Wish | None = None
    feeds: list[Feed] = field(default_factory=list)

    def leave(self) -> None:
        """Watch nothing any more."""
        for feed in self.feeds:
            feed.members.pop(self, None)
        self.feeds = []
        self.wish = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """How the store knows somebody now who came in earlier."""

    client: Client
    principal: Principal | None
    """None: they must go."""
    code: int = 0
    reason: str = ""


def judged(session: Session, clients: Collection[Client]) -> list[Judgement]:
    """Whether each client may still see what they see."""
    people = {one.principal.login_id for one in clients if one.principal.login_id}
    machines = {one.principal.key.id for one in clients if one.principal.key}
    going_on, usable = logins.live(session, people), api_keys.live(session, machines)
    owners = {one: _owner(session, one) for one in {two.principal.user.id for two in clients}}
    found: list[Judgement] = []
    for client in clients:
        was, owner = client.principal, owners[client.principal.user.id]
        key = usable.get(was.key.id) if was.key else None
        if owner is None or (was.login_id not in going_on and key is None):
            found.append(Judgement(client, None, OVER, "this login, or this key, is over"))
        else:
            found.append(_judged(client, Principal(owner, was.login_id, key)))
    return found


def _judged(client: Client, now: Principal) -> Judgement:
    try:
        require_open(client.door, now)
        if client.wish is not None:
            require_sight_of(now, client.wish)
    except IDrillError as error:
        return Judgement(client, None, CLOSED, str(error)[:LONGEST_REASON])
    return Judgement(client, now)


def _owner(session: Session, user_id: int) -> User | None:
    try:
        return users.get(session, user_id)
    except NotFound:
        return None
