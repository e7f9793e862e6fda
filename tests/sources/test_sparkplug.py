"""What edge nodes say in Sparkplug B: births, aliases, gaps, deaths; in protobuf and in JSON."""

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from unittest.mock import AsyncMock, Mock
from uuid import uuid4

import pytest

from idrill.errors import InvalidMessage, NotFound, OriginRefused, SettingsError
from idrill.frame import Origin
from idrill.readers.columns import ColumnEntry, ColumnMap
from idrill.sources import sparkplug
from idrill.sources.sinks import StoreSink
from idrill.sources.sparkplug import REST, Ear, placed, stale_of
from idrill.sources.sparkplug_devices import Target, load_devices
from idrill.sources.sparkplug_payload import Metric, Payload, written
from tests.sources.wits0_sender import until
from tests.streams.brokers import url_of

NOON = 1_772_366_400_000
"""2026-03-01 12:00 UTC [ms since the epoch]."""
FLOOR = ("North", "EDGE", "FLOOR")
DOUBLE = 10


def ear(columns: Mapping[str, ColumnEntry] | None = None) -> Ear:
    return Ear({FLOOR: Target("R1", ColumnMap(columns or {}))})


def topic(kind: str, device: str | None = "FLOOR") -> str:
    return "/".join(filter(None, ("spBv1.0", "North", kind, "EDGE", device)))


def metric(
    name: str | None, value: float | None, alias: int | None = None, at: int | None = NOON,
    unit: str | None = None,
) -> Metric:  # fmt: skip
    return Metric(name, alias, at, value, DOUBLE, unit)


def born(listener: Ear, *metrics: Metric, session: int = 0) -> None:
    """Have the node and its device born."""
    node = Payload(NOON, 0, (Metric("bdSeq", None, NOON, float(session), DOUBLE),))
    listener.hear(topic("NBIRTH", None), written(node))
    listener.hear(topic("DBIRTH"), written(Payload(NOON, 1, metrics)))


def test_values_by_alias_become_readings_in_the_unit_of_the_birth() -> None:
    listener = ear()
    born(listener, metric("Drilling/Hookload", 0.0, 1, unit="klbf"), metric("Torque", 0.0, 2))

    heard = listener.hear(
        topic("DDATA"),
        written(Payload(NOON, 2, (metric(None, 100.0, 1), metric(None, 5.0, 2, NOON + 1000)))),
    )

    assert heard is not None
    [(first, values), (second, others)] = heard.readings["R1"]
    assert (first, second) == ("2026-03-01T12:00:00+00:00", "2026-03-01T12:00:01+00:00")
    assert values == {"hook_load": pytest.approx(444.8222)}
    assert others == {"torque": 5.0}
    assert not heard.ask_rebirth


def test_a_birth_tells_readings_too() -> None:
    listener = ear()
    listener.hear(topic("NBIRTH", None), written(Payload(NOON, 0)))

    heard = listener.hear(
        topic("DBIRTH"), written(Payload(NOON, 1, (metric("Torque", 3.0, 1, at=None),)))
    )

    assert heard is not None
    assert heard.readings == {"R1": [("2026-03-01T12:00:00+00:00", {"torque": 3.0})]}


def test_an_alias_that_no_birth_told_is_no_reading_and_a_birth_is_asked_for() -> None:
    listener = ear()

    heard = listener.hear(topic("DDATA"), written(Payload(NOON, 9, (metric(None, 1.0, 1),))))

    assert heard is not None
    assert (heard.readings, heard.ask_rebirth, heard.unnamed) == ({}, True, 1)


def test_a_gap_in_the_count_is_noticed_and_the_count_goes_round() -> None:
    listener = ear()
    born(listener, metric("Torque", 0.0, 1))

    def data(seq: int) -> bool:
        heard = listener.hear(topic("DDATA"), written(Payload(NOON, seq, (metric(None, 1.0, 1),))))
        assert heard is not None
        assert heard.readings
        return heard.ask_rebirth

    asked = [data(seq % 256) for seq in (*range(2, 258), 259, 260)]

    assert [place for place, one in enumerate(asked) if one] == [256]
    assert listener.gaps == 1


