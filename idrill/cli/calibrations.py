"""`idrill dvr calibrations`, `approve`, `reject`, `withdraw`: who corrects which sensor."""

from datetime import UTC, date, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from idrill.channels import channel
from idrill.dvr.calibration import Approval, Calibration
from idrill.settings import load_settings
from idrill.store import approvals, rigs
from idrill.store import calibrations as calibrations_of
from idrill.store.database import Database

COLOURS = {
    Approval.PROPOSED: "yellow",
    Approval.APPROVED: "green",
    Approval.REJECTED: "red",
    Approval.WITHDRAWN: "red",
    Approval.LAPSED: "dim",
}

EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""The start of a calibration that applies to all that was ever measured."""

Number = Annotated[int, typer.Argument(help="Of the calibration, as `calibrations` lists it.")]
By = Annotated[str, typer.Option("--by", help="Who says so.")]
Note = Annotated[str, typer.Option("--note", help="Why.")]


def calibrations(
    rig: Annotated[str, typer.Argument(help="Such as RIG_01.")],
    *,
    history: Annotated[bool, typer.Option("--history", help="All that was ever said.")] = False,
) -> None:
    """List what reconciliation proposes to correct, and what became of it."""
    with Database(load_settings().store_url).session() as session:
        rigs.get(session, rig)
        find = calibrations_of.audit_of_rig if history else calibrations_of.of_rig
        found = find(session, rig)
    console = Console(markup=False)
    if not found:
        console.print(f"Nothing is proposed for {rig}: no fault of a sensor was found.")
        return
    for one in found:
        does = one.calibration
        head = Text.assemble(f"{one.id:>4}  ", (f"{one.state.value:<9}", COLOURS[one.state]), "  ")
        head.append(f"{does.channel}: {correction(does)}")
        console.print(head, soft_wrap=True)
        said = f"{span(does)}; {one.by}, {one.at:%Y-%m-%d %H:%M}"
        for line in (said, *dict.fromkeys(filter(None, (one.note, does.reason)))):
            console.print(Padding(line, (0, 0, 0, 17)))


def approve(number: Number, by: By, note: Note = "") -> None:
    """Apply a calibration to every rig-day from its start on."""
    _decide(number, Approval.APPROVED, by, note)


def reject(number: Number, by: By, note: Note = "") -> None:
    """Refuse a proposed calibration for good."""
    _decide(number, Approval.REJECTED, by, note)


def withdraw(number: Number, by: By, note: Note = "") -> None:
    """Apply an approved calibration no longer; the rig-days become what they were before."""
    _decide(number, Approval.WITHDRAWN, by, note)


def correction(calibration: Calibration) -> str:
    """What a calibration does to a reading, in words.

    Example:
        >>> start = datetime(2026, 1, 1, tzinfo=UTC)
        >>> correction(Calibration("hook_load", start, None, offset=-12.345, sd=0.5))
        'reading - 12.3 ± 0.5 kN'
    """
    gain = "reading" if calibration.gain == 1.0 else f"{calibration.gain:.5g} x reading"
    sign = "-" if calibration.offset < 0 else "+"
    sd = "" if calibration.sd is None else f" ± {calibration.sd:.2g}"
    return f"{gain} {sign} {abs(calibration.offset):.3g}{sd} {channel(calibration.channel).unit}"


def span(calibration: Calibration) -> str:
    """From when to when a calibration applies."""
    end = "now" if calibration.end is None else f"{calibration.end:%Y-%m-%d %H:%M}"
    start = "ever" if calibration.start <= EVER else f"{calibration.start:%Y-%m-%d %H:%M}"
    return f"{start} … {end}"


def _decide(number: int, to: Approval, by: str, note: str) -> None:
    with Database(load_settings().store_url).session() as session:
        done = approvals.decide(session, number, to, by=by, note=note)
    said, console = done.version, Console(markup=False)
    what = f"{said.calibration.channel} of {said.rig_id}: {correction(said.calibration)}"
    console.print(f"Calibration {said.id} is {said.state}: {what}", soft_wrap=True)
    if done.stale:
        console.print(
            f"{_days(done.stale)} to be made anew: idrill backfill --rig {said.rig_id} --failed",
            soft_wrap=True,
        )


def _days(days: tuple[date, ...]) -> str:
    """Days in words.

    Example:
        >>> _days((date(2026, 2, 1), date(2026, 2, 2)))
        '2 rig-days, 2026-02-01 to 2026-02-02, have'
    """
    if len(days) == 1:
        return f"1 rig-day, {days[0]}, has"
    return f"{len(days)} rig-days, {days[0]} to {days[-1]}, have"
