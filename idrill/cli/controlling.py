"""`idrill stream control`: signed messages that have something done beyond a broker."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import uuid4

import typer
from rich.console import Console

from idrill.channels import channel as known_channel
from idrill.errors import SettingsError
from idrill.settings import Settings, load_settings
from idrill.sources import controlling
from idrill.store.database import Database
from idrill.streams import control_messages
from idrill.streams.broker import Backend, backend_of
from idrill.streams.control_messages import Order, RegisterFacility, RegisterRig, SwitchSensor
from idrill.streams.publisher import Publisher

app = typer.Typer(
    no_args_is_help=True, help="Signed messages that have something done.", rich_markup_mode=None
)

Key = Annotated[
    int, typer.Option("--key", help="Number of the API key that signs; it may manage_rig.")
]
Rig = Annotated[str, typer.Argument(help="The rig, such as RIG_01.")]
Channel = Annotated[str, typer.Argument(help="What the sensor measures, such as torque.")]
Name = Annotated[str, typer.Option("--name", help="As others read it.")]
KindOf = Annotated[str | None, typer.Option("--kind", help="Such as jack-up.")]
Since = Annotated[
    datetime | None,
    typer.Option("--at", formats=["%Y-%m-%dT%H:%M:%S"], help="From when on (UTC); else now."),
]
Reason = Annotated[str, typer.Option("--reason", help="Why.")]


@app.command()
def key(number: Annotated[int, typer.Argument(help="Of an API key.")]) -> None:
    """Print the signing key of an API key, for the machine that is to send control messages."""
    settings = load_settings()
    secret = _secret(settings)
    with Database(settings.store_url).session() as session:
        typer.echo(controlling.signing_key_of(session, number, secret).hex())


@app.command("register-rig")
def register_rig(
    rig: Rig,
    number: Key,
    name: Name,
    owner: Annotated[str | None, typer.Option(help="Whose it is.")] = None,
    kind: KindOf = None,
    facility: Annotated[str | None, typer.Option(help="Where it belongs.")] = None,
) -> None:
    """Have a rig entered."""
    _send(
        RegisterRig(
            do="register_rig", rig_id=rig, name=name, owner=owner, kind=kind, facility_id=facility
        ),
        rig,
        number,
    )


@app.command("register-facility")
def register_facility(
    facility: Annotated[str, typer.Argument(help="Such as PLATFORM_A.")],
    number: Key,
    name: Name,
    kind: KindOf = None,
) -> None:
    """Have a field, a platform or a yard entered."""
    order = RegisterFacility(do="register_facility", facility_id=facility, name=name, kind=kind)
    _send(order, facility, number)


@app.command()
def deactivate(
    rig: Rig, channel: Channel, number: Key, at: Since = None, reason: Reason = ""
) -> None:
    """Have the readings of a sensor refused from an instant on."""
    name = known_channel(channel).name
    order = SwitchSensor(
        do="deactivate_sensor", rig_id=rig, channel=name, at=_instant(at), reason=reason
    )
    _send(order, rig, number)


@app.command()
def activate(
    rig: Rig, channel: Channel, number: Key, at: Since = None, reason: Reason = ""
) -> None:
    """Have the readings of a sensor taken again from an instant on."""
    name = known_channel(channel).name
    order = SwitchSensor(
        do="activate_sensor", rig_id=rig, channel=name, at=_instant(at), reason=reason
    )
    _send(order, rig, number)


def _send(order: Order, about: str, number: int) -> None:
    """Sign an order and give it to the broker; without one it is carried out here."""
    settings = load_settings()
    secret, database = _secret(settings), Database(settings.store_url)
    with database.session() as session:
        signing_key = controlling.signing_key_of(session, number, secret)
    body = control_messages.signed(order, message_id=uuid4().hex, key_id=number, key=signing_key)
    url = settings.stream_url.get_secret_value()
    if backend_of(url) is Backend.STORE:
        with database.session() as session:
            said = controlling.carry_out(session, body, secret)
    else:
        publisher = Publisher(url, settings.stream_name)
        try:
            publisher.publish(about, [body])
        finally:
            publisher.close()
        said = f"{order.do} of {about} is with {publisher.backend}"
    Console(markup=False).print(said, soft_wrap=True)


def _secret(settings: Settings) -> str:
    if settings.secret_key is None:
        raise SettingsError("IDRILL_SECRET_KEY: control messages are signed by it; set it")
    return settings.secret_key.get_secret_value()


def _instant(at: datetime | None) -> datetime:
    return datetime.now(UTC) if at is None else at.replace(tzinfo=UTC)
