"""Small worlds to plan in: crews, parts, rigs, and units whose end is near or far."""

from datetime import UTC, datetime, timedelta

from idrill.maintenance.consequences import Consequence, Norm
from idrill.maintenance.crews import Crew, Rota
from idrill.maintenance.outlook import Outlook, by_prognosis
from idrill.maintenance.parts import Part
from idrill.maintenance.plan_inputs import Asked, Known, Place, PlanInputs, Wish
from idrill.maintenance.rig_plan import RigPlan
from idrill.maintenance.tasks import Activity, State
from idrill.prognosis import InputQuality, Prognosis

NOW = datetime(2026, 3, 2, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEAR = (20.0, 30.0, 70.0, 120.0, 140.0)
FAR = (300.0, 300.0, 300.0, 300.0, 300.0)

REPLACING = Norm("liner", Activity.REPLACE, 2.0, 1_000.0, "mechanic", "liner")
INSPECTING = Norm("brake", Activity.INSPECTION, 4.0, 200.0, "mechanic", stops=False)
FAILING = Consequence("liner", 6_000.0, 3.0)
DAYS = Crew("day crew", ("mechanic",), Rota(NOW + 6 * HOUR, 12.0))
PLENTY = Part("liner", 100, 10.0)
RIG = RigPlan("R1", 500.0)


def prognosis(quantiles: tuple[float, ...] | None, age: float | None = 400.0) -> Prognosis:
    """What a champion says of a liner."""
    quality = InputQuality.WITHHELD if quantiles is None else InputQuality.GOOD
    return Prognosis(
        "R1", "mud_pump_1", "liner", "R1/mud_pump_1/liner/3", ("LOO",), NOW, quantiles, 300.0, age,
        "rul-liner/3", quality, "",
    )  # fmt: skip


def outlook(*quantiles: float) -> Outlook:
    """As a prognosis with these quantiles says."""
    found = by_prognosis(prognosis(quantiles), None)
    assert found is not None
    return found


def place(rig: str = "R1", pump: int = 1, quantiles: tuple[float, ...] = NEAR) -> Place:
    """A liner that works half of its time."""
    return Place(
        rig, f"mud_pump_{pump}", "liner", outlook(*quantiles), "", 0.5, REPLACING, FAILING,
        1_000.0 / 600.0,
    )  # fmt: skip


def inspection(number: int = 7, *, due: datetime | None = None, rig: str = "R1") -> Known:
    """A task to look at a brake, that somebody approved."""
    return Known(
        number, "look at the brake", rig, "drawworks", "brake", Activity.INSPECTION,
        State.APPROVED, due, norm=INSPECTING,
    )  # fmt: skip


def inputs(*places: Place, known: tuple[Known, ...] = ()) -> PlanInputs:
    """A rig, a day crew and plenty of liners."""
    return PlanInputs(NOW, places, known, (DAYS,), (PLENTY,), (RIG,))


def asked(made_from: PlanInputs, move_cost: float = 50.0) -> Asked:
    """A week's plan."""
    return Asked(made_from, Wish(days=7.0, effort=5.0, move_cost=move_cost))
