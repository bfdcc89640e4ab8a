"""Velo sites for tests: each in a Node process of its own, against a site of its own of the running emulator."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any
from uuid import uuid4

import pytest

from emulator.cli.client import Control
from emulator.seeds import fixtures
from emulator.velo import NodeMissing, VeloSite, velo_sites
from emulator.velo.node import find_node
from tests.conftest import Server

SAMPLES = fixtures() / "velo"

Start = Callable[..., VeloSite]


@pytest.fixture(scope="session")
def node() -> str:
    """Where Node is. No Node is a skip, but in CI a failure."""
    try:
        return find_node()
    except NodeMissing as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing), pytrace=False)
        pytest.skip(str(missing))


@pytest.fixture
def site_id() -> str:
    return str(uuid4())


@pytest.fixture
def control(server: Server, site_id: str) -> Control:
    """The control plane of the test's own site."""
    return Control(server.url, site_id)


@pytest.fixture
def start(node: str, server: Server, site_id: str) -> Iterator[Start]:  # noqa: ARG001 - without Node none starts
    """Starts Velo sites, and ends them after the test."""
    with velo_sites(server.url, site_id) as start_site:
        yield start_site


class Code:
    """A folder of backend code, written file by file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "backend").mkdir()

    def write(self, file: str, source: str) -> None:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(source), encoding="utf-8")


@pytest.fixture
def code(tmp_path: Path) -> Code:
    return Code(tmp_path)


def fire(control: Control, event_type: str, **changes: Any) -> list[dict[str, Any]]:
    """Fire an event and have it delivered; its deliveries."""
    fired = control.call("POST", "events", {"eventType": event_type, "set": changes})
    control.call("POST", "settle", {})
    return [control.call("GET", f"deliveries/{one['id']}") for one in fired["deliveries"]]
