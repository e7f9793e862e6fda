"""How often somebody may ask: by person, by key and its tier, by address."""

import logging
import time

from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import FixedWindowRateLimiter

from idrill.access import Tier
from idrill.errors import SettingsError, TooManyAttempts
from idrill.settings import Settings

TIERS = {Tier.STANDARD: parse("600/minute"), Tier.BULK: parse("6000/minute")}
"""How often a key may ask."""

_LOG = logging.getLogger("idrill.serving")


class RateLimits:
    """Counts requests, in Redis for all workers, or in the memory of this one.

    A Redis that is away is said so, and this worker counts for itself meanwhile.

    Args:
        settings: Of the service.

    Raises:
        SettingsError: If a rate cannot be read, or the URL is none of Redis.
    """

    def __init__(self, settings: Settings) -> None:
        self._asking = _rate("IDRILL_REQUEST_RATE", settings.request_rate)
        self._logging_in = _rate("IDRILL_LOGIN_RATE", settings.login_rate)
        url = settings.redis_url.get_secret_value() if settings.redis_url else ""
        self._shared = FixedWindowRateLimiter(_redis(url)) if url else None
        self._own = FixedWindowRateLimiter(MemoryStorage())

    def count_person(self, user_id: int) -> None:
        """Count a request of a person.

        Raises:
            TooManyAttempts: If it is one too many.
        """
        self._count(self._asking, f"user:{user_id}", "too many requests")

    def count_key(self, key_id: int, tier: Tier) -> None:
        """Count a request of a machine.

        Raises:
            TooManyAttempts: If it is one too many.
        """
        self._count(TIERS[tier], f"key:{key_id}", f"too many requests for the tier {tier}")

    def count_address(self, address: str) -> None:
        """Count a request of somebody who is not logged in.

        Raises:
            TooManyAttempts: If it is one too many.
        """
        self._count(self._asking, f"address:{address}", "too many requests from this address")

    def count_login(self, address: str) -> None:
        """Count an attempt to log in, or to use a token instead of a password.

        Raises:
            TooManyAttempts: If it is one too many.
        """
        self._count(self._logging_in, f"login:{address}", "too many logins from this address")

    @property
    def are_shared(self) -> bool:
        """Whether Redis counts, which has to be waited for."""
        return self._shared is not None

    def storage_answers(self) -> bool | None:
        """Whether Redis answers; None if there is none."""
        if self._shared is None:
            return None
        try:
            return bool(self._shared.storage.check())
        except StorageError:
            return False

    def _count(self, rate: RateLimitItem, who: str, problem: str) -> None:
        try:
            wait = _wait(self._shared or self._own, rate, who)
        except StorageError:
            _LOG.exception("Redis is away: requests are counted by this worker alone")
            wait = _wait(self._own, rate, who)
        if wait > 0.0:
            raise TooManyAttempts(problem, wait=wait)


def _wait(window: FixedWindowRateLimiter, rate: RateLimitItem, who: str) -> float:
    """How long `who` has to wait, this request counted [s]; 0 if it may go on."""
    if window.hit(rate, who):
        return 0.0
    return max(window.get_window_stats(rate, who).reset_time - time.time(), 0.001)


def _rate(setting: str, words: str) -> RateLimitItem:
    try:
        return parse(words)
    except ValueError as error:
        raise SettingsError(f"{setting}: {words!r} is no rate, such as 1200/minute") from error


def _redis(url: str) -> Storage:
    if not url.startswith(("redis://", "rediss://")):
        raise SettingsError("IDRILL_REDIS_URL must start with redis:// or rediss://")
    return RedisStorage(url, wrap_exceptions=True, socket_timeout=1.0)
