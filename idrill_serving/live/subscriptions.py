"""What somebody wants to see of rigs, and what they must be allowed for it."""

from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from idrill.access import Permission
from idrill.channels import channel
from idrill.errors import AccessDenied, InvalidRequest
from idrill.store.live_changes import Position
from idrill_serving.dependencies import require_rig
from idrill_serving.doors import Principal
from idrill_serving.schemas.live import Mode, Resolution, SubscribeMessage

WIDTHS = MappingProxyType(
    {
        "1s": timedelta(seconds=1),
        "10s": timedelta(seconds=10),
        "1min": timedelta(minutes=1),
    }
)
"""Of the buckets of each resolution."""

LONGEST = MappingProxyType({"raw": 3600, "1s": 3600, "10s": 21_600, "1min": 21_600})
"""How far back a snapshot of each resolution goes at most [s]."""

USUAL_RATE = MappingProxyType({"1s": 1.0, "10s": 1.0, "1min": 0.2})
"""Messages of a rig per second where a resolution is wanted and no rate: buckets are read anew."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What somebody sees of a rig; those who want the same share one message."""

    channels: tuple[str, ...] | None
    """None: whatever the rig tells."""
    resolution: Resolution
    mode: Mode
    rate: float | None
    """Messages per second at most [1/s]; None: as they come."""
    quality: bool
    predictions: bool
    alerts: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asked for: of which rigs, since when, and on from where."""

    rigs: tuple[str, ...]
    subscription: Subscription
    history: timedelta
    resume: dict[str, Position]


def wish_of(message: SubscribeMessage, rig_of_path: str | None) -> Wish:
    """What a message asks for.

    Raises:
        InvalidRequest: If it makes no sense.
        UnknownChannel: If a channel is none.
    """
    rigs = message.rigs or ([rig_of_path] if rig_of_path else [])
    if not rigs:
        raise InvalidRequest("name the rigs, or the rig in the path")
    if rig_of_path and rigs != [rig_of_path]:
        raise InvalidRequest(f"this socket is for {rig_of_path}: leave `rigs` out")
    if message.history > LONGEST[message.resolution]:
        longest = LONGEST[message.resolution]
        raise InvalidRequest(f"history at {message.resolution}: {longest} s at most")
    resume = {rig: Position(*place) for rig, place in (message.resume or {}).items()}
    if not set(resume) <= set(rigs):
        raise InvalidRequest("resume names a rig that is not subscribed to")
    wanted = None if message.channels is None else tuple(dict.fromkeys(message.channels))
    for name in wanted or ():
        channel(name)
    subscription = Subscription(
        channels=wanted,
        resolution=message.resolution,
        mode=message.mode,
        rate=message.rate or USUAL_RATE.get(message.resolution),
        quality=message.quality,
        predictions=message.predictions,
        alerts=message.alerts,
    )
    history = timedelta(seconds=message.history)
    return Wish(tuple(dict.fromkeys(rigs)), subscription, history, resume)


def require_sight_of(principal: Principal, wish: Wish) -> None:
    """See that somebody may see what they ask for.

    Raises:
        NotFound: If they may not know of a rig.
        AccessDenied: If predictions or alerts are closed for them.
    """
    for rig_id in wish.rigs:
        require_rig(principal, rig_id)
    if wish.subscription.predictions and not principal.may(Permission.READ_PREDICTION):
        raise AccessDenied("predictions are closed for you, or for your key")
    if wish.subscription.alerts and not principal.may(Permission.READ_MAINTENANCE):
        raise AccessDenied("alerts are closed for you, or for your key")
