"""The rules that raise alerts, with every version that they had."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from idrill.errors import AlreadyExists, InvalidRule, NotFound, VersionConflict
from idrill.maintenance.rules import Rule, read_rule
from idrill.store import alert_conditions, audit, rigs
from idrill.store.audit import Actor, Change
from idrill.store.audit_actions import Action
from idrill.store.inserting import insert_absent
from idrill.store.orm import AlertRuleRow, AlertRuleVersionRow


@dataclass(frozen=True, slots=True)
class StoredRule:
    """A rule as it stands."""

    name: str
    version: int
    enabled: bool
    definition: Mapping[str, object]
    """As it was written, with the name and whether it is enabled."""
    changed_by: str
    changed_at: datetime

    @property
    def rule(self) -> Rule:
        """What is judged."""
        return read_rule(dict(self.definition), self.version)


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """A rule as it stood from some time on."""

    version: int
    definition: Mapping[str, object]
    by: str
    note: str
    at: datetime


def add(session: Session, definition: Mapping[str, object], actor: Actor) -> StoredRule:
    """Enter a rule.

    Raises:
        InvalidRule: If it makes no sense.
        UnknownRig: If there is no such rig.
        AlreadyExists: If there is a rule of this name.
    """
    rule, now = _checked(session, definition), datetime.now(UTC)
    before = _row(session, rule.name)
    if before is None:
        values = _values(rule, definition, actor.name, now)
        insert_absent(session, AlertRuleRow, [values | {"name": rule.name, "version": 1}])
    row = _row(session, rule.name)
    if before is not None or row is None or (row.changed_by, row.changed_at) != (actor.name, now):
        raise AlreadyExists(f"there is a rule {rule.name} already: change it instead")
    _note(session, row, actor, "", Action.RULE_CREATED)
    return _stored(row)


def change(
    session: Session,
    name: str,
    definition: Mapping[str, object],
    actor: Actor,
    *,
    seen: int | None = None,
    note: str = "",
) -> StoredRule:
    """Give a rule another definition; alerts that it no longer covers return.

    Args:
        session: An open session.
        name: Of the rule.
        definition: All of it.
        actor: Who does it.
        seen: The version that they looked at; None: whichever.
        note: Why.

    Raises:
        InvalidRule: If it makes no sense, or has another name.
        NotFound: If there is no such rule, or no such rig.
        VersionConflict: If somebody else changed it meanwhile.
    """
    rule = _checked(session, definition)
    if rule.name != name:
        raise InvalidRule(f"rule {name}: keeps its name, and is not called {rule.name} instead")
    row = _held(session, name, seen)
    for field, value in _values(rule, definition, actor.name, datetime.now(UTC)).items():
        setattr(row, field, value)
    _note(session, row, actor, note, Action.RULE_CHANGED)
    if not rule.enabled or rule.rig_id is not None:
        alert_conditions.withdraw(session, row.id, rule.rig_id if rule.enabled else None)
    return _stored(row)


def switch(session: Session, name: str, state: str, actor: Actor, note: str = "") -> StoredRule:
    """Judge a rule from now on (`on`), or no longer (`off`).

    Raises:
        NotFound: If there is no such rule.
    """
    definition = {**get(session, name).definition, "enabled": state == "on"}
    return change(session, name, definition, actor, note=note)


def get(session: Session, name: str) -> StoredRule:
    """The rule of a name.

    Raises:
        NotFound: If there is none.
    """
    row = _row(session, name)
    if row is None:
        raise _absent(name)
    return _stored(row)


def listed(session: Session) -> list[StoredRule]:
    """Every rule, by name."""
    return [_stored(row) for row in session.scalars(select(AlertRuleRow).order_by("name"))]


def covering(session: Session, rig_id: str) -> list[Rule]:
    """The rules that are judged on a rig, by name."""
    return [one.rule for one in listed(session) if one.rule.covers(rig_id)]


def mark(session: Session) -> int:
    """A number that is another one whenever any rule was changed."""
    return session.scalar(select(func.coalesce(func.sum(AlertRuleRow.version), 0))) or 0


def versions(session: Session, name: str) -> list[RuleVersion]:
    """Every version of a rule, the first one first.

    Raises:
        NotFound: If there is no such rule.
    """
    row = _row(session, name)
    if row is None:
        raise _absent(name)
    query = select(AlertRuleVersionRow).where(AlertRuleVersionRow.rule_id == row.id)
    return [
        RuleVersion(one.version, one.definition, one.by, one.note, one.at)
        for one in session.scalars(query.order_by(AlertRuleVersionRow.version))
    ]


def _checked(session: Session, definition: Mapping[str, object]) -> Rule:
    rule = read_rule(definition)
    if rule.rig_id is not None:
        rigs.get(session, rule.rig_id)
    return rule


def _values(
    rule: Rule, definition: Mapping[str, object], by: str, now: datetime
) -> dict[str, object]:
    return {
        "rig_id": rule.rig_id,
        "enabled": rule.enabled,
        "priority": rule.priority.value,
        "definition": {**definition, "enabled": rule.enabled},
        "changed_by": by,
        "changed_at": now,
    }


def _row(session: Session, name: str) -> AlertRuleRow | None:
    query = select(AlertRuleRow).where(AlertRuleRow.name == name)
    return session.scalars(query, execution_options={"populate_existing": True}).one_or_none()


def _held(session: Session, name: str, seen: int | None) -> AlertRuleRow:
    """A rule that nobody else changes meanwhile, its version raised.

    Raises:
        NotFound: If there is none.
        VersionConflict: If it is not the version that was seen.
    """
    touch = update(AlertRuleRow).where(AlertRuleRow.name == name)
    raised = touch.values(version=AlertRuleRow.version + 1).returning(AlertRuleRow.version)
    version = session.scalar(raised, execution_options={"synchronize_session": False})
    row = _row(session, name)
    if version is None or row is None:
        raise _absent(name)
    if seen is not None and version != seen + 1:
        raise VersionConflict(f"rule {name} has version {version - 1} meanwhile, not {seen}")
    return row


def _note(session: Session, row: AlertRuleRow, actor: Actor, note: str, action: Action) -> None:
    session.add(
        AlertRuleVersionRow(
            rule_id=row.id,
            version=row.version,
            definition=row.definition,
            by=actor.name,
            note=note,
            at=row.changed_at,
        )
    )
    session.flush()
    details: dict[str, object] = {"version": row.version, "definition": row.definition}
    audit.record(session, actor, Change(action, f"alert rule {row.name}", details))


def _absent(name: str) -> NotFound:
    return NotFound(f"no alert rule is called {name!r}")


def _stored(row: AlertRuleRow) -> StoredRule:
    return StoredRule(
        row.name, row.version, row.enabled, row.definition, row.changed_by, row.changed_at
    )
