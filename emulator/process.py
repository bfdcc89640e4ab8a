"""An emulator as a process of its own: started on a free port, stopped when nobody needs it any more."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

_STOP_TIMEOUT_S = 10


class NotStarted(Exception):  # noqa: N818 - a state of the world
    """The emulator ended before it answered; it has said why on standard error. `status` is its exit status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the emulator ended with status {status} before it answered")
        self.status = status


class Launched(NamedTuple):
    """Where an emulator answers, and what its control plane asks for, if anything."""

    url: str
    control_token: str | None


@contextmanager
def launched(*options: str) -> Iterator[Launched]:
    """An emulator that runs while this lasts, with these options of `serve`. Raises NotStarted.

    It takes a free port unless they name one. Its standard input ends with this process, and it ends with that:
    however this process ends, and however early, no emulator is left behind.
    """
    command = [sys.executable, "-m", "emulator", "serve", "--port", "0", *options, "--json", "--until-stdin-ends"]
    # In a session of its own, so that Ctrl-C ends the work first and the emulator after it.
    process = subprocess.Popen(  # noqa: S603 - ourselves
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        banner = process.stdout.readline() if process.stdout else ""
        if not banner:
            raise NotStarted(process.wait(_STOP_TIMEOUT_S))
        facts = json.loads(banner)
        yield Launched(facts["url"], facts["controlToken"])
    finally:
        _stop(process)


def _stop(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    try:
        process.wait(_STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
