"""What is done once per store beside answering requests: scoring, notices of alerts, pruning.

With a broker `idrill work` does it; without one the workers that answer requests do. However many
processes have these duties, one scores and the others stand by.
"""

from dataclasses import dataclass
from typing import Protocol

from idrill.registry.prognoses import Bench
from idrill.settings import Settings
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.live_wake import LiveWake
from idrill_serving.live.pruning import Pruner
from idrill_serving.live.scoring import Scorer
from idrill_serving.models import Champions
from idrill_serving.notifying import Notifier


def bench_of(settings: Settings, database: Database, lake: Lake) -> tuple[Bench, Champions]:
    """What prognoses are made from in a process that answers no requests."""
    champions = Champions(database, settings.models_folder)
    return Bench(database, lake, settings.models_folder, champions.pair), champions


class Duty(Protocol):
    """Something that is done in the background."""

    def start(self) -> None:
        """Begin."""

    def close(self) -> None:
        """End, once what is under way is done."""


def duties_of(
    settings: Settings, bench: Bench, champions: Champions, wake: LiveWake
) -> tuple[Duty, ...]:
    """All of them.

    Args:
        settings: Of this process.
        bench: Store, lake and the models that serve.
        champions: Those models.
        wake: Rings when something was committed.

    Raises:
        SettingsError: If the URL of the mail server is none.
    """
    return (
        Scorer(bench, wake, champions.refresh, settings.model_poll),
        Notifier(bench.database, settings),
        Pruner(bench.database, settings),
    )


@dataclass(frozen=True, slots=True)
class Duties:
    """What one process does in the background."""

    duties: tuple[Duty, ...]

    def start(self) -> None:
        """Begin."""
        for duty in self.duties:
            duty.start()

    def close(self) -> None:
        """End, once what is under way is done."""
        for duty in self.duties:
            duty.close()
