"""What many tests need: the emulator in process, and the emulator as a real process."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from starlette.testclient import TestClient

from emulator.app import create_app
from emulator.settings import Settings
from tests.offline import sitecustomize

# Generated examples differ from run to run, so that each run looks somewhere else; in CI they repeat.
hypothesis.settings.register_profile("local", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "local")

# Nothing of Python's leaves this machine: in this process, and in those that tests start.
if sitecustomize.LOG not in os.environ:  # otherwise this process has begun with it
    sitecustomize.install()
OUTBOUND = Path(tempfile.mkstemp(prefix="wix-emulator-outbound-")[1])
os.environ[sitecustomize.LOG] = str(OUTBOUND)
os.environ["PYTHONPATH"] = os.pathsep.join(
    dict.fromkeys([str(Path(sitecustomize.__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])])
)

# Nothing of the developer's own environment may change what the tests see.
CLEAN_ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("WIX_EMULATOR_")}


@pytest.fixture(autouse=True)
def nothing_leaves_this_machine() -> Iterator[None]:
    """Fail a test in which something tried to reach another machine, or to look one up."""
    told = OUTBOUND.stat().st_size
    yield
    assert OUTBOUND.stat().st_size == told, OUTBOUND.read_text(encoding="utf-8")


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    OUTBOUND.unlink(missing_ok=True)


@pytest.fixture
def settings() -> Settings:
    """The emulator's settings; a test module overrides this fixture to change them."""
    return Settings(check_responses=True)


@pytest.fixture
def api(settings: Settings) -> Iterator[TestClient]:
    """The emulator in this process, fresh for each test."""
    with TestClient(create_app(settings.model_copy(update={"check_responses": True}))) as client:
        yield client


@dataclass(frozen=True)
class Server:
    """A running emulator and the facts of its banner."""

    process: subprocess.Popen[str]
    facts: dict[str, Any]

    @property
    def url(self) -> str:
        return str(self.facts["url"])


def start_server(*flags: str, environment: Mapping[str, str] = CLEAN_ENVIRONMENT, **popen: Any) -> Server:
    """`wix-emulator serve` on a free port, as a process of its own."""
    command = [sys.executable, "-m", "emulator", "serve", "--port", "0", "--json", "--check-responses", *flags]
    process = subprocess.Popen(  # noqa: S603 - our own command
        command, stdout=subprocess.PIPE, text=True, env=environment, **popen
    )
    assert process.stdout is not None
    banner = process.stdout.readline()
    assert banner, f"the server ended with status {process.wait()} before it answered"
    return Server(process, json.loads(banner))


def stop_server(server: Server) -> int:
    """Stop it with SIGTERM; its exit status."""
    server.process.terminate()
    status = server.process.wait(timeout=20)
    assert server.process.stdout is not None
    server.process.stdout.close()
    return status


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One emulator process for the whole session. Tests use a site each: `wix-site-id`."""
    running = start_server()
    yield running
    assert stop_server(running) == 0
