"""`idrill work` in a process that somebody will kill, with a note of each message it was handed.

Called with the file for the notes; it begins when it is told a line. The rest comes from the
environment, as it does for the command.
"""

import asyncio
import json
import os
import sys

from idrill.settings import Settings, load_settings
from idrill.streams.broker import stream_of
from idrill.streams.delivery import Take
from idrill_serving.working import listened, told_to_end


def noting(file: int, take: Take) -> Take:
    """What notes the message that it is handed before it hands it on."""

    async def noted(body: bytes) -> bool:
        try:
            name = json.loads(body)["message_id"]
        except (ValueError, KeyError, TypeError):
            name = "?"
        os.write(file, f"{name}\n".encode())
        return await take(body)

    return noted


async def listening(settings: Settings, notes: int) -> None:
    """What `idrill work` does with a broker, less what it does with the store."""
    await listened(settings, told_to_end(), lambda take: noting(notes, take))


if __name__ == "__main__":
    settings = load_settings()
    stream_of(settings.stream_url.get_secret_value(), settings.stream_name)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    notes = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    asyncio.run(listening(settings, notes))
