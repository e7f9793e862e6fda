"""Champions without MLflow: a folder with golden windows, and the rows of the ledger."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from idrill.prognosis import LEVELS
from idrill.registry.assessments import assessment_frame
from idrill.registry.champions import folder_of, model_name
from idrill.registry.gate import Assessment, Rules
from idrill.rul.card import Covered
from idrill.rul.components import problem_of
from idrill.rul.export import export
from idrill.rul.golden import golden_of, write_golden
from idrill.rul.intervals import Interval
from idrill.rul.networks import network_named
from idrill.rul.prediction import FrozenModel
from idrill.rul.scaling import fit_scaler
from idrill.rul.training import TrainedNetwork
from idrill.store import promotions
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.releases import Judgement
from idrill.store.tables import RUL_EVALUATION
from idrill.windows import Lives, windows
from idrill_serving.platform import Platform
from tests.frozen_models import asked, card, exported
from tests.service import Service

MODEL = "rul-liner"
"""Takes windows of `tests.frozen_models.CHANNELS`."""

UNITS = 250
"""On which a candidate is judged."""

ROW = {"altitude": 300.0, "speed": 0.6, "temperature": 510.5, "pressure": 1.643e7, "steady": 7.0}
"""As the model's training lives have it, in the middle of a life."""


def window(rows: int = 12) -> dict[str, list[float | None]]:
    """A window that the model takes, everything measured."""
    return {name: [value * (1.0 + 1e-4 * at) for at in range(rows)] for name, value in ROW.items()}


def candidate(database: Database, models: Path, version: int, model: str = MODEL) -> FrozenModel:
    """A version that waits to be judged."""
    folder = folder_of(models, model, version)
    exported(folder, seed=version, model=model)
    frozen = FrozenModel.open(folder)
    write_golden(folder, golden_of(frozen, asked()))
    with database.session() as session:
        promotions.enter(session, model, version, frozen.digest, by="ada", reason="trained")
    return frozen


def crown(database: Database, version: int, model: str = MODEL) -> None:
    """Make a version the champion, as the gate would."""
    with database.session() as session:
        reigning = promotions.find_champion(session, model)
        against = None if reigning is None else reigning.version
        passed = Judgement("better than every baseline", {"rmse": 9.5}, "fleet 7", 1)
        promotions.promote(session, model, version, passed, by="ada", against=against)


def rig_model(
    database: Database, models: Path, version: int, known: Lives, component: str = "liner"
) -> None:
    """A champion, untrained, that takes the windows of a rig's components of a kind."""
    wanted, model = problem_of(component, 600.0), model_name(component)
    network = network_named("lstm").build(len(wanted.channels), wanted.length).eval()
    trained = TrainedNetwork(wanted, fit_scaler(wanted, known), network)
    interval = Interval(np.zeros(0), np.linspace(-9.0, 9.0, len(LEVELS))[None, :], wanted.cap)
    folder = folder_of(models, model, version)
    told = replace(card(model=model), problem=wanted)
    export([trained], interval, told, folder)
    frozen = FrozenModel.open(folder)
    write_golden(folder, golden_of(frozen, windows(known, wanted.length)))
    with database.session() as session:
        promotions.enter(session, model, version, frozen.digest, by="ada", reason="trained")
    crown(database, version, model)


def judge(database: Database, lake: Lake, one: FrozenModel, version: int, rival: float) -> None:
    """Leave in the lake what was measured of a candidate whose errors are 10, a rival's `rival`."""
    with database.session() as session:
        reigning = promotions.find_champion(session, one.card.model)
    against = None if reigning is None else reigning.version
    random = np.random.default_rng(version)
    errors, others = random.normal(0.0, 10.0, UNITS), np.full(UNITS, rival)
    found = Assessment(
        model=one.card.model,
        version=version,
        digest=one.digest,
        test_set=f"liner, fleet of seed {version}",
        units=tuple(map(str, range(UNITS))),
        errors=errors,
        baselines={"age": others},
        covered=(Covered(0.8, 0.8, UNITS), Covered(0.9, 0.9, UNITS)),
        calibrated=100,
        parity=1e-7,
        latency=0.001,
        champion=against,
        champion_errors=None if against is None else others,
        rules=Rules(draws=500, baselines=("age",)),
    )
    lake.write(RUL_EVALUATION, {"component": "liner"}, assessment_frame("liner", found))


def added(service: Service) -> int:
    """The version of a new candidate of a service."""
    with service.database.session() as session:
        version = 1 + max((one.version for one in promotions.versions(session, MODEL)), default=0)
    candidate(service.database, _platform(service).settings.models_folder, version)
    return version


def reign(service: Service) -> None:
    """See that a service has a champion, and that it serves."""
    with service.database.session() as session:
        reigning = promotions.find_champion(session, MODEL)
    if reigning is None:
        crown(service.database, added(service))
    _platform(service).champions.refresh()


def promotable(service: Service, rival: float = 20.0) -> int:
    """The version of a new candidate that was measured beside a rival whose errors are given."""
    version = added(service)
    platform = _platform(service)
    one = FrozenModel.open(folder_of(platform.settings.models_folder, MODEL, version))
    judge(service.database, platform.lake, one, version, rival)
    return version


def _platform(service: Service) -> Platform:
    platform: Platform = service.client.app.state.platform  # type: ignore[attr-defined]
    return platform
