"""What the verbs that serve have in common: a listening socket, and a server that stops quietly."""

import contextlib
import signal
import socket
from collections.abc import Callable, Iterator

import uvicorn

from emulator.cli.client import fail

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def listening(host: str, port: int) -> socket.socket:
    """A bound socket; ends the command with a hint if the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        reason = f"cannot listen on {host}:{port}: {error.strerror or error}"
        fail(f"{reason}; choose another port with --port, or --port 0 for a free one")
    return listener


class Server(uvicorn.Server):
    """A server that says when it answers, and for which a signal to stop is no failure."""

    def __init__(self, configuration: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(configuration)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and then say so."""
        await super().startup(sockets)
        self._announce()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at the signals that ask for it, and do not raise them again."""
        previous = {number: signal.signal(number, self.handle_exit) for number in _STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)
