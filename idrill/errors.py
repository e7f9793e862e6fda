"""Everything that i-Drill raises on purpose.

```
IDrillError
├── SettingsError          a setting is missing or makes no sense
├── UnitError              a unit is unknown, or measures something else
├── UnknownChannel         no channel has this name
├── InvalidName            a rig or a well cannot be called that
├── InvalidSimulation      what is to be simulated cannot exist
├── InvalidThresholds      a limit between activities is none
├── InvalidState           what reconciliation left cannot be read
├── InvalidNetwork         balances, measurements or their variances do not fit together
├── InvalidCalibration     a correction of a sensor corrects nothing
├── InvalidWindows         lives cannot be cut into windows, split or scaled
├── InvalidModel           a model cannot be trained, exported, opened or asked as wanted
├── LeakageFound           a data set gives its target away
├── IllegalMove            one state may not follow another
├── FrameError             a table is not a canonical frame
├── SourceError            a file cannot be taken in
│   ├── UnknownFormat      no reader recognises it
│   ├── BrokenSource       its structure is broken
│   └── OversizedSource    it is larger, or unpacks to more, than is allowed
├── PartitionFault         a rig-day may not be published
├── LakeError              the lake cannot do what was asked
│   └── LakeBusy           another writer holds the table
├── StoreError             the store cannot do what was asked
│   ├── NotFound           no such row
│   │   └── UnknownRig     no rig is called so
│   ├── AlreadyExists      there is such a row
│   ├── InUse              what hangs on a row keeps it from going
│   ├── Overlap            two things would hold at one time that cannot
│   ├── VersionConflict    somebody else changed it meanwhile
│   ├── OriginRefused      readings of this origin do not belong to the rig
│   ├── StoreBusy          too much waits to be committed
│   ├── NoChampion         no version of a model serves
│   └── PromotionConflict  another promotion of a model came first
├── StreamError            a broker cannot do what was asked
├── FeedError              a sender of live readings cannot be followed
│   ├── FeedAway           it does not answer
│   └── FeedRefused        it refuses, or has not what is wanted
├── InvalidMessage         a message of a broker tells no readings
├── AccessDenied           this role may not do that
├── NotAuthenticated       nobody is logged in
│   ├── LoginRefused       somebody has to wait, and is not told
│   └── TokenReused        a refresh token came back
├── TooManyAttempts        somebody has to wait
├── InvalidEquipment       a rig cannot be made up or connected so
├── InvalidWell            a well cannot go, or be held open, so
├── InvalidTask            work on equipment cannot be planned so
├── InvalidPlan            what a maintenance plan is made from makes no sense
│   └── NoPlan             no plan keeps to every limit
├── InvalidChange          a set-point cannot be asked for so
├── InvalidRule            an alert rule makes no sense
├── InvalidRequest         a request makes no sense
│   └── OversizedRequest   it holds more than is allowed
└── InvalidAccount         an account or a key cannot be made so
```
"""

import math
from collections.abc import Sequence


class IDrillError(Exception):
    """Raised when i-Drill cannot do what was asked; the message says what to do."""


class SettingsError(IDrillError):
    """Raised when a setting is missing or makes no sense."""


class UnitError(IDrillError):
    """Raised when a unit is unknown, or measures another quantity than the channel."""


class UnknownChannel(IDrillError):
    """Raised when no channel has this name."""


class InvalidName(IDrillError):
    """Raised when a rig or a well cannot be called that."""


class InvalidSimulation(IDrillError):
    """Raised when what is to be simulated cannot exist; the message names the field."""


class InvalidThresholds(IDrillError):
    """Raised when a limit between activities is none; the message names it."""


class InvalidState(IDrillError):
    """Raised when what a reconciled rig-day left to the next one cannot be read."""


class InvalidNetwork(IDrillError):
    """Raised when balances, measurements or their variances do not fit; names the entry."""


class InvalidWindows(IDrillError):
    """Raised when lives cannot be cut into windows, split or scaled; says which and why."""


class InvalidModel(IDrillError):
    """Raised when a model cannot be trained, exported, opened or asked as wanted; says why."""


class LeakageFound(IDrillError):
    """Raised when a data set gives its target away; says how much of it and where."""


class InvalidCalibration(IDrillError):
    """Raised when a correction of a sensor has no effect, or is none; names the channel."""


class IllegalMove(IDrillError):
    """Raised when one state may not follow another; the message says which may."""


class FrameError(IDrillError):
    """Raised when a table is not a canonical frame."""


class SourceError(IDrillError):
    """Raised when a file cannot be taken in.

    Args:
        source: Name of the file.
        problem: What is wrong with it.
        line: Line of the file where that shows, counted from 1.
        remedy: What to do about it.
    """

    def __init__(
        self, source: str, problem: str, *, line: int | None = None, remedy: str | None = None
    ) -> None:
        place = source if line is None else f"{source}, line {line}"
        super().__init__(f"{place}: {problem}" + (f" {remedy}" if remedy else ""))
        self.source = source
        self.problem = problem
        self.line = line
        self.remedy = remedy


