"""`idrill backup` and `idrill restore`: everything that cannot be made anew, kept elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

from idrill.settings import load_settings
from idrill.store import backups
from idrill.store.backups import Backup, Places
from idrill.store.delta import local_folder


def backup(
    to: Annotated[Path, typer.Argument(help="A folder that is not there yet.")],
) -> None:
    """Copy store, lake, archive and models into a new folder; others may go on writing."""
    made = backups.back_up(_places(), to)
    typer.echo(f"backed up to {to}: {_words(made)}")


def restore(
    source: Annotated[Path, typer.Argument(metavar="FROM", help="What idrill backup wrote.")],
) -> None:
    """Put a back-up into an IDRILL_HOME, and a database, that hold nothing yet."""
    made = backups.restore(source, _places())
    typer.echo(f"restored from {source}: {_words(made)}; now run idrill migrate")


def _places() -> Places:
    settings = load_settings()
    return Places(
        store_url=settings.store_url,
        lake=local_folder(settings.lake_folder),
        archive=settings.archive_folder,
        models=settings.models_folder,
    )


def _words(made: Backup) -> str:
    return (
        f"store at revision {made.revision}, {len(made.tables)} tables of the lake, "
        f"{made.files} files of archive and models, {made.size / 1e6:.1f} MB"
    )
