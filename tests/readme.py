"""The README's examples, and a shell that runs them against a running emulator."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.conftest import CLEAN_ENVIRONMENT, Server

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DEFAULT_URL = "http://127.0.0.1:8949"


class Block(NamedTuple):
    language: str
    text: str


BLOCKS = [Block(*found) for found in re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)]


def run(text: str, server: Server) -> str:
    environment = CLEAN_ENVIRONMENT | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "WIX_EMULATOR_URL": server.url,
        "WIX_API_BASE_URL": server.url,
    }
    script = "set -euo pipefail\n" + text.replace(DEFAULT_URL, server.url)
    done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=False)  # noqa: S603, S607 - the README's own
    assert done.returncode == 0, done.stderr
    return done.stdout
