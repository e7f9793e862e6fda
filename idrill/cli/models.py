"""`idrill models …`: which model serves, what it is, what became of the others, one step back.

A model is promoted by the gate alone, which training calls.
"""

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from idrill.errors import InvalidModel, NotFound, StoreError
from idrill.settings import Settings, load_settings
from idrill.store import promotions
from idrill.store.database import Database
from idrill.store.releases import Promotion, Release, champion_in, newest

if TYPE_CHECKING:
    from idrill.rul.card import Card

app = typer.Typer(help="Models: which serves, which were refused and why.", no_args_is_help=True)

INSTANTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]
COLOURS = {
    Release.CANDIDATE: "yellow",
    Release.CHAMPION: "green",
    Release.REFUSED: "red",
    Release.ROLLED_BACK: "red",
    Release.RETIRED: "dim",
}


class Back(StrEnum):
    """What a rollback leads to."""

    BEFORE = "before"
    NOTHING = "nothing"


Name = Annotated[str, typer.Argument(help="Of the model, such as rul-liner.")]


def _console() -> Console:
    return Console(markup=False, highlight=False)


def _database(settings: Settings) -> Database:
    return Database(settings.store_url)


def _ledger(name: str) -> list[Promotion]:
    """Every move of a model."""
    with _database(load_settings()).session() as session:
        found = promotions.of_model(session, name)
        known = promotions.models(session)
    if not found:
        raise NotFound(f"no model is called {name!r}; models: {', '.join(known) or 'none yet'}")
    return found


@app.command("list")
def list_models() -> None:
    """List the models with the version that serves, and what became of the newest."""
    with _database(load_settings()).session() as session:
        ledgers = [promotions.of_model(session, name) for name in promotions.models(session)]
    if not ledgers:
        _console().print("No model was registered yet.")
        return
    table = Table("model", "serves", "since", "by", "newest", box=None)
    for ledger in ledgers:
        crowned = champion_in(ledger)
        latest = newest(ledger)[max(newest(ledger))]
        serves = ("none", "", "") if crowned is None else _serving(crowned)
        table.add_row(ledger[0].model, *serves, f"{latest.version} {latest.state}")
    _console().print(table)


def _serving(one: Promotion) -> tuple[str, str, str]:
    return str(one.version), _instant(one.at), one.by


@app.command()
def history(name: Name) -> None:
    """Show every move of a model: when, by whom, and why."""
    table = Table("", "version", "state", "at (UTC)", "by", "reason", box=None)
    for one in _ledger(name):
        table.add_row(
            str(one.sequence),
            str(one.version),
            one.state.value,
            _instant(one.at),
            one.by,
            one.judged.reason,
            style=COLOURS.get(one.state),
        )
    _console().print(table)


@app.command()
def champion(
    name: Name,
    at: Annotated[
        datetime | None, typer.Option(formats=INSTANTS, help="An instant (UTC); else now.")
    ] = None,
) -> None:
    """Show which version serves, or served at an instant, and why."""
    with _database(load_settings()).session() as session:
        found = promotions.champion(session, name, at and at.replace(tzinfo=UTC))
    console = _console()
    console.print(f"{found.title} since {_instant(found.at)} UTC, by {found.by}", soft_wrap=True)
    console.print(found.judged.reason)


@app.command()
def show(
    name: Name,
    version: Annotated[int | None, typer.Option(help="Else the one that serves.")] = None,
) -> None:
    """Show the card of a version: for what, trained on what, how good, where not to use it."""
    from idrill.registry.champions import folder_of, open_version

    settings, ledger = load_settings(), _ledger(name)
    with _database(settings).session() as session:
        one = (
            promotions.champion(session, name)
            if version is None
            else promotions.version_of(session, name, version)
        )
    card = open_version(settings.models_folder, one).card
    state = newest(ledger)[one.version].state
    table = Table.grid(padding=(0, 2))
    for heading, said in _headings(card):
        table.add_row(heading, said)
    table.add_row("digest", one.digest[:16])
    table.add_row("folder", str(folder_of(settings.models_folder, name, one.version)))
    console = _console()
    console.print(f"{one.title}, {state}", style="bold")
    console.print(table)


