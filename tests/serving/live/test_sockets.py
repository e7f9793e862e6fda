"""What is told over a socket: a picture, then what changes, in the way that was asked for."""

from datetime import timedelta

import httpx
import pytest

from idrill.access import Role
from idrill.frame import Quality
from idrill.store.live_outlet import Event, EventKind, Verdict
from tests.serving.live.hosts import NOON, Host, line_to, watching


def test_somebody_sees_what_is_there_and_then_what_comes(either_host: Host) -> None:
    host = either_host
    host.tell([0, 1], hook_load=800.0)

    with watching(host, channels=["hook_load"]) as line:
        first = line.until("snapshot")
        host.tell([2], hook_load=801.0, torque=9.0)
        second = line.until("batch")

    assert first["values"] == {"hook_load": [800.0, 800.0]}
    assert (first["origin"], first["units"], first["recovered"]) == (
        "live",
        {"hook_load": "kN"},
        None,
    )
    assert second["values"] == {"hook_load": [801.0]}
    assert second["after"][0] == first["position"][0]


def test_a_rig_that_told_nothing_yet_is_watched_until_it_does(host: Host) -> None:
    with watching(host, "R2") as line:
        first = line.until("snapshot")
        host.tell([0], "R2", torque=3.0)
        second = line.until("batch")

    assert (first["time"], first["origin"], first["position"]) == ([], "synthetic", [0, 0])
    assert second["values"] == {"torque": [3.0]}


def test_one_socket_watches_several_rigs(host: Host) -> None:
    with watching(host, None, rigs=["R1", "R2"]) as line:
        pictures = {line.until("snapshot")["rig"] for _ in range(2)}
        host.tell([0], "R2", torque=3.0)

        assert pictures == {"R1", "R2"}
        assert line.until("batch")["rig"] == "R2"


def test_a_change_of_other_channels_is_not_told(host: Host) -> None:
    with watching(host, channels=["hook_load"]) as line:
        line.until("snapshot")
        host.tell([0], torque=3.0)
        host.tell([1], hook_load=700.0)

        assert line.until("batch")["values"] == {"hook_load": [700.0]}


def test_verdicts_and_events_come_to_who_asked_for_them(either_host: Host) -> None:
    host = either_host
    host.tell([0, 1], torque=3.0)
    spike = int(Quality.SPIKE)
    alert = Event(EventKind.ALERT, NOON, {"message": "pit gain"})
    guess = Event(EventKind.PREDICTION, NOON, {"hours": 12.0})

    with (
        watching(host, quality=True, alerts=True) as one,
        watching(host, channels=["torque"]) as other,
    ):
        one.until("snapshot")
        other.until("snapshot")
        host.judge([Verdict(NOON, "static", {"torque": spike})], [alert, guess])
        told = one.until("batch")
        host.tell([2], torque=4.0)

        assert told["verdicts"]["activity"] == ["static"]
        assert told["verdicts"]["bits"] == {"torque": [spike]}
        assert [event["body"] for event in told["events"]] == [{"message": "pit gain"}]
        assert "verdicts" not in other.until("batch")

    with watching(host, quality=True, predictions=True) as late:
        picture = late.until("snapshot")

    assert picture["verdicts"]["bits"] == {"torque": [spike]}
    assert [event["body"] for event in picture["events"]] == [{"hours": 12.0}]


def test_buckets_are_told_as_they_are_now_late_readings_included(either_host: Host) -> None:
    host = either_host
    into = int(NOON.timestamp() % 60)
    start = NOON - timedelta(seconds=into)
    host.tell([0 - into], torque=2.0)
    host.tell([5 - into], torque=4.0)

    with watching(host, resolution="1min", rate=20, channels=["torque"]) as line:
        first = line.until("snapshot")
        host.tell([3 - into], torque=9.0)
        second = line.until("batch")

    assert first["time"] == [f"{start:%Y-%m-%dT%H:%M:%S}.000000Z"]
    assert first["values"]["torque"] == {"min": [2.0], "mean": [3.0], "max": [4.0]}
    assert second["values"]["torque"] == {"min": [2.0], "mean": [5.0], "max": [9.0]}


def test_the_latest_values_are_told_whole_each_time(host: Host) -> None:
    host.tell([0], torque=2.0)
    host.tell([1], hook_load=700.0)

    with watching(host, mode="latest") as line:
        first = line.until("latest")
        host.tell([2], torque=3.0)
        second = line.until("latest")
        host.tell([1], torque=8.0)
        host.tell([3], hook_load=701.0)
        third = line.until("latest")

    assert first["values"] == {"torque": 2.0, "hook_load": 700.0}
    assert second["values"] == {"torque": 3.0, "hook_load": 700.0}
    assert third["values"] == {"torque": 3.0, "hook_load": 701.0}


def test_messages_come_no_faster_than_wanted_and_nothing_is_left_out(host: Host) -> None:
    with watching(host, channels=["torque"], rate=2.0) as line:
        line.take(line.until("snapshot"))
        batches = 0
        last = 0
        for second in range(20):
            last = host.tell([second], torque=float(second))
        while line.position[0] < last:
            line.take(line.until("batch"))
            batches += 1

    assert [row["torque"] for row in line.rows.values()] == [float(one) for one in range(20)]
    assert batches < 20


def test_another_subscription_takes_the_place_of_the_first(host: Host) -> None:
    with watching(host, channels=["torque"]) as line:
        line.until("snapshot")
        line.subscribe(channels=["hook_load"])
        line.until("snapshot")
        host.tell([0], torque=1.0)
        host.tell([1], hook_load=700.0)

        assert list(line.until("batch")["values"]) == ["hook_load"]


def test_who_unsubscribes_is_told_nothing_more(host: Host) -> None:
    with watching(host) as line:
        line.until("snapshot")
        line.say("unsubscribe", id="u")
        assert line.until("unsubscribed")["id"] == "u"
        host.tell([0], torque=1.0)
        line.say("ping", id="p")

        assert line.next()["type"] == "pong"


def test_a_large_batch_comes_in_parts_of_which_the_last_one_counts(host: Host) -> None:
    with watching(host) as line:
        line.take(line.until("snapshot"))
        values = dict.fromkeys(("hook_load", "torque", "flow_in", "block_position"), 1.0)
        revision = host.tell(range(6000), **values)
        first = line.until("batch")
        line.take(first)
        line.follow(revision)

    assert first["parts"] > 1
    assert len(line.rows) == 6000


@pytest.mark.parametrize("role", list(Role))
def test_alerts_and_predictions_are_closed_for_keys_without_the_scope(
    host: Host, role: Role
) -> None:
    headers = {"Authorization": f"Bearer {host.token(role)}"}
    body = {"name": "m", "scopes": ["read_sensor_data"], "days": 1}
    answer = httpx.post(f"http://127.0.0.1:{host.port}/api/v1/api-keys", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    with line_to(host) as line:
        assert line.login(key=answer.json()["secret"])["type"] == "welcome"

        assert line.subscribe()["type"] == "subscribed"
        assert line.subscribe(alerts=True)["code"] == "access_denied"
        assert line.subscribe(predictions=True)["code"] == "access_denied"
