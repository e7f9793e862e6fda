"""Bodies that are too large, too deep, or a bomb."""

import gzip
import json
import time
import tracemalloc
import zlib
from typing import Any

import pytest

from tests.service import PASSWORD, Service

LOGIN = "/api/v1/auth/login"
GOOD = json.dumps({"email": "viewer@rig.example", "password": PASSWORD}).encode()
MOST = 64 << 10
JSON = {"content-type": "application/json"}


def code_of(service: Service, body: Any, **headers: str) -> tuple[int, str]:
    answer = service.client.post(LOGIN, content=body, headers=JSON | headers)
    return answer.status_code, answer.json().get("code", "")


def test_a_body_that_is_too_large_is_refused_declared_or_not(shared: Service) -> None:
    large = b'{"email": "' + b"x" * MOST + b'"}'

    declared = code_of(shared, large)
    streamed = code_of(shared, (large[at : at + 999] for at in range(0, len(large), 999)))

    assert declared == streamed == (413, "body_too_large")


def test_a_body_that_is_declared_too_large_is_not_waited_for(shared: Service) -> None:
    began = time.perf_counter()

    refused = code_of(shared, GOOD, **{"content-length": "99999999999999"})

    assert refused == (413, "body_too_large")
    assert time.perf_counter() - began < 1.0


@pytest.mark.parametrize(("name", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_packed_body_is_unpacked(shared: Service, name: str, pack: Any) -> None:
    assert code_of(shared, pack(GOOD), **{"content-encoding": name})[0] == 200


def test_a_bomb_is_not_unpacked(shared: Service) -> None:
    bomb = gzip.compress(b" " * (200 << 20), compresslevel=1)[: MOST - 1]
    small = gzip.compress(b" " * (20 << 20))

    tracemalloc.start()
    refused = [code_of(shared, one, **{"content-encoding": "gzip"}) for one in (small, bomb)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert refused == [(413, "body_too_large")] * 2
    assert peak < 4 << 20


@pytest.mark.parametrize(
    ("body", "encoding", "refused"),
    [
        (b"not packed", "gzip", (400, "broken_encoding")),
        (gzip.compress(GOOD)[:-9], "gzip", (400, "broken_encoding")),
        (GOOD, "br", (415, "unsupported_encoding")),
        (gzip.compress(gzip.compress(GOOD)), "gzip, gzip", (415, "unsupported_encoding")),
    ],
    ids=["plain", "cut", "brotli", "twice"],
)
def test_a_body_that_cannot_be_unpacked_is_refused(
    shared: Service, body: bytes, encoding: str, refused: tuple[int, str]
) -> None:
    assert code_of(shared, body, **{"content-encoding": encoding}) == refused


@pytest.mark.parametrize("bracket", [b"[", b'{"a":', b'["\\"[",'])
def test_a_body_that_is_nested_too_deeply_is_refused(shared: Service, bracket: bytes) -> None:
    assert code_of(shared, bracket * 5000) == (400, "nested_too_deeply")


def test_brackets_in_a_text_are_no_nesting(shared: Service) -> None:
    body = json.dumps({"email": "[{" * 60 + '\\"[', "password": PASSWORD}).encode()

    assert code_of(shared, body) == (401, "not_authenticated")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"email": 1e999}'])
def test_a_body_that_is_no_login_is_refused_in_words(shared: Service, body: bytes) -> None:
    status, code = code_of(shared, body)

    assert (status, code) in {(422, "invalid_request"), (400, "malformed_request")}
