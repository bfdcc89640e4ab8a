"""What the dashboard looks like: for everybody, with anything in it, at any width, with much in it."""

from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.dashboard import Dashboard
from tests.browser.receiver import Receiver

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
VIEWS = ("orders", "webhooks", "journal", "controls")
WIDTHS = (360, 1_600)
ROWS_LOOKED_AT = 3
SCHEMES = ("light", "dark")
HOSTILE = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "right-to-left": "\u202e\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd\u202e",
    "long": "W" * 10_000,
}


@pytest.fixture
def busy(dashboard: Dashboard, receiver: Receiver) -> Dashboard:
    """A site where something of everything has happened."""
    order = dashboard.order(lineItems=[{"quantity": 5, "productName": {"original": "Mug"}}, {"quantity": 2}])
    dashboard.control("POST", "/webhooks", {"url": receiver.url})
    dashboard.control("POST", "/webhooks", {"url": "http://127.0.0.1:1/nobody"})
    parcel = {"trackingNumber": "12345", "shippingProvider": "fedex", "traking": 1}
    for _ in range(2):
        dashboard.ship(order, 2, trackingInfo=parcel)
    dashboard.control("POST", "/events", {"eventType": "fulfillments_updated", "chaos": "wrong-key"})
    dashboard.control("POST", "/faults", {"operation": "getOrder", "effect": {"delayMs": 5}})
    dashboard.control("POST", "/settle")
    return dashboard


def violations(page: Page, scheme: str) -> list[str]:
    """What axe finds: all of it in light, and the contrast in dark too."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    options = {"runOnly": ["color-contrast"]} if scheme == "dark" else {}
    found = page.evaluate("options => axe.run(options).then((result) => result.violations)", options)
    return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]]


def is_wider_than_the_screen(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_accessible_and_fits(busy: Dashboard, pictures: Path, view: str) -> None:
    page = busy.open(view)
    if view != "controls":
        busy.list.get_by_role("link").first.click()
        expect(busy.detail.get_by_role("heading", level=2)).to_be_visible()
    page.evaluate(AXE)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert not is_wider_than_the_screen(page)
        for scheme in SCHEMES:
            assert violations(page, scheme) == []
            page.screenshot(path=pictures / f"{view}-{width}-{scheme}.png", full_page=True)


@pytest.mark.parametrize(
    ("view", "button"),
    [
        ("orders", "Create order…"),
        ("webhooks", "Fire an event…"),
        ("webhooks", "Add a receiver…"),
        ("controls", "Plan a fault…"),
        ("controls", "Reset the site…"),
    ],
)
def test_every_form_is_accessible(dashboard: Dashboard, pictures: Path, view: str, button: str) -> None:
    page = dashboard.open(view)
    dashboard.click(button)
    page.evaluate(AXE)
    for scheme in SCHEMES:
        assert violations(page, scheme) == []
        page.screenshot(path=pictures / f"form-{button.split(maxsplit=1)[0]}-{scheme}.png")
    page.keyboard.press("Escape")
    expect(dashboard.dialog).to_have_count(0)


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_is_shown_as_text(dashboard: Dashboard, receiver: Receiver, pictures: Path, kind: str) -> None:
    page, text = dashboard.page, HOSTILE[kind]
    short = text[:100]
    order = dashboard.order(
        number=short,
        lineItems=[{"quantity": 5, "productName": {"original": text[:200]}}],
        billingInfo={"contactDetails": {"firstName": text}},
        recipientInfo=None,
        shippingInfo={"title": "Standard"},
    )
    dashboard.control("POST", "/webhooks", {"url": receiver.url})
    dashboard.ship(order, 1, customInfo={"fieldsData": {text: text}}, **{text: 1})
    link = "http://x.example/" + "x" * 1_000
    dashboard.ship(order, 1, trackingInfo={"trackingNumber": short, "shippingProvider": short, "trackingLink": link})
    dashboard.client.post("/ecom/v1/orders/search", json={"search": {"filter": {text: {text: text}}}})
    dashboard.control("POST", "/settle")
    for view in VIEWS:
        dashboard.open(view)
        for href in ["", *links(dashboard, view)]:
            page.goto(f"{dashboard.url}/_emulator?site={dashboard.site}{href or f'#/{view}'}")
            expect(page.locator("main h2").last).to_be_attached()
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                assert not is_wider_than_the_screen(page)
                page.screenshot(path=pictures / f"hostile-{kind}-{view}{'-chosen' if href else ''}-{width}.png")
    dashboard.open(f"orders/{order['id']}")
    expect(dashboard.detail).to_contain_text(text)
    assert page.locator("script").count() == 1
    assert page.locator("main img, main script").count() == 0


def links(dashboard: Dashboard, view: str) -> list[str]:
    """Where the first rows of the view's list lead to; the controls have none."""
    if view == "controls":
        return []
    rows = dashboard.page.locator(f".list a[href^='#/{view}/']")
    expect(rows.first).to_be_attached()
    return [str(row.get_attribute("href")) for row in rows.all()[:ROWS_LOOKED_AT]]


def test_a_thousand_orders_and_five_thousand_deliveries_stay_usable(dashboard: Dashboard) -> None:
    dashboard.without_orders()
    orders = dashboard.control("POST", "/orders", {"count": 1_000, "order": {"lineItems": [{"quantity": 9}]}})["orders"]
    dashboard.control("PUT", "/clock", {"now": "2026-01-01T00:00:00Z"})
    for port in range(1, 6):
        dashboard.control("POST", "/webhooks", {"url": f"http://127.0.0.1:{port}/", "eventTypes": ["*fulfillments*"]})
    entries = [
        {"orderId": one["id"], "fulfillments": [{"lineItems": [{"id": one["lineItems"][0]["id"]}]}]} for one in orders
    ]
    for start in range(0, 1_000, 100):
        body = {"ordersWithFulfillments": entries[start : start + 100]}
        answer = dashboard.client.post("/ecom/v1/fulfillments/orders/bulk/create-fulfillments", json=body)
        assert answer.json()["bulkActionMetadata"]["totalSuccesses"] == 100
    page = dashboard.open("orders")
    expect(page.get_by_text("1 to 25 of 1000 orders")).to_be_visible()
    dashboard.click("Older")
    expect(page.get_by_text("26 to 50 of 1000 orders")).to_be_visible()
    page.get_by_label("Search orders").fill(orders[0]["number"])
    expect(dashboard.list.get_by_role("listitem")).to_have_count(1)
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Webhooks").click()
    expect(page.get_by_text("1 to 25 of 5000 deliveries")).to_be_visible()
    dashboard.click("Older")
    expect(page.get_by_text("26 to 50 of 5000 deliveries")).to_be_visible()
    expect(dashboard.list.get_by_role("listitem")).to_have_count(25)