def test_a_node_that_died_is_stale_until_it_is_born_again() -> None:
    listener = ear()
    born(listener, metric("Torque", 0.0, 1), session=1)
    listener.hear(topic("DDEATH"), written(Payload(NOON, 2)))
    device = list(stale_of(listener))
    listener.hear(topic("NDEATH", None), written(Payload(None, None, (metric("bdSeq", 1.0),))))
    both = list(stale_of(listener))
    born(listener, session=2)
    old = Payload(None, None, (metric("bdSeq", 1.0),))
    listener.hear(topic("NDEATH", None), written(old))

    assert device == ["North/EDGE/FLOOR"]
    assert both == ["North/EDGE/FLOOR", "North/EDGE"]
    assert list(stale_of(listener)) == []


def test_json_says_the_same_as_protobuf() -> None:
    told = {
        "timestamp": NOON,
        "seq": 2,
        "metrics": [
            {"name": "Torque", "value": 5, "timestamp": NOON},
            {"name": "WOB", "value": 10.0, "properties": {"engUnit": {"value": "klbf"}}},
            {"name": "Mode", "value": "auto"},
            {"name": "Torque on", "value": True},
            {"name": "Hookload", "value": None},
        ],
    }
    listener = ear()
    born(listener)

    heard = listener.hear(topic("DDATA"), json.dumps(told).encode())

    assert heard is not None
    [(_, values)] = heard.readings["R1"]
    assert values == {"torque": 5.0, "weight_on_bit": pytest.approx(44.48222)}


def test_what_a_person_says_of_a_metric_counts_and_what_is_no_channel_is_counted() -> None:
    listener = ear({"A/7": ColumnEntry("torque", "kft.lbf"), "Hookload": ColumnEntry(ignore=True)})
    born(listener)

    metrics = (metric("A/7", 1.0), metric("Hookload", 1.0), metric("Coffee", 1.0))
    heard = listener.hear(topic("DDATA"), written(Payload(NOON, 2, metrics)))

    assert heard is not None
    assert heard.readings["R1"][0][1] == {"torque": pytest.approx(1.355818)}
    assert dict(listener.unknown) == {"Hookload": 1, "Coffee": 1}


def test_a_device_that_is_no_rig_is_counted_and_other_topics_are_passed_over() -> None:
    listener = ear()
    body = written(Payload(NOON, 0, (metric("Torque", 1.0),)))

    heard = listener.hear(topic("DDATA", "OTHER"), body)

    assert heard is not None
    assert heard.readings == {}
    assert dict(listener.strangers) == {"North/EDGE/OTHER": 1}
    for other in ("spBv1.0/STATE/host", topic("NCMD", None), topic("DDATA", None), "a/b"):
        assert listener.hear(other, b"whatever") is None
        assert placed(other) is None


def test_names_that_somebody_makes_up_are_held_up_to_a_number_and_the_rigs_are_still_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("MOST_NODES", "MOST_NAMES", "MOST_COUNTED"):
        monkeypatch.setattr(sparkplug, name, 3)
    listener = ear()
    for number in range(9):
        made_up = metric(f"Made up {number}", 1.0, number, unit="psi")
        body = written(Payload(NOON, 0, (made_up,)))
        listener.hear(f"spBv1.0/South/NBIRTH/NODE_{number}", body)
        listener.hear(f"spBv1.0/South/DDEATH/NODE_1/D{number}", body)
        listener.hear(topic("DBIRTH"), body)

    heard = listener.hear(topic("DDATA"), written(Payload(NOON, 1, (metric("Torque", 2.0),))))

    node = listener.nodes["North", "EDGE"]
    assert heard is not None
    assert heard.readings["R1"][0][1] == {"torque": 2.0}
    assert (len(listener.nodes), len(node.names), len(node.units)) == (4, 3, 3)
    assert len(list(stale_of(listener))) == 3
    assert (listener.strangers[REST], listener.unknown[REST]) == (6, 6)


@pytest.mark.parametrize(
    "body",
    [
        b"\x12\xff\xff\xff",
        b"{",
        b'{"metrics": [7]}',
        b"\x13",
        b"\xff" * 11,
        b"\x08\x01\x12\x02",
        b'{"a": ' + b"[" * 200_000,
        b'{"metrics": [{"name": "HKLD", "value": 1' + b"0" * 400 + b"}]}",
    ],
    ids=range(8),
)
def test_what_is_no_payload_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidMessage):
        ear().hear(topic("DDATA"), body)


