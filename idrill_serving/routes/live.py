"""Live readings over WebSocket, and a page that shows them."""

from importlib.resources import files

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from idrill_serving.doors import ClosedRoute, ClosedSocket
from idrill_serving.live.socket import Sockets

ONE_RIG = "/api/v1/sensor-data/ws/{rig_id}"
SOME_RIGS = "/api/v1/sensor-data/ws"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""What the page may load: nothing from elsewhere."""

_MEDIA = {"live.css": "text/css", "live.js": "text/javascript"}
_FILES = files("idrill_serving") / "page"

router = APIRouter(route_class=ClosedRoute, include_in_schema=False)
router.routes += [ClosedSocket(path, Sockets(path)) for path in (SOME_RIGS, ONE_RIG)]


@router.get("/live")
def show_page() -> Response:
    """The page; it knows nothing before somebody logs in on it."""
    headers = {"Content-Security-Policy": POLICY}
    return Response(
        (_FILES / "live.html").read_bytes(), media_type="text/html", headers=headers
    )  # fmt: skip


@router.get("/live/{asset}")
def show_asset(asset: str) -> Response:
    """A file of the page."""
    if asset not in _MEDIA:
        raise HTTPException(404, "the page has no such file")
    return Response((_FILES / asset).read_bytes(), media_type=_MEDIA[asset])
