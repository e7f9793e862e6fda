"""From the heading of a column to its channel.

A heading is tried as a WITS code, as a mnemonic, as a title, and last by its description; what
looks like a unit in it (`Average Hookload kkgf`, `Temp Out( degF)`, `Torque [kN.m]`) is taken as
one. The unit decides between channels that share a title, and a unit of another dimension means
that the column holds something else, whatever it is called.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from idrill.channels import CHANNELS, Channel, by_wits0
from idrill.errors import UnitError
from idrill.units import conversion, is_unit, unit

_BRACKETS = re.compile(r"[\[({<]([^\[\](){}<>]*)[\])}>]")
_SEPARATORS = re.compile(r"[\s_,:;./@|-]+")
_WORDS = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_AVERAGED_OVER = re.compile(r"\s*\d*\s*(ft|m)\s*", re.IGNORECASE)
_NOT_THE_VALUE = re.compile(
    r"(?:^|[\W_])(min|max|mn|mx|minimum|maximum|high|low|std|sd|var|alarm|limit|set|setpoint|target|sum)(?:$|[\W_])",
    re.IGNORECASE,
)
_BLANK_UNITS = {"", "-", "--", "---", "----", "unitless", "none", "na", "n/a", "unknown", "?"}
_QUALIFIERS = {
    "average", "averaged", "avg", "mean", "md", "measured", "meas", "actual", "current",
    "instantaneous", "inst", "value", "sensor", "filtered", "smoothed", "surface", "surf", "the",
    "reading", "srf",
}  # fmt: skip
_ABBREVIATIONS = {
    "temp": "temperature", "wt": "weight", "press": "pressure", "pres": "pressure",
    "vol": "volume", "pos": "position", "dens": "density", "stk": "stroke", "hkld": "hookload",
    "rot": "rotary", "trq": "torque", "tq": "torque", "pct": "percent", "pen": "penetration",
    "circ": "circulating",
}  # fmt: skip
_UNCALLED = "no channel is called that"
_TITLE_RANK, _WORN_RANK, _DESCRIPTION_RANK = 100, 200, 300


@dataclass(frozen=True, slots=True)
class Match:
    """The channel a column was recognised as."""

    channel: Channel
    unit: str
    """The unit its values are taken to be in."""
    rank: int
    """How good the name is; the lower the better."""
    note: str = ""
    """What was assumed."""


def recognise(name: str, stated_unit: str | None = None, description: str = "") -> Match | str:
    """The channel and unit of a column, or the reason why it is none.

    Args:
        name: Heading, mnemonic or WITS code.
        stated_unit: The unit the file states apart from the heading.
        description: What the file says about the column.

    Example:
        >>> found = recognise("Average Hookload kkgf")
        >>> found.channel.name, found.unit
        ('hook_load', 'kkgf')
        >>> recognise("Surface Torque (psi)")
        "'psi' is a unit of pressure, torque is measured in kN·m"
        >>> recognise("H2S Cellar")
        'no channel is called that'
        >>> recognise("Torque (kfp)")
        "unit 'kfp' is not known: name its unit in a map of columns"
    """
    declared = _declared(stated_unit)
    refusal = _UNCALLED
    for text, found_unit, rank in _readings(name, description):
        symbol = declared or found_unit
        channels = _named(text, rank)
        if not channels:
            continue
        matches = [_match(channel, symbol, at, name) for channel, at in channels]
        fitting = [match for match in matches if isinstance(match, Match)]
        if len({match.channel.name for match in fitting}) > 1 and symbol is None:
            titles = " or ".join(match.channel.title for match in fitting)
            refusal = f"could be {titles}: state its unit in a map of columns"
        elif fitting:
            return min(fitting, key=lambda match: match.rank)
        else:
            refusal = next(match for match in matches if isinstance(match, str))
    if refusal == _UNCALLED and (symbol := _unknown_unit(name)) is not None:
        return _unknown(symbol)
    return refusal


def _unknown_unit(name: str) -> str | None:
    """What stands in brackets behind the name of a channel where its unit should be."""
    for group in _BRACKETS.finditer(name):
        said = group[1].strip()
        titled = _named(f"{name[: group.start()]} {name[group.end() :]}".strip(), 0)
        if titled and not (said.isdigit() or said.casefold() in _BLANK_UNITS or is_unit(said)):
            return None if _NOT_THE_VALUE.search(said) else said
    return None


def _unknown(symbol: str) -> str:
    return f"unit {symbol!r} is not known: name its unit in a map of columns"


def heading_unit(name: str) -> str | None:
    """The unit that a heading itself states, None if it states none.

    Example:
        >>> heading_unit("weight on bit (k-lbs)"), heading_unit("Flow Out %"), heading_unit("WOB")
        ('k-lbs', '%', None)
    """
    return next((symbol for _, symbol, _ in _readings(name, "") if symbol is not None), None)


def _declared(symbol: str | None) -> str | None:
    if symbol is None or symbol.strip().casefold() in _BLANK_UNITS:
        return None
    return symbol.strip()


def _readings(name: str, description: str) -> Iterator[tuple[str, str | None, int]]:
    """The ways to read a heading: title, unit in it, and the rank of a title found so."""
    yield from ((title, symbol, 0) for title, symbol in _marked(name))
    yield name.strip(), None, 0
    yield from ((title, symbol, 0) for title, symbol in _trailing(name.strip()))
    if description and not _NOT_THE_VALUE.search(_CAMEL.sub(" ", name)):
        yield description.strip(), None, _DESCRIPTION_RANK


def _marked(heading: str) -> Iterator[tuple[str, str]]:
    """The heading without a unit that brackets or a percent sign mark, and that unit."""
    for group in _BRACKETS.finditer(heading):
        rest = f"{heading[: group.start()]} {heading[group.end() :]}".strip()
        for part in (group[1], *group[1].split(",")):
            if _may_be_unit(part):
                yield rest, part.strip()
        if over := _AVERAGED_OVER.fullmatch(group[1]):
            yield rest, f"{over[1].casefold()}/h"
    if heading.rstrip().endswith("%"):
        yield heading.rstrip().rstrip("%").strip(), "%"


def _trailing(heading: str) -> Iterator[tuple[str, str]]:
    """The heading without the words at its end that may be its unit, and that unit."""
    for gap in _SEPARATORS.finditer(heading):
        rest, tail = heading[: gap.start()], heading[gap.end() :]
        if rest and _may_be_unit(tail):
            yield rest, tail


def _may_be_unit(text: str) -> bool:
    """Whether a part of a heading may be a unit: `1` and `HKLD_MIN` hold none."""
    if _NOT_THE_VALUE.fullmatch(text.strip()) or text.strip().isdigit():
        return False
    return is_unit(text) and unit(text).dimension != "time"


def _named(text: str, rank: int) -> list[tuple[Channel, int]]:
    """The channels called `text`, with the rank of that name."""
    if re.fullmatch(r"\d{4}", text):
        return [(channel, channel.wits0.index(text)) for channel in by_wits0(text)]
    if found := _mnemonics().get(text.casefold()):
        return [(channel, rank + at) for channel, at in found]
    for number, words in enumerate(_wordings(text)):
        if found := _titles().get("".join(words)):
            worn = _WORN_RANK if number else _TITLE_RANK
            return [(channel, max(rank, worn) + at) for channel, at in found]
    return []


def _wordings(text: str) -> Iterator[list[str]]:
    """The words of a title: as they stand, spelled out, and without qualifiers."""
    words = [word.casefold() for word in _WORDS.findall(text)]
    yield words
    spelled = [_ABBREVIATIONS.get(word, word) for word in words]
    yield spelled
    for source in (words, spelled):
        yield [
            word
            for word in source
            if word not in _QUALIFIERS and not re.fullmatch(r"\d+(s|sec|hz)", word)
        ]


@lru_cache(maxsize=1)
def _mnemonics() -> dict[str, list[tuple[Channel, int]]]:
    found: dict[str, list[tuple[Channel, int]]] = {}
    for channel in CHANNELS:
        for at, mnemonic in enumerate(channel.witsml):
            found.setdefault(mnemonic.casefold(), []).append((channel, at))
    return found


@lru_cache(maxsize=1)
def _titles() -> dict[str, list[tuple[Channel, int]]]:
    """Channels by the letters and digits of a title, own name or mnemonic."""
    found: dict[str, list[tuple[Channel, int]]] = {}
    for channel in CHANNELS:
        names = (channel.name, *channel.titles, *channel.witsml)
        for at, title in enumerate(names):
            entries = found.setdefault("".join(_WORDS.findall(title)).casefold(), [])
            if all(channel is not other for other, _ in entries):
                entries.append((channel, at))
    return found


def _match(channel: Channel, symbol: str | None, rank: int, name: str) -> Match | str:
    if symbol is None:
        note = f"{name!r} states no unit: taken as {channel.unit}"
        return Match(channel, channel.unit, rank, note)
    if not is_unit(symbol):
        return _unknown(symbol)
    try:
        conversion(symbol, channel.unit)
    except UnitError:
        return (
            f"{symbol!r} is a unit of {unit(symbol).dimension}, "
            f"{channel.name.replace('_', ' ')} is measured in {channel.unit}"
        )
    return Match(channel, symbol, rank)
