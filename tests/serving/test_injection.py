"""What is written into texts stays text: nothing breaks, nothing leaks, nothing is run."""

import pytest

from idrill.access import Role
from tests.service import PASSWORD, Service, email_of

STRINGS = [
    "' OR 1=1 --",
    '"; DROP TABLE users; --',
    "%' AND 1=CAST((SELECT version()) AS int) --",
    "../../../../etc/passwd",
    "{{7*7}}${7*7}<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "a\x00b",
    "\r\nX-Injected: yes",
    "‮x​",
    "9" * 400,
    "%s%n%x",
    "\\u0000",
]


@pytest.fixture(scope="module")
def admin(shared: Service) -> dict[str, str]:
    """The headers of an admin."""
    return shared.token(Role.ADMIN)


@pytest.mark.parametrize("text", STRINGS)
def test_a_text_in_a_query_or_a_path_changes_nothing(
    shared: Service, admin: dict[str, str], text: str
) -> None:
    asked = [
        ("/api/v1/audit", {"action": text, "actor": text}),
        ("/api/v1/sensor-data/historical", {"rig_id": text, "channels": text, "cursor": text}),
        ("/api/v1/dvr/calibrations", {"rig_id": text}),
        ("/api/v1/users", {"after": text}),
    ]
    for path, query in asked:
        answer = shared.client.get(path, params=query, headers=admin)
        assert answer.status_code in (200, 422), (path, answer.text)
        assert "X-Injected" not in answer.headers
        assert "sql" not in answer.text.lower()


@pytest.mark.parametrize("text", STRINGS)
def test_a_text_in_a_body_is_refused_or_kept_as_it_is(
    shared: Service, admin: dict[str, str], text: str
) -> None:
    name = f"x{text}"[:100]

    changed = shared.client.patch("/api/v1/users/me", json={"name": name}, headers=admin)
    login = shared.client.post("/api/v1/auth/login", json={"email": text, "password": text})

    shown = shared.client.get("/api/v1/users/me", headers=admin).json()["name"]
    assert changed.status_code == 200
    assert shown == name.strip().replace("\x00", "␀")
    assert login.status_code in (401, 422, 429)


@pytest.mark.parametrize("text", STRINGS)
def test_a_text_in_a_header_is_no_way_in(shared: Service, text: str) -> None:
    given = text.encode("utf-8", "replace").replace(b"\r\n", b"").replace(b"\x00", b"")

    for name in (b"authorization", b"x-api-key", b"x-request-id"):
        value = b"Bearer " + given if name == b"authorization" else given
        answer = shared.client.get("/api/v1/users/me", headers=[(name, value)])
        assert answer.status_code == 401
        assert answer.headers["X-Request-ID"].replace("-", "").isalnum()


@pytest.mark.parametrize("asset", ["..%2f..%2fpyproject.toml", "%2e%2e/x", "redoc.standalone.js"])
def test_the_documentation_gives_no_other_file(shared: Service, asset: str) -> None:
    assert shared.client.get(f"/docs/{asset}").status_code == 404


def test_the_accounts_are_as_they_were(shared: Service) -> None:
    assert all(shared.login(email_of(role), PASSWORD) for role in Role)
