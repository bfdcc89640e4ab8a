"""The command as users run it: a process of its own."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import IO, Any

from click.testing import CliRunner

from emulator.cli.command import verbs
from tests.conftest import CLEAN_ENVIRONMENT

PATIENCE_S = 30  # how long a test waits for what must happen, before it fails
NOBODY = "http://127.0.0.1:1"  # where no emulator answers
COMMAND = [sys.executable, "-m", "emulator"]


@dataclass(frozen=True)
class Finished:
    """What a command said, and how it ended."""

    status: int
    out: str
    err: str


def run(*arguments: str, folder: Path | None = None) -> Finished:
    """The command, run to its end."""
    done = subprocess.run(  # noqa: S603 - our own command
        [*COMMAND, *arguments],
        env=CLEAN_ENVIRONMENT,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Finished(done.returncode, done.stdout, done.stderr)


def usage(*arguments: str) -> Finished:
    """What the command says of a usage that is wrong; in this process, for it does nothing."""
    done = CliRunner().invoke(verbs, arguments)
    assert isinstance(done.exception, SystemExit | None), done.exception
    return Finished(done.exit_code, done.stdout, done.stderr)


class Running:
    """A command that runs until it is stopped. Its lines are read as they come."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - our own command
            [*COMMAND, *arguments], env=CLEAN_ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self._streams = {"out": self.process.stdout, "err": self.process.stderr}
        self._lines: dict[str, Queue[str]] = {name: Queue() for name in self._streams}
        self._readers = [Thread(target=self._read, args=item, daemon=True) for item in self._streams.items()]
        for reader in self._readers:
            reader.start()

    def line(self, stream: str = "out") -> str:
        """The next line that it prints."""
        return self._lines[stream].get(timeout=PATIENCE_S).rstrip("\n")

    def stop(self, signal_number: int) -> int:
        """Send it that signal; its exit status."""
        self.process.send_signal(signal_number)
        return self.process.wait(timeout=PATIENCE_S)

    def close(self) -> None:
        """End it, however it is."""
        self.process.kill()
        self.process.wait(timeout=PATIENCE_S)
        for reader in self._readers:
            reader.join()
        for stream in self._streams.values():
            stream.close()

    def _read(self, name: str, stream: IO[str]) -> None:
        for line in stream:
            self._lines[name].put(line)


@contextmanager
def running(*arguments: str) -> Iterator[Running]:
    """The command while it runs."""
    command = Running(*arguments)
    try:
        yield command
    finally:
        command.close()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: Any = probe.getsockname()[1]
    return int(port)
