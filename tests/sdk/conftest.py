"""Runs the JavaScript tests of this folder, with the packages that Wix publishes, against the emulator."""

import fcntl
import functools
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import CLEAN_ENVIRONMENT, Server

HERE = Path(__file__).parent
PACKAGE_LOCK = HERE / "package-lock.json"
# npm writes this file last: where it is, the installation is complete.
INSTALLED_LOCK = HERE / "node_modules" / ".package-lock.json"
INSTALL_TIMEOUT_S = 300
RUN_TIMEOUT_S = 120

# The name of each test of a file, and why it failed, if it did.
Outcomes = Mapping[str, str | None]


@pytest.fixture(scope="session")
def node() -> str:
    """Where Node is, with this folder's packages installed. No Node is a skip, but in CI a failure."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        _install_packages(npm)
        return node
    reason = "the tests of the real SDK need Node 20 or newer: there is no `node` with `npm` on the PATH"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


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


def _install_packages(npm: str) -> None:
    """`npm ci`, unless it is done; the workers of pytest-xdist wait for the first of them."""
    with PACKAGE_LOCK.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if _is_installed():
            return
        finished = subprocess.run(  # noqa: S603 - our own command
            [npm, "ci", "--prefer-offline"],
            cwd=HERE,
            capture_output=True,
            text=True,
            timeout=INSTALL_TIMEOUT_S,
            check=False,
        )
        assert finished.returncode == 0, f"npm ci failed:\n{finished.stdout}{finished.stderr}"


def _is_installed() -> bool:
    return INSTALLED_LOCK.exists() and INSTALLED_LOCK.stat().st_mtime >= PACKAGE_LOCK.stat().st_mtime
