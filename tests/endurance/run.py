"""Runs the load for a time or a number of calls, and measures the server on the way."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, median
from urllib.request import urlopen

from tests.conftest import CLEAN_ENVIRONMENT, Server, start_server, stop_server
from tests.endurance.load import Client
from tests.webhooks.receiver import Received, Receiver, receiving

CLIENTS = 3
SAMPLES_MIN = 12
SPANS = 10  # that the measured samples are looked at in
# So small that every ring is full before the measuring begins.
LIMITS = ("--sites-max", "4", "--orders-max", "25", "--deliveries-max", "10", "--journal-entries-max", "10")
# glibc's malloc gives memory back at once, so that a peak does not stay with the process.
GIVES_BACK = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536", "MALLOC_ARENA_MAX": "1"}
QUIET = ("--log-level", "error")


@dataclass(frozen=True)
class Sample:
    """The server at one moment: how many calls it had answered, and the memory that it holds."""

    calls: int
    resident_mib: float


@dataclass
class Report:
    """What a run came to."""

    samples: list[Sample] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    health: str = ""

    @property
    def measured(self) -> list[Sample]:
        """The last half: before, rings fill up and caches get warm."""
        return self.samples[len(self.samples) // 2 :]

    @property
    def growth_mib(self) -> float:
        """By how much memory would grow from the first measured sample to the last, if it grew all the time as in the
        median of all short spans: a leak is in all of them, a step of malloc's only in the few that reach over it."""
        sizes = [one.resident_mib for one in self.measured]
        span = len(sizes) // SPANS
        grown = [after - before for before, after in zip(sizes, sizes[span:], strict=False)]
        return median(grown) * (len(sizes) - 1) / span

    @property
    def measured_calls(self) -> int:
        """How many calls there are from the first measured sample to the last."""
        return self.measured[-1].calls - self.measured[0].calls

    def table(self) -> str:
        """A dozen of the samples, and the sum of it."""
        step = max(len(self.samples) // SAMPLES_MIN, 1)
        lines = [f"{one.calls:>10,} calls {one.resident_mib:>8.1f} MiB" for one in self.samples[::step]]
        mean = fmean(one.resident_mib for one in self.measured)
        return "\n".join([*lines, f"{mean:.1f} MiB on average, {self.growth_mib:+.1f} MiB over the last half"])


def run(is_over: Callable[[int, float], bool], sample_every_calls: int) -> Report:
    """Load until `is_over`, given the calls so far and the seconds, says so."""
    report = Report()
    with ExitStack() as stack:
        urls = [stack.enter_context(_receiver(answer)) for answer in (200, 500)] + [stack.enter_context(_hanging())]
        server = stack.enter_context(_server())
        clients = [Client(int(server.url.rpartition(":")[2]), seed, urls) for seed in range(CLIENTS)]
        clients[0].fill_caches()
        stop = threading.Event()
        threads = [threading.Thread(target=_act, args=(client, stop)) for client in clients]
        for thread in threads:
            thread.start()
        try:
            _sample(report, server, clients, is_over, sample_every_calls)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        report.failures = [failure for client in clients for failure in client.failures]
        for client in clients:
            client.close()
        with urlopen(f"{server.url}/_emulator/health") as answer:  # noqa: S310 - our own server
            report.health = json.load(answer)["status"]
    return report


def resident_mib(process_id: int) -> float:
    """The memory that the process holds."""
    status = Path(f"/proc/{process_id}/status").read_text(encoding="ascii")
    (line,) = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) / 1024


def _act(client: Client, stop: threading.Event) -> None:
    while not stop.is_set():
        client.act()


def _sample(
    report: Report, server: Server, clients: list[Client], is_over: Callable[[int, float], bool], every_calls: int
) -> None:
    started, wanted = time.monotonic(), every_calls
    while not is_over(calls := sum(client.asked for client in clients), time.monotonic() - started):
        if calls >= wanted:
            report.samples.append(Sample(calls, resident_mib(server.process.pid)))
            wanted = calls + every_calls
        server.process.poll()
        assert server.process.returncode is None, f"the server ended with status {server.process.returncode}"
        threading.Event().wait(0.02)  # the load goes on meanwhile


@contextmanager
def _server() -> Iterator[Server]:
    server = start_server(*LIMITS, *QUIET, environment=CLEAN_ENVIRONMENT | GIVES_BACK)
    try:
        yield server
    finally:
        assert stop_server(server) == 0


class _Forgetful(Receiver):
    """Keeps nothing of what it gets: a long run would fill this process instead of the measured one."""

    def take(self, request: Received) -> int:
        status = super().take(request)
        self.received.clear()
        assert isinstance(status, int)
        return status


@contextmanager
def _receiver(status: int) -> Iterator[str]:
    with receiving(make=_Forgetful) as receiver:
        receiver.default = status
        yield receiver.url


@contextmanager
def _hanging() -> Iterator[str]:
    """Nobody ever accepts its connections."""
    with socket.create_server(("127.0.0.1", 0), backlog=1) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
