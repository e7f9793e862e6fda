"""Everything that a release needs, and what it is held against."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from idrill.registry.champions import open_champion
from idrill.registry.connection import MLflow
from idrill.registry.gate import Assessment, Rules
from idrill.registry.models import Registered, register
from idrill.registry.releases import release
from idrill.rul.card import Covered
from idrill.rul.problem import Array
from idrill.store.database import Database
from idrill.store.lake import Lake
from tests.frozen_models import asked

MODEL = "rul-liner"


@dataclass
class Place:
    """Everything that a release needs."""

    database: Database
    mlflow: MLflow
    models: Path
    exports: tuple[Path, Path, Path]

    def register(self, number: int, lake: Lake | None = None) -> Registered:
        folder = self.exports[number]
        return register(
            self.database, self.mlflow, self.models, folder, asked(), by="ada", lake=lake
        )

    def release(self, one: Registered, rival: Array, against: int | None) -> bool:
        """Release a model whose errors are 10, against rivals with errors around `rival`."""
        found = assessment(one, rival, against)
        return release(self.database, self.models, found, by="ada", mlflow=self.mlflow).released

    def champion(self) -> int:
        with self.database.session() as session:
            return open_champion(session, self.models, MODEL)[0].version

    def alias(self) -> int | None:
        known = self.mlflow.client.get_registered_model(MODEL).aliases
        return int(known["champion"]) if known else None


WORSE, BETTER = np.full(250, 20.0), np.full(250, 5.0)


def assessment(one: Registered, rival: Array, against: int | None) -> Assessment:
    random = np.random.default_rng(one.version)
    return Assessment(
        model=one.model,
        version=one.version,
        digest=one.digest,
        test_set="liner, fleet of seed 7",
        units=tuple(map(str, range(250))),
        errors=random.normal(0.0, 10.0, 250),
        baselines={"age": rival},
        covered=(Covered(0.8, 0.8, 250), Covered(0.9, 0.9, 250)),
        calibrated=100,
        parity=1e-7,
        latency=0.001,
        champion=against,
        champion_errors=None if against is None else rival,
        rules=Rules(draws=500, baselines=("age",)),
    )
