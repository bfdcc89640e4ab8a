"""The dashboard's orders, clicked through."""

import json
import subprocess

from playwright.sync_api import expect

from tests.browser.dashboard import Dashboard

MUG = "00000000-0000-0000-0000-000000000001"


def test_orders_are_listed_with_a_bar_for_each_line_item(dashboard: Dashboard) -> None:
    order = dashboard.order(lineItems=[{"quantity": 5, "productName": {"original": "Blue Mug"}}])
    dashboard.ship(order, 2)
    page = dashboard.open()
    row = dashboard.list.get_by_role("link").filter(has_text=f"Order {order['number']}")
    expect(row).to_contain_text("Blue Mug")
    expect(row).to_contain_text("2/5")
    expect(row).to_contain_text("PARTIALLY FULFILLED")
    expect(row.get_by_role("img", name="2 of 5 fulfilled, 3 remaining")).to_be_visible()
    expect(page.get_by_role("navigation", name="Views")).to_contain_text("Orders 25")


def test_the_search_finds_by_number_buyer_product_and_tracking_number(dashboard: Dashboard) -> None:
    order = dashboard.order(lineItems=[{"quantity": 1, "productName": {"original": "Zebra lamp"}}])
    dashboard.ship(order, 1, trackingInfo={"trackingNumber": "Z-1", "shippingProvider": "dhl"})
    page = dashboard.open()
    for text in (order["number"], "zebra", "z-1 dhl"):
        page.get_by_label("Search orders").fill(text)
        expect(dashboard.list.get_by_role("listitem")).to_have_count(1)
        expect(dashboard.list).to_contain_text("Zebra lamp")
    page.get_by_label("Search orders").fill("no such thing")
    expect(dashboard.list).to_contain_text("No order fits")


def test_an_order_is_created_through_the_emulated_api(dashboard: Dashboard) -> None:
    page = dashboard.open()
    dashboard.click("Create order…")
    dashboard.dialog.get_by_label("Product").fill("Teapot")
    dashboard.dialog.get_by_label("Quantity").fill("3")
    expect(dashboard.dialog).to_contain_text('"original": "Teapot"')
    dashboard.submit("Create order")
    expect(page.get_by_text("Created order")).to_be_visible()
    expect(dashboard.list.get_by_role("listitem").first).to_contain_text("Teapot")
    assert dashboard.control("GET", "/requests")["requests"][-1]["operation"] == "createOrder"


def test_a_part_is_shipped_and_shown_with_the_carriers_link(dashboard: Dashboard) -> None:
    order = dashboard.order(lineItems=[{"quantity": 5, "productName": {"original": "Blue Mug"}}])
    dashboard.open(f"orders/{order['id']}")
    dashboard.click("Ship…")
    dashboard.dialog.get_by_label("Blue Mug").fill("2")
    dashboard.dialog.get_by_label("Tracking number").fill("1 2&3")
    dashboard.dialog.get_by_label("Carrier", exact=True).select_option("ups")
    dashboard.submit("Ship")
    link = dashboard.detail.get_by_role("link", name="1 2&3")
    expect(link).to_have_attribute("href", "https://wwwapps.ups.com/WebTracking/track?track=yes&trackNums=1%202%263")
    expect(dashboard.detail).to_contain_text("ordered 5, fulfilled 2, remaining 3")
    expect(dashboard.detail).to_contain_text("2 \u00d7 Blue Mug")


def test_the_form_shows_the_very_request_as_curl_and_sdk_code(dashboard: Dashboard) -> None:
    order = dashboard.order(lineItems=[{"quantity": 5, "productName": {"original": "Mug"}}])
    page = dashboard.open(f"orders/{order['id']}")
    dashboard.click("Ship…")
    dashboard.dialog.get_by_label("Tracking number").fill("it's one")
    dashboard.dialog.get_by_text("The request as SDK code").click()
    sdk = dashboard.dialog.get_by_label("The request as SDK code", exact=True).inner_text()
    assert "client.orderFulfillments.createFulfillment(" in sdk
    assert f'"_id": "{MUG}"' in sdk
    dashboard.dialog.get_by_role("button", name="Copy: The request as curl").click()
    curl = page.evaluate("navigator.clipboard.readText()")
    done = subprocess.run(["bash", "-c", f"{curl} -s"], capture_output=True, text=True, check=True)  # noqa: S603, S607 - what the page shows
    (shipped,) = json.loads(done.stdout)["orderWithFulfillments"]["fulfillments"]
    assert shipped["trackingInfo"]["trackingNumber"] == "it's one"
    assert shipped["lineItems"] == [{"id": MUG, "quantity": 5}]


