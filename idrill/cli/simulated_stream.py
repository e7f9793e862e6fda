"""`idrill simulate --stream` and what people have happen to the rig meanwhile."""

import getpass
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from idrill.cli.feeding import ending_on_signals, sink_of
from idrill.cli.recipe import Recipe, keep, known_of, require_same
from idrill.errors import InvalidSimulation
from idrill.frame import Origin
from idrill.rigs import Rig, rig_id
from idrill.settings import Settings, load_settings
from idrill.store import injections, live_readings
from idrill.store import rigs as known_rigs
from idrill.store.census import require_few
from idrill.store.database import Database
from idrill.store.injections import Injection

if TYPE_CHECKING:
    from idrill.simulator.campaign import Campaign

STREAM = "stream"
"""What the recipe of a rig that runs says of its resolution."""

DAYS = 366
"""How long a rig may run: wells enough are drawn for it [d]."""

REPEATED = timedelta(seconds=2_000)
"""How much is told again after an interruption: a broker may have kept only some of it."""


@dataclass(frozen=True, slots=True)
class Run:
    """The options as they were given."""

    rig: str | None
    seed: int
    start: datetime | None
    speed: str
    events: float
    faults: float


def run(wanted: Run) -> None:
    """Simulate a rig that runs, and tell its readings, until Ctrl-C."""
    from idrill.sources.pacing import Pace, speed_of
    from idrill.sources.simulation import Labels, NeverAhead, SimulatedRig, Stage, streamed
    from idrill.sources.sinks import Address

    settings, ending = load_settings(), ending_on_signals()
    clock = NeverAhead(Pace(speed_of(wanted.speed), ending), ending)
    database = Database(settings.store_url)
    rig, campaign = _entered(settings, database, wanted)
    with database.session() as session:
        begun = injections.begun(session, rig.id)
        mark = live_readings.mark_of(session, rig.id)
    sink, console = sink_of(settings, database), Console(stderr=True)

    def say(words: str) -> None:
        console.print(words, markup=False, highlight=False, soft_wrap=True)

    simulated, labels = SimulatedRig(campaign, begun), Labels(campaign.start)
    folder = settings.home / "simulations" / rig.id
    stage = Stage(database, sink, Address(rig.id, Origin.SYNTHETIC, "simulate"), say, ending)
    told = campaign.start if mark is None or mark.last_time is None else mark.last_time
    rows = 0
    try:
        for passed in simulated.catch_up(told - REPEATED, ending.is_set):
            labels.add(passed)
        say(f"{rig.id} runs from {simulated.now:%F %T}Z to {sink.name}; Ctrl-C ends it")
        for chunk in streamed(simulated, stage, clock):
            rows += chunk.measured.height
            if labels.add(chunk):
                labels.write(folder)
    finally:
        sink.close()
        database.dispose()
        say(f"{rows:,} readings to {sink.name}, up to {simulated.now:%F %T}Z; labels: {folder}")


def _entered(settings: Settings, database: Database, wanted: Run) -> "tuple[Rig, Campaign]":
    """The rig, entered in the store, and what it is simulated with."""
    from idrill.simulator.campaign import draw_campaign

    if wanted.rig is None:
        raise InvalidSimulation("--rig: name the rig, such as SIM_01")
    rig, folder = Rig(rig_id(wanted.rig), wanted.rig, synthetic=True), settings.home / "simulations"
    start = _start(wanted, known_of(rig.id, folder), settings)
    recipe: Recipe = {
        "resolution": STREAM, "seed": wanted.seed, "from": start.isoformat(),
        "events": wanted.events, "faults": wanted.faults,
    }  # fmt: skip
    database.migrate()
    with database.session() as session:
        count = len({rig.id, *(one.id for one in known_rigs.all_rigs(session))})
        require_few(settings.first_day, datetime.now(UTC).date(), count)
        known_rigs.register(session, rig)
        require_same(recipe, (rig,), folder)
        keep(recipe, (rig,), folder)
    campaign = draw_campaign(
        rig.id, start=start, days=DAYS, seed=wanted.seed, events=wanted.events,
        faults=wanted.faults,
    )  # fmt: skip
    return rig, campaign


def _start(wanted: Run, known: Mapping[str, object] | None, settings: Settings) -> datetime:
    """The first second of the simulation: as told, as it was, or now."""
    now = datetime.now(UTC).replace(microsecond=0)
    if wanted.start is not None:
        start = wanted.start.replace(tzinfo=UTC)
    elif known is not None and known.get("resolution") == STREAM:
        start = datetime.fromisoformat(str(known["from"]))
    else:
        start = now
    if start > now or start.date() < settings.first_day:
        raise InvalidSimulation(
            f"--from: {start:%F %T} lies not between IDRILL_FIRST_DAY={settings.first_day} and now"
        )
    if now - start > timedelta(days=DAYS - 1):
        raise InvalidSimulation(f"--from: a rig runs for {DAYS - 1} days at most")
    return start


RigArgument = Annotated[str, typer.Argument(help="A simulated rig, such as SIM_01.")]


def inject(
    rig: RigArgument,
    kind: Annotated[
        str, typer.Argument(help="washout, kick, losses, …; of a sensor: frozen, drift, spike, …")
    ],
    channel: Annotated[
        str | None, typer.Option(help="The sensor that goes wrong; else it happens to the rig.")
    ] = None,
    severity: Annotated[
        float | None, typer.Option(help="In the unit of its kind, of a fault in the channel's.")
    ] = None,
    growth: Annotated[
        float | None, typer.Option(min=0.0, help="From nothing to full severity [s].")
    ] = None,
    lasting: Annotated[float | None, typer.Option(min=1.0, help="As a whole [s].")] = None,
) -> None:
    """Have something happen to a simulated rig while it runs, as soon as it takes it up."""
    from idrill.sources.typical import Asked, wanted

    found = wanted(Asked(kind, channel, severity, growth, lasting))
    with Database(load_settings().store_url).session() as session:
        one = injections.ask(session, rig_id(rig), found, getpass.getuser())
    Console(markup=False).print(f"{one.id}: {_words(one)} waits for the simulation of {rig}")


def injected(rig: RigArgument) -> None:
    """List what was made happen to a simulated rig, and when it did: the truth of it."""
    table = Table("number", "what", "severity", "asked", "start", "end", "by", box=None)
    with Database(load_settings().store_url).session() as session:
        known_rigs.get(session, rig)
        for one in injections.of_rig(session, rig):
            table.add_row(
                str(one.id), _words(one), f"{one.wanted.severity:.4g}",
                f"{one.asked_at:%F %T}", *_span(one), one.asked_by,
            )  # fmt: skip
    Console(markup=False).print(table)


def _words(one: Injection) -> str:
    return f"{one.wanted.kind} of {one.wanted.channel}" if one.wanted.channel else one.wanted.kind


def _span(one: Injection) -> tuple[str, str]:
    if one.start is None:
        return (f"refused: {one.refused}" if one.refused else "waits"), ""
    end = one.start + timedelta(seconds=one.wanted.lasting)
    return f"{one.start:%F %T}", f"{end:%F %T}"
