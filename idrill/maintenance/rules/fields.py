"""Fields of a table that is read strictly: each once, each of its kind, none that is unknown."""

import re
from collections.abc import Mapping
from math import isfinite

from idrill.errors import InvalidRule

_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,63}")


class Fields:
    """The fields of a table.

    Args:
        table: What was decoded.
        place: Where it stands, for messages.

    Raises:
        InvalidRule: If it is no table.
    """

    def __init__(self, table: object, place: str) -> None:
        if not isinstance(table, Mapping):
            raise InvalidRule(f"{place}: is no table of fields")
        self.place = place
        self._table = table
        self._read: set[object] = set()

    def __contains__(self, name: str) -> bool:
        """Whether a field is there."""
        return name in self._table

    def end(self) -> None:
        """See that every field was read.

        Raises:
            InvalidRule: If one was not.
        """
        stray = sorted(str(name)[:64] for name in self._table if name not in self._read)
        if stray:
            raise InvalidRule(f"{self.place}: {', '.join(stray[:5])} is not known here")

    def text(self, name: str, longest: int = 64) -> str:
        """Some text.

        Raises:
            InvalidRule: If there is none, or it is too long.
        """
        found = self.any(name)
        if not isinstance(found, str) or not found.strip() or len(found) > longest:
            raise InvalidRule(f"{self.place}.{name}: takes text of at most {longest} characters")
        return found.strip()

    def name(self, name: str) -> str:
        """A name in small letters.

        Raises:
            InvalidRule: If it is none.
        """
        found = self.text(name)
        if not _NAME.fullmatch(found):
            raise InvalidRule(
                f"{self.place}.{name}: {found!r} is no name: small letters, digits, - _ . only, "
                "and a letter first"
            )
        return found

    def number(
        self, name: str, low: float = -1e12, high: float = 1e12, default: float | None = None
    ) -> float:
        """A number between two.

        Raises:
            InvalidRule: If it is none, or lies outside.
        """
        if name not in self._table and default is not None:
            return default
        found = self.any(name)
        if isinstance(found, bool) or not isinstance(found, int | float) or not isfinite(found):
            raise InvalidRule(f"{self.place}.{name}: takes a number")
        if not low <= found <= high:
            raise InvalidRule(f"{self.place}.{name}: {found:g} lies outside of {low:g} to {high:g}")
        return float(found)

    def truth(self, name: str, default: object) -> bool:
        """True or false.

        Raises:
            InvalidRule: If it is neither.
        """
        found = self.any(name) if name in self._table else default
        if not isinstance(found, bool):
            raise InvalidRule(f"{self.place}.{name}: takes true or false")
        return found

    def array(self, name: str, longest: int = 32) -> list[object]:
        """A list.

        Raises:
            InvalidRule: If it is none, or too long.
        """
        found = self.any(name)
        if not isinstance(found, list | tuple) or len(found) > longest:
            raise InvalidRule(f"{self.place}.{name}: takes a list of at most {longest}")
        return list(found)

    def words(self, name: str) -> list[str]:
        """A list of text that is not empty; one text alone is a list of one.

        Raises:
            InvalidRule: If it is none.
        """
        if isinstance(self._table.get(name), str):
            return [self.text(name)]
        found = self.array(name)
        if not found or not all(isinstance(one, str) and len(one) <= 64 for one in found):
            raise InvalidRule(f"{self.place}.{name}: takes a list of words")
        return [str(one) for one in found]

    def any(self, name: str) -> object:
        """Whatever stands there.

        Raises:
            InvalidRule: If nothing does.
        """
        self._read.add(name)
        if name not in self._table:
            raise InvalidRule(f"{self.place}.{name}: is missing")
        found: object = self._table[name]
        return found
