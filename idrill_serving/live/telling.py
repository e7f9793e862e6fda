"""What scoring tells beside verdicts: predictions, as events and as scores that rules hear."""

from idrill.maintenance.rules import Score
from idrill.prognosis import LEVELS
from idrill.store.live_outlet import Event, EventKind
from idrill.store.predictions import Prediction


def prediction_event(one: Prediction) -> Event:
    """A prediction, as who watches is told."""
    said = one.prognosis
    body = {
        "equipment": said.equipment,
        "component": said.component,
        "life": said.unit,
        "model": said.model,
        "remaining": said.median,
        "quantiles": dict(zip(map(str, LEVELS), said.quantiles or (), strict=False)),
        "cap": said.cap,
        "age": said.age,
        "quality": said.quality.value,
        "reason": said.reason,
        "data_until": one.data_until and one.data_until.isoformat(),
    }
    return Event(EventKind.PREDICTION, said.as_of, body)


def scores_of(one: Prediction) -> list[Score]:
    """The quantiles of a remaining life as rules name them, such as `rul_p10` [own hours].

    Those of a withheld one have no value.
    """
    said = one.prognosis
    values = said.quantiles or (None,) * len(LEVELS)
    return [
        Score(f"rul_p{round(100 * level):02d}", said.as_of, value, said.equipment, said.component)
        for level, value in zip(LEVELS, values, strict=True)
    ]
