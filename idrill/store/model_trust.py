"""How far the warnings of models came true, by what they said of units that are over since."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from idrill.maintenance.outlook import Outlook, by_prognosis, trust_in
from idrill.rul.components import ComponentLife
from idrill.store import predictions
from idrill.store.predictions import Prediction

WITHIN = 24.0
"""Own hours ahead for which warnings are held against what happened."""
FEWEST_LOOKS = 50
"""Prognoses of units that are over, below which a model is taken at its word."""


def trusts(
    session: Session, lives: Sequence[ComponentLife], shares: Mapping[str, float]
) -> dict[str, float]:
    """Failures that happened for each that was to be expected [-], by component.

    Args:
        session: Of the store.
        lives: Of rigs of one kind, simulated or real.
        shares: Own hours in an hour of the calendar, by component.
    """
    said: dict[str, list[Outlook]] = {}
    left: dict[str, list[float]] = {}
    over = [life for life in lives if life.end is not None]
    for place in sorted({(one.rig_id, one.equipment, one.component) for one in over}):
        known = predictions.history(session, *place)
        for life in over:
            if (life.rig_id, life.equipment, life.component) != place:
                continue
            for one in known:
                outlook, hours = _seen(one, life, shares.get(life.component, 1.0))
                if outlook is not None and (life.failed or hours > WITHIN):
                    said.setdefault(life.component, []).append(outlook)
                    left.setdefault(life.component, []).append(
                        hours if life.failed else WITHIN + hours
                    )
    return {
        component: trust_in(found, left[component], WITHIN)
        for component, found in said.items()
        if len(found) >= FEWEST_LOOKS
    }


def _seen(one: Prediction, life: ComponentLife, share: float) -> tuple[Outlook | None, float]:
    """What was said of a unit, and the own hours that it then lasted."""
    prognosis = one.prognosis
    if life.end is None or not life.start <= prognosis.as_of < life.end:
        return None, 0.0
    if life.own_hours is not None and prognosis.age is not None:
        hours = max(life.own_hours - prognosis.age, 0.0)
    else:
        hours = share * ((life.end - prognosis.as_of) / timedelta(hours=1))
    return by_prognosis(prognosis, None), hours
