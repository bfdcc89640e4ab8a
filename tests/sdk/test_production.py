"""The unmodified SDK over TLS: its own fetch and addresses, and only the environment that `wix-emulator env` prints."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import CLEAN_ENVIRONMENT, Server, start_server, stop_server

HERE = Path(__file__).parent
PATIENCE_S = 120


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A strict emulator that answers to https, with an authority of its own."""
    environment = CLEAN_ENVIRONMENT | {"XDG_STATE_HOME": str(tmp_path_factory.mktemp("state"))}
    running = start_server("--tls", "--tls-port", "0", "--auth", "strict", environment=environment)
    yield running
    assert stop_server(running) == 0


def environment_of(server: Server) -> dict[str, str]:
    """What `wix-emulator env` tells somebody who reaches the emulator by https."""
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "emulator", "env", "--url", server.facts["tlsUrl"], "--json"],
        env=CLEAN_ENVIRONMENT | {"SSL_CERT_FILE": server.facts["caFile"]},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )
    printed: dict[str, str] = json.loads(done.stdout)
    return printed


def run(node: str, environment: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - our own command
        [node, *arguments],
        cwd=HERE,
        env=CLEAN_ENVIRONMENT | environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


@pytest.mark.rule("R701", "R702", "R704")
def test_production_code_runs_over_tls_with_nothing_but_the_environment(node: str, secure: Server) -> None:
    environment = environment_of(secure)
    assert environment["WIX_API_BASE_URL"].startswith("https://")
    done = run(node, environment, "--test", "--test-reporter=tap", "production.mjs")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# pass 5" in done.stdout


def test_without_the_authority_the_emulator_is_not_trusted(node: str, secure: Server) -> None:
    environment = environment_of(secure)
    script = "await fetch('https://www.wixapis.com/').then(console.log, ({ cause }) => console.log(cause.code))"
    del environment["NODE_EXTRA_CA_CERTS"]
    done = run(node, environment, "--input-type=module", "-e", script)
    assert done.stdout == "UNABLE_TO_VERIFY_LEAF_SIGNATURE\n"
