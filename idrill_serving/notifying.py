"""What the clock asks for of alerts, and notices of them by webhook and e-mail."""

import asyncio
import json
import logging
import smtplib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from time import monotonic

from idrill.errors import IDrillError, StoreError
from idrill.maintenance.notices import Delivery, Means
from idrill.settings import Settings
from idrill.store import alert_conditions, alert_silences, alerts, notifications
from idrill.store.database import Database
from idrill.store.notifications import Notice
from idrill_serving.mail import Mail
from idrill_serving.webhooks import Receiver, post

PACE = 1.0
"""Time between looks for what is due [s]."""
LOOK = 5.0
"""Time between looks for live rigs that fell silent [s]."""
KEPT = timedelta(days=30)
"""How long notices are kept that arrived or were given up."""
PRUNED = 3600.0
"""Time between looks for those that need not be kept [s]."""
PAUSE = 5.0
"""Time until the store is asked again where it is away [s]."""
AT_ONCE = 16
"""How many are delivered at the same time."""

_LOG = logging.getLogger("idrill.serving")


class Notifier:
    """Delivers what is due, in a thread of its own; several processes may do so on one store.

    Args:
        database: The store.
        settings: Of this process.

    Raises:
        SettingsError: If the URL of the mail server is none.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._mail = Mail(settings)
        self._receiver = Receiver(settings.webhook_networks)
        self._ending = Event()
        self._looked, self._pruned = -LOOK, -PRUNED
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin."""
        self._thread = Thread(target=self._run, name="notifier", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End, once what is under way is done."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join()

    def round(self, pool: ThreadPoolExecutor) -> int:
        """Do what the clock asks for, deliver what is due, and say how much that was.

        Raises:
            StoreError: If the store is away.
        """
        notices = self._due()
        return len(list(pool.map(self._deliver, notices)))

    def _run(self) -> None:
        with ThreadPoolExecutor(AT_ONCE, "notice") as pool:
            while not self._ending.is_set():
                try:
                    pause = 0.0 if self.round(pool) else PACE
                except StoreError as error:
                    _LOG.warning("notices wait, tried again in %g s: %s", PAUSE, error)
                    pause = PAUSE
                except Exception:  # noqa: BLE001  logged; tried again
                    # One notice at fault in a way nobody foresaw must not end all of them.
                    _LOG.exception("notices wait, tried again in %g s", PAUSE)
                    pause = PAUSE
                self._ending.wait(pause)

    def _due(self) -> list[Notice]:
        now = datetime.now(UTC)
        with self._database.session() as session:
            alerts.end_shelves(session, now)
            alert_conditions.escalate_by_clock(session, now)
        if monotonic() - self._looked >= LOOK:
            self._looked = monotonic()
            self._look_for_silence(now)
        if monotonic() - self._pruned >= PRUNED:
            self._pruned = monotonic()
            with self._database.session() as session:
                notifications.prune(session, now - KEPT)
        with self._database.session() as session:
            due = notifications.next_due(session)
            return notifications.take(session, AT_ONCE) if due is not None and due <= now else []

    def _look_for_silence(self, now: datetime) -> None:
        with self._database.session() as session:
            quiet = alert_silences.quiet(session, now)
        for rig_id in quiet:
            with self._database.session() as session:
                alert_silences.judge(session, rig_id, now)

    def _deliver(self, notice: Notice) -> None:
        error = self._attempt(notice)
        with self._database.session() as session:
            if not error:
                notifications.deliver(session, notice.id)
            elif notifications.fail(session, notice.id, error) is Delivery.DEAD:
                _LOG.error("notice %s is given up: %s", notice.key, error)

    def _attempt(self, notice: Notice) -> str:
        """Why a notice could not be delivered; "" if it was."""
        try:
            if notice.means is Means.WEBHOOK:
                post(self._receiver, notice.target, body_of(notice), notice.secret, notice.key)
            elif self._mail.is_set:
                subject, words = letter_of(notice)
                self._mail.send(notice.target, subject, words, notice.key)
            else:
                return "no mail server is set: IDRILL_SMTP_URL"
        except (IDrillError, OSError, smtplib.SMTPException) as error:
            return str(error) or repr(error)
        return ""


async def notify(database: Database, settings: Settings, ending: asyncio.Event) -> None:
    """Deliver notices of alerts until told to end; what is under way then is finished.

    Args:
        database: The store.
        settings: Of this process.
        ending: Set when it is time to end.

    Raises:
        SettingsError: If the URL of the mail server is none.
    """
    notifier = Notifier(database, settings)
    notifier.start()
    try:
        await ending.wait()
    finally:
        await asyncio.to_thread(notifier.close)


def body_of(notice: Notice) -> bytes:
    """What a webhook carries."""
    told = {"id": notice.key, **notice.body}
    return json.dumps(told, sort_keys=True, ensure_ascii=False).encode()


def letter_of(notice: Notice) -> tuple[str, str]:
    """Subject and text of a mail."""
    told = notice.body
    subject = f"i-Drill {told['rig_id']}: {told['priority']}: {told['message']}"
    lines = [
        str(told["message"]),
        "",
        f"Rig: {told['rig_id']}",
        f"Alert: {told['alert']} ({told['state']})",
        f"Priority: {told['priority']}",
        f"What happened: {told['action']} by {told['by']}",
        f"Time of the rig: {told['event_at'] or 'not told'}",
    ]
    return subject[:200], "\n".join(lines) + "\n"
