"""An emulator that looks at credentials: it can be checked as itself, or pose as a server that is not ours."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from emulator.conformance.evidence import Finding
from emulator.conformance.exchange import Connection, Transport
from emulator.conformance.redaction import Redaction
from emulator.conformance.runner import Run
from emulator.conformance.subject import Kind, Target
from emulator.domain.behaviours import Behaviours
from tests.conftest import Server, start_server, stop_server

API_KEY = "IST.emulator-api-key"


@pytest.fixture(scope="session")
def strict_server() -> Iterator[Server]:
    running = start_server("--auth", "strict")
    yield running
    assert stop_server(running) == 0


def run_at(server: Server, kind: Kind = "emulator", transport: Transport | None = None, *, orders_max: int = 50) -> Run:
    """A run against the server, on a site of its own."""
    site_id = str(uuid4())
    target = Target(kind, site_id, API_KEY, Behaviours(), orders_max)
    return Run(transport or Connection(server.url), target, Redaction([API_KEY, site_id]))


def checked(run: Run, rule_id: str) -> Finding:
    (finding,) = run.findings([rule_id])
    return finding
