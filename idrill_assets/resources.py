"""What assets, sensors and commands work with; nothing connects before it is used."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import dagster as dg

from idrill.settings import Settings

if TYPE_CHECKING:
    from idrill.store.archived_rows import ArchivedRows
    from idrill.store.database import Database
    from idrill.store.intake import Intake
    from idrill.store.lake import Lake


@dataclass(frozen=True, slots=True)
class Platform:
    """The store, the lake, the door for files and what came in, as one deployment has them."""

    settings: Settings
    database: "Database"
    lake: "Lake"
    intake: "Intake"
    rows: "ArchivedRows"
    heard: Callable[[str, str, date], None] | None = None
    """Told of each rig-day that was committed: table, rig, day. Progress bars listen here."""
    told: Callable[[str, int, int], None] | None = None
    """Told how far a long piece of work is: what is done, so many, of so many."""

    def tell(self, doing: str, done: int, of: int) -> None:
        """Say how far a long piece of work is, if somebody listens."""
        if self.told is not None:
            self.told(doing, done, of)


def build_platform(settings: Settings) -> Platform:
    """The platform that the settings describe."""
    from idrill.store.archive import Archive
    from idrill.store.archived_rows import ArchivedRows
    from idrill.store.database import Database
    from idrill.store.intake import Intake
    from idrill.store.lake import Lake

    database = Database(settings.store_url)
    intake = Intake(
        database,
        Archive(settings.archive_folder),
        first_day=settings.first_day,
        max_bytes=settings.max_file_bytes,
    )
    return Platform(
        settings=settings,
        database=database,
        lake=Lake(settings.lake_folder, database),
        intake=intake,
        rows=ArchivedRows(intake),
    )


def build_resources(settings: Settings) -> dict[str, object]:
    """The resources of the code location, by the name that assets ask for.

    The platform is built when the first run or tick of the process asks for it.
    """

    @cache
    def platform() -> Platform:
        return build_platform(settings)

    return {"platform": dg.ResourceDefinition(lambda _context: platform())}
