"""Remaining life as the service answers it, whichever door it was asked through."""

from collections.abc import Sequence
from datetime import timedelta

from idrill.errors import InvalidRequest
from idrill.frame import Origin
from idrill.prognosis import LEVELS, InputQuality
from idrill.registry.champions import model_name
from idrill.rigs import COMPONENT_KINDS
from idrill.rul.posted import Columns, Foreseen, foresee
from idrill.store.predictions import Prediction
from idrill_serving.models import Champions
from idrill_serving.schemas.predictions import (
    RulAnswer,
    RulForesight,
    RulRequest,
    StoredPrediction,
)

_MIDDLE = LEVELS.index(0.5)


def answered(champions: Champions, asked: RulRequest) -> RulAnswer:
    """What the champion says of posted windows; all by the same version.

    Raises:
        InvalidRequest: If the model does not take such windows.
        NoChampion: If none serves.
    """
    columns = [one.channels for one in asked.windows]
    return foreseen(champions, asked.component, asked.origin, columns)


def foreseen(
    champions: Champions, component: str, origin: Origin, posted: Sequence[Columns]
) -> RulAnswer:
    """The same of columns that were read already.

    Args:
        champions: Of the service.
        component: What wears.
        origin: Of the values.
        posted: At least one window, each as its columns.

    Raises:
        InvalidRequest: If the model does not take such windows.
        NoChampion: If none serves.
    """
    require_component(component)
    champion = champions.serving(model_name(component))
    told = foresee(champion.model, posted)
    problem = champion.model.problem
    return RulAnswer(
        model=champion.row.model,
        version=champion.row.version,
        component=component,
        origin=origin,
        unit=problem.clock,
        cap=problem.cap,
        levels=list(LEVELS),
        predictions=[_foresight(one) for one in told],
    )


def require_component(name: str) -> None:
    """See that there is such a component.

    Raises:
        InvalidRequest: If there is none; names those that there are.
    """
    known = [kind.name for kind in COMPONENT_KINDS]
    if name not in known:
        raise InvalidRequest(f"no component is called {name!r}; there are {', '.join(known)}")


def _foresight(one: Foreseen) -> RulForesight:
    given = None if one.quantiles is None else list(one.quantiles)
    middle = None if given is None else given[_MIDDLE]
    return RulForesight(
        remaining=middle, quantiles=given, quality=InputQuality(one.quality), reason=one.reason
    )


def stored(one: Prediction) -> StoredPrediction:
    """A prediction of the store, as it is answered."""
    said = one.prognosis
    model, _, version = said.model.partition("/")
    clocks = {kind.name: kind.life_clock for kind in COMPONENT_KINDS}
    return StoredPrediction(
        rig_id=said.rig_id,
        equipment=said.equipment,
        component=said.component,
        life=said.unit,
        as_of=said.as_of,
        source=one.source,
        model=model,
        version=int(version) if version else None,
        origin=one.origin,
        lake_version=one.lake_version,
        data_until=one.data_until,
        data_age=None if one.data_age is None else one.data_age / timedelta(hours=1),
        unit=clocks.get(said.component, ""),
        cap=said.cap,
        age=said.age,
        levels=list(LEVELS),
        remaining=said.median,
        quantiles=None if said.quantiles is None else list(said.quantiles),
        quality=said.quality,
        reason=said.reason,
        failure_modes=list(said.failure_modes),
    )
