"""What the verbs that serve have in common: a listening socket, and a server that stops quietly."""

import asyncio
import contextlib
import signal
import socket
import ssl
from collections.abc import Callable, Iterator

import uvicorn

from emulator.cli.ending import fail, stop_signals

_HANDSHAKE_TIMEOUT_S = 5.0  # before the end of its handshake a connection does not count, so it may not last


def listening(host: str, port: int, flag: str = "--port") -> socket.socket:
    """A bound socket; ends the command with a hint if the port is taken, which that flag chooses."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        reason = f"cannot listen on {host}:{port}: {error.strerror or error}"
        fail(f"{reason}; choose another port with {flag}, or {flag} 0 for a free one")
    return listener


class Server(uvicorn.Server):
    """A server that says when it answers, and for which a signal to stop is no failure.

    `secure` is a second socket, on which it speaks TLS. `let_go` ends answers that would never end by themselves.
    """

    def __init__(
        self,
        configuration: uvicorn.Config,
        announce: Callable[[], None],
        secure: tuple[socket.socket, ssl.SSLContext] | None = None,
        let_go: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(configuration)
        self._announce = announce
        self._secure = secure
        self._let_go = let_go

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and then say so."""
        await super().startup(sockets)
        if self._secure is not None:
            listener, context = self._secure
            loop = asyncio.get_running_loop()
            encrypted = await loop.create_server(
                self._protocol, sock=listener, ssl=context, ssl_handshake_timeout=_HANDSHAKE_TIMEOUT_S
            )
            self.servers.append(encrypted)
        self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let go of everybody, and stop."""
        if self._let_go is not None:
            self._let_go()
        await super().shutdown(sockets)

    def _protocol(self) -> asyncio.Protocol:
        """What answers one connection, as uvicorn itself makes it for its own sockets."""
        return self.config.http_protocol_class(  # type: ignore[call-arg]  # a protocol class of uvicorn's
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at the signals that ask for it, and do not raise them again."""
        previous = {number: signal.signal(number, self.handle_exit) for number in stop_signals()}
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)
