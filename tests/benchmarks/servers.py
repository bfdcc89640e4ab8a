"""Servers in processes of their own, on one CPU; whoever loads them is on another."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.load import Client, client
from tests.conftest import CLEAN_ENVIRONMENT

# An installed package has its bytecode, whatever those who work on this one have set.
_ENVIRONMENT = {name: value for name, value in CLEAN_ENVIRONMENT.items() if name != "PYTHONDONTWRITEBYTECODE"}
_FOLDER = Path(__file__).parent.parent.parent
_CPUS = sorted(os.sched_getaffinity(0))
_SERVER_CPUS, _LOAD_CPUS = ({_CPUS[0]}, {_CPUS[-1]})


@dataclass(frozen=True)
class Server:
    """A running server: its process, and a client of it."""

    pid: int
    port: int
    client: Client

    def cpu_s(self) -> float:
        """The CPU time that it has used so far."""
        return int(Path(f"/proc/{self.pid}/schedstat").read_text().split()[0]) / 1e9

    def memory_mib(self) -> float:
        """The memory that it holds: its resident set."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@contextmanager
def emulator(*flags: str) -> Iterator[Server]:
    """The emulator, as a user starts it."""
    command = [sys.executable, "-m", "emulator", "serve", "--port", "0", "--json", *flags]
    with _running(command) as process:
        yield from _served(process, json.loads(_first_line(process))["url"].rpartition(":")[2])


@contextmanager
def bare(answers: Sequence[tuple[str, str, str]]) -> Iterator[Server]:
    """Bare Starlette, with an answer for each method and path."""
    with _running([sys.executable, "-m", "tests.benchmarks.bare"], json.dumps(answers)) as process:
        yield from _served(process, _first_line(process))


@contextmanager
def receiver() -> Iterator[str]:
    """The URL of a fast receiver of webhooks, on the CPU of whoever loads."""
    with _running([sys.executable, "-m", "tests.benchmarks.receiver"], cpus=_LOAD_CPUS) as process:
        yield f"http://127.0.0.1:{_first_line(process).strip()}/"


def pin_load() -> None:
    """Leave the servers' CPU to them."""
    os.sched_setaffinity(0, _LOAD_CPUS)


def _served(process: "subprocess.Popen[str]", port: str) -> Iterator[Server]:
    with client(int(port)) as connected:
        yield Server(process.pid, int(port), connected)


def _first_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline()


@contextmanager
def _running(
    command: Sequence[str], stdin: str = "", cpus: set[int] = _SERVER_CPUS
) -> Iterator["subprocess.Popen[str]"]:
    """The command, pinned to those CPUs: a process inherits them from the one that starts it."""
    own = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cpus)
    process = subprocess.Popen(  # noqa: S603 - our own commands
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=_FOLDER,
        env=_ENVIRONMENT,
    )
    os.sched_setaffinity(0, own)
    assert process.stdin is not None
    process.stdin.write(stdin)
    process.stdin.close()
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
