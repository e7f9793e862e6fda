"""What a control message has done, who may have it done, and that it is done once."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from idrill.access import Permission, Role, Tier
from idrill.errors import (
    AccessDenied,
    IDrillError,
    InvalidMessage,
    NotAuthenticated,
    NotFound,
    Overlap,
    UnknownChannel,
)
from idrill.readers.posted import Period
from idrill.rigs import Rig
from idrill.sources import controlling
from idrill.store import (
    api_keys,
    audit,
    dead_letters,
    facilities,
    live_readings,
    rigs,
    sensor_switches,
    users,
)
from idrill.store.api_keys import NewKey
from idrill.store.database import Database
from idrill.store.facilities import Facility
from idrill.store.users import NewUser
from idrill.streams import control_messages, messages
from idrill.streams.control_messages import Order, RegisterFacility, RegisterRig, SwitchSensor
from idrill_serving.live.listener import Listener

SECRET = "s" * 40
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RIG = RegisterRig(do="register_rig", rig_id="R2", name="Deep Driller", facility_id="FIELD")
FIELD = RegisterFacility(do="register_facility", facility_id="FIELD", name="A field")


def switched(word: str, at: datetime = NOON, channel: str = "torque") -> SwitchSensor:
    return SwitchSensor.model_validate(
        {"do": f"{word}_sensor", "rig_id": "R1", "channel": channel, "at": at}
    )


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A store with the rig R1, and keys: 1 manages rigs, 2 only writes, 3 is of one who sees R9."""
    store = Database(f"sqlite:///{tmp_path / 'idrill.db'}")
    store.migrate()
    with store.session() as session:
        rigs.register(session, Rig("R1", "R1"))
        for name, sees, scope in (
            ("every", None, Permission.MANAGE_RIG),
            ("every2", None, Permission.WRITE_SENSOR_DATA),
            ("some", ("R9",), Permission.MANAGE_RIG),
        ):
            new = NewUser(f"{name}@rig.example", name, Role.ENGINEER, "no hash", sees)
            owner = users.create(session, new)
            key = NewKey("edge", frozenset({scope}), Tier.STANDARD, timedelta(days=9))
            api_keys.create(session, owner, key)
    yield store
    store.dispose()


def message(database: Database, order: Order, key_id: int = 1) -> bytes:
    with database.session() as session:
        key = controlling.signing_key_of(session, key_id, SECRET)
    return control_messages.signed(order, message_id="m1", key_id=key_id, key=key)


def carry_out(database: Database, body: bytes, secret: str | None = SECRET) -> str:
    with database.session() as session:
        return controlling.carry_out(session, body, secret)


def test_a_message_that_comes_again_moves_no_rig_back(database: Database) -> None:
    sent = message(database, RIG)
    for body in (message(database, FIELD), sent):
        carry_out(database, body)
    with database.session() as session:
        facilities.create(session, Facility("YARD", "A yard", None))
        facilities.place(session, "R2", "YARD")

    carry_out(database, sent)

    with database.session() as session:
        assert facilities.rigs_of(session, "YARD") == ["R2"]
        assert facilities.rigs_of(session, "FIELD") == []


def test_a_rig_and_its_facility_register_themselves_once(database: Database) -> None:
    for order in (FIELD, RIG, FIELD, RIG):
        carry_out(database, message(database, order))

    with database.session() as session:
        known = rigs.get(session, "R2")
        assert facilities.rigs_of(session, "FIELD") == ["R2"]
        trail = audit.listed(session, before=None, limit=9, action=None, actor=None)
    assert (known.name, known.synthetic) == ("Deep Driller", False)
    assert [one.change.action for one in trail] == ["rig.created", "facility.created"]
    assert trail[0].actor.name == "key 1 of every@rig.example"


def test_a_sensor_is_switched_and_a_message_that_is_told_again_changes_nothing(
    database: Database,
) -> None:
    off, on = switched("deactivate"), switched("activate", NOON + timedelta(hours=1))

    for order in (off, on, off):
        carry_out(database, message(database, order))

    with database.session() as session:
        found = sensor_switches.of_rig(session, "R1")
    assert [(one.at, one.active) for one in found] == [(off.at, False), (on.at, True)]


def tampered(body: bytes) -> bytes:
    told = json.loads(body)
    return json.dumps(told | {"content": told["content"].replace("R1", "R2")}).encode()


