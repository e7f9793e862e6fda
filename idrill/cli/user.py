"""`idrill user`: who may log in to the service."""

import getpass
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from idrill.access import Role
from idrill.settings import load_settings
from idrill.store import audit, one_time_tokens, passwords, users
from idrill.store.audit import Actor, Change
from idrill.store.audit_actions import Action
from idrill.store.database import Database
from idrill.store.passwords import Passwords
from idrill.store.users import NewUser

app = typer.Typer(no_args_is_help=True, help="Who may log in.", rich_markup_mode=None)

Email = Annotated[str, typer.Argument(help="Such as ada@rig.example.")]


@app.command()
def create(
    email: Annotated[str, typer.Option("--email", help="Such as ada@rig.example.")],
    role: Annotated[Role, typer.Option("--role", help="What they are here for.")],
    name: Annotated[str, typer.Option("--name", help="As others read it.")] = "",
    rig: Annotated[
        list[str] | None, typer.Option("--rig", help="A rig they see; repeat; every one if none.")
    ] = None,
    *,
    generate: Annotated[
        bool, typer.Option("--generate", help="Make up a password and print it once.")
    ] = False,
) -> None:
    """Make an account; the password is asked for, or made up."""
    settings = load_settings()
    address = users.email_of(email)
    password = passwords.generated() if generate else _asked()
    hashing = Passwords(memory=settings.password_memory, passes=settings.password_passes)
    new = NewUser(address, name, role, hashing.hashed(password), tuple(rig) if rig else None)
    with Database(settings.store_url).session() as session:
        user = users.create(session, new)
        details: dict[str, object] = {"role": role.value, "rigs": user.rigs}
        audit.record(session, _actor(), Change(Action.USER_CREATED, f"user {user.id}", details))
    typer.echo(f"user {user.id}: {user.email} has the role {user.role}")
    if generate:
        typer.echo(f"password, shown this once: {password}")


@app.command("list")
def list_users() -> None:
    """List who may log in."""
    table = Table("number", "email", "name", "role", "rigs", "state", box=None)
    with Database(load_settings().store_url).session() as session:
        for user in users.listed(session):
            rigs = "every" if user.rigs is None else ", ".join(user.rigs) or "none"
            state = "active" if user.active else "disabled"
            table.add_row(str(user.id), user.email, user.name, user.role, rigs, state)
    Console(markup=False).print(table)


@app.command()
def disable(email: Email) -> None:
    """Let somebody in no longer; whoever is logged in is logged out."""
    with Database(load_settings().store_url).session() as session:
        user = users.named(session, email)
        users.change(session, user.id, users.Change(user.name, user.role, user.rigs, active=False))
        audit.record(session, _actor(), Change(Action.USER_DISABLED, f"user {user.id}"))
    typer.echo(f"{user.email} is disabled")


@app.command("reset-password")
def reset_password(email: Email) -> None:
    """Print a token with which somebody sets a new password within an hour."""
    with Database(load_settings().store_url).session() as session:
        user = users.named(session, email)
        issued = one_time_tokens.issue_reset(session, user.email, by=_actor().name)
        audit.record(session, _actor(), Change(Action.RESET_REQUESTED, f"user {user.id}"))
    typer.echo(f"token for {user.email}, good once until {issued.expires_at:%Y-%m-%d %H:%M} UTC:")
    typer.echo(issued.token)
    typer.echo("POST it with the new password to /api/v1/auth/password-reset/confirm")


def _asked() -> str:
    password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password


def _actor() -> Actor:
    """Who the audit trail names: the account of this machine that runs the command."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):
        name = "unknown"
    return Actor(f"command line of {name}")
