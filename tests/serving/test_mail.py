"""Mails: a token for a new password, sent to whom it belongs and to nobody else."""

import re
import socketserver
from collections.abc import Iterator
from threading import Thread

import pytest
from pydantic import SecretStr

from idrill.errors import SettingsError
from idrill.settings import Settings
from idrill_serving.mail import Mail
from tests.service import opened


class Mailbox(socketserver.ThreadingTCPServer):
    """A mail server that keeps what it gets."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.mails: list[str] = []


class Conversation(socketserver.StreamRequestHandler):
    """As much SMTP as a client of ours speaks."""

    def handle(self) -> None:
        assert isinstance(self.server, Mailbox)
        self._say("220 here")
        while line := self.rfile.readline().decode().strip():
            if line.upper() == "DATA":
                self._say("354 go on")
                lines: list[str] = []
                while (text := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                    lines.append(text)
                self.server.mails.append("\n".join(lines))
            self._say("221 bye" if line.upper() == "QUIT" else "250 ok")

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server on a port of its own."""
    with Mailbox() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def with_mail(settings: Settings, url: str) -> Settings:
    return settings.model_copy(update={"smtp_url": SecretStr(url)})


def test_a_token_is_mailed_to_who_has_an_account_and_sets_a_password(
    settings: Settings, mailbox: Mailbox
) -> None:
    url = f"smtp://127.0.0.1:{mailbox.server_address[1]}"
    for service in opened(with_mail(settings, url)):
        ask = "/api/v1/auth/password-reset"

        known = service.client.post(ask, json={"email": "Viewer@rig.example"})
        unknown = service.client.post(ask, json={"email": "nobody@rig.example"})

        assert (known.status_code, unknown.status_code) == (202, 202)
        assert known.json() == unknown.json()
        [mail] = mailbox.mails
        assert "To: viewer@rig.example" in mail
        [token] = re.findall(r"^[\w-]{40,}$", mail, re.MULTILINE)
        body = {"token": token, "password": "another horse battery"}
        assert service.client.post(f"{ask}/confirm", json=body).status_code == 204


def test_a_mail_server_that_is_away_is_logged_and_nobody_learns_of_it(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    for service in opened(with_mail(settings, "smtp://127.0.0.1:1")):
        body = {"email": "viewer@rig.example"}

        assert service.client.post("/api/v1/auth/password-reset", json=body).status_code == 202

    assert "a mail could not be sent" in caplog.text


@pytest.mark.parametrize("url", ["http://mail", "smtp://", "mail.example"])
def test_what_is_no_mail_server_is_refused_at_start(settings: Settings, url: str) -> None:
    with pytest.raises(SettingsError, match="IDRILL_SMTP_URL"):
        Mail(with_mail(settings, url))