def test_a_refusal_stays_in_the_form_and_leads_to_its_explanation(dashboard: Dashboard) -> None:
    order = dashboard.order(lineItems=[{"quantity": 5, "productName": {"original": "Mug"}}])
    dashboard.open(f"orders/{order['id']}")
    dashboard.click("Ship…")
    dashboard.dialog.get_by_label("Mug").fill("6")
    dashboard.dialog.get_by_role("button", name="Ship", exact=True).click()
    expect(dashboard.dialog.get_by_role("alert")).to_contain_text("Refused: 400 QUANTITY_EXCEEDS_REMAINING")
    dashboard.dialog.get_by_role("link", name="Explained in the journal (rule R104)").click()
    expect(dashboard.dialog).to_have_count(0)
    expect(dashboard.detail).to_contain_text("How to fix it")


def test_a_tracking_number_is_changed(dashboard: Dashboard) -> None:
    order = dashboard.order(lineItems=[{"quantity": 5}])
    dashboard.ship(order, 5, trackingInfo={"trackingNumber": "OLD", "shippingProvider": "fedex"})
    dashboard.open(f"orders/{order['id']}")
    dashboard.click("Change tracking of fulfillment 1")
    dashboard.dialog.get_by_label("Tracking number").fill("NEW")
    dashboard.submit("Change tracking")
    link = dashboard.detail.get_by_role("link", name="NEW")
    expect(link).to_have_attribute("href", "https://www.fedex.com/apps/fedextrack/?action=track&trackingnumber=NEW")
    expect(dashboard.detail.get_by_role("button", name="Ship…")).to_be_disabled()


def test_a_fulfillment_is_deleted(dashboard: Dashboard) -> None:
    order = dashboard.order(lineItems=[{"quantity": 5}])
    dashboard.ship(order, 5)
    dashboard.open(f"orders/{order['id']}")
    dashboard.click("Delete fulfillment 1")
    expect(dashboard.dialog).to_contain_text("curl -X DELETE")
    dashboard.submit("Delete fulfillment")
    expect(dashboard.detail).to_contain_text("ordered 5, fulfilled 0, remaining 5")
    expect(dashboard.detail).to_contain_text("Nothing has left the shop yet")


def test_what_others_do_shows_without_a_reload(dashboard: Dashboard) -> None:
    order = dashboard.order(lineItems=[{"quantity": 5}])
    page = dashboard.open(f"orders/{order['id']}")
    expect(dashboard.detail).to_contain_text("fulfilled 0")
    dashboard.ship(order, 1)
    expect(dashboard.detail).to_contain_text("fulfilled 1")
    expect(page.get_by_role("log")).to_contain_text("createFulfillment 200")


def test_without_orders_it_says_how_to_make_some(dashboard: Dashboard) -> None:
    dashboard.without_orders()
    dashboard.open()
    expect(dashboard.list).to_contain_text("This site has no orders yet")
    expect(dashboard.list).to_contain_text("curl -X POST")
    dashboard.click("Make up 3 orders")
    expect(dashboard.list.get_by_role("listitem")).to_have_count(3)


def test_a_keyboard_alone_ships_an_order(dashboard: Dashboard) -> None:
    order = dashboard.order(lineItems=[{"quantity": 5, "productName": {"original": "Mug"}}])
    page = dashboard.open()
    page.get_by_role("link", name="Skip to the content").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Search orders")).to_be_focused()
    page.keyboard.type(order["number"])
    expect(dashboard.list.get_by_role("listitem")).to_have_count(1)
    for _ in ("status", "create", "the order"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(dashboard.detail.get_by_role("heading", name=f"Order {order['number']}")).to_be_visible()
    page.keyboard.press("Tab")
    expect(dashboard.detail.get_by_role("button", name="Ship…")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dashboard.dialog.get_by_label("Mug")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dashboard.dialog).to_have_count(0)
    expect(dashboard.detail).to_contain_text("fulfilled 5")
