"""What the routes stand on: the store, the lake, and the guards at the door."""

from dataclasses import dataclass

from idrill.settings import Settings
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.passwords import Passwords
from idrill_serving.hashing import HashQueue
from idrill_serving.mail import Mail
from idrill_serving.metrics import Metrics
from idrill_serving.rate_limits import RateLimits
from idrill_serving.tokens import AccessTokens, access_tokens


@dataclass(frozen=True)
class Platform:
    """What one process of the service holds."""

    settings: Settings
    database: Database
    lake: Lake
    passwords: HashQueue
    tokens: AccessTokens
    limits: RateLimits
    mail: Mail
    metrics: Metrics


def build_platform(settings: Settings) -> Platform:
    """Everything that the settings ask for; nothing is connected yet.

    Raises:
        SettingsError: If a setting makes no sense.
    """
    database = Database(settings.store_url)
    hashing = Passwords(memory=settings.password_memory, passes=settings.password_passes)
    return Platform(
        settings=settings,
        database=database,
        lake=Lake(settings.lake_folder, database),
        passwords=HashQueue(hashing),
        tokens=access_tokens(settings),
        limits=RateLimits(settings),
        mail=Mail(settings),
        metrics=Metrics(),
    )
