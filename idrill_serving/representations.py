"""Tables as the caller wants them: JSON, CSV, Parquet or Arrow, by `Accept`."""

import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

JSON = "application/json"
CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"
ARROW = "application/vnd.apache.arrow.stream"
MARKDOWN = "text/markdown"
HTML = "text/html"

FORMATS = (JSON, CSV, PARQUET, ARROW)
"""What a table can be, the first if it does not matter."""

TABLES = (ARROW, PARQUET)
"""What a table of readings can be told as."""

REPORTS = (JSON, MARKDOWN, HTML)
"""What a report can be."""

INSTANTS = "%Y-%m-%dT%H:%M:%S%.6fZ"

_FORMULA = r"^[=+\-@\t\r]"


def represented(accept: str, rows: pl.DataFrame, envelope: Mapping[str, Any]) -> Response:
    """A table as one of the formats that `accept` names.

    JSON has the envelope around its rows; elsewhere its `next` is the header `X-Next-Cursor`.

    Args:
        accept: The header of the request.
        rows: The table.
        envelope: What is said of it.

    Raises:
        HTTPException: If none of the formats is accepted (406).
    """
    media = negotiated(accept)
    headers = {"Vary": "Accept"}
    if envelope.get("next"):
        headers["X-Next-Cursor"] = str(envelope["next"])
    if media == JSON:
        return Response(_json(rows, envelope), media_type=media, headers=headers)
    written = io.BytesIO()
    _WRITERS[media](rows, written)
    return Response(written.getvalue(), media_type=media, headers=headers)


def packed(answer: Response) -> bytes:
    """An answer that `represented` gave, as bytes that can be kept."""
    cursor = answer.headers.get("x-next-cursor", "")
    return cursor.encode() + b"\n" + bytes(answer.body)


def unpacked(kept: bytes, media: str) -> Response:
    """The answer that was `packed`, in the format that it has."""
    cursor, _, body = kept.partition(b"\n")
    headers = {"Vary": "Accept"} | ({"X-Next-Cursor": cursor.decode()} if cursor else {})
    return Response(body, media_type=media, headers=headers)


def media_of(scope: Scope) -> str:
    """The kind of body that a request says it has; "" if it does not."""
    return Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()


def records(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """The rows as JSON holds them."""
    return _plain(rows).to_dicts()


def negotiated(accept: str, formats: Sequence[str] = FORMATS) -> str:
    """The best of the formats that `accept` names.

    Args:
        accept: The header of the request.
        formats: What there is, the first if it does not matter.

    Raises:
        HTTPException: If it names none of them (406).

    Example:
        >>> negotiated("text/html, text/csv;q=0.8, */*;q=0.1"), negotiated("")
        ('text/csv', 'application/json')
    """
    wanted = [_weighed(one) for one in accept.split(",")] if accept.strip() else [("*/*", 1.0)]
    for name, weight in sorted(wanted, key=lambda one: -one[1]):
        found = next((one for one in formats if weight > 0.0 and _covers(name, one)), None)
        if found:
            return found
    raise HTTPException(406, f"this can be had as {', '.join(formats)}")


def _weighed(part: str) -> tuple[str, float]:
    name, *parameters = (word.strip().lower() for word in part.split(";"))
    weight = next((word[2:] for word in parameters if word.startswith("q=")), "1")
    try:
        return name, float(weight)
    except ValueError:
        return name, 0.0


def _covers(name: str, media: str) -> bool:
    return name in ("*/*", media) or (name.endswith("/*") and media.startswith(name[:-1]))


def _json(rows: pl.DataFrame, envelope: Mapping[str, Any]) -> bytes:
    """The rows behind the envelope; polars writes them faster than a loop would."""
    told = json.dumps(dict(envelope), default=str)[:-1]
    return f'{told}, "rows": {_plain(rows).write_json()}}}'.encode()


def _csv(rows: pl.DataFrame, written: io.BytesIO) -> None:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front."""
    flat = _plain(rows).with_columns(pl.col(pl.List(pl.String)).list.join(", "))
    texts = [name for name, dtype in flat.schema.items() if dtype == pl.String]
    flat.with_columns(_guarded(name) for name in texts).write_csv(written)


def _guarded(name: str) -> pl.Expr:
    text = pl.col(name)
    with_apostrophe = pl.concat_str(pl.lit("'"), text)
    return pl.when(text.str.contains(_FORMULA)).then(with_apostrophe).otherwise(text).alias(name)


def _parquet(rows: pl.DataFrame, written: io.BytesIO) -> None:
    rows.write_parquet(written)


def _arrow(rows: pl.DataFrame, written: io.BytesIO) -> None:
    rows.write_ipc_stream(written)


def _plain(rows: pl.DataFrame) -> pl.DataFrame:
    """Instants in ISO 8601, and no number that is none."""
    return rows.with_columns(
        pl.col(pl.Datetime).dt.strftime(INSTANTS),
        pl.col(pl.Date).dt.strftime("%Y-%m-%d"),
        pl.col(pl.Float64).fill_nan(None),
        pl.col(pl.Enum, pl.Categorical).cast(pl.String),
    )


_WRITERS: Mapping[str, Callable[[pl.DataFrame, io.BytesIO], None]] = {
    CSV: _csv,
    PARQUET: _parquet,
    ARROW: _arrow,
}
