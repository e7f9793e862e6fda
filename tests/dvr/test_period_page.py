"""The page of a period holds what it is told, whatever a rig is called."""

from dataclasses import replace
from datetime import timedelta

import pytest

from idrill.dvr.period_page import compose
from tests.dvr.test_hourly_quality import a_period, found


@pytest.mark.parametrize("rig", ["BODY", "TITLE", "BODY-TITLE"])
def test_a_rig_may_be_called_as_any_part_of_the_page(rig: str) -> None:
    page = compose(replace(a_period(found()), rig_id=rig))

    assert f"<title>i-Drill: {rig}, 2026-02-01</title>" in page
    assert page.count(f"<h1>Data quality of {rig}</h1>") == 1
    assert page.count("<h1>") == 1


def test_a_period_is_called_by_its_days_and_a_day_by_itself() -> None:
    day = a_period(found())
    longer = replace(day, last=day.last + timedelta(days=6))

    assert "<p class='when'>2026-02-01 (UTC)</p>" in compose(day)
    assert "<p class='when'>2026-02-01 to 2026-02-07 (UTC)</p>" in compose(longer)
