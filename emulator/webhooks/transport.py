"""Posts webhooks to their receivers over HTTP: in the server the only module that is a client of anything."""

import importlib
from typing import TYPE_CHECKING, Protocol

from emulator.domain.deliveries import ATTEMPT_TIMEOUT_S, Sealed

if TYPE_CHECKING:
    from aiohttp import ClientSession

PARALLEL_ATTEMPTS_MAX = 64
_KEPT_S = 1.0  # a connection without use; receivers keep theirs for longer
_KEEPING_MAX = 1_000


class Transport(Protocol):
    """Posts to a receiver."""

    def prepare(self) -> None:
        """Do what takes long and needs no event loop. May be called more than once."""
        ...

    async def post(self, url: str, sealed: Sealed) -> int:
        """The status that the receiver answers. Raises TransportError, within ATTEMPT_TIMEOUT_S."""
        ...

    async def close(self) -> None:
        """Let go of all connections."""
        ...


class TransportError(Exception):
    """No answer, and why: refused, reset, timed out, no such host."""


class HttpTransport:
    """Posts over HTTP. The client is imported and opened when first needed."""

    def __init__(self) -> None:
        self._sessions: dict[bool, ClientSession] = {}  # one that keeps connections, and one that does not
        self._keeping: set[str] = set()  # the receivers that keep theirs

    def prepare(self) -> None:
        """Import the client."""
        importlib.import_module("aiohttp")

    async def post(self, url: str, sealed: Sealed) -> int:
        """One POST, without following redirects and without reading the answer's body.

        Its connection is a new one, unless the receiver's last answer has said that it keeps its connections, as those
        in Node do: one that closes a kept connection without a word would make the next attempt fail.
        """
        from aiohttp import ClientError

        session = self._session(keeps_connections=url in self._keeping)
        try:
            async with session.post(url, data=sealed.body, headers=_headers(sealed), allow_redirects=False) as response:
                self._note_connection(url, response.headers.get("connection", ""))
                return response.status
        except TimeoutError:
            raise TransportError(f"no answer within {ATTEMPT_TIMEOUT_S * 1000:.0f} ms") from None
        except (ClientError, OSError, ValueError) as error:
            raise TransportError(f"{type(error).__name__}: {error}") from error

    async def close(self) -> None:
        """Close the session, if it was opened."""
        for session in self._sessions.values():
            await session.close()

    def _session(self, *, keeps_connections: bool) -> "ClientSession":
        if keeps_connections not in self._sessions:
            self._sessions[keeps_connections] = _open_session(keeps_connections=keeps_connections)
        return self._sessions[keeps_connections]

    def _note_connection(self, url: str, connection: str) -> None:
        if connection.lower() != "keep-alive":
            self._keeping.discard(url)
        elif len(self._keeping) < _KEEPING_MAX:
            self._keeping.add(url)


def _open_session(*, keeps_connections: bool) -> "ClientSession":
    from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector

    if keeps_connections:
        connector = TCPConnector(limit=PARALLEL_ATTEMPTS_MAX, keepalive_timeout=_KEPT_S)
    else:
        connector = TCPConnector(limit=PARALLEL_ATTEMPTS_MAX, force_close=True)
    timeout = ClientTimeout(total=ATTEMPT_TIMEOUT_S)
    return ClientSession(connector=connector, timeout=timeout, cookie_jar=DummyCookieJar(), auto_decompress=False)


def _headers(sealed: Sealed) -> dict[str, str]:
    return {
        "content-type": sealed.content_type,
        "user-agent": "Wix",
        "accept-encoding": "gzip, deflate",
        "connection": "keep-alive",
    }
