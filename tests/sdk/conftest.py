"""Runs the JavaScript tests of this folder, with the packages that Wix publishes, against the emulator."""

import functools
import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import CLEAN_ENVIRONMENT, Server
from tests.npm import node_with_packages

HERE = Path(__file__).parent
RUN_TIMEOUT_S = 120

# The name of each test of a file, and why it failed, if it did.
Outcomes = Mapping[str, str | None]


@pytest.fixture(scope="session")
def node() -> str:
    """Where Node is, with this folder's packages installed. No Node is a skip, but in CI a failure."""
    return node_with_packages(HERE, "the tests of the real SDK")


@pytest.fixture(scope="session")
def outcomes_of(node: str, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Outcomes]:
    """Runs a test file once, in one Node process, and answers with the outcome of each of its tests."""

    @functools.cache
    def run(file: str) -> Outcomes:
        report = tmp_path_factory.mktemp("sdk") / "report.jsonl"
        report.touch()  # Node leaves it out when the file cannot be loaded
        reporter = f"--test-reporter={HERE / 'json-lines-reporter.mjs'}"
        finished = subprocess.run(  # noqa: S603 - our own command
            [node, reporter, f"--test-reporter-destination={report}", file],
            cwd=HERE,
            env=CLEAN_ENVIRONMENT | {"NODE_OPTIONS": "", "WIX_API_BASE_URL": server.url},
            capture_output=True,
            text=True,
            timeout=RUN_TIMEOUT_S,
            check=False,
        )
        lines = report.read_text(encoding="utf-8").splitlines()
        outcomes = {line["name"]: line["failure"] for line in map(json.loads, lines)}
        assert outcomes, f"{file} ran no test:\n{finished.stdout}{finished.stderr}"
        return outcomes

    return run
