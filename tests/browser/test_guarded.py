"""The dashboard of an emulator whose control plane asks for a token."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import TIMEOUT_MS
from tests.conftest import Server, start_server, stop_server

TOKEN = "a-token-of-the-test"  # noqa: S105 - made up


@pytest.fixture(scope="module")
def guarded() -> Iterator[Server]:
    running = start_server("--control-token", TOKEN)
    yield running
    stop_server(running)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    context.set_default_timeout(TIMEOUT_MS)
    yield context.new_page()
    context.close()


def test_the_url_of_the_banner_opens_it_and_does_not_stay(page: Page, guarded: Server) -> None:
    page.goto(guarded.facts["dashboardUrl"])
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    assert page.url.partition("#")[0] == f"{guarded.url}/_emulator"
    page.reload()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    assert page.evaluate("document.cookie") == ""  # not for scripts
    page.goto(f"{guarded.url}/_emulator/docs")
    expect(page.get_by_role("heading", name="Order Fulfillments").first).to_be_visible()


def test_without_it_the_page_says_what_is_missing(page: Page, guarded: Server) -> None:
    page.goto(f"{guarded.url}/_emulator")
    expect(page.get_by_text("open the dashboard as /_emulator?token=TOKEN")).to_be_visible()