@pytest.mark.parametrize(
    ("order", "key_id", "fault", "words"),
    [
        (switched("deactivate"), 2, AccessDenied, "was not given manage_rig"),
        (switched("deactivate"), 3, NotFound, "may see"),
        (RIG, 3, AccessDenied, "sees every rig"),
        (RIG, 1, NotFound, "no facility is called 'FIELD'"),
        (switched("deactivate", channel="torqe"), 1, UnknownChannel, "torqe"),
    ],
    ids=["scope", "sight", "every rig", "facility", "channel"],
)
def test_what_may_not_be_or_is_not_there_is_refused(
    database: Database, order: Order, key_id: int, fault: type[IDrillError], words: str
) -> None:
    with pytest.raises(fault, match=words):
        carry_out(database, message(database, order, key_id))

    with database.session() as session:
        assert [one.id for one in rigs.all_rigs(session)] == ["R1"]
        assert sensor_switches.of_rig(session, "R1") == []


def test_a_message_that_is_not_signed_by_its_key_is_refused(database: Database) -> None:
    body = message(database, switched("deactivate"))
    foreign = json.loads(body) | {"key_id": 3}

    for odd in (tampered(body), json.dumps(foreign).encode()):
        with pytest.raises(InvalidMessage, match="signature"):
            carry_out(database, odd)
    with pytest.raises(InvalidMessage, match="signature"):
        carry_out(database, body, "t" * 40)
    with pytest.raises(InvalidMessage, match="IDRILL_SECRET_KEY"):
        carry_out(database, body, None)


def test_a_key_that_is_revoked_or_unknown_signs_nothing(database: Database) -> None:
    body = message(database, switched("deactivate"))
    unknown = json.dumps(json.loads(body) | {"key_id": 77}).encode()
    with database.session() as session:
        api_keys.revoke(session, 1)

    for odd in (body, unknown):
        with pytest.raises(NotAuthenticated):
            carry_out(database, odd)


def test_the_opposite_at_the_same_instant_is_refused(database: Database) -> None:
    carry_out(database, message(database, switched("deactivate")))

    with pytest.raises(Overlap):
        carry_out(database, message(database, switched("activate")))


@pytest.mark.parametrize(
    "content",
    ['{"do": "self_destruct"}', "{", '{"do": "register_rig", "rig_id": "r 2", "name": "x"}', "7"],
)
def test_a_content_that_is_no_order_is_refused(database: Database, content: str) -> None:
    with database.session() as session:
        key = controlling.signing_key_of(session, 1, SECRET)
    told = {
        "format": control_messages.FORMAT, "message_id": "1", "key_id": 1, "content": content,
        "signature": control_messages.signature(content, key),
    }  # fmt: skip

    with pytest.raises(InvalidMessage):
        carry_out(database, json.dumps(told).encode())


def listening(database: Database, *bodies: bytes, secret: str | None = SECRET) -> Listener:
    """A listener, closed, after it took messages that were handed out together."""

    async def run() -> Listener:
        listener = Listener(
            database, lambda: Period.until(datetime.now(UTC), date(2024, 1, 1)), "nats", secret
        )
        assert all(await asyncio.gather(*map(listener.take, bodies)))
        listener.close()
        return listener

    return asyncio.run(run())


def reading(rig: str, at: datetime) -> bytes:
    row = (at.isoformat(), {"torque": 1.0, "hook_load": 2.0})
    return messages.in_rows(rig, [row], message_id="r")


def test_readings_right_behind_an_order_are_taken_as_it_says(database: Database) -> None:
    bodies = [message(database, one) for one in (FIELD, RIG, switched("deactivate"))]

    listener = listening(
        database, bodies[0], bodies[1], bodies[2], reading("R2", NOON), reading("R1", NOON)
    )

    assert (listener.taken.obeyed, listener.taken.committed) == (3, 2)
    with database.session() as session:
        [refused] = live_readings.rejections(session, "R1", limit=9)
    assert (refused.reason, refused.detail[:10]) == ("inactive", "torque 1.0")


def test_an_order_that_is_refused_goes_to_the_dead_letters(database: Database) -> None:
    odd = tampered(message(database, switched("deactivate")))

    listener = listening(database, odd, reading("R1", NOON))
    unchecked = listening(database, message(database, switched("deactivate")), secret=None)

    assert (listener.taken.buried, listener.taken.obeyed, listener.taken.committed) == (1, 0, 1)
    assert unchecked.taken.buried == 1
    with database.session() as session:
        reasons = [one.reason for one in dead_letters.waiting(session, limit=9)]
    assert sorted(reason[:20] for reason in reasons) == [
        "control messages can", "signature: not that ",
    ]  # fmt: skip
