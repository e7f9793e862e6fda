"""Rules as they are written down: tables in TOML, or the same in JSON."""

import json
import tomllib
from pathlib import Path

from idrill.errors import InvalidName, InvalidRule
from idrill.frame import Quality
from idrill.maintenance.alerts import Priority
from idrill.maintenance.escalations import Escalation, ascending
from idrill.maintenance.rules.definition import UNUSABLE, Rule, leaves
from idrill.maintenance.rules.fields import Fields
from idrill.maintenance.rules.telling import PLACEHOLDERS, placeholders_of
from idrill.maintenance.rules.terms import LONGEST, term_of
from idrill.rigs import rig_id

SHIPPED = Path(__file__).parent / "shipped.toml"
"""Rules to begin with."""
MOST_LEAVES = 32
"""How many conditions a rule may be made of."""
LONGEST_MESSAGE = 300

_RANKS = list(Priority)


def read_rule(document: object, version: int = 1) -> Rule:
    """The rule that a table describes.

    Args:
        document: The table, as decoded from TOML or JSON.
        version: Of the rule.

    Example:
        >>> read_rule({"name": "deep", "when": {"channel": "hole_depth", "above": 5, "unit": "km"}})
        ... # doctest: +ELLIPSIS
        Rule(name='deep', term=Limit(channel='hole_depth', low=None, high=5000.0, ...

    Raises:
        InvalidRule: If it makes no sense; names the field.
    """
    fields = Fields(document, "rule")
    name = fields.name("name")
    fields.place = f"rule {name}"
    term = term_of(fields.any("when"), f"rule {name}: when")
    if sum(1 for _ in leaves(term)) > MOST_LEAVES:
        raise InvalidRule(f"rule {name}: is made of more than {MOST_LEAVES} conditions")
    priority = _priority(fields, "priority") if "priority" in fields else Priority.MEDIUM
    rule = Rule(
        name=name,
        term=term,
        priority=priority,
        message=_message(fields),
        on_delay=fields.number("on_delay", 0.0, LONGEST, 0.0),
        off_delay=fields.number("off_delay", 0.0, LONGEST, 0.0),
        escalations=_escalations(fields, priority),
        unusable=_unusable(fields),
        rig_id=_rig(fields),
        enabled=fields.truth("enabled", default=True),
        description=fields.text("description", 1000) if "description" in fields else "",
        version=version,
    )
    fields.end()
    return rule


def read_documents(path: Path) -> list[object]:
    """The tables of a file, `[[rules]]` in TOML or a list in JSON.

    Raises:
        InvalidRule: If the file holds none.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        found = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise InvalidRule(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InvalidRule(f"{path}: is no TOML or JSON: {error}") from error
    tables = found if isinstance(found, list) else Fields(found, str(path)).array("rules", 500)
    if not tables:
        raise InvalidRule(f"{path}: holds no rule")
    return list(tables)


def shipped() -> list[object]:
    """The tables of the rules to begin with."""
    return read_documents(SHIPPED)


def _priority(fields: Fields, name: str) -> Priority:
    word = fields.text(name)
    if word not in _RANKS:
        raise InvalidRule(f"{fields.place}.{name}: {word!r} is none of {', '.join(_RANKS)}")
    return Priority(word)


def _message(fields: Fields) -> str:
    told = fields.text("message", LONGEST_MESSAGE) if "message" in fields else ""
    stray = sorted(set(placeholders_of(told)) - set(PLACEHOLDERS))
    if stray:
        raise InvalidRule(
            f"{fields.place}.message: {{{stray[0]}}} is none of {', '.join(PLACEHOLDERS)}"
        )
    return told


def _escalations(fields: Fields, priority: Priority) -> tuple[Escalation, ...]:
    """The steps, each later and higher than the one before."""
    steps = list[Escalation]()
    for number, found in enumerate(fields.array("escalate", 3) if "escalate" in fields else []):
        step = Fields(found, f"{fields.place}.escalate[{number}]")
        new = Escalation(step.number("after", 1.0, 7 * LONGEST), _priority(step, "to"))
        step.end()
        steps.append(new)
    if not ascending(priority, steps):
        raise InvalidRule(
            f"{fields.place}.escalate: a step comes no later, or is no higher, than what is before"
        )
    return tuple(steps)


def _unusable(fields: Fields) -> int:
    if "unusable" not in fields:
        return UNUSABLE
    bits = {bit.name.lower(): int(bit) for bit in Quality if bit.name}
    words = fields.words("unusable")
    for word in words:
        if word not in bits:
            raise InvalidRule(f"{fields.place}.unusable: {word!r} is none of {', '.join(bits)}")
    return sum({bits[word] for word in words})


def _rig(fields: Fields) -> str | None:
    if "rig" not in fields:
        return None
    try:
        return rig_id(fields.text("rig"))
    except InvalidName as error:
        raise InvalidRule(f"{fields.place}.rig: {error}") from error