def test_an_instant_that_is_none_is_told_as_it_is() -> None:
    listener = ear()
    born(listener)

    odd = Payload(None, 2, (metric("Torque", 1.0, at=None), metric("Torque", 2.0, at=1 << 60)))
    heard = listener.hear(topic("DDATA"), written(odd))

    assert heard is not None
    assert [at for at, _ in heard.readings["R1"]] == [
        "Sparkplug: None ms", f"Sparkplug: {1 << 60} ms",
    ]  # fmt: skip


def test_the_file_of_devices_says_which_is_which_rig(tmp_path: Path) -> None:
    (tmp_path / "columns.toml").write_text('[columns]\n"A" = "torque"\n')
    file = tmp_path / "devices.toml"
    head = '[[device]]\ngroup = "G"\nnode = "N"\n'
    file.write_text(f'{head}rig = "R1"\nmap = "columns.toml"\n{head}device = "D"\nrig = "R2"\n')

    found = load_devices(file)

    assert {place: one.rig_id for place, one in found.items()} == {
        ("G", "N", None): "R1", ("G", "N", "D"): "R2",
    }  # fmt: skip
    assert found["G", "N", None].columns.entry("A").channel == "torque"
    for wrong in ("", f'{head}rig = "r 1"\n', f'{head}rig = "R1"\n{head}rig = "R2"\n', "["):
        file.write_text(wrong)
        with pytest.raises(SettingsError, match=r"devices\.toml"):
            load_devices(file)


@pytest.mark.service
def test_a_node_behind_a_real_broker_is_asked_for_its_birth_and_its_readings_are_kept(
    sink: StoreSink, kept: Callable[..., list[tuple[float | None, ...]]]
) -> None:
    from faststream.mqtt import MQTTBroker

    from idrill.sources.sparkplug_link import Desk, SparkplugLink

    url, group = url_of("mqtt"), f"G{uuid4().hex[:8]}"
    listener = Ear({(group, "EDGE", "FLOOR"): Target("R1", ColumnMap())})
    buried: list[str] = []
    commands: list[object] = []

    async def scene() -> None:
        desk = Desk(lambda _: Origin.LIVE, lambda _, reason: buried.append(reason))
        link = SparkplugLink(url, f"idrill-{uuid4().hex[:8]}", listener, sink, desk)
        node = MQTTBroker(url, apply_types=False)

        async def obey(body: bytes) -> None:
            commands.append(body)
            base = f"spBv1.0/{group}"
            await node.publish(written(Payload(NOON, 0)), f"{base}/NBIRTH/EDGE")
            birth = Payload(NOON, 1, (metric("Torque", 1.0, 1),))
            await node.publish(written(birth), f"{base}/DBIRTH/EDGE/FLOOR")
            data = Payload(NOON, 2, (metric(None, 2.0, 1, NOON + 1000),))
            await node.publish(written(data), f"{base}/DDATA/EDGE/FLOOR")

        node.subscriber(f"spBv1.0/{group}/NCMD/EDGE")(obey)
        await link.open()
        await node.start()
        unknown = written(Payload(NOON, 9, (metric(None, 5.0, 1),)))
        await node.publish(unknown, f"spBv1.0/{group}/DDATA/EDGE/FLOOR")
        await until(lambda: link.readings == 2)
        await link.close()
        await node.stop()

    asyncio.run(scene())

    assert kept("torque") == [(1.0,), (2.0,)]
    assert len(commands) == 1
    assert "no birth told" in buried[0]


@pytest.mark.parametrize("fault", [NotFound("no rig R1"), OriginRefused("R1 is simulated")])
def test_a_message_of_a_rig_that_is_gone_is_a_dead_letter_and_keeps_nobody_waiting(
    fault: Exception,
) -> None:
    from idrill.sources.sparkplug_link import Desk, SparkplugLink

    buried: list[str] = []
    desk = Desk(lambda _: Origin.LIVE, lambda _, reason: buried.append(reason))
    refusing = Mock(put_rows=Mock(side_effect=fault))
    link = SparkplugLink("mqtt://127.0.0.1:1", "idrill-test", ear(), refusing, desk)
    message = Mock(
        body=written(Payload(NOON, 0, (metric("Torque", 1.0),))),
        raw_message=Mock(topic=topic("DBIRTH")),
        ack=AsyncMock(),
    )

    asyncio.run(link._handle(message))

    assert str(fault) in buried[0]
    message.ack.assert_awaited_once()
