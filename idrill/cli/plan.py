"""`idrill plan`: what is done to which equipment when, and why."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from idrill.errors import NoPlan, NotFound
from idrill.maintenance.calendar import calendar
from idrill.maintenance.gantt import gantt
from idrill.maintenance.plan_states import PlanState
from idrill.maintenance.tasks import State
from idrill.settings import load_settings
from idrill.store import maintenance_plans, schedule, tasks
from idrill.store.database import Database
from idrill.store.maintenance_plans import KnownPlan, Request

app = typer.Typer(
    no_args_is_help=True, help="The maintenance plan: made, shown, explained, exported.",
    rich_markup_mode=None,
)  # fmt: skip

Rigs = Annotated[list[str] | None, typer.Option("--rig", help="Such as RIG_01; else every one.")]
Number = Annotated[int | None, typer.Option("--plan", help="Its number; else the newest.")]


@app.command()
def run(
    rig: Rigs = None,
    days: Annotated[float, typer.Option(help="How far it reaches [d].")] = 14.0,
    effort: Annotated[float, typer.Option(help="Of the solver.")] = 10.0,
) -> None:
    """Make a plan now; what it wants is proposed as tasks."""
    from idrill.store.planning import plan_now

    wish: Mapping[str, object] = {"days": days, "effort": effort}
    rigs = None if not rig else tuple(rig)
    found = plan_now(_database(), Request(rigs, wish, "idrill plan run"))
    if found.state is not PlanState.DONE:
        raise NoPlan(f"plan {found.id} is {found.state}: {found.problem}")
    _show(found)


@app.command()
def show(plan: Number = None) -> None:
    """Show a plan: what is done when by whom, at what risk, and what is left out."""
    _show(_plan(plan))


@app.command()
def explain(plan: Number = None) -> None:
    """Say why each piece of work is when it is, and why nothing is done about the rest."""
    found = _plan(plan)
    console = Console(markup=False, soft_wrap=True)
    if found.told is None:
        console.print(f"plan {found.id} is {found.state}: {found.problem}")
        return
    told: Any = found.told
    for entry in told["entries"]:
        console.print(_because(entry))
    for out in told["left_out"]:
        chance = "" if out["failed"] is None else f" ({out['failed']:.1%} fail meanwhile)"
        console.print(f"{_where(out)}: {out['reason']}{chance}")
    for note in told["notes"]:
        console.print(f"note: {note}")


@app.command()
def ical(
    rig: Rigs = None,
    days: Annotated[float, typer.Option(help="How far ahead [d].")] = 92.0,
    output: Annotated[Path | None, typer.Option(help="A file; else the screen.")] = None,
) -> None:
    """Write work that has a time as an iCalendar."""
    now = datetime.now(UTC)
    wanted = tasks.Wanted(rig or None, _shown(), limit=10_000)
    with _database().session() as session:
        found = tasks.scheduled(session, wanted, now - timedelta(days=7), _later(now, days))
    _put(calendar([schedule.event_of(one) for one in found], "i-Drill maintenance"), output)


@app.command()
def picture(
    output: Annotated[Path, typer.Argument(help="An SVG file.")],
    rig: Rigs = None,
    days: Annotated[float, typer.Option(help="How far ahead [d].")] = 14.0,
) -> None:
    """Draw work that has a time: a row per piece of equipment."""
    now = datetime.now(UTC)
    with _database().session() as session:
        wanted = tasks.Wanted(rig or None, _shown(), limit=10_000)
        bars = schedule.bars(session, wanted, now, _later(now, days))
    _put(gantt(bars, now, _later(now, days), f"Maintenance from {now:%Y-%m-%d}"), output)


def _shown() -> list[State]:
    return [state for state in State if state is not State.CANCELLED]


def _later(now: datetime, days: float) -> datetime:
    return now + timedelta(days=days)


def _put(text: str, output: Path | None) -> None:
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, newline="")


def _database() -> Database:
    return Database(load_settings().store_url)


def _plan(number: int | None) -> KnownPlan:
    """A plan by its number, or the newest that was made.

    Raises:
        NotFound: If there is none.
    """
    with _database().session() as session:
        if number is not None:
            return maintenance_plans.get(session, number)
        found = maintenance_plans.latest(session)
    if found is None:
        raise NotFound("no plan was made yet: `idrill plan run` makes one")
    return found


def _show(found: KnownPlan) -> None:
    console = Console(markup=False, soft_wrap=True)
    if found.told is None:
        console.print(f"plan {found.id} is {found.state}: {found.problem}")
        return
    told: Any = found.told
    table = Table("start", "end", "where", "what", "crew", "fails before", "task", box=None)
    for entry in told["entries"]:
        table.add_row(*_cells(entry))
    console.print(table)
    risk, search = told["risk"], told["search"]
    console.print(
        f"plan {found.id}: {len(told['entries'])} pieces of work until {told['end'][:10]}; "
        f"{risk['failures']:.2f} failures expected, {risk['failures_if_nothing']:.2f} if nothing "
        f"were done, {risk['unknown']} components of which nothing is known"
    )
    console.print(
        f"{search['status']}, gap {search['gap']:.2%}, {search['seconds']:.1f} s, "
        f"{len(told['left_out'])} components left alone: `idrill plan explain` says why"
    )


def _cells(entry: Mapping[str, Any]) -> tuple[str, ...]:
    known = entry["forestalls"]
    risk = f"{known['failed_before']:.1%}" if known else ""
    mark = " (fixed)" if entry["fixed"] else " (moved)" if entry["moved"] else ""
    start, end = (entry[name][:16].replace("T", " ") for name in ("start", "end"))
    what = f"{entry['activity']}{mark}"
    return start, end, _where(entry), what, entry["crew"] or "", risk, str(entry["task"] or "")


def _because(entry: Mapping[str, Any]) -> str:
    start = entry["start"][:16].replace("T", " ")
    head = f"{_where(entry)}: {entry['activity']} at {start}"
    if entry["fixed"]:
        return f"{head}: frozen or under way, not chosen by the plan"
    known = entry["forestalls"]
    if known is None:
        return f"{head}: it has to be done; this is the first time that suits the rest"
    by = known["model"] or f"its {known['said_by']}"
    doubt = f"; {known['doubt']}" if known["doubt"] else ""
    return (
        f"{head}: by {by} {known['failed_before']:.1%} fail before and "
        f"{known['failed_if_left']:.1%} if it were left alone, a failure costs "
        f"{known['cost']:,.0f} and the work {entry['cost']:,.0f}, with "
        f"{entry['lost_hours']:g} h of standing{doubt}"
    )


def _where(one: Mapping[str, Any]) -> str:
    return " ".join(filter(None, (one["rig_id"], one["equipment"], one["component"])))
