"""The packages from npm that a folder of tests pins in its package.json, installed once."""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

import pytest

INSTALL_TIMEOUT_S = 300


def node_with_packages(folder: Path, reason: str) -> str:
    """Where Node is, with the folder's packages installed. No Node is a skip for that reason, but in CI a failure."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        _install(folder, npm)
        return node
    reason = f"{reason} need Node 20 or newer: there is no `node` with `npm` on the PATH"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def _install(folder: Path, npm: str) -> None:
    """`npm ci`, unless it is done; the workers of pytest-xdist wait for the first of them."""
    with (folder / "package-lock.json").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if _is_installed(folder):
            return
        finished = subprocess.run(  # noqa: S603 - our own command
            [npm, "ci", "--prefer-offline"],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=INSTALL_TIMEOUT_S,
            check=False,
        )
        assert finished.returncode == 0, f"npm ci failed:\n{finished.stdout}{finished.stderr}"


def _is_installed(folder: Path) -> bool:
    # npm writes this file last: where it is, the installation is complete.
    installed = folder / "node_modules" / ".package-lock.json"
    return installed.exists() and installed.stat().st_mtime >= (folder / "package-lock.json").stat().st_mtime
