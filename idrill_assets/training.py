"""`idrill train`: models of remaining life, from fleets and records to the gate."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import dagster as dg
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from idrill.errors import InvalidModel
from idrill.rigs import COMPONENT_KINDS
from idrill.settings import load_settings
from idrill_assets.execution import Workplace, open_workplace
from idrill_assets.learning import Histories, Judging, RulTraining

if TYPE_CHECKING:
    from idrill.store.releases import Promotion

REFUSED = 1
"""Exit code when a model did not get through."""

KNOWN = tuple(kind.name for kind in COMPONENT_KINDS)


LEARNED, TRAINED, JUDGED = Histories(), RulTraining(), Judging()
"""What the options are unless given."""


def train(
    components: Annotated[list[str], typer.Argument(help=f"Of {', '.join(KNOWN)}.")],
    network: Annotated[
        str, typer.Option(help="summary, transformer, cnn_lstm or lstm.")
    ] = TRAINED.network,
    members: Annotated[
        int, typer.Option(min=1, help="Networks; the mean of all predicts.")
    ] = TRAINED.members,
    pairs: Annotated[
        int, typer.Option(min=0, help="Pairs of boosted trees beside them.")
    ] = TRAINED.pairs,
    epochs: Annotated[int, typer.Option(min=1, help="At most.")] = TRAINED.epochs,
    search: Annotated[
        int, typer.Option(min=0, help="Settings to try before; 0 takes those that are known.")
    ] = TRAINED.trials,
    fleets: Annotated[
        int | None,
        typer.Option(min=0, help="Simulated fleets to learn from.", show_default="by component"),
    ] = LEARNED.fleets,
    rigs: Annotated[int, typer.Option(min=4, help="Rigs of each of them.")] = LEARNED.rigs,
    judging_rigs: Annotated[
        int, typer.Option(min=1, help="Rigs of each fresh fleet that judges.")
    ] = JUDGED.rigs,
) -> None:
    """Train, judge and, if it passes the gate, release a model of remaining life."""
    from idrill.rul.networks import network_named

    if unknown := [name for name in components if name not in KNOWN]:
        raise InvalidModel(f"no component is called {unknown[0]!r}; there are {', '.join(KNOWN)}")
    network_named(network)
    config: Mapping[str, dg.Config] = {
        "component_histories": Histories(fleets=fleets, rigs=rigs),
        "rul_model": RulTraining(
            network=network, members=members, pairs=pairs, epochs=epochs, trials=search
        ),
        "rul_evaluation": Judging(rigs=judging_rigs, trials=max(JUDGED.trials, search)),
    }
    console = Console(markup=False)
    workplace = open_workplace(load_settings())
    passed = [_trained(workplace, name, config, console) for name in dict.fromkeys(components)]
    if not all(passed):
        raise typer.Exit(REFUSED)


def _trained(
    workplace: Workplace, component: str, config: Mapping[str, dg.Config], console: Console
) -> bool:
    before = len(_ledger(workplace, component))
    with _progress(console) as progress:
        bar = progress.add_task(component, total=None)

        def told(doing: str, done: int, of: int) -> None:
            progress.update(bar, description=f"{component}: {doing}", completed=done, total=of)

        outcome = workplace.train(component, config, told)
    refused = _report(workplace, component, before, console)
    if outcome.error and not refused:
        console.print(f"{component}: {outcome.error}", soft_wrap=True)
    return outcome.error is None


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=console, transient=True)


def _ledger(workplace: Workplace, component: str) -> "list[Promotion]":
    from idrill.registry.champions import model_name
    from idrill.store import promotions

    with workplace.platform.database.session() as session:
        return promotions.of_model(session, model_name(component))


def _report(workplace: Workplace, component: str, before: int, console: Console) -> bool:
    """Show the last move since `before` of the component's model; whether it is a refusal."""
    from idrill.store.releases import Release

    moves = _ledger(workplace, component)[before:]
    if not moves:
        return False
    last = moves[-1]
    table = Table("", "", show_header=False, box=None, title=last.title, title_justify="left")
    table.add_row("is", last.state.value)
    table.add_row("because", last.judged.reason)
    console.print(table)
    return last.state is Release.REFUSED
