"""A page on another origin, such as a shop's own back office, calls the emulated API from the browser."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import Server, start_server, stop_server

# What a page's own script does; the site's id and the order's are handed in.
CALL = """
async ([url, site, method, path, body]) => {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: "any key", "wix-site-id": site, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  return [response.status, await response.json(), response.headers.get("x-wix-request-id")];
}
"""
FULFILLMENTS = "/ecom/v1/fulfillments"


class _BlankPage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>A shop</title>")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that it has
        """Say nothing."""


@pytest.fixture
def origin() -> Iterator[str]:
    """Another origin than the emulator's, and what it serves."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _BlankPage) as web:
        serving = Thread(target=web.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{web.server_port}"
        web.shutdown()
        serving.join()


class Visit:
    """A page of that origin, which calls the emulator."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page = page
        self.url = server.url
        self.site = f"browser-{uuid4()}"

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any, str]:
        """The status, body and request id that the page's script gets to see."""
        status, answer, request_id = self.page.evaluate(CALL, [self.url, self.site, method, path, body])
        return status, answer, request_id

    def order(self) -> dict[str, Any]:
        """An order of the site, made without the browser."""
        made = httpx2.post(f"{self.url}/_emulator/orders", json={}, headers={"wix-site-id": self.site})
        order: dict[str, Any] = made.json()["orders"][0]
        return order


@pytest.fixture
def visit(browser: Browser, server: Server, origin: str) -> Iterator[Visit]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(origin)
    yield Visit(page, server)
    context.close()


@pytest.mark.rule("R707")
def test_a_page_lists_creates_changes_and_deletes_fulfillments(visit: Visit) -> None:
    order = visit.order()
    orders = f"{FULFILLMENTS}/orders/{order['id']}"
    line_items = [{"id": order["lineItems"][0]["id"], "quantity": 1}]

    status, created, _ = visit.call("POST", f"{orders}/create-fulfillment", {"fulfillment": {"lineItems": line_items}})
    assert status == 200
    fulfillment = f"{FULFILLMENTS}/{created['fulfillmentId']}/orders/{order['id']}"
    assert visit.call("PATCH", fulfillment, {"fulfillment": {"status": "Ready"}})[0] == 200

    status, listed, _ = visit.call("GET", orders)
    (found,) = listed["orderWithFulfillments"]["fulfillments"]
    assert (status, found["id"], found["status"]) == (200, created["fulfillmentId"], "Ready")

    assert visit.call("DELETE", fulfillment)[0] == 200
    assert visit.call("GET", orders)[1]["orderWithFulfillments"]["fulfillments"] == []


@pytest.mark.rule("R707")
def test_a_page_reads_refusals_and_the_request_id(visit: Visit) -> None:
    status, answer, request_id = visit.call("GET", f"{FULFILLMENTS}/orders/unknown")
    assert (status, answer["details"]["applicationError"]["code"]) == (404, "ORDER_NOT_FOUND")
    assert request_id


@pytest.mark.rule("R701", "R707")
def test_a_page_signs_a_visitor_in(visit: Visit) -> None:
    status, answer, _ = visit.call("POST", "/oauth2/token", {"clientId": "an app", "grantType": "anonymous"})
    assert (status, answer["token_type"]) == (200, "Bearer")


@pytest.mark.rule("R707")
def test_a_page_does_not_reach_the_control_plane(visit: Visit) -> None:
    order = visit.order()
    reset = visit.page.evaluate(
        "([url, call, site]) => eval(call)([url, site, 'POST', '/_emulator/reset']).catch(String)",
        [visit.url, CALL, visit.site],
    )
    assert reset == "TypeError: Failed to fetch"
    assert visit.call("GET", f"/ecom/v1/orders/{order['id']}")[0] == 200


@pytest.mark.parametrize("mode", ["no-cors", "cors"])
@pytest.mark.parametrize("path", ["/_emulator/reset", "/_emulator/state"])
def test_not_even_what_a_browser_sends_unasked_is_done(visit: Visit, mode: str, path: str) -> None:
    order = visit.order()
    method = "POST" if path.endswith("reset") else "GET"
    visit.page.evaluate(
        "([url, method, mode]) => fetch(url, { method, mode }).catch(String)",
        [f"{visit.url}{path}?site={visit.site}", method, mode],
    )
    assert visit.call("GET", f"/ecom/v1/orders/{order['id']}")[0] == 200


def test_a_link_to_the_dashboard_works_from_anywhere(visit: Visit) -> None:
    visit.page.evaluate("(url) => location.assign(url)", f"{visit.url}/_emulator?site={visit.site}")
    expect(visit.page.get_by_text("Live", exact=True)).to_be_visible()


def test_the_dashboard_cannot_be_framed(visit: Visit) -> None:
    visit.page.evaluate(
        "(src) => new Promise((done) => document.body.append("
        "Object.assign(document.createElement('iframe'), { src, onload: done })))",
        f"{visit.url}/_emulator?site={visit.site}",
    )
    (frame,) = visit.page.frames[1:]
    assert "wix-emulator" not in frame.content()


def test_a_page_that_is_let_in_steers_the_emulator(browser: Browser, origin: str) -> None:
    running = start_server("--allow-origin", origin)
    context = browser.new_context()
    try:
        page = context.new_page()
        page.goto(origin)
        status, answer, _ = page.evaluate(CALL, [running.url, "mine", "POST", "/_emulator/orders", {}])
        assert (status, len(answer["orders"])) == (200, 1)
    finally:
        context.close()
        stop_server(running)
