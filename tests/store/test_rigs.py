from dataclasses import replace
from datetime import UTC, datetime

import pytest

from idrill.errors import NotFound, StoreError
from idrill.rigs import Equipment, EquipmentKind, Rig
from idrill.store import rigs
from idrill.store.database import Database
from idrill.store.orm import RigRow


def test_a_registered_rig_comes_back_as_it_was(database: Database) -> None:
    pump = Equipment("mud_pump_1", EquipmentKind.MUD_PUMP)
    rig = Rig("RIG_1", "Rig One", True, "Owner", "jack-up", 350.0, (pump,))

    with database.session() as session:
        rigs.register(session, rig)

    with database.session() as session:
        assert rigs.get(session, "RIG_1") == rig


def test_registering_again_fills_in_what_was_unknown_and_keeps_the_rest(database: Database) -> None:
    with database.session() as session:
        rigs.register(session, Rig("RIG_1", "RIG_1", owner="First owner"))

    with database.session() as session:
        rigs.register(session, Rig("RIG_1", "Rig One", owner="Another", block_weight=350.0))
        rigs.register(session, Rig("RIG_1", "Some other name", kind="jack-up"))

    with database.session() as session:
        known = rigs.get(session, "RIG_1")
    assert (known.name, known.owner) == ("Rig One", "First owner")
    assert (known.kind, known.block_weight) == ("jack-up", 350.0)


def test_equipment_seen_later_is_added(database: Database) -> None:
    pump = Equipment("mud_pump_1", EquipmentKind.MUD_PUMP)
    fourth = Equipment("mud_pump_4", EquipmentKind.MUD_PUMP)
    rig = Rig("RIG_1", "one", equipment=(pump,))

    with database.session() as session:
        rigs.register(session, rig)
        known = rigs.register(session, replace(rig, equipment=(pump, fourth)))

    assert known.equipment == (pump, fourth)


@pytest.mark.parametrize("synthetic", [True, False])
def test_a_rig_stays_simulated_or_real_as_it_was_created(
    database: Database, synthetic: bool
) -> None:
    with database.session() as session:
        rigs.register(session, Rig("RIG_1", "one", synthetic=synthetic))

    with (
        pytest.raises(StoreError, match="a rig name of its own"),
        database.session() as session,
    ):
        rigs.register(session, Rig("RIG_1", "one", synthetic=not synthetic))


def test_an_unknown_rig_is_refused_naming_those_there_are(database: Database) -> None:
    with database.session() as session:
        rigs.register(session, Rig("RIG_2", "two"))
        rigs.register(session, Rig("RIG_1", "one"))

        with pytest.raises(NotFound, match="known rigs: RIG_1, RIG_2"):
            rigs.get(session, "RIG_3")


def test_a_retired_rig_keeps_its_place(database: Database) -> None:
    at = datetime(2026, 2, 1, tzinfo=UTC)
    with database.session() as session:
        rigs.register(session, Rig("RIG_1", "one"))
        rigs.retire(session, "RIG_1", at)

    with database.session() as session:
        assert [rig.id for rig in rigs.all_rigs(session)] == ["RIG_1"]
        assert session.get_one(RigRow, "RIG_1").retired_at == at


def test_an_unknown_rig_cannot_retire(database: Database) -> None:
    with pytest.raises(NotFound), database.session() as session:
        rigs.retire(session, "RIG_1", datetime(2026, 2, 1, tzinfo=UTC))


def test_rigs_are_listed_in_the_order_of_their_bytes(database: Database) -> None:
    with database.session() as session:
        for name in ("R_1", "RA", "R-1", "R1"):
            rigs.register(session, Rig(name, name))

        assert [rig.id for rig in rigs.all_rigs(session)] == ["R-1", "R1", "RA", "R_1"]
