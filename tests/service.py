"""The service under test, and ways to come in."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from pydantic import SecretStr
from starlette.testclient import TestClient

from idrill.access import Role
from idrill.settings import Settings
from idrill.store import logins, users
from idrill.store.database import Database
from idrill.store.users import NewUser
from idrill_serving.app import create_app
from idrill_serving.tokens import Claims

PASSWORD = "correct horse battery"  # noqa: S105  of nobody but tests
SECRET = "q7Zb-4kLw9_Tn2XcR8vYd3HsJ6mPf1Ga"  # noqa: S105  of nobody but tests


@dataclass(frozen=True)
class Service:
    """The application and a way to come in."""

    client: TestClient
    database: Database

    def login(self, email: str, password: str = PASSWORD) -> dict[str, str]:
        """What a person holds who logged in."""
        answer = self.client.post(
            "/api/v1/auth/login", json={"email": email, "password": password}
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
        pair: dict[str, str] = answer.json()
        return pair

    def token(self, role: Role) -> dict[str, str]:
        """The headers of somebody with a role."""
        return bearer(self.login(email_of(role))["access_token"])

    def newcomer(self, role: Role, rigs: tuple[str, ...] | None = None) -> dict[str, str]:
        """The headers of somebody with a role whom nobody has had time to disable.

        Args:
            role: The role.
            rigs: The rigs that they see; None: every one.
        """
        platform = self.client.app.state.platform  # type: ignore[attr-defined]
        email = f"{uuid4().hex}@rig.example"
        with self.database.session() as session:
            hashed = platform.passwords.hashed(PASSWORD)
            user = users.create(session, NewUser(email, "", role, hashed, rigs))
            login = logins.begin(session, user.id)
        return bearer(platform.tokens.issue(Claims(user.id, login.id)))


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token}"}


def email_of(role: Role) -> str:
    """The person of a role."""
    return f"{role.value}@rig.example"


def settings_of(home: Path) -> Settings:
    """Settings in which hashing costs nothing and a rate is hardly reached."""
    return Settings(
        _env_file=None,
        home=home,
        database_url=f"sqlite:///{home / 'idrill.db'}",
        lake_url=str(home / "lake"),
        secret_key=SecretStr(SECRET),
        env="production",
        password_memory=8,
        password_passes=1,
        request_rate="100000/minute",
        login_rate="100000/minute",
        max_body_bytes=64 << 10,
        model_poll=0.1,
    )


def opened(settings: Settings) -> Iterator[Service]:
    """A service, closed afterwards."""
    app = create_app(settings)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Service(client, app.state.platform.database)
