"""Passwords: what is asked of them, and argon2 hashes of them."""

import secrets
from dataclasses import dataclass
from functools import cached_property

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from idrill.errors import InvalidAccount

SHORTEST = 12
"""Fewest characters of a password."""

LONGEST = 256
"""Most characters of a password; hashing a longer one would be work for nothing."""


@dataclass(frozen=True)
class Passwords:
    """How passwords are hashed: argon2id with a salt each.

    The defaults are the least that OWASP's password storage cheat sheet recommends.
    """

    memory: int = 19456
    """[KiB]"""
    passes: int = 2

    def hashed(self, password: str) -> str:
        """A hash that `matches` knows again.

        Raises:
            InvalidAccount: If the password is too short or too long, or almost one character.
        """
        return self._argon2.hash(checked(password))

    def matches(self, password: str, stored: str | None) -> bool:
        """Whether `stored` is a hash of `password`.

        Without a hash, as of an account that is not there, this takes just as long.
        """
        if len(password) > LONGEST:
            password, stored = "", None
        matched = self._argon2.verify(password, stored or self._nobodys)
        return matched and stored is not None

    @cached_property
    def _argon2(self) -> PasswordHash:
        hasher = Argon2Hasher(time_cost=self.passes, memory_cost=self.memory, parallelism=1)
        return PasswordHash((hasher,))

    @cached_property
    def _nobodys(self) -> str:
        return self._argon2.hash(secrets.token_hex(16))


def checked(password: str) -> str:
    """`password`, if it may be one.

    Raises:
        InvalidAccount: If it may not.

    Example:
        >>> checked("correct horse battery")
        'correct horse battery'
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidAccount(f"a password has {SHORTEST} to {LONGEST} characters")
    if len(set(password)) < 5:
        raise InvalidAccount("a password has 5 different characters at least")
    return password


def generated() -> str:
    """A new password that nobody guesses."""
    return secrets.token_urlsafe(15)
