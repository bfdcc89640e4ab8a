"""Node: where it is, and our own modules that it runs."""

import re
import shutil
import subprocess
from pathlib import Path

MODULES = Path(__file__).parent / "runtime"
MAIN = MODULES / "main.mjs"
# What test suites in Node import.
MODULE = MODULES / "velo.mjs"

_VERSION_MIN = (20, 10)  # the first one in which hooks for imports can be added again and again
_NEEDED = "Velo code runs in Node 20.10 or newer"


class NodeMissing(Exception):  # noqa: N818 - a state of the world
    """No Node that can run Velo code: none at all, or one that is too old."""


def find_node() -> str:
    """The `node` of the PATH. Raises NodeMissing."""
    node = shutil.which("node")
    if node is None:
        raise NodeMissing(f"{_NEEDED}; there is no node on the PATH. Get it from https://nodejs.org")
    asked = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - the user's own
    version = asked.stdout.strip()
    found = re.fullmatch(r"v(\d+)\.(\d+)\..*", version)
    if found is None or (int(found[1]), int(found[2])) < _VERSION_MIN:
        raise NodeMissing(f"{_NEEDED}; {node} is {version or 'of no known version'}. Get it from https://nodejs.org")
    return node
