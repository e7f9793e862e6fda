"""What is told when a condition begins or ends."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from idrill.channels import BY_NAME
from idrill.maintenance.rules.definition import Rule

PLACEHOLDERS = MappingProxyType(
    {
        "rig": "the rig",
        "rule": "the name of the rule",
        "channel": "the channel of the first term that holds, in words",
        "unit": "its unit",
        "value": "its value, its change or how long it is silent [s]",
        "limit": "the limit that it passed",
        "activity": "what the rig does",
        "equipment": "what a model speaks of",
        "component": "the part of it",
    }
)
"""What a message may hold in braces."""

_HELD = re.compile(r"\{([^{}]*)\}")


def placeholders_of(message: str) -> list[str]:
    """What a message holds in braces.

    Example:
        >>> placeholders_of("{channel} is {value} {unit}")
        ['channel', 'value', 'unit']
    """
    return _HELD.findall(message)


def message_of(rule: Rule, words: Mapping[str, object]) -> str:
    """The message of a rule with its placeholders filled in."""
    told = rule.message or rule.name
    return _HELD.sub(lambda found: shown(words.get(found[1])), told)


def shown(value: object) -> str:
    """A value as a person reads it.

    Example:
        >>> shown(18_432.25), shown(0.04567), shown(None)
        ('18432', '0.04567', '?')
    """
    if isinstance(value, float):
        return f"{value:.0f}" if abs(value) >= 1e4 else f"{value:.4g}"
    return "?" if value is None else str(value)


def words_of_channel(name: str | None) -> dict[str, object]:
    """A channel in words, and its unit."""
    if name is None:
        return {}
    return {"channel": name.replace("_", " "), "unit": BY_NAME[name].unit}
