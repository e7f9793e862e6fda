"""`idrill migrate`: the tables of the store, brought to the newest revision."""

import typer

from idrill.settings import load_settings
from idrill.store.database import Database


def migrate() -> None:
    """Bring the tables of the store to the newest revision; safe to repeat."""
    database = Database(load_settings().store_url)
    try:
        before = database.revision()
        database.migrate()
        after = database.revision()
    finally:
        database.dispose()
    if before == after:
        typer.echo(f"the store is at {after}, the newest: nothing to do")
    else:
        typer.echo(f"the store went from {before or 'nothing'} to {after}")
