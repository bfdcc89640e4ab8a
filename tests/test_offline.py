"""Nothing reaches another machine by itself: the tests' guard works, and an emulator's whole life passes it."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from emulator.api.routes import OPERATIONS
from tests.conftest import CLEAN_ENVIRONMENT, Server, start_server, stop_server
from tests.offline.sitecustomize import LOG, WITHOUT_UVLOOP
from tests.webhooks.receiver import Receiver, receiving

ORDER = "58c9a790-27b7-463f-a865-c7cb494f7c29"  # of the seed
PARCEL = {"lineItems": [{"id": "00000000-0000-0000-0000-000000000001", "quantity": 1}]}
ELSEWHERE = "192.0.2.1"  # RFC 5737: nobody's
FETCH = """
import asyncio, sys, {loop}
from aiohttp import ClientSession
async def fetch():
    async with ClientSession() as session:
        await session.get("http://{host}/")
{loop}.run(fetch())
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of the test's own, for processes that are meant to be refused."""
    path = tmp_path / "log"
    path.touch()
    return path


def python(code: str, log: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", code]
    variables = CLEAN_ENVIRONMENT | {LOG: str(log)} | environment
    return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - our own command


@pytest.mark.parametrize(
    "code",
    [
        f"import socket; socket.create_connection(('{ELSEWHERE}', 80), 1)",
        f"import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('{ELSEWHERE}', 53))",
        "import socket; socket.create_connection(('2001:db8::1', 80), 1)",
        "import socket; socket.getaddrinfo('www.wixapis.com', 443)",
        "import urllib.request; urllib.request.urlopen('https://www.wixapis.com/')",
        FETCH.format(loop="asyncio", host=ELSEWHERE),
        FETCH.format(loop="uvloop", host=ELSEWHERE),
        FETCH.format(loop="asyncio", host="www.wixapis.com"),
    ],
)
def test_what_would_leave_this_machine_is_refused_and_written_down(log: Path, code: str) -> None:
    done = python(code, log)
    assert done.returncode == 1
    assert "tests stay on this machine" in done.stderr
    assert "socket." in log.read_text(encoding="utf-8")


def test_a_name_that_tests_use_for_nobody_is_refused_only(log: Path) -> None:
    assert python("import socket; socket.getaddrinfo('nobody.invalid', 443)", log).returncode == 1
    assert log.read_text(encoding="utf-8") == ""


def test_this_machine_may_be_reached(log: Path, server: Server) -> None:
    url = server.url.replace("127.0.0.1", "localhost")
    done = python(f"import urllib.request; urllib.request.urlopen('{url}/_emulator/health')", log)
    assert done.returncode == 0, done.stderr
    assert log.read_text(encoding="utf-8") == ""


# A whole life


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def test_an_emulator_reaches_its_receivers_and_nobody_else(log: Path, tmp_path: Path, receiver: Receiver) -> None:
    environment = CLEAN_ENVIRONMENT | {LOG: str(log), WITHOUT_UVLOOP: "1", "XDG_STATE_HOME": str(tmp_path)}
    flags = ("--tls", "--tls-port", "0", "--webhook-url", receiver.url, "--set", "lifecycle=on")
    server = start_server(*flags, environment=environment)
    try:
        with httpx2.Client(base_url=server.url, timeout=60) as client:
            live(client)
    finally:
        assert stop_server(server) == 0
    assert receiver.received
    assert log.read_text(encoding="utf-8") == ""


def live(client: httpx2.Client) -> None:
    """Use everything that an emulator has, one call of each kind at the least."""

    def ask(method: str, path: str, body: Any = None) -> Any:
        answer = client.request(method, path, json=body)
        assert answer.status_code < 500, answer.text
        return answer

    ask("POST", f"/ecom/v1/fulfillments/orders/{ORDER}/create-fulfillment", {"fulfillment": PARCEL})
    for chaos in ("duplicate", "wrong-key", "very-large-payload"):
        ask("POST", "/_emulator/events", {"eventType": "fulfillments_updated", "chaos": chaos})
    ask("POST", "/oauth2/token", {"grant_type": "anonymous"})
    ask("POST", "/_emulator/clock/advance", {"seconds": 3 * 86_400})
    for operation in OPERATIONS:
        if operation.id != "stream":
            path = operation.path.replace("{file}", "main.js").replace("{orderId}", ORDER).replace("{id}", ORDER)
            ask(operation.method, path, None if operation.method == "GET" else {})
    ask("PUT", "/_emulator/state", ask("GET", "/_emulator/state").json())
    ask("POST", "/_emulator/settle", {})


def test_without_any_network_a_fulfillment_is_made_and_told(tmp_path: Path) -> None:
    """In a network of its own that has nothing but loopback, where the system lets us make one."""
    alone = ["unshare", "--map-root-user", "--net", "--", "sh", "-c"]
    up = "ip link set lo up"
    if not shutil.which("unshare") or subprocess.run([*alone, up], capture_output=True, check=False).returncode:  # noqa: S603 - our own command
        pytest.skip("this system lets nobody make a network namespace")
    suite = tmp_path / "test_alone.py"
    suite.write_text(
        "def test_it(wix_emulator, wix_webhooks):\n"
        "    order = wix_emulator.create_order()\n"
        "    event = {'eventType': 'fulfillments_updated', 'orderId': order['id']}\n"
        "    wix_emulator.control.call('POST', 'events', event)\n"
        "    wix_webhooks.wait_for(1)\n",
        encoding="utf-8",
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    command = [*alone, f"{up} && exec {sys.executable} -m pytest -q -p no:cacheprovider {suite}"]
    done = subprocess.run(command, env=CLEAN_ENVIRONMENT, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
