"""Prognoses that somebody asks for: one component of a rig, by the function of the daily ones."""

from datetime import datetime

from idrill.errors import NotFound
from idrill.registry.prognoses import Bench, prognoses
from idrill.store import predictions, rigs
from idrill.store.predictions import Prediction, PredictionSource
from idrill.store.tables import HOURLY


def foresee(bench: Bench, rig_id: str, component: str, as_of: datetime) -> list[Prediction]:
    """A prediction for each place of a rig where such a component is installed, kept in the store.

    They are kept as requested ones, which reach neither alerts nor plans; the version of the hourly
    table that they rest on is kept with them.

    Args:
        bench: What they are made from.
        rig_id: Which rig.
        component: Name in `rigs.COMPONENT_KINDS`.
        as_of: Nothing later is read.

    Raises:
        NotFound: If there is no such rig, or it has no such component.
        LakeError: If the lake has lost what they rest on.
    """
    with bench.database.session() as session:
        carried = rigs.get(session, rig_id).equipment
    if component not in {kind.name for item in carried for kind in item.components}:
        raise NotFound(f"{rig_id} has no {component}: see its equipment")
    made = [
        one
        for one in prognoses(bench, rig_id, as_of, PredictionSource.REQUEST)
        if one.prognosis.component == component
    ]
    for version in {one.lake_version for one in made if one.prognosis.quantiles is not None}:
        if version is not None:
            bench.lake.pin(HOURLY, version, f"requests for {rig_id} {component}")
    with bench.database.session() as session:
        predictions.keep(session, made)
    return made
