"""Access tokens: short-lived, signed, and worth nothing once their login is over."""

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import jwt

from idrill.errors import NotAuthenticated, SettingsError
from idrill.settings import Settings

LIFETIME = timedelta(minutes=15)
"""How long an access token is good for."""

MOST = 1_000
"""Tokens whose signature is not checked again."""

SHORTEST_SECRET = 32
"""Fewest characters of a secret outside development."""

_FEWEST_LETTERS = 12
_KNOWN_WORDS = ("changeme", "change-me", "change_me", "secret", "password", "example", "idrill")
_ALGORITHM, _ISSUER, _AUDIENCE = "HS256", "idrill", "idrill-api"
_CLAIMS = ["exp", "iat", "iss", "aud", "sub", "sid"]


@dataclass(frozen=True, slots=True)
class Claims:
    """What an access token says."""

    user_id: int
    login_id: str


@dataclass(frozen=True)
class AccessTokens:
    """Signs access tokens and reads them again."""

    key: bytes
    lifetime: timedelta = LIFETIME
    _read: OrderedDict[str, tuple[float, Claims]] = field(
        default_factory=OrderedDict, compare=False, repr=False
    )
    """What was read of a token, and until when it is good [s since 1970]."""

    def issue(self, claims: Claims) -> str:
        """A signed token."""
        now = datetime.now(UTC)
        told = {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "sub": str(claims.user_id),
            "sid": claims.login_id,
            "iat": now,
            "exp": now + self.lifetime,
        }
        return jwt.encode(told, self.key, algorithm=_ALGORITHM)

    def read(self, token: str) -> Claims:
        """What a token says.

        Raises:
            NotAuthenticated: If it was not signed by us, is too old, or says something else.
        """
        good_until, known = self._read.get(token, (0.0, None))
        if known is not None and time.time() < good_until:
            return known
        expires, claims = self._verified(token)
        self._read[token] = expires, claims
        while len(self._read) > MOST:
            self._read.popitem(last=False)
        return claims

    def _verified(self, token: str) -> tuple[float, Claims]:
        """When a token expires [s since 1970], and what it says."""
        try:
            told = jwt.decode(
                token,
                self.key,
                algorithms=[_ALGORITHM],
                issuer=_ISSUER,
                audience=_AUDIENCE,
                options={"require": _CLAIMS},
            )
            return float(told["exp"]), Claims(int(told["sub"]), str(told["sid"]))
        except (jwt.InvalidTokenError, ValueError) as error:
            raise NotAuthenticated("the access token is not valid: log in or refresh") from error


def access_tokens(settings: Settings) -> AccessTokens:
    """The tokens of this service, signed with a key made from its secret.

    Raises:
        SettingsError: If the secret is missing or weak; in development a missing one is made up.
    """
    given = settings.secret_key.get_secret_value() if settings.secret_key else ""
    if settings.env == "production":
        given = strong(given)
    secret = given or secrets.token_hex(32)
    return AccessTokens(hmac.digest(secret.encode(), b"idrill access tokens", hashlib.sha256))


def strong(secret: str) -> str:
    """`secret`, if nobody guesses it.

    Raises:
        SettingsError: If it is missing, short, monotonous, or made of words.
    """
    if not secret:
        raise SettingsError(f"IDRILL_SECRET_KEY is not set: {_ADVICE}")
    weak = (
        len(secret) < SHORTEST_SECRET
        or len(set(secret)) < _FEWEST_LETTERS
        or any(word in secret.lower() for word in _KNOWN_WORDS)
    )
    if weak:
        raise SettingsError(f"IDRILL_SECRET_KEY can be guessed: {_ADVICE}")
    return secret


_ADVICE = "python -c 'import secrets; print(secrets.token_urlsafe(48))' prints a good one"
