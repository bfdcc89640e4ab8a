"""An answer to a request, ready for ASGI: as Starlette's, whose import takes a start longer than the first answer."""

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Protocol

from starlette.types import Receive, Scope, Send

WHOLE = "wix-emulator.whole"
_BODILESS = 304
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Whole(Protocol):
    """What ASGI has in messages, in one piece: an extension of ours, for a message takes longer than its contents."""

    def body(self) -> bytes | None:
        """The request's whole body, as it was sent; None if it has to be received as usual."""

    def answer(self, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> bool:
        """Send the whole answer; False if it has to be sent as usual."""


def whole(scope: Scope) -> Whole | None:
    """What the server has of the extension, if it has it."""
    extensions = scope.get("extensions")
    return None if extensions is None else extensions.get(WHOLE)


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
        self.raw_headers = []
        if headers:
            self.raw_headers += [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        if status_code != _BODILESS:
            self.raw_headers.append((b"content-length", b"%d" % len(body)))
        if media_type is not None:
            self.raw_headers.append((b"content-type", _content_type(media_type)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's own form
        """Send it."""
        exchange = whole(scope)
        if exchange is not None and exchange.answer(self.status_code, self.raw_headers, self.body):
            return
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body})


@cache
def _content_type(media_type: str) -> bytes:
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    return f"{media_type}{charset}".encode("latin-1")
