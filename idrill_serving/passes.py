"""Who came in a moment ago, for as long as nothing at all was committed to the store since."""

from collections import OrderedDict
from time import monotonic
from typing import TYPE_CHECKING

from idrill.store.database import Database, Mark
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
    looked up again; so they count at once, whichever process made them.

    Args:
        database: The store.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[Claims, tuple[Mark, float, Principal]] = OrderedDict()

    def mark(self) -> Mark | None:
        """What to `keep` somebody with whom the store is asked about next."""
        return self._database.mark()

    def find(self, claims: Claims) -> "Principal | None":
        """Who carries a token, if they were let in and nothing was committed since."""
        found = self._known.get(claims)
        if found is None:
            return None
        mark, until, principal = found
        return principal if monotonic() < until and mark == self._database.mark() else None

    def keep(self, claims: Claims, mark: Mark | None, principal: "Principal") -> None:
        """Remember somebody whom the store let in after `mark` was read."""
        if mark is None:
            return
        self._known[claims] = mark, monotonic() + LIFETIME, principal
        while len(self._known) > MOST:
            self._known.popitem(last=False)
