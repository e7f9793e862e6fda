"""Which addresses a webhook may go to."""

import pytest

from idrill.errors import InvalidRequest
from idrill_serving.webhooks import Receiver, checked_url, post


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "192.168.0.1",
        "172.16.0.1",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104  an address that is refused
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fd00:ec2::254",
        "fec0::1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
    ],
)
def test_no_address_of_ours_is_spoken_to_unless_it_is_named(address: str) -> None:
    assert not Receiver().permits(address)
    assert Receiver("0.0.0.0/0, ::/0").permits(address)


def test_public_addresses_are_spoken_to() -> None:
    assert Receiver().permits("93.184.215.14")
    assert Receiver().permits("2606:2800:21f:cb07:6820:80da:af6b:8b2c")


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f000001", "[::1]"])
def test_this_machine_is_not_reached_by_any_name(host: str) -> None:
    with pytest.raises((PermissionError, ConnectionError)):
        post(Receiver(), f"https://{host}/", b"{}", "secret", "key")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://hooks.example/",
        "https://",
        "https://user:secret@hooks.example/",
        "https://hooks.example:99999/",
        "https://hooks.example/\r\nX-Other: 1",
        "https://[::1/",
        f"https://hooks.example/{'a' * 3000}",
    ],
)
def test_what_is_no_url_of_a_webhook_is_refused(url: str) -> None:
    with pytest.raises(InvalidRequest):
        checked_url(url)
