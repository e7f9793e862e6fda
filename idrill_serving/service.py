"""The service inside BentoML: its native endpoints beside the application, both in each worker.

`bentoml serve idrill_serving.service:service` makes it from the environment, as `idrill serve`
does; nothing is made at import. Everything but the native endpoints is answered by the application
itself, so that no request pays for BentoML's middleware that does not need it.
"""

import logging
from typing import Any

import bentoml
from _bentoml_sdk import Service  # type: ignore[import-untyped]
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp

from idrill.errors import IDrillError
from idrill.settings import TELEMETRY_OFF, Settings, export, load_settings
from idrill_serving import archive, collector, errors, logs
from idrill_serving.app import create_app
from idrill_serving.native import Front
from idrill_serving.platform import Platform
from idrill_serving.prediction import answered
from idrill_serving.schemas.predictions import RulAnswer, RulRequest, RulSingle, RulWindow

TIMEOUT = 5.0
"""How long a native endpoint may take [s]. BentoML keeps a timer of each request for so long, and
collecting them is what makes answers late."""


class Guarded(Service[Any]):  # type: ignore[misc]
    """A service of BentoML whose application stands behind ours."""

    def to_asgi(self, is_main: bool = True) -> ASGIApp:  # noqa: FBT001, FBT002  BentoML calls it so
        """What a worker serves."""
        app = self.mount_apps[0][0]
        return Front(app, super().to_asgi(is_main))


def build_service(settings: Settings) -> Service[Any]:
    """The service of BentoML with the application mounted at `/`.

    Args:
        settings: Of this process.

    Raises:
        SettingsError: If a setting makes no sense.
    """
    app = create_app(settings)
    platform: Platform = app.state.platform

    @bentoml.service(
        name="idrill",
        service_class=Guarded,
        workers=settings.workers,
        traffic={"timeout": TIMEOUT},
        metrics={"enabled": False},
        logging={"access": {"enabled": False}},
    )
    @bentoml.asgi_app(app, path="/")
    class IDrill:
        """Remaining life of rig components, by the champions of the ledger."""

        @bentoml.on_startup  # type: ignore[untyped-decorator]
        def settle(self) -> None:
            """Keep the collector from what stays for as long as the worker."""
            collector.settle()

        @bentoml.api(route="/predict_rul")  # type: ignore[untyped-decorator]
        async def predict_rul(self, asked: RulSingle, /, ctx: bentoml.Context) -> RulAnswer:
            """Remaining life of one unit."""
            window = RulWindow(channels=asked.channels)
            batch = RulRequest(component=asked.component, origin=asked.origin, windows=[window])
            return await _answer(platform, batch, ctx)  # type: ignore[no-any-return]

        @bentoml.api(route="/predict_rul_batch")  # type: ignore[untyped-decorator]
        async def predict_rul_batch(self, asked: RulRequest, /, ctx: bentoml.Context) -> RulAnswer:
            """Remaining life of several units, by the same version."""
            return await _answer(platform, asked, ctx)  # type: ignore[no-any-return]

    return IDrill


async def _answer(platform: Platform, asked: RulRequest, ctx: bentoml.Context) -> Any:
    """What the champion says, or the problem document of why it does not."""
    try:
        return await run_in_threadpool(answered, platform.champions, asked)
    except IDrillError as error:
        answer = errors.told(ctx.request.scope, error)
        ctx.response.status_code = answer.status_code
        return answer


def _from_environment() -> Service[Any]:
    export(TELEMETRY_OFF)
    logs.configure()
    settings = load_settings()
    bundle = archive.bundle_beside()
    if bundle is not None:
        archive.install(bundle, settings)
    made = build_service(settings)
    for name in ("bentoml", "circus"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    return made


def __getattr__(name: str) -> Service[Any]:
    """The service, made when BentoML asks for it."""
    if name != "service":
        raise AttributeError(name)
    globals()[name] = made = _from_environment()
    return made
