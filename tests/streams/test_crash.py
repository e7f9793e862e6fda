"""Nothing is lost and nothing is there twice, whoever is killed, through each real broker."""

from functools import partial
from pathlib import Path

import pytest

from tests.streams import crash
from tests.streams.brokers import BROKERS, url_of

pytestmark = pytest.mark.service


@pytest.mark.parametrize("kind", BROKERS)
def test_readings_survive_consumers_that_are_killed_and_a_store_that_breaks(
    kind: str, postgres_database: str, tmp_path: Path
) -> None:
    cut = partial(crash.cut_connections, postgres_database)
    plan = crash.Plan(url_of(kind), readings=900, kills=3, patience=90.0, breaks=(cut,))

    outcome = crash.run(plan, postgres_database, tmp_path)

    log = (tmp_path / "log").read_text()[-3000:]
    assert outcome.found == outcome.expected, log
    assert outcome.redelivered > 0
    assert outcome.kills == 3
    assert outcome.dead == len(crash.POISON)