class UnknownFormat(SourceError):
    """Raised when no reader recognises a file."""


class BrokenSource(SourceError):
    """Raised when the structure of a file is broken, so that nothing of it may be committed."""


class OversizedSource(SourceError):
    """Raised when a file is larger, or unpacks to more, than is allowed."""


class PartitionFault(IDrillError):
    """Raised when a rig-day may not be published; its earlier version stays."""


class LakeError(IDrillError):
    """Raised when the lake cannot do what was asked."""


class LakeBusy(LakeError):
    """Raised when another writer held the table for longer than the wait allowed."""


class StoreError(IDrillError):
    """Raised when the store cannot do what was asked."""


class NotFound(StoreError):
    """Raised when there is no such row in the store."""


class UnknownRig(NotFound):
    """Raised when no rig is called so.

    Args:
        rig_id: What was asked for.
        known: Rigs that there are, for whoever may know of all of them.
    """

    def __init__(self, rig_id: str, known: Sequence[str]) -> None:
        there = ", ".join(known) or "none yet"
        super().__init__(f"no rig is called {rig_id!r}; known rigs: {there}")
        self.rig_id = rig_id


class AlreadyExists(StoreError):
    """Raised when there is such a row in the store, and there can be only one."""


class OriginRefused(StoreError):
    """Raised when readings of this origin do not belong to a rig; says which do."""


class StoreBusy(StoreError):
    """Raised when too much waits to be committed; what is sent again is kept once."""


class InUse(StoreError):
    """Raised when what hangs on a row keeps it from going; says what."""


class Overlap(StoreError):
    """Raised when two things would hold at one time that cannot; names the other one."""


class VersionConflict(StoreError):
    """Raised when somebody else changed it meanwhile; nothing was changed."""


class NoChampion(StoreError):
    """Raised when no version of a model serves; says why."""


class PromotionConflict(StoreError):
    """Raised when another promotion of a model came first; nothing was changed."""


class StreamError(IDrillError):
    """Raised when a broker cannot do what was asked; says what to do."""


class FeedError(IDrillError):
    """Raised when a sender of live readings cannot be followed; says why."""


class FeedAway(FeedError):
    """Raised when a sender of live readings does not answer; it may later."""


class FeedRefused(FeedError):
    """Raised when a sender of live readings refuses, or has not what is wanted."""


class InvalidMessage(IDrillError):
    """Raised when a message of a broker tells no readings of ours; says what is wrong with it."""


class AccessDenied(IDrillError):
    """Raised when a role may not do what it asked for."""


class NotAuthenticated(IDrillError):
    """Raised when nobody is logged in, or no longer; says how to log in, never what was wrong."""


class LoginRefused(NotAuthenticated):
    """Raised when somebody has to wait before the next login; says no more than any other."""


class TokenReused(NotAuthenticated):
    """Raised when a refresh token came back that was used; its login is over for everybody."""


class TooManyAttempts(IDrillError):
    """Raised when somebody has to wait before the next attempt.

    Args:
        problem: What was too much.
        wait: For how long [s].
    """

    def __init__(self, problem: str, *, wait: float) -> None:
        seconds = max(1, math.ceil(wait))
        super().__init__(f"{problem}: try again in {seconds} s")
        self.wait = seconds


class InvalidEquipment(IDrillError):
    """Raised when a rig cannot be made up or connected so; names the piece."""


class InvalidWell(IDrillError):
    """Raised when a well cannot go, or be held open, so; names the part."""


class InvalidTask(IDrillError):
    """Raised when work on equipment cannot be planned so; says why."""


class InvalidPlan(IDrillError):
    """Raised when what a maintenance plan is made from makes no sense; says which part."""


class NoPlan(InvalidPlan):
    """Raised when no plan keeps to every limit; says which one, and by how much.

    Args:
        problem: In words.
        shortfalls: The limits that would have to give, as `maintenance.plan.Shortfall`.
    """

    def __init__(self, problem: str, shortfalls: Sequence[object] = ()) -> None:
        super().__init__(problem)
        self.shortfalls = tuple(shortfalls)


class InvalidChange(IDrillError):
    """Raised when a set-point cannot be asked for so; says why."""


class InvalidRule(IDrillError):
    """Raised when an alert rule makes no sense; names the part and says why."""


class InvalidRequest(IDrillError):
    """Raised when a request makes no sense; says which part."""


class OversizedRequest(InvalidRequest):
    """Raised when a request holds, or unpacks to, more than is allowed."""


class InvalidAccount(IDrillError):
    """Raised when an account or a key cannot be made as wanted; says why."""
