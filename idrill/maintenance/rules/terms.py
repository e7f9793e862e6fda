"""Terms of a rule as they are written down: a table with one thing that it asks for.

| asks for                                  | beside it                                          |
|-------------------------------------------|----------------------------------------------------|
| `above`, `below`, `outside = [low, high]` | `channel` or `score`, `deadband`, `smooth`, `unit` |
| `rises_by`, `falls_by`, `changes_by`      | `channel`, `within` [s], `during`, and the same    |
| `stale_for` [s]                           | `channel`                                          |
| `activity` or `activity_not`              |                                                    |
| `all` or `any`                            | a list of terms                                    |
| `not`                                     | a term                                             |
"""

from idrill.channels import Channel, channel
from idrill.errors import InvalidRule, UnitError, UnknownChannel
from idrill.frame import Activity
from idrill.maintenance.rules.definition import (
    Change,
    Contrary,
    Direction,
    Doing,
    Either,
    Every,
    Limit,
    ScoreLimit,
    Stale,
    Term,
)
from idrill.maintenance.rules.fields import Fields
from idrill.units import conversion

DEEPEST = 6
"""How deep terms may stand in each other."""
LONGEST = 86_400.0
"""The longest time that a term may look back [s]."""

_LIMITS = ("above", "below", "outside")
_CHANGES = tuple(Direction)
_ASKED = (*_LIMITS, *_CHANGES, "stale_for", "activity", "activity_not", "all", "any", "not")


def term_of(document: object, place: str = "when", depth: int = 1) -> Term:
    """The term that a table describes.

    Args:
        document: The table.
        place: Where it stands, for messages.
        depth: In how many terms it stands.

    Raises:
        InvalidRule: If it makes no sense; names the place.
    """
    fields = Fields(document, place)
    if depth > DEEPEST:
        raise InvalidRule(f"{place}: terms stand more than {DEEPEST} deep in each other")
    asked = [name for name in _ASKED if name in fields]
    if len(asked) != 1 and not (len(asked) == 2 and set(asked) <= set(_LIMITS[:2])):
        raise InvalidRule(f"{place}: ask for one of {', '.join(_ASKED)}; found {asked or 'none'}")
    term = _read(fields, asked[0], depth)
    fields.end()
    return term


def _read(fields: Fields, asked: str, depth: int) -> Term:
    if asked in ("all", "any"):
        return _several(fields, asked, depth)
    if asked == "not":
        return Contrary(term_of(fields.any("not"), f"{fields.place}.not", depth + 1))
    if asked in ("activity", "activity_not"):
        return _doing(fields, asked)
    if "score" in fields:
        return _score(fields, asked)
    try:
        measured = channel(fields.text("channel"))
    except UnknownChannel as error:
        raise InvalidRule(f"{fields.place}.channel: {error}") from error
    if asked == "stale_for":
        return Stale(measured.name, fields.number("stale_for", 1.0, LONGEST))
    return _change(fields, asked, measured) if asked in _CHANGES else _limit(fields, measured)


def _several(fields: Fields, asked: str, depth: int) -> Term:
    found = fields.array(asked)
    if len(found) < 2:
        raise InvalidRule(f"{fields.place}.{asked}: takes at least two terms")
    terms = tuple(
        term_of(one, f"{fields.place}.{asked}[{number}]", depth + 1)
        for number, one in enumerate(found)
    )
    return Every(terms) if asked == "all" else Either(terms)


def _doing(fields: Fields, asked: str) -> Doing:
    found = activities_of(fields, asked)
    if asked == "activity":
        return Doing(found)
    return Doing(frozenset(Activity) - found - {Activity.UNKNOWN})


def activities_of(fields: Fields, name: str) -> frozenset[Activity]:
    """The activities that a field lists; none where it is absent.

    Raises:
        InvalidRule: If one is unknown.
    """
    found = fields.words(name) if name in fields else []
    for one in found:
        if one not in list(Activity):
            raise InvalidRule(f"{fields.place}.{name}: {one!r} is none of {', '.join(Activity)}")
    return frozenset(map(Activity, found))


