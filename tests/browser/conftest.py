"""A real browser on the dashboard of a real emulator. Every test has a site of its own."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser.dashboard import Dashboard
from tests.browser.receiver import Receiver
from tests.conftest import Server

CHROMIUM = "/usr/bin/chromium"
TIMEOUT_MS = 15_000
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """It keeps an event loop running, so it ends with the last of these tests: others want loops of their own."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    found = shutil.which("chromium") or CHROMIUM
    if not Path(found).exists():
        reason = f"{CHROMIUM} is not installed: apt-get install -y chromium"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    launched = playwright.chromium.launch(executable_path=found, args=FLAGS)
    yield launched
    launched.close()


@pytest.fixture
def dashboard(browser: Browser, server: Server) -> Iterator[Dashboard]:
    """The dashboard of a fresh site, in a context of its own. Nothing may go wrong in the page meanwhile."""
    context = browser.new_context(viewport={"width": 1_600, "height": 1_000})
    context.set_default_timeout(TIMEOUT_MS)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
    opened = Dashboard(context.new_page(), server.url, f"browser-{uuid4()}")
    yield opened
    opened.client.close()
    context.close()
    assert opened.problems == []


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where screenshots go: outside the repository, to be looked at."""
    folder = Path(os.environ.get("WIX_DASHBOARD_PICTURES") or Path(tempfile.gettempdir()) / "wix-emulator-pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
