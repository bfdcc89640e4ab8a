"""`wix-emulator exec` with a real Node test that uses the real SDK, and the preload file that leads it there."""

import subprocess
import sys
from pathlib import Path

import pytest

from emulator.environment import PRELOAD
from tests.conftest import CLEAN_ENVIRONMENT, Server

HERE = Path(__file__).parent
NODE_TEST = "unchanged-client.mjs"
LIST_BY_IDS = "https://www.wixapis.com/ecom/v1/fulfillments/list-by-ids"
PRINT_STATUS = "console.log((await fetch({})).status)"


def test_a_node_test_with_the_real_sdk_runs_unchanged(node: str) -> None:
    command = [
        sys.executable,
        "-m",
        "emulator",
        "exec",
        "--auth",
        "strict",
        "--",
        node,
        "--test",
        "unchanged-client.mjs",
    ]
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=HERE, capture_output=True, text=True, env=CLEAN_ENVIRONMENT, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "pass 1" in done.stdout


@pytest.mark.parametrize(
    "request_",
    [
        "'https://www.wixapis.com/ecom/v1/orders/265c7d98-a7c3-48c4-89cd-bbdc00921eab'",
        "new URL('https://www.wixapis.com/ecom/v1/orders/265c7d98-a7c3-48c4-89cd-bbdc00921eab')",
        f"""new Request('{LIST_BY_IDS}', {{method: 'POST', body: '{{"orderIds": ["x"]}}'}})""",
        "`${process.env.WIX_API_BASE_URL}/_emulator/health`",
    ],
)
def test_whatever_form_a_fetch_has_it_reaches_the_emulator(node: str, server: Server, request_: str) -> None:
    done = fetch(node, request_, WIX_API_BASE_URL=server.url)
    assert (done.stdout, done.stderr) == ("200\n", "")


@pytest.mark.parametrize("host", ["https://www.wixapis.com.invalid", "http://www.wixapis.invalid"])
def test_other_hosts_are_left_alone(node: str, server: Server, host: str) -> None:
    done = fetch(node, f"'{host}/_emulator/health'", WIX_API_BASE_URL=server.url)
    assert "ENOTFOUND" in done.stderr or "EAI_AGAIN" in done.stderr


def fetch(node: str, request: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    options = {"NODE_OPTIONS": f"--import={PRELOAD.as_uri()}"}
    script = PRINT_STATUS.format(request)
    return subprocess.run(  # noqa: S603 - our own command
        [node, "--input-type=module", "-e", script],
        capture_output=True,
        text=True,
        env=CLEAN_ENVIRONMENT | options | environment,
        timeout=60,
        check=False,
    )