def _limit(fields: Fields, measured: Channel) -> Limit:
    scale, shift = _conversion(fields, measured)
    low, high = (None if one is None else one * scale + shift for one in _bounds(fields))
    deadband = fields.number("deadband", 0.0, default=0.0) * scale
    beyond = [
        *([low] if low is not None and not measured.low < low <= measured.high else []),
        *([high] if high is not None and not measured.low <= high < measured.high else []),
    ]
    if beyond:
        raise InvalidRule(
            f"{fields.place}: {beyond[0]:g} {measured.unit} lies outside of what {measured.name} "
            f"can be, {measured.low:g} to {measured.high:g} {measured.unit}"
        )
    least = measured.low if low is None else low
    greatest = measured.high if high is None else high
    _see_that_it_ends(fields, low, high, deadband, greatest - least)
    return Limit(measured.name, low, high, deadband, _smooth(fields))


def _score(fields: Fields, asked: str) -> ScoreLimit:
    if asked not in _LIMITS:
        raise InvalidRule(f"{fields.place}: a score may be above, below or outside, not {asked}")
    low, high = _bounds(fields)
    deadband = fields.number("deadband", 0.0, default=0.0)
    if low is not None and high is not None:
        _see_that_it_ends(fields, low, high, deadband, high - low)
    return ScoreLimit(fields.name("score"), low, high, deadband)


def _bounds(fields: Fields) -> tuple[float | None, float | None]:
    """Below and above what a limit is passed."""
    if "outside" not in fields:
        low = fields.number("below") if "below" in fields else None
        return low, fields.number("above") if "above" in fields else None
    found = fields.array("outside")
    if len(found) != 2:
        raise InvalidRule(f"{fields.place}.outside: takes two numbers, the lower one first")
    pair = Fields({"low": found[0], "high": found[1]}, f"{fields.place}.outside")
    return pair.number("low"), pair.number("high")


def _see_that_it_ends(
    fields: Fields, low: float | None, high: float | None, deadband: float, room: float
) -> None:
    """See that a value can come back into the dead bands.

    Raises:
        InvalidRule: If the limits cross, or leave no room.
    """
    if low is not None and high is not None and low >= high:
        raise InvalidRule(
            f"{fields.place}: below {low:g} and above {high:g} leave no value between: write "
            "`any` of two terms if that is meant"
        )
    bands = deadband * sum(limit is not None for limit in (low, high))
    if deadband and bands >= room:
        raise InvalidRule(
            f"{fields.place}.deadband: {deadband:g} leaves no value that would end the condition"
        )


def _change(fields: Fields, asked: str, measured: Channel) -> Change:
    scale, _ = _conversion(fields, measured)
    by, span = fields.number(asked) * scale, measured.high - measured.low
    if not 0.0 < by < span:
        raise InvalidRule(
            f"{fields.place}.{asked}: {by:g} {measured.unit} lies outside of what "
            f"{measured.name} can change by, more than 0 and less than {span:g} {measured.unit}"
        )
    deadband = fields.number("deadband", 0.0, default=0.0) * scale
    if deadband >= by:
        raise InvalidRule(
            f"{fields.place}.deadband: must be less than the change, or nothing would end it"
        )
    within = fields.number("within", 1.0, LONGEST)
    during = activities_of(fields, "during")
    smooth = _smooth(fields)
    if smooth >= within:
        raise InvalidRule(f"{fields.place}.smooth: must be less than within, or no change is seen")
    return Change(measured.name, Direction(asked), by, within, deadband, during, smooth)


def _smooth(fields: Fields) -> float:
    return fields.number("smooth", 0.0, LONGEST, 0.0)


def _conversion(fields: Fields, measured: Channel) -> tuple[float, float]:
    """Factor and shift from the unit that the numbers are in to that of the channel."""
    if "unit" not in fields:
        return 1.0, 0.0
    try:
        found = conversion(fields.text("unit"), measured.unit)
    except UnitError as error:
        raise InvalidRule(f"{fields.place}.unit: {error}") from error
    return found.factor, found.shift
