"""What scoring tells beside verdicts, as events."""

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