def _headings(card: "Card") -> list[tuple[str, str]]:
    problem, learned = card.problem, card.trained_on
    seeds = ", ".join(map(str, learned.seeds))
    lake = "" if learned.lake_version is None else f", lake version {learned.lake_version}"
    figures = "\n".join(f"{one.name} {one.value:.4g}: {one.where}" for one in card.figures)
    covered = "\n".join(
        f"{one.claimed:.0%} claimed, {one.found:.1%} of {one.units} units" for one in card.intervals
    )
    return [
        ("for", card.purpose),
        ("not for", "\n".join(card.not_for)),
        ("network", card.network),
        (
            "trained on",
            f"{learned.name}{lake}: {learned.lives} lives of {learned.groups} groups"
            + (f", seeds {seeds}" if seeds else ""),
        ),
        ("figures", figures or "none"),
        ("intervals", covered or "none"),
        ("foresees", f"{problem.name}, up to {problem.cap:g} {problem.clock}"),
        ("from", f"{problem.length} rows of {', '.join(problem.channels)}"),
        ("code", f"i-Drill {card.code_version}, {_instant(card.created)} UTC"),
    ]


@app.command()
def rollback(
    name: Name,
    by: Annotated[str, typer.Option("--by", help="Who says so.")],
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    to: Annotated[
        Back, typer.Option(help="The champion before, or nothing: then nothing serves.")
    ] = Back.BEFORE,
) -> None:
    """Take the champion out of service and put the one before it back."""
    settings = load_settings()
    database = _database(settings)
    now = _rolled_back(settings, database, name, by, reason, to)
    console = _console()
    console.print(f"{name}: {now}.", soft_wrap=True)
    try:
        _mirror(settings, database, [name])
    except StoreError as error:
        console.print(
            f"The alias in MLflow was not moved: {error}. Later: idrill models check --mirror",
            soft_wrap=True,
        )


def _rolled_back(
    settings: Settings, database: Database, name: str, by: str, reason: str, to: Back
) -> str:
    """Roll back; what serves from now on, in words."""
    from idrill.registry.releases import roll_back, withdraw

    if to is Back.NOTHING:
        out = withdraw(database, name, by=by, reason=reason)
        return f"nothing serves: {out.title} was taken out"
    back = roll_back(database, settings.models_folder, name, by=by, reason=reason)
    return f"{back.title} serves again" if back else "nothing serves: there is no earlier champion"


@app.command()
def check(
    *,
    mirror: Annotated[
        bool, typer.Option("--mirror", help="Set aliases as the ledger says.")
    ] = False,
) -> None:
    """Check that each champion's folder is intact, and that aliases in MLflow follow the ledger."""
    from idrill.registry.aliases import check_aliases
    from idrill.registry.connection import MLflow

    settings = load_settings()
    database = _database(settings)
    with database.session() as session:
        names = promotions.models(session)
        crowned = [promotions.find_champion(session, name) for name in names]
    problems = [said for one in crowned if one for said in _spoiled(settings.models_folder, one)]
    if mirror:
        _mirror(settings, database, names)
    if names:
        mlflow = MLflow(settings.tracking_url, settings.artifacts_folder)
        with database.session() as session:
            problems += check_aliases(session, mlflow)
    console = _console()
    for said in problems or ["Ledger, folders and aliases agree."]:
        console.print(said, soft_wrap=True)
    raise typer.Exit(1 if problems else 0)


def _spoiled(models_folder: Path, one: Promotion) -> list[str]:
    from idrill.registry.champions import open_version

    try:
        open_version(models_folder, one)
    except InvalidModel as error:
        return [f"{one.title}: {error}"]
    return []


def _mirror(settings: Settings, database: Database, names: list[str]) -> None:
    from idrill.registry import aliases
    from idrill.registry.connection import MLflow

    mlflow = MLflow(settings.tracking_url, settings.artifacts_folder)
    with database.session() as session:
        for name in names:
            aliases.mirror(session, mlflow, name)


def _instant(at: datetime) -> str:
    """An instant in UTC, to the minute.

    Example:
        >>> _instant(datetime(2026, 2, 1, 12, 5, 59, tzinfo=UTC))
        '2026-02-01 12:05'
    """
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"
