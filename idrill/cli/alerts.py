"""`idrill alerts rules`: what raises alerts, and when it would have on recorded days."""

import getpass
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from idrill.errors import AlreadyExists, InvalidRequest, NotFound
from idrill.settings import load_settings

if TYPE_CHECKING:
    from idrill.maintenance.rules import Condition, Rule
    from idrill.store.audit import Actor
    from idrill.store.database import Database

app = typer.Typer(no_args_is_help=True, help="What raises alerts.", rich_markup_mode=None)
rules = typer.Typer(no_args_is_help=True, help="Rules that raise alerts.", rich_markup_mode=None)
app.add_typer(rules, name="rules")

LONGEST = timedelta(days=92)
"""The longest time that rules are tried on."""

RuleName = Annotated[str, typer.Argument(help="As `list` tells it.")]
RuleFile = Annotated[Path, typer.Argument(help="TOML with [[rules]], or JSON.", exists=True)]
Note = Annotated[str, typer.Option("--note", help="Why.")]
Day = Annotated[datetime, typer.Option("--day", formats=["%Y-%m-%d"], help="The first day to try.")]
Until = Annotated[
    datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="The last one; the first.")
]


@app.callback()
def alerts() -> None:
    """What raises alerts."""


@rules.command("list")
def list_rules() -> None:
    """List the rules, by name."""
    from idrill.store import alert_rules

    table = Table("name", "version", "state", "rig", "priority", "description", box=None)
    with _database().session() as session:
        for one in alert_rules.listed(session):
            rule = one.rule
            state = "on" if one.enabled else "off"
            rig = rule.rig_id or "every"
            table.add_row(rule.name, str(one.version), state, rig, rule.priority, rule.description)
    Console(markup=False).print(table)


@rules.command()
def example() -> None:
    """Print the rules to begin with, to be changed and added."""
    from idrill.maintenance.rules.reading import SHIPPED

    typer.echo(SHIPPED.read_text(encoding="utf-8"), nl=False)


@rules.command()
def init() -> None:
    """Enter the rules to begin with; those that are there already stay as they are."""
    from idrill.maintenance.rules.reading import shipped

    _enter(shipped(), skip=True)


@rules.command()
def add(file: RuleFile) -> None:
    """Enter the rules of a file: all of them, or none."""
    from idrill.maintenance.rules import read_documents

    _enter(read_documents(file), skip=False)


@rules.command()
def change(file: RuleFile, note: Note = "") -> None:
    """Give rules of the same names the definitions of a file: all of them, or none."""
    from idrill.maintenance.rules import read_documents, read_rule
    from idrill.store import alert_rules

    with _database().session() as session:
        for document in read_documents(file):
            rule = read_rule(document)
            told: dict[str, object] = dict(document)  # type: ignore[call-overload]
            stored = alert_rules.change(session, rule.name, told, _actor(), note=note)
            typer.echo(f"{stored.name}: version {stored.version}")


@rules.command()
def enable(name: RuleName, note: Note = "") -> None:
    """Judge a rule from now on."""
    _switch(name, "on", note)


@rules.command()
def disable(name: RuleName, note: Note = "") -> None:
    """Judge a rule no longer; its alerts return."""
    _switch(name, "off", note)


@rules.command()
def check(
    file: RuleFile,
    rig: Annotated[str, typer.Option("--rig", help="Such as RIG_01.")],
    day: Day,
    to: Until = None,
) -> None:
    """Show when the rules of a file would have raised alerts on recorded days of a rig."""
    from idrill.maintenance.rules import read_documents, read_rule

    judged = [rule for rule in map(read_rule, read_documents(file)) if rule.covers(rig)]
    first, last = day.date(), (to or day).date()
    if not timedelta() <= last - first <= LONGEST:
        raise InvalidRequest(f"the last day comes after the first, by at most {LONGEST.days} days")
    found, rows = _tried(judged, rig, first, last)
    if not rows:
        raise NotFound(
            f"the lake has no validated readings of {rig} from {first} to {last}: "
            "a live day is there once it is closed"
        )
    console = Console(markup=False)
    console.print(_table(found))
    console.print(f"{len(judged)} rules on {rows} rows of {rig}, {first} to {last}")
    for rule in judged:
        count = sum(one.rule == rule.name and one.turn == "raised" for one in found)
        console.print(f"{count:>5}  {rule.name}")


def _tried(
    judged: "Sequence[Rule]", rig: str, first: date, last: date
) -> "tuple[list[Condition], int]":
    """What rules tell of recorded days, and of how many rows."""
    from idrill.maintenance.rules import Evaluator
    from idrill.store import rigs
    from idrill.store.lake import Lake
    from idrill.store.tables import VALIDATED

    settings = load_settings()
    database = _database()
    with database.session() as session:
        rigs.get(session, rig)
    lake, evaluator = Lake(settings.lake_folder, database), Evaluator(rig, judged)
    found, rows, at = list["Condition"](), 0, first
    while at <= last:
        frame = lake.read(VALIDATED, {"rig_id": rig, "day": at})
        rows += frame.height
        found += evaluator.step(frame)
        at += timedelta(days=1)
    return found, rows


def _table(found: "Sequence[Condition]") -> Table:
    """When each condition began and how long it lasted."""
    table = Table("raised", "lasted", "priority", "rule", "what", box=None)
    for number, one in enumerate(found):
        if one.turn == "raised":
            end = next(
                (
                    after.at
                    for after in found[number + 1 :]
                    if (after.rule, after.key) == (one.rule, one.key)
                ),
                None,
            )
            lasted = "to the end" if end is None else str(end - one.at).partition(".")[0]
            table.add_row(
                f"{one.at:%Y-%m-%d %H:%M:%S}", lasted, one.priority, one.rule, one.message
            )
    return table


def _enter(documents: Sequence[object], *, skip: bool) -> None:
    from idrill.maintenance.rules import read_rule
    from idrill.store import alert_rules

    with _database().session() as session:
        there = {one.name for one in alert_rules.listed(session)}
        for document in documents:
            name = read_rule(document).name
            if name in there and skip:
                typer.echo(f"{name}: is there already")
                continue
            if name in there:
                raise AlreadyExists(f"there is a rule {name} already: idrill alerts rules change")
            alert_rules.add(session, dict(document), _actor())  # type: ignore[call-overload]
            typer.echo(f"{name}: entered")


def _switch(name: str, state: str, note: str) -> None:
    from idrill.store import alert_rules

    with _database().session() as session:
        stored = alert_rules.switch(session, name, state, _actor(), note)
    typer.echo(f"{stored.name} is {state}, version {stored.version}")


def _database() -> "Database":
    from idrill.store.database import Database

    return Database(load_settings().store_url)


def _actor() -> "Actor":
    """Who the audit trail names: the account of this machine that runs the command."""
    from idrill.store.audit import Actor

    try:
        name = getpass.getuser()
    except (OSError, KeyError):
        name = "unknown"
    return Actor(f"command line of {name}")
