"""`wix-emulator velo`: serving a folder, running one function, and what it says when it cannot."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from emulator.cli.client import Control
from tests.cli.process import free_port
from tests.conftest import CLEAN_ENVIRONMENT, Server
from tests.velo.conftest import SAMPLES, Code, fire

CREATE = "backend/fulfillments.js:myCreateFulfillmentFunction"
LIST = "backend/fulfillments.js:myListFulfillmentsForSingleOrderFunction"
ORDER = "58c9a790-27b7-463f-a865-c7cb494f7c29"
PARCEL = {
    "lineItems": [{"_id": "00000000-0000-0000-0000-000000000001", "quantity": 1}],
    "trackingInfo": {"trackingNumber": "1", "shippingProvider": "ups"},
}


def velo(*arguments: str | Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "emulator", "velo", *map(str, arguments)]
    return subprocess.run(  # noqa: S603 - our own command
        command, capture_output=True, text=True, check=False, env=CLEAN_ENVIRONMENT | environment
    )


@pytest.fixture
def at(node: str, server: Server, site_id: str) -> list[str]:  # noqa: ARG001 - these tests need Node
    """The options for the test's own site."""
    return ["--url", server.url, "--site", site_id]


def test_call_prints_the_result_as_json_on_the_last_line(at: list[str]) -> None:
    done = velo(SAMPLES, *at, "--call", CREATE, json.dumps([ORDER, PARCEL]))
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["orderWithFulfillments"]["orderId"] == ORDER
    assert f"created {result['fulfillmentId']}" in done.stderr


def test_call_takes_the_backend_folder_itself_and_no_arguments(at: list[str], code: Code) -> None:
    code.write("backend/answer.js", "export const answer = () => undefined;")
    done = velo(code.folder / "backend", *at, "--call", "answer.js:answer")
    assert (done.returncode, done.stdout) == (0, "null\n")


def test_call_of_a_function_that_rejects_prints_the_error_and_fails(at: list[str]) -> None:
    velo(SAMPLES, *at, "--call", CREATE, json.dumps([ORDER, PARCEL]))
    done = velo(SAMPLES, *at, "--call", CREATE, json.dumps([ORDER, PARCEL]))
    assert (done.returncode, done.stdout) == (1, "")
    details, message = done.stderr.splitlines()
    assert json.loads(details)["applicationError"]["code"] == "TRACKING_NUMBER_ALREADY_EXISTS"
    assert message == f"wix-emulator: {CREATE}: WixError: fulfillment with tracking number already exist"


def test_call_of_a_function_that_throws_prints_where(at: list[str], code: Code) -> None:
    code.write("backend/answer.js", "export const answer = () => null.answer;")
    done = velo(code.folder, *at, "--call", "backend/answer.js:answer")
    assert done.returncode == 1
    assert "backend/answer.js:1:34" in done.stderr
    assert "runtime/" not in done.stderr


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("backend/answer.js:question", "backend/answer.js exports no function question; it exports answer, ask"),
        ("backend/question.js:answer", "there is no question.js in "),
        ("backend/answer.js", '"backend/answer.js" is not FILE:FUNCTION, such as backend/shipping.js:ship'),
        ("backend/answer.js:circle", "exports no function circle"),
        ("backend/answer.js:ask", "circular structure"),
    ],
)
def test_call_of_what_cannot_be_called_says_why(at: list[str], code: Code, function: str, message: str) -> None:
    source = (
        "export const circle = {}; circle.circle = circle; export const ask = () => circle; export const answer = ask;"
    )
    code.write("backend/answer.js", source)
    done = velo(code.folder, *at, "--call", function)
    assert done.returncode == 1
    assert message in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--call", LIST, "{"], "ARGUMENTS is not JSON"),
        (["--call", LIST, f'"{ORDER}"'], "ARGUMENTS must be a JSON array"),
        (["[]"], "ARGUMENTS go with --call FILE:FUNCTION"),
    ],
)
def test_wrong_arguments_are_wrong_usage(arguments: list[str], message: str) -> None:
    done = velo(SAMPLES, *arguments)
    assert done.returncode == 2
    assert message in done.stderr


def test_a_folder_without_code_is_told_so(at: list[str], tmp_path: Path) -> None:
    done = velo(tmp_path, *at)
    assert done.returncode == 2
    assert f"{tmp_path} holds neither a folder backend/ nor code" in done.stderr


def test_an_emulator_of_its_own_is_started_when_none_answers(node: str) -> None:  # noqa: ARG001 - needs Node
    url = f"http://127.0.0.1:{free_port()}"
    done = velo(SAMPLES, "--url", url, "--call", LIST, json.dumps([ORDER]))
    assert done.returncode == 0, done.stderr
    assert f"started an emulator at {url}\n" in done.stderr
    assert json.loads(done.stdout) == {"orderWithFulfillments": {"orderId": ORDER, "fulfillments": []}}
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])))


def test_no_emulator_is_started_elsewhere() -> None:
    done = velo(SAMPLES, "--url", "http://emulator.invalid:8949", "--call", LIST, "[]")
    assert done.returncode == 3
    assert "no emulator answers at http://emulator.invalid:8949" in done.stderr


def test_a_missing_node_is_told_in_words(server: Server, tmp_path: Path) -> None:
    done = velo(SAMPLES, "--url", server.url, "--call", LIST, "[]", PATH=str(tmp_path))
    assert done.returncode == 3
    assert done.stderr == (
        "wix-emulator: Velo code runs in Node 20.10 or newer; there is no node on the PATH. Get it from "
        "https://nodejs.org\n"
    )


@pytest.mark.parametrize("version", ["v18.20.4", "v20.9.0"])
def test_an_old_node_is_told_in_words(server: Server, tmp_path: Path, version: str) -> None:
    old = tmp_path / "node"
    old.write_text(f"#!/bin/sh\necho {version}\n", encoding="utf-8")
    old.chmod(0o755)
    done = velo(SAMPLES, "--url", server.url, PATH=f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert done.returncode == 3
    assert f"Velo code runs in Node 20.10 or newer; {old} is {version}." in done.stderr


def test_serving_shows_what_the_handlers_print_until_it_is_stopped(at: list[str], control: Control) -> None:
    with subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "emulator", "velo", str(SAMPLES), *at],
        stdout=subprocess.PIPE,
        text=True,
        env=CLEAN_ENVIRONMENT,
    ) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        assert next(lines).startswith(f"running {SAMPLES / 'backend'} for http://127.0.0.1:")
        assert next(lines) == "  handlers  wixEcom_onFulfillmentsUpdated, wixEvents_onOrderUpdated\n"

        fire(control, "wixEvents_onOrderUpdated", orderNumber="A-1", status="PAID")

        assert next(lines).startswith("wixEvents_onOrderUpdated A-1 | A-1 is PAID for John Doe")
        assert next(lines) == "wixEvents_onOrderUpdated A-1 -> 200\n"
        process.send_signal(signal.SIGINT)
        assert list(lines) == []
        assert process.wait() == 0
    assert control.call("GET", "webhooks")["webhooks"] == []


def test_the_module_for_test_suites_in_node_is_where_it_says() -> None:
    done = velo("--module")
    assert done.returncode == 0
    assert "export async function startVelo" in Path(done.stdout.strip()).read_text(encoding="utf-8")
    assert done.stdout.strip() in "".join(velo("--help").stdout.split())
