"""The ledger of models: what became of each version, who moved it, and why.

Rows are only ever added, one for each move. Writers of one model take turns; who judged a candidate
against a champion that serves no longer is told, and nothing is written.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import false, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idrill.errors import IllegalMove, NoChampion, PromotionConflict
from idrill.store.orm import PromotionRow
from idrill.store.releases import (
    Judgement,
    Promotion,
    Release,
    champion_in,
    last_of,
    moved,
    newest,
    reigning_in,
    require_reigning,
    until,
    why_none,
)

_LOCK = 0x1D1213  # any number that names this lock among PostgreSQL's advisory locks


def enter(
    session: Session, model: str, version: int, digest: str, *, by: str, reason: str
) -> Promotion:
    """Enter a new version as a candidate.

    Raises:
        IllegalMove: If the ledger has the version already, or the same model under another.
    """
    ledger = _locked(session, model)
    if version in newest(ledger):
        raise IllegalMove(
            f"the ledger has {model}/{version} already, a {newest(ledger)[version].state}"
        )
    same = [one.version for one in ledger if one.digest == digest]
    if same:
        raise IllegalMove(
            f"{model}/{version} is {model}/{same[0]} once more: what became of a model stands"
        )
    move = Promotion(
        model, 0, version, Release.CANDIDATE, datetime.now(UTC), by, digest, Judgement(reason)
    )
    return _write(session, ledger, [move])[0]


def look(session: Session, model: str, version: int, test_set: str, *, by: str) -> int:
    """Enter that a candidate is held against a test set, before anybody is told how it did.

    A look counts whatever follows: also one that was broken off tells whoever looked something.

    Returns:
        Which look at the set it is, from 1; that of a candidate which looked before stays.

    Raises:
        NotFound: If the ledger does not know the version.
        IllegalMove: If the version has been judged already.
    """
    ledger = _locked(session, model)
    current = last_of(ledger, model, version)
    if current.state is Release.CANDIDATE:
        before = [
            one.judged.looks
            for one in ledger
            if (one.version, one.judged.test_set) == (version, test_set)
        ]
        if before:
            return before[0]
    number = looks_at(session, test_set) + 1
    judged = Judgement(f"look {number} at {test_set}", test_set=test_set, looks=number)
    return _write(session, ledger, [_move(current, Release.CANDIDATE, by, judged)])[0].judged.looks


def promote(
    session: Session, model: str, version: int, judged: Judgement, *, by: str, against: int | None
) -> Promotion:
    """Make a version the champion; shadow and canary last no time for now.

    Args:
        session: Of the store.
        model: Name of the model.
        version: A candidate.
        judged: What the gate found.
        by: Who promotes.
        against: Version of the champion that the candidate was judged against; None if there was
            none.

    Raises:
        NotFound: If the ledger does not know the version.
        IllegalMove: If the version is no candidate.
        PromotionConflict: If another version is champion by now.
    """
    ledger = _locked(session, model)
    current = last_of(ledger, model, version)
    reigning = champion_in(ledger)
    require_reigning(model, version, reigning, against)
    passed = Judgement("passed the gate; shadow and canary last no time for now")
    moves = [_move(current, state, by, passed) for state in (Release.SHADOW, Release.CANARY)]
    moves.append(_move(current, Release.CHAMPION, by, judged))
    if reigning is not None:
        why = Judgement(f"gave way to {current.title}")
        moves.insert(-1, _move(reigning, Release.RETIRED, by, why))
    return _write(session, ledger, moves)[-1]


def refuse(session: Session, model: str, version: int, judged: Judgement, *, by: str) -> Promotion:
    """Enter that a version did not pass the gate.

    Raises:
        NotFound: If the ledger does not know the version.
        IllegalMove: If the version has been judged already.
    """
    ledger = _locked(session, model)
    current = last_of(ledger, model, version)
    return _write(session, ledger, [_move(current, Release.REFUSED, by, judged)])[-1]


def roll_back(session: Session, model: str, *, by: str, reason: str) -> Promotion | None:
    """Take the champion out of service, and put the one before it back.

    Returns:
        The champion from now on; None if there was none before.

    Raises:
        NoChampion: If there is nothing to roll back.
    """
    ledger = _locked(session, model)
    reigning = reigning_in(ledger, model)
    moves = [_move(reigning, Release.ROLLED_BACK, by, Judgement(reason))]
    retired = [one for one in newest(ledger).values() if one.state is Release.RETIRED]
    before = max(retired, key=lambda one: one.sequence, default=None)
    if before is not None:
        back = Judgement(f"back in place of {reigning.title}: {reason}")
        moves.append(_move(before, Release.CHAMPION, by, back))
    written = _write(session, ledger, moves)
    return None if before is None else written[-1]


def withdraw(session: Session, model: str, *, by: str, reason: str) -> Promotion:
    """Take the champion out of service and put nothing in its place.

    Returns:
        The row that says so.

    Raises:
        NoChampion: If there is nothing to take out.
    """
    ledger = _locked(session, model)
    move = _move(reigning_in(ledger, model), Release.ROLLED_BACK, by, Judgement(reason))
    return _write(session, ledger, [move])[0]


def of_model(session: Session, model: str) -> list[Promotion]:
    """Every move of a model, in order; none if the ledger does not know it."""
    query = select(PromotionRow).where(PromotionRow.model_name == model)
    rows = session.scalars(
        query.order_by(PromotionRow.sequence), execution_options={"populate_existing": True}
    )
    return [_promotion(row) for row in rows]


def versions(session: Session, model: str) -> list[Promotion]:
    """The last move of each version of a model, by version."""
    found = newest(of_model(session, model))
    return [found[version] for version in sorted(found)]


def version_of(session: Session, model: str, version: int) -> Promotion:
    """The last move of a version.

    Raises:
        NotFound: If the ledger does not know it.
    """
    return last_of(of_model(session, model), model, version)


def models(session: Session) -> list[str]:
    """Names of the models that the ledger knows, in order."""
    query = select(PromotionRow.model_name).distinct().order_by(PromotionRow.model_name)
    return list(session.scalars(query))


def lengths(session: Session) -> dict[str, int]:
    """How many moves each model has seen; whoever follows the ledger sees by it what is new."""
    query = select(PromotionRow.model_name, func.max(PromotionRow.sequence))
    return dict(session.execute(query.group_by(PromotionRow.model_name)).tuples().all())


def find_champion(session: Session, model: str, at: datetime | None = None) -> Promotion | None:
    """The row by which a version became champion; None if none serves, or served at `at`.

    Raises:
        InvalidRequest: If the instant has no time zone.
    """
    return champion_in(until(of_model(session, model), at))


def champion(session: Session, model: str, at: datetime | None = None) -> Promotion:
    """The row by which the version that serves, or served at `at`, became champion.

    Raises:
        NoChampion: If there is none; says why.
        InvalidRequest: If the instant has no time zone.
    """
    ledger = until(of_model(session, model), at)
    found = champion_in(ledger)
    if found is None:
        when = "has no champion" if at is None else f"had no champion at {at:%Y-%m-%d %H:%M %Z}"
        raise NoChampion(f"{model} {when}: {why_none(ledger)}")
    return found


def looks_at(session: Session, test_set: str) -> int:
    """How many versions of any model have been held against a test set."""
    query = select(func.max(PromotionRow.looks)).where(PromotionRow.test_set == test_set)
    return session.scalar(query) or 0


def lock(session: Session, model: str) -> None:
    """Hold the ledger of a model until the transaction ends, so that its writers take turns.

    On SQLite an update of no row locks the file.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK, func.hashtext(model))))
    else:
        session.execute(
            update(PromotionRow).where(false()).values(looks=PromotionRow.looks),
            execution_options={"synchronize_session": False},
        )


