"""Notices in the store: each is taken by one who delivers, on either database."""

from concurrent.futures import ThreadPoolExecutor

from idrill.access import Role
from idrill.maintenance.alerts import Priority
from idrill.maintenance.notices import Delivery, Means
from idrill.store import alert_subscriptions, alerts, notifications, users
from idrill.store.alert_subscriptions import NewSubscription
from idrill.store.alerts import NewAlert
from idrill.store.database import Database
from idrill.store.users import NewUser
from tests.store.test_alert_conditions import database, postgresql_copy, postgresql_template

__all__ = ["database", "postgresql_copy", "postgresql_template"]

COUNT = 60


def entered(store: Database) -> int:
    """The number of a subscription that is told of many alerts."""
    with store.session() as session:
        new = NewUser("ada@rig.example", "Ada", Role.OPERATOR, "no hash", None)
        owner = users.create(session, new)
        wanted = NewSubscription(Means.WEBHOOK, "https://hooks.example/")
        made = alert_subscriptions.create(session, owner.id, wanted)
        for number in range(COUNT):
            told = NewAlert("R1", f"knock {number}", Priority.HIGH)
            alerts.raise_alert(session, told, by="operator")
    return made.id


def test_a_notice_is_taken_by_one_of_many(database: Database) -> None:
    entered(database)

    def take(_: int) -> list[int]:
        with database.session() as session:
            return [one.id for one in notifications.take(session, 7)]

    with ThreadPoolExecutor(6) as pool:
        taken = [number for part in pool.map(take, range(30)) for number in part]

    assert len(taken) == len(set(taken)) == COUNT


def test_what_became_of_notices_can_be_listed(database: Database) -> None:
    of = entered(database)
    with database.session() as session:
        first, second, *_ = notifications.take(session, COUNT)
        notifications.deliver(session, first.id)
        assert notifications.fail(session, second.id, "no answer") is Delivery.WAITING

        def count(*states: Delivery) -> int:
            return len(notifications.listed(session, of, list(states), None, 1000))

        assert count(Delivery.DELIVERED) == 1
        assert count(Delivery.WAITING) == COUNT - 1
        assert notifications.next_due(session) is not None
