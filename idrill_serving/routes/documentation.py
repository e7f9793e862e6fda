"""The documentation, from files of our own: no page asks another host."""

from importlib.metadata import version
from importlib.resources import files

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from idrill.streams import asyncapi
from idrill_serving.dependencies import PlatformDependency
from idrill_serving.doors import ClosedRoute

router = APIRouter(route_class=ClosedRoute, include_in_schema=False)

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>i-Drill</title>
<link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script>
</body></html>
"""

START = """SwaggerUIBundle({url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIBundle.SwaggerUIStandalonePreset]});
"""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'"
)
"""What the page may load: nothing from elsewhere (Swagger UI writes styles into its elements)."""

_MEDIA = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript"}


@router.get("/docs")
def show_page() -> Response:
    """The page."""
    return HTMLResponse(PAGE, headers={"Content-Security-Policy": POLICY})


@router.get("/docs/{asset}")
def show_asset(asset: str) -> Response:
    """A file of the page."""
    if asset == "start.js":
        return Response(START, media_type="text/javascript")
    if asset not in _MEDIA:
        raise HTTPException(404, "the documentation has no such file")
    path = files("fastapi_offline") / "static" / asset
    return Response(path.read_bytes(), media_type=_MEDIA[asset])


@router.get("/openapi.json")
def show_document(request: Request) -> Response:
    """Every route, what it takes and what it answers."""
    return JSONResponse(request.app.openapi())


@router.get("/asyncapi.json")
def show_messages(platform: PlatformDependency) -> Response:
    """Every message of the stream, as AsyncAPI 3.0."""
    return JSONResponse(asyncapi.document(version("idrill"), platform.settings.stream_name))


@router.get("/metrics")
def show_metrics(platform: PlatformDependency) -> Response:
    """What Prometheus collects."""
    return Response(platform.metrics.shown(), media_type="text/plain; version=0.0.4")
