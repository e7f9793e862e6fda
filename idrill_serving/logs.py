"""Structured logs: one JSON object a line, each with the request it belongs to."""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The request that is being answered; "" outside of one."""

_FIELDS = ("method", "route", "status", "seconds", "who", "address")

_WRITTEN = json.JSONEncoder(ensure_ascii=True, default=str).encode


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON; line breaks in what was said cannot forge another."""

    def format(self, record: logging.LogRecord) -> str:
        """The record in JSON."""
        told: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if current := request_id.get():
            told["request_id"] = current
        told |= {name: getattr(record, name) for name in _FIELDS if hasattr(record, name)}
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return _WRITTEN(told)


def configure() -> None:
    """Send the logs of this process to standard error as JSON; entry points call it once."""
    # What no line tells is not looked up: the stack, the thread and the process of each.
    logging._srcfile = None  # as Python's manual of logging advises
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.access").disabled = True
