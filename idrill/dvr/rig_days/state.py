"""What a rig-day leaves to the next one."""

import json
from dataclasses import dataclass, field
from typing import Any, Self

from idrill.errors import InvalidState


@dataclass(frozen=True, slots=True)
class RigState:
    """What was learned of a rig's balances, and the faults that go on.

    A rig-day is a function of its readings, its calibrations and the state it starts from.
    """

    networks: dict[str, Any] = field(default_factory=dict)
    """By network: what it remembers, as JSON holds it."""

    def as_json(self) -> str:
        """Text that `from_json` reads, the same for the same state."""
        return json.dumps(self.networks, sort_keys=True, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """A state written by `as_json`.

        Example:
            >>> RigState.from_json(RigState({"rotation": {}}).as_json()).networks
            {'rotation': {}}

        Raises:
            InvalidState: If the text is no JSON object.
        """
        try:
            networks = json.loads(text)
        except ValueError as error:
            raise InvalidState(f"no state of reconciliation: {error}") from error
        if not isinstance(networks, dict) or not all(
            isinstance(each, dict) for each in networks.values()
        ):
            raise InvalidState(f"no state of reconciliation: {text[:40]}")
        return cls(networks)