def _locked(session: Session, model: str) -> list[Promotion]:
    lock(session, model)
    return of_model(session, model)


def _move(current: Promotion, to: Release, by: str, judged: Judgement) -> Promotion:
    return replace(current, state=to, at=datetime.now(UTC), by=by, judged=judged)


def _write(
    session: Session, ledger: Sequence[Promotion], moves: Sequence[Promotion]
) -> list[Promotion]:
    """Add moves to a ledger, each lawful after those before it, all at one instant."""
    at = max([move.at for move in moves] + [one.at for one in ledger[-1:]])
    states = {version: one.state for version, one in newest(ledger).items()}
    written = []
    for number, move in enumerate(moves, start=1):
        states[move.version] = moved(states.get(move.version), move.state)
        written.append(replace(move, sequence=len(ledger) + number, at=at))
    session.add_all([_row(one) for one in written])
    try:
        session.flush()
    except IntegrityError as error:
        raise PromotionConflict(
            f"another move of {moves[0].model} came first: nothing was changed; try again"
        ) from error
    return written


def _row(one: Promotion) -> PromotionRow:
    return PromotionRow(
        model_name=one.model,
        sequence=one.sequence,
        version=one.version,
        state=one.state.value,
        at=one.at,
        by=one.by,
        reason=one.judged.reason,
        digest=one.digest,
        evaluation=dict(one.judged.evaluation),
        test_set=one.judged.test_set,
        looks=one.judged.looks,
    )


def _promotion(row: PromotionRow) -> Promotion:
    return Promotion(
        model=row.model_name,
        sequence=row.sequence,
        version=row.version,
        state=Release(row.state),
        at=row.at,
        by=row.by,
        digest=row.digest,
        judged=Judgement(row.reason, row.evaluation, row.test_set, row.looks),
    )
