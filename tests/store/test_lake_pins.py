from idrill.store import lake_pins
from idrill.store.database import Database


def test_a_version_stays_pinned_until_nobody_cites_it(database: Database) -> None:
    with database.session() as session:
        lake_pins.pin(session, "raw_sensor_data", 7, "model 1")
        lake_pins.pin(session, "raw_sensor_data", 7, "model 1")
        lake_pins.pin(session, "raw_sensor_data", 7, "model 2")
        lake_pins.pin(session, "raw_sensor_data", 3, "model 1")
        lake_pins.pin(session, "daily_sensor_data", 5, "model 1")

    with database.session() as session:
        lake_pins.unpin(session, "raw_sensor_data", 7, "model 1")
        assert lake_pins.pinned(session, "raw_sensor_data") == [3, 7]
        lake_pins.unpin(session, "raw_sensor_data", 7, "model 2")
        assert lake_pins.pinned(session, "raw_sensor_data") == [3]
