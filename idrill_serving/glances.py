"""The latest readings of a rig as they will be told, but for their ages."""

import re
import time
from dataclasses import dataclass

from idrill.store.marks import Mark

_AGE = re.compile(rb'"age":([0-9.e+]+)')


@dataclass(frozen=True, slots=True)
class Glance:
    """An answer in pieces, between which the ages of its readings belong."""

    made_of: Mark | None
    """The state of the store that it was made of, or an older one; None where that is not told."""
    pieces: tuple[bytes, ...]
    instants: tuple[float, ...]
    """When the readings were taken [s since 1970]."""

    @classmethod
    def of(cls, answer: bytes, made_of: Mark | None) -> "Glance":
        """An answer in whose JSON instants stand where the ages will be.

        Example:
            >>> Glance.of(b'[{"age":1700000000.5},{"age":1e9}]', None).instants
            (1700000000.5, 1000000000.0)
        """
        parts = _AGE.split(answer)
        return cls(made_of, tuple(parts[::2]), tuple(float(one) for one in parts[1::2]))

    def is_of(self, mark: Mark | None) -> bool:
        """Whether nothing was committed to the store since, by its mark of now."""
        return mark is not None and mark == self.made_of

    def told(self) -> bytes:
        """The answer with the ages that its readings have now [s]."""
        now = time.time()
        told = [self.pieces[0]]
        for instant, piece in zip(self.instants, self.pieces[1:], strict=True):
            told += (b'"age":%.3f' % (now - instant), piece)
        return b"".join(told)
