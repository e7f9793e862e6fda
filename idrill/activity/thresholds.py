"""From where on a rig counts as pumping, rotating, moving, hanging in the slips."""

import json
from dataclasses import asdict, dataclass, fields
from math import isfinite
from typing import Self

from idrill.errors import InvalidThresholds
from idrill.units import GRAVITY


@dataclass(frozen=True, slots=True)
class ActivityThresholds:
    """What tells one activity from another on one source.

    The defaults are those of the field; `learn_thresholds` replaces what a source's own data tell.
    Limits of flow, pressure, rotary speed and torque count from the reading at rest.
    """

    flow: float = 50.0
    """Flow in that means pumping [L/min]."""
    pressure: float = 500.0
    """Standpipe pressure that means pumping where no flow is measured [kPa]."""
    dead_flow_pressure: float = 5_000.0
    """Standpipe pressure that means pumping whatever the flow meter says [kPa].

    A dead meter reads 0; trapped pressure stays far below this.
    """
    rotary_speed: float = 2.0
    """Rotary speed that means rotating [rpm]."""
    torque: float = 0.5
    """Torque that means rotating where no speed is measured [kN·m]."""
    weight_on_bit: float = 200.0 * GRAVITY / 1e3
    """Weight on bit that means the bit is loaded [kN]."""
    rate_of_penetration: float = 1.0
    """Advance of the hole that means drilling [m/h]."""
    on_bottom: float = 0.45
    """Distance of the bit from the bottom that still counts as on bottom [m]."""
    movement: float = 0.2
    """Movement of the bit within a minute that means moving [m]."""
    surface: float = 1.0
    """Bit depth above which the string is out of the hole [m]."""
    slips: float = 0.85
    """Share of the hook load with the string hanging below which the string is in slips [-].

    Used until `slips_load` is learned.
    """
    flow_at_rest: float = 0.0
    """What the flow meter reads with the pumps off [L/min]."""
    pressure_at_rest: float = 0.0
    """What the standpipe gauge reads with the pumps off [kPa]."""
    rotary_speed_at_rest: float = 0.0
    """What is read of a string that does not turn [rpm]."""
    torque_at_rest: float = 0.0
    """What is read of a string that does not turn [kN·m]."""
    slips_load: float | None = None
    """Hook load with the string in slips: block and top drive [kN]; None until learned."""
    stand: float = 29.0
    """Length of a stand [m]; three joints until learned."""

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if value is None and each.default is None:
                continue
            if not isinstance(value, int | float) or not isfinite(value):
                raise InvalidThresholds(f"{each.name}: {value!r} is no limit")

    def as_json(self) -> str:
        """The limits as text that `from_json` reads, the same for the same limits."""
        return json.dumps(asdict(self), sort_keys=True)

    def as_metadata(self) -> dict[str, float]:
        """The limits under stable names, so that they can be plotted over time."""
        return {f"limit/{name}": value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Limits written by `as_json`.

        Example:
            >>> learned = ActivityThresholds(slips_load=640.0)
            >>> ActivityThresholds.from_json(learned.as_json()) == learned
            True

        Raises:
            InvalidThresholds: If the text is no JSON object of limits.
        """
        try:
            stored = json.loads(text)
        except ValueError as error:
            raise InvalidThresholds(f"no stored limits of activities: {error}") from error
        if not isinstance(stored, dict):
            raise InvalidThresholds(f"no stored limits of activities: {text[:40]}")
        if unknown := set(stored) - {each.name for each in fields(cls)}:
            raise InvalidThresholds(f"{', '.join(sorted(unknown))}: no limit of activities")
        return cls(**stored)
