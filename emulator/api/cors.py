"""What a browser wants to hear before and after a call from another origin (R707)."""

from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response

_EXPOSED = "x-wix-request-id, x-wix-consistent, x-emulator-rule, x-emulator-explain"
_PREFLIGHT_AGE_S = "600"


def options(headers: Headers, methods: Iterable[str]) -> Response:
    """Which methods a path has; to a browser that asks for permission first, permission for what it asked for."""
    answer = {"allow": ", ".join(sorted({*methods, "OPTIONS"}))}
    if "access-control-request-method" in headers:
        answer["access-control-allow-methods"] = answer["allow"]
        answer["access-control-allow-headers"] = headers.get("access-control-request-headers", "*")
        answer["access-control-max-age"] = _PREFLIGHT_AGE_S
    return Response(headers=answer)


def allow_origin(request: Headers, response: MutableHeaders) -> None:
    """Let a page of that origin read the answer."""
    origin = request.get("origin")
    if origin is not None:
        response["access-control-allow-origin"] = origin
        response["access-control-expose-headers"] = _EXPOSED
        response["vary"] = "origin"
