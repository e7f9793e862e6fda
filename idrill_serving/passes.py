"""Who came in a moment ago, for as long as nothing at all was committed to the store since."""

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from idrill.store.database import Database
from idrill.store.marks import Mark
from idrill_serving.tokens import Claims

if TYPE_CHECKING:
    from idrill_serving.doors import Principal

LIFETIME = 1.0
"""How long nobody is asked for again [s]; a login that runs out lasts so much longer at most."""

MOST = 1_000
"""People who are remembered."""


class Passes:
    """Remembers whom the store let in, by the claims of their token.

    A logout, another role or password, a disabled account are commits, after which everybody is
    looked up again; so they count at once, whichever process made them: each request asks for the
    store's mark before anybody is let in. On SQLite this takes some microseconds; a server is asked
    by one short query instead of two longer ones in a transaction, and not by an event loop.

    Args:
        database: The store.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[Claims, tuple[Mark, float, Principal]] = OrderedDict()

    def mark(self) -> Mark | None:
        """What to `keep` somebody with whom the store is asked about next."""
        return self._database.mark()

    def find_at_once(self, claims: Claims) -> "Principal | None":
        """The same as `find`, where nobody has to be waited for; else None."""
        return self._found(claims, self._database.mark_at_once)

    def find(self, claims: Claims) -> "Principal | None":
        """Who carries a token, if they were let in and nothing was committed since."""
        return self._found(claims, self._database.mark)

    def _found(self, claims: Claims, ask: Callable[[], Mark | None]) -> "Principal | None":
        mark, until, principal = self._known.get(claims, (None, 0.0, None))
        return principal if monotonic() < until and mark == ask() else None

    def keep(self, claims: Claims, mark: Mark | None, principal: "Principal") -> None:
        """Remember somebody whom the store let in after `mark` was read."""
        if mark is None:
            return
        self._known[claims] = mark, monotonic() + LIFETIME, principal
        while len(self._known) > MOST:
            self._known.popitem(last=False)
