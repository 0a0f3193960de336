"""HTTP routes for operators."""

import prometheus_client
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pages.parts.shell.operations.prometheus_counters import Meters
from pages.parts.shell.operations.readiness import Readiness
from pages.parts.text.base_path import base_path


def operator_routes(readiness: Readiness, meters: Meters) -> list[Route]:
    """Return the routes for readiness and counters."""

    async def ready(request: Request) -> Response:
        trouble = await readiness.trouble()
        body = {"ready": not trouble} | ({"trouble": trouble} if trouble else {})
        return JSONResponse(body, status_code=503 if trouble else 200)

    async def metrics(request: Request) -> Response:
        return Response(meters.text, media_type=prometheus_client.CONTENT_TYPE_LATEST)

    return [
        Route(f"{base_path()}/playground/ready", ready),
        Route(f"{base_path()}/playground/metrics", metrics),
    ]
