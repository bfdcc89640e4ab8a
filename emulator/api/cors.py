"""What a browser wants to hear before and after a call from another origin (R707)."""

from collections.abc import Iterable, Mapping

from emulator.api.answer import Response

_EXPOSED = b"x-wix-request-id, x-wix-consistent, x-emulator-rule, x-emulator-explain"
_PREFLIGHT_AGE_S = "600"


def options(headers: Mapping[str, str], methods: Iterable[str]) -> Response:
    """Which methods a path has; to a browser that asks for permission first, permission for what it asked for."""
    answer = {"allow": ", ".join(sorted({*methods, "OPTIONS"}))}
    if "access-control-request-method" in headers:
        answer["access-control-allow-methods"] = answer["allow"]
        answer["access-control-allow-headers"] = headers.get("access-control-request-headers", "*")
        answer["access-control-max-age"] = _PREFLIGHT_AGE_S
    return Response(headers=answer)


def allowed_origin(origin: str) -> list[tuple[bytes, bytes]]:
    """The answer's headers that let a page of that origin read it."""
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-expose-headers", _EXPOSED),
        (b"vary", b"origin"),
    ]
