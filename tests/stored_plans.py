"""A store that a plan can be made from: a rig with liners, a crew, parts, and what models say."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from idrill.frame import Origin
from idrill.maintenance.consequences import Consequence, Norm
from idrill.maintenance.crews import Crew, Rota
from idrill.maintenance.parts import Part
from idrill.maintenance.rig_plan import RigPlan
from idrill.maintenance.tasks import Activity
from idrill.prognosis import InputQuality, Prognosis
from idrill.rigs import Rig
from idrill.rul.components import ComponentLife, EndedBy
from idrill.store import component_lives, maintenance_inputs, predictions, rigs
from idrill.store.maintenance_inputs import Upkeep
from idrill.store.predictions import Prediction, PredictionSource

INSTALLED = timedelta(days=40)
NEAR = (20.0, 30.0, 70.0, 120.0, 140.0)
FAR = (300.0,) * 5


def said(rig: str, pump: int, quantiles: tuple[float, ...] | None, at: datetime) -> Prediction:
    """What a champion says of a liner, or that it says nothing."""
    held = quantiles is None
    prognosis = Prognosis(
        rig, f"mud_pump_{pump}", "liner", f"{rig}/mud_pump_{pump}/liner/1", ("LOO",), at,
        quantiles, None if held else 300.0, None if held else 480.0,
        "" if held else "rul-liner/3",
        InputQuality.WITHHELD if held else InputQuality.GOOD,
        "no champion serves" if held else "",
    )  # fmt: skip
    return Prediction(prognosis, PredictionSource.DAILY, 1, Origin.SYNTHETIC)


def crew(at: datetime) -> Crew:
    """A crew by day, from the morning of an instant on."""
    return Crew("day crew", ("mechanic",), Rota(at.replace(hour=6), 12.0))


def furnished(session: Session, at: datetime, rig: str = "R1") -> None:
    """Enter a rig whose first liner is near its end, whose second is not, and of whose third
    nothing is known; and those who replace them."""
    rigs.register(session, Rig(rig, rig, synthetic=True))
    lives = [
        ComponentLife(rig, f"mud_pump_{pump}", "liner", 0, at - INSTALLED, variant="metal")
        for pump in (1, 2, 3)
    ]
    component_lives.record(session, rig, lives)
    stated = {1: NEAR, 2: FAR, 3: None}
    predictions.keep(session, [said(rig, pump, one, at) for pump, one in stated.items()])
    failing = Consequence("liner", 6_000.0, 3.0)
    replacing = Norm("liner", Activity.REPLACE, 2.0, 1_000.0, "mechanic", "liner")
    looking = Norm("brake", Activity.INSPECTION, 4.0, 200.0, "mechanic", stops=False)
    known = {one.component for one, _ in maintenance_inputs.upkeep(session)}
    if "liner" not in known:
        maintenance_inputs.put_upkeep(session, Upkeep("liner", (failing,), (replacing,)), 0)
        maintenance_inputs.put_upkeep(session, Upkeep("brake", (), (looking,)), 0)
        maintenance_inputs.put_crew(session, crew(at), 0)
        maintenance_inputs.put_part(session, Part("liner", 5, 20.0), 0)
    maintenance_inputs.put_rig_plan(session, RigPlan(rig, 500.0), 0)


def failures(rig: str, before: datetime, count: int) -> list[ComponentLife]:
    """Liners of another pump that failed one after the other, at 400 to 500 own hours."""
    step = timedelta(days=40)
    return [
        ComponentLife(
            rig, "mud_pump_3", "liner", 0, before - (count - number) * step,
            before - (count - number - 1) * step, EndedBy.FAILURE, own_hours=400.0 + 10.0 * number,
            variant="metal",
        )
        for number in range(count)
    ]  # fmt: skip
