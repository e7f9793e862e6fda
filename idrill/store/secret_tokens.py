"""Tokens that are shown once and kept as hashes."""

import hashlib
import secrets


def new_token() -> str:
    """256 random bits, fit for a URL."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """What is kept of a token; a slow hash would add nothing to 256 random bits.

    Example:
        >>> hashed("a")[:8]
        'ca978112'
    """
    return hashlib.sha256(token.encode("utf-8", "backslashreplace")).hexdigest()
