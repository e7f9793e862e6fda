"""How work goes on, against a second copy of what was decided."""

from datetime import UTC, datetime
from itertools import product

import pytest

from idrill.errors import IllegalMove, InvalidTask
from idrill.maintenance.tasks import OVER, State, check_times, moved

FOLLOWS = {
    ("proposed", "approved"),
    ("approved", "scheduled"),
    ("scheduled", "in_progress"),
    ("in_progress", "done"),
    *((state, "proposed") for state in ("approved", "scheduled")),
    *((state, "cancelled") for state in ("proposed", "approved", "scheduled", "in_progress")),
}
SIX, TEN = datetime(2026, 3, 1, 6, tzinfo=UTC), datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(("state", "to"), list(product(State, State)))
def test_a_state_follows_another_as_decided_or_not_at_all(state: State, to: State) -> None:
    if (state.value, to.value) in FOLLOWS:
        assert moved(state, to) is to
    else:
        with pytest.raises(IllegalMove, match=f"is {state} and cannot become {to}"):
            moved(state, to)


def test_from_what_is_over_nothing_follows() -> None:
    assert {state for state in State if not any(one == state for one, _ in FOLLOWS)} == OVER


@pytest.mark.parametrize(("start", "end"), [(SIX, None), (None, TEN), (TEN, SIX), (SIX, SIX)])
def test_half_a_time_or_one_that_ends_before_it_starts_is_refused(
    start: datetime | None, end: datetime | None
) -> None:
    with pytest.raises(InvalidTask):
        check_times(start, end)


@pytest.mark.parametrize(("start", "end"), [(SIX, TEN), (None, None)])
def test_a_whole_time_or_none_is_taken(start: datetime | None, end: datetime | None) -> None:
    check_times(start, end)
