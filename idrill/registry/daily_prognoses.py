"""Prognoses of a rig-day: made, entered in the store, and told in words."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from idrill.prognosis import InputQuality, Prognosis
from idrill.registry import prognoses
from idrill.registry.prognoses import Bench
from idrill.store import predictions
from idrill.store.lake import Written
from idrill.store.predictions import PredictionSource
from idrill.store.tables import HOURLY


@dataclass(frozen=True, slots=True)
class Kept:
    """Prognoses that were entered in the store."""

    written: Written
    figures: Mapping[str, int]
    table: str
    """In Markdown, a row per component."""


def keep_prognoses(bench: Bench, rig_id: str, as_of: datetime, source: PredictionSource) -> Kept:
    """Make the prognoses of a rig and enter them; the hourly table they rest on is kept.

    Raises:
        NotFound: If there is no such rig.
        InvalidRequest: If the instant has no time zone.
    """
    made = prognoses.prognoses(bench, rig_id, as_of, source)
    with bench.database.session() as session:
        predictions.keep(session, made)
    version = made[0].lake_version if made else None
    given = [one.prognosis for one in made if one.prognosis.quantiles is not None]
    if version is not None and given:
        bench.lake.pin(HOURLY, version, f"prognoses of {rig_id} as of {as_of:%Y-%m-%d %H:%M}")
    said = hashlib.sha256(repr([one.prognosis for one in made]).encode()).hexdigest()
    counts = Counter(one.prognosis.quality.value for one in made)
    return Kept(
        Written(version or 0, len(made), said, written=True),
        {quality.value: counts[quality.value] for quality in InputQuality},
        _in_words([one.prognosis for one in made]),
    )


def _in_words(made: Sequence[Prognosis]) -> str:
    lines = [
        "| component | age [h] | remaining [h], 5 to 95 % | model | input |",
        "|---|---|---|---|---|",
    ]
    for one in made:
        age = "" if one.age is None else f"{one.age:.0f}"
        left = ""
        if one.quantiles is not None:
            left = f"{one.median:.0f} ({one.quantiles[0]:.0f} to {one.quantiles[-1]:.0f})"
        quality = one.quality.value + (f": {one.reason}" if one.reason else "")
        place = f"{one.equipment} {one.component}"
        lines.append(f"| {place} | {age} | {left} | {one.model} | {quality} |")
    return "\n".join(lines)


def end_of(day: date) -> datetime:
    """The instant at which a UTC day is over."""
    return datetime.combine(day, time(), UTC) + timedelta(days=1)
