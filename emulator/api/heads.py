"""What the headers of a request tell, worked out once for all requests that have the same ones."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from emulator.api.credentials import Guard
from emulator.domain.credentials import Token
from emulator.journal import Headers

_KEPT_MAX = 200
_KEPT_BYTES_MAX, _KEPT_HEADERS_MAX = 4_096, 64  # of one; what is longer differs from request to request anyway


class Head(NamedTuple):
    """A request's headers: as they came, by name in lower case, and what they say. `site_id` is that of the header."""

    raw: Headers
    by_name: Mapping[str, str]
    size: int
    site_id: str | None
    token: Token | None
    announces_body: bool


class Heads:
    """Reads headers, and keeps some of what it has read: a client sends the same again and again."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._kept: dict[Headers, Head] = {}

    def read(self, headers: Iterable[tuple[bytes, bytes]]) -> Head:
        """The head that has these headers, their names in lower case as ASGI has them."""
        raw = tuple(headers)
        head = self._kept.get(raw)
        if head is None:
            head = self._read(raw)
            if head.size <= _KEPT_BYTES_MAX and len(raw) <= _KEPT_HEADERS_MAX:
                self._keep(head)
        return head

    def _read(self, raw: Headers) -> Head:
        by_name = {name.decode("latin-1"): value.decode("latin-1") for name, value in raw}
        return Head(
            raw,
            by_name,
            sum(len(name) + len(value) for name, value in raw),
            by_name.get("wix-site-id"),
            self._guard.token(by_name),
            "content-length" in by_name or "transfer-encoding" in by_name,
        )

    def _keep(self, head: Head) -> None:
        if len(self._kept) >= _KEPT_MAX:
            self._kept.clear()
        self._kept[head.raw] = head
