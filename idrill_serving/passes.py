"""Who came in a moment ago, for as long as nothing at all was committed to the store since."""

from collections import OrderedDict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from idrill.store.marks import Mark
from idrill_serving.tokens import Claims

if TYPE_CHECKING:
    from idrill_serving.doors import Principal

MOST = 1_000
"""People who are remembered."""

_NOBODY = None, datetime.min.replace(tzinfo=UTC), None


class Passes:
    """Remembers whom the store let in, by the claims of their token.

    A logout, another role or password, a disabled account are commits, after which everybody is
    looked up again; so they count at once, whichever process made them: each request asks for the
    store's mark before anybody is let in. On SQLite this takes some microseconds; a server is asked
    by one short query instead of two longer ones in a transaction, and not by an event loop.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[Claims, tuple[Mark, datetime, Principal]] = OrderedDict()

    def find(self, claims: Claims, now: Mark | None) -> "Principal | None":
        """Who carries a token, if they were let in and nothing was committed since.

        Args:
            claims: Of the token.
            now: The mark of the store, read when the request was there.
        """
        mark, until, principal = self._known.get(claims, _NOBODY)
        unchanged = mark is not None and mark == now
        return principal if unchanged and datetime.now(UTC) < until else None

    def keep(
        self, claims: Claims, mark: Mark | None, until: datetime, principal: "Principal"
    ) -> None:
        """Remember somebody whom the store let in after `mark` was read.

        Args:
            claims: Of their token.
            mark: Of the store; None: nobody is remembered.
            until: When their login runs out.
            principal: Who they are.
        """
        if mark is None:
            return
        self._known[claims] = mark, until, principal
        while len(self._known) > MOST:
            self._known.popitem(last=False)
