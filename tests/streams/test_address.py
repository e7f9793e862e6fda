"""Brokers are reached over TLS with their certificate checked; Kafka hears of SASL in its words."""

import asyncio
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from idrill.errors import StreamError
from idrill.streams.address import Address, kafka_words
from idrill.streams.broker import stream_of
from tests.streams.brokers import BROKERS, url_of
from tests.streams.own_brokers import Program, Wire, program_of
from tests.streams.test_brokers import Hands, opened

ENCRYPTED = {"nats": "tls", "redis": "rediss", "rabbit": "amqps", "mqtt": "mqtts"}


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certificate for 127.0.0.1 that signed itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    order = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    order += ["-subj", "/CN=a broker of the tests", "-addext", "subjectAltName=IP:127.0.0.1"]
    order += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(order, check=True, capture_output=True)  # noqa: S603  our own program
    return folder


@pytest.fixture
def private(signed: Path, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Gives the URL of a broker of some kind that is reached over TLS."""
    running: list[Program | Wire] = []

    def start(kind: str) -> str:
        running.append(_nats(signed, tmp_path) if kind == "nats" else _behind_tls(kind, signed))
        running[-1].start()
        url = running[-1].url
        return f"{ENCRYPTED[kind]}://{url.partition('://')[2]}"

    yield start
    for one in running:
        one.stop()


def _behind_tls(kind: str, signed: Path) -> Wire:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(signed / "cert.pem", signed / "key.pem")
    return Wire(url_of(kind), context)


def _nats(signed: Path, folder: Path) -> Program:
    """NATS begins to speak before it is private, so that it has to do it itself."""
    program = program_of("nats")
    if program is None:
        pytest.skip("no nats-server")
    files = ["--tlscert", str(signed / "cert.pem"), "--tlskey", str(signed / "key.pem")]
    return Program("nats", program, folder, ["--tls", *files])


@pytest.mark.service
@pytest.mark.parametrize("kind", BROKERS)
def test_readings_go_through_a_broker_over_tls(
    kind: str, private: Callable[[str], str], signed: Path
) -> None:
    url = f"{private(kind)}?ca={signed / 'cert.pem'}"

    async def scene() -> None:
        name, hands = f"idrill.test-{uuid4().hex[:8]}", Hands()
        consumer = await opened(url, name, hands.take)
        publisher = await opened(url, name)
        await publisher.publish("R1", b"in private")
        await hands.until(1)
        assert await publisher.ping()
        await consumer.close()
        await publisher.close()
        assert hands.held == [b"in private"]

    asyncio.run(scene())


@pytest.mark.service
@pytest.mark.parametrize("kind", BROKERS)
def test_a_broker_whose_certificate_nobody_vouches_for_is_not_spoken_to(
    kind: str, private: Callable[[str], str]
) -> None:
    url = private(kind)

    async def scene() -> None:
        stream = stream_of(url, f"idrill.test-{uuid4().hex[:8]}")
        async with asyncio.timeout(3):
            await stream.open()
            await stream.publish("R1", b"in private")

    with pytest.raises(Exception, match=r"(?i)certificate|ssl|timed? ?out|connect|^$"):
        asyncio.run(scene())


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("kafka://one:9092/", {"security.protocol": "plaintext"}),
        (
            "kafka://ada:p%40ss@one:9092,two:9093",
            {
                "security.protocol": "sasl_ssl",
                "sasl.mechanism": "PLAIN",
                "sasl.username": "ada",
                "sasl.password": "p@ss",
            },
        ),
        (
            "kafka://ada:x@one:9092?security=sasl_plaintext&mechanism=SCRAM-SHA-512&ca=/a.pem",
            {
                "security.protocol": "sasl_plaintext",
                "sasl.mechanism": "SCRAM-SHA-512",
                "sasl.username": "ada",
                "sasl.password": "x",
                "ssl.ca.location": "/a.pem",
            },
        ),
        (
            "kafka://one:9092?security=ssl&cert=/c.pem&key=/k.pem",
            {
                "security.protocol": "ssl",
                "ssl.certificate.location": "/c.pem",
                "ssl.key.location": "/k.pem",
            },
        ),
    ],
)
def test_kafka_hears_how_it_is_spoken_to(url: str, words: dict[str, str]) -> None:
    assert kafka_words(url)[1] == words


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("kafka://one:9092?security=tls", "security is one of"),
        ("kafka://a:b@one:9092?mechanism=MD5", "mechanism is one of"),
        ("kafka://one:9092?security=sasl_ssl", "needs a user"),
        ("kafka://one:9092?acks=0", "acks"),
        ("redis://one:6379/0?ca=/a.pem", "rediss://"),
        ("amqps://one/?ca=/nowhere.pem", "cannot be used"),
    ],
)
def test_an_address_that_makes_no_sense_is_refused_with_the_reason(url: str, said: str) -> None:
    with pytest.raises(StreamError, match=said):
        stream_of(url, "idrill.test")


def test_what_is_not_ours_stays_in_the_address() -> None:
    address = Address.of("redis://one:6379/0?health_check_interval=5")

    assert (address.url, address.security) == ("redis://one:6379/0?health_check_interval=5", None)
