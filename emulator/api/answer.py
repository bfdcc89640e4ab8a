"""An answer to a request, ready for ASGI: as Starlette's, whose import takes a start longer than the first answer."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from starlette.types import Receive, Scope, Send

_BODILESS = 304
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Response:
    """Status, headers and body. A text is UTF-8, and says so."""

    status_code: int
    body: bytes
    raw_headers: list[tuple[bytes, bytes]]

    def __init__(
        self,
        body: bytes = b"",
        status_code: int = 200,
        headers: Mapping[str, str] = _NO_HEADERS,
        media_type: str | None = None,
    ) -> None:
        self.status_code = status_code
        self.body = body
        self.raw_headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        if status_code != _BODILESS:
            self.raw_headers.append((b"content-length", b"%d" % len(body)))
        if media_type is not None:
            self.raw_headers.append((b"content-type", _content_type(media_type)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's own form
        """Send it."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body})


@cache
def _content_type(media_type: str) -> bytes:
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    return f"{media_type}{charset}".encode("latin-1")
