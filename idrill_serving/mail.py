"""Mails to people: a token that lets them set a new password, or news of an alert."""

import logging
import smtplib
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from idrill.errors import SettingsError
from idrill.settings import Settings

TIMEOUT = 10.0
"""How long the mail server may take [s]."""

_LOG = logging.getLogger("idrill.serving")


class Mail:
    """A mail server, if one is set.

    Args:
        settings: Of the service.

    Raises:
        SettingsError: If the URL is none of a mail server.
    """

    def __init__(self, settings: Settings) -> None:
        url = settings.smtp_url.get_secret_value() if settings.smtp_url else ""
        self._server = urlsplit(url)
        self._from = settings.mail_from
        self.is_set = bool(url)
        if url and (self._server.scheme not in ("smtp", "smtps") or not self._server.hostname):
            raise SettingsError("IDRILL_SMTP_URL must be smtp://HOST:587 or smtps://HOST:465")

    def send_reset(self, email: str, token: str) -> None:
        """Send a token for a new password; what goes wrong is logged, as nobody waits for it."""
        words = (
            "Somebody asked to set a new password for your account. If it was you, use this token\n"
            f"within an hour:\n\n{token}\n\nIf it was not you, nothing has to be done.\n"
        )
        try:
            self.send(email, "i-Drill: set a new password", words)
        except (OSError, smtplib.SMTPException):
            _LOG.exception("a mail could not be sent")

    def send(self, email: str, subject: str, words: str, number: str | None = None) -> None:
        """Send a mail.

        Args:
            email: Whom to.
            subject: One line.
            words: The text.
            number: What tells a mail server that it has this one already.

        Raises:
            OSError: If the server is away.
            SMTPException: If it refuses.
        """
        message = EmailMessage()
        message["From"], message["To"] = self._from, email
        message["Subject"] = " ".join(subject.split())
        if number is not None:
            message["Message-ID"] = f"<{number}@idrill>"
        message.set_content(words)
        with self._connected() as server:
            server.send_message(message)

    def _connected(self) -> smtplib.SMTP:
        host, secure = str(self._server.hostname), self._server.scheme == "smtps"
        kind = smtplib.SMTP_SSL if secure else smtplib.SMTP
        server = kind(host, self._server.port or (465 if secure else 587), timeout=TIMEOUT)
        if self._server.username:
            if not secure:
                server.starttls()
            server.login(unquote(self._server.username), unquote(self._server.password or ""))
        return server
