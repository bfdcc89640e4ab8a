"""The dashboard as a test uses it: the page, and the control plane of the site that it shows."""

import re
from typing import Any

import httpx2
from playwright.sync_api import ConsoleMessage, Locator, Page, Request, expect

# A browser itself reports each refused call as an error; refusals are what an emulator is for.
_REFUSED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")

_TIMEOUT_S = 60


class Dashboard:
    """A page on the dashboard of a site; `problems` is what went wrong in it."""

    def __init__(self, page: Page, url: str, site: str) -> None:
        self.page = page
        self.url = url
        self.site = site
        self.problems: list[str] = []
        self.client = httpx2.Client(base_url=url, headers={"wix-site-id": site}, timeout=_TIMEOUT_S)
        page.on("console", self._note_message)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("request", self._note_request)

    def open(self, view: str = "orders") -> Page:
        """Show that view, following what happens."""
        self.page.goto(f"{self.url}/_emulator?site={self.site}#/{view}")
        expect(self.page.get_by_text("Live", exact=True)).to_be_visible()
        return self.page

    @property
    def list(self) -> Locator:
        return self.page.locator(".list")

    @property
    def detail(self) -> Locator:
        return self.page.locator(".detail")

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    def click(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def submit(self, name: str) -> None:
        """Send the open form and wait until it has closed."""
        self.dialog.get_by_role("button", name=name, exact=True).click()
        expect(self.dialog).to_have_count(0)

    def order(self, **fields: Any) -> dict[str, Any]:
        """A new order."""
        made: dict[str, Any] = self.control("POST", "/orders", {"order": fields})["orders"][0]
        return made

    def ship(self, order: dict[str, Any], quantity: int, **parcel: Any) -> httpx2.Response:
        """Ship so much of the order's first line item."""
        line_items = [{"id": order["lineItems"][0]["id"], "quantity": quantity}]
        path = f"/ecom/v1/fulfillments/orders/{order['id']}/create-fulfillment"
        return self.client.post(path, json={"fulfillment": {"lineItems": line_items, **parcel}})

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the control plane."""
        answer = self.client.request(method, f"/_emulator{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def without_orders(self) -> None:
        """Take all orders of the seed away."""
        state = self.control("GET", "/state")
        self.control("PUT", "/state", state | {"orders": []})

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not _REFUSED.match(message.text):
            self.problems.append(message.text)

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.problems.append(f"asked for {request.url}")
