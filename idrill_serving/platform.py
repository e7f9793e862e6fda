"""What the routes stand on: the store, the lake, and the guards at the door."""

from dataclasses import dataclass

from idrill.registry.prognoses import Bench
from idrill.settings import Settings
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.live_wake import LiveWake
from idrill.store.live_writer import LiveWriter
from idrill.store.passwords import Passwords
from idrill.streams.broker import Backend, backend_of
from idrill.streams.publisher import Publisher
from idrill_serving.cache import Answers
from idrill_serving.gate import Gate
from idrill_serving.glances import Glance
from idrill_serving.hashing import HashQueue
from idrill_serving.lookups import Lookups
from idrill_serving.mail import Mail
from idrill_serving.metrics import Metrics
from idrill_serving.models import Champions
from idrill_serving.noting import Notes
from idrill_serving.passes import Passes
from idrill_serving.planning import Planner
from idrill_serving.rate_limits import RateLimits
from idrill_serving.tokens import AccessTokens, access_tokens
from idrill_serving.tracing import Tracing


@dataclass(frozen=True)
class Platform:
    """What one process of the service holds."""

    settings: Settings
    database: Database
    lake: Lake
    passwords: HashQueue
    tokens: AccessTokens
    passes: Passes
    lookups: Lookups
    limits: RateLimits
    mail: Mail
    metrics: Metrics
    notes: Notes
    tracing: Tracing
    champions: Champions
    wake: LiveWake
    """Tells who follows the store that something was committed."""
    live: LiveWriter
    gate: Gate
    """Before readings that come by HTTP."""
    publisher: Publisher | None
    """None: what is published goes to the store at once."""
    answers: Answers
    glances: dict[str, Glance]
    """The latest readings of rigs."""
    planner: Planner

    @property
    def bench(self) -> Bench:
        """What prognoses are made from, with the champions that are open."""
        folder = self.settings.models_folder
        return Bench(self.database, self.lake, folder, self.champions.pair)


def build_platform(settings: Settings) -> Platform:
    """Everything that the settings ask for; nothing is connected yet.

    Raises:
        SettingsError: If a setting makes no sense.
    """
    database = Database(settings.store_url)
    hashing = Passwords(memory=settings.password_memory, passes=settings.password_passes)
    wake = LiveWake(database)
    return Platform(
        settings=settings,
        database=database,
        lake=Lake(settings.lake_folder, database),
        passwords=HashQueue(hashing),
        tokens=access_tokens(settings),
        passes=Passes(),
        lookups=Lookups(),
        limits=RateLimits(settings),
        mail=Mail(settings),
        metrics=Metrics(),
        notes=Notes(database),
        tracing=Tracing(settings),
        champions=Champions(database, settings.models_folder),
        wake=wake,
        gate=Gate(),
        live=LiveWriter(database, wake),
        publisher=_publisher(settings),
        answers=Answers(settings),
        planner=Planner(settings.store_url),
        glances={},
    )


def _publisher(settings: Settings) -> Publisher | None:
    url = settings.stream_url.get_secret_value()
    if backend_of(url) is Backend.STORE:
        return None
    return Publisher(url, settings.stream_name)
