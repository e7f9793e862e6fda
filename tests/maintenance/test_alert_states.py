"""What may be done to an alert, against a second copy of what ISA-18.2 says."""

from itertools import product

import pytest

from idrill.errors import IllegalMove
from idrill.maintenance.alerts import Action, State, after

COMES_OF = {
    ("unacknowledged", "acknowledge"): "acknowledged",
    ("unacknowledged", "return"): "returned_unacknowledged",
    ("unacknowledged", "shelve"): "shelved",
    ("unacknowledged", "suppress"): "suppressed",
    ("unacknowledged", "escalate"): "unacknowledged",
    ("unacknowledged", "deescalate"): "unacknowledged",
    ("acknowledged", "deescalate"): "acknowledged",
    ("returned_unacknowledged", "deescalate"): "returned_unacknowledged",
    ("acknowledged", "return"): "closed",
    ("acknowledged", "close"): "closed",
    ("acknowledged", "recur"): "unacknowledged",
    ("acknowledged", "shelve"): "shelved",
    ("acknowledged", "suppress"): "suppressed",
    ("returned_unacknowledged", "acknowledge"): "closed",
    ("returned_unacknowledged", "recur"): "unacknowledged",
    ("returned_unacknowledged", "shelve"): "shelved",
    ("returned_unacknowledged", "suppress"): "suppressed",
    ("shelved", "unshelve"): "unacknowledged",
    ("shelved", "suppress"): "suppressed",
    ("suppressed", "unsuppress"): "unacknowledged",
}
"""All that may happen; nothing else may."""


@pytest.mark.parametrize(("state", "action"), list(product(State, Action)))
def test_an_action_leads_where_it_is_said_to_or_nowhere(state: State, action: Action) -> None:
    wanted = COMES_OF.get((state.value, action.value))

    if wanted is None:
        with pytest.raises(IllegalMove, match=f"{state}: {action} is not possible; possible: "):
            after(state, action)
    else:
        assert after(state, action) == wanted


def test_nothing_is_closed_that_nobody_acknowledged() -> None:
    ways = {pair for pair, to in COMES_OF.items() if to == "closed"}

    assert all(state == "acknowledged" or action == "acknowledge" for state, action in ways)
