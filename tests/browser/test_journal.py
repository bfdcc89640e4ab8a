"""The dashboard's journal, clicked through."""

from playwright.sync_api import expect

from tests.browser.dashboard import Dashboard
from tests.browser.receiver import Receiver


def test_an_empty_journal_says_what_to_try(dashboard: Dashboard) -> None:
    dashboard.open("journal")
    expect(dashboard.list).to_contain_text("Nobody has asked for anything yet")
    expect(dashboard.list).to_contain_text(f"curl -X POST '{dashboard.url}/ecom/v1/orders/search'")


def test_requests_show_live_and_a_refusal_with_rule_evidence_and_fix(dashboard: Dashboard) -> None:
    order = dashboard.order(lineItems=[{"quantity": 5}])
    dashboard.open("journal")
    parcel = {"trackingNumber": "12345", "shippingProvider": "fedex"}
    dashboard.ship(order, 1, trackingInfo=parcel)
    dashboard.ship(order, 1, trackingInfo=parcel)
    dashboard.list.get_by_role("link").filter(has_text="TRACKING_NUMBER_ALREADY_EXISTS").click()
    detail = dashboard.detail
    expect(detail.get_by_role("heading", name="Refused: TRACKING_NUMBER_ALREADY_EXISTS")).to_be_visible()
    expect(detail).to_contain_text("fulfillment with tracking number already exist")
    expect(detail).to_contain_text("Rule R1")
    expect(detail).to_contain_text("Evidence: document")
    expect(detail).to_contain_text("How to fix it: Give each fulfillment a number of its own")


def test_each_violation_is_shown_with_its_field(dashboard: Dashboard) -> None:
    order = dashboard.order(lineItems=[{"quantity": 5}])
    dashboard.ship(order, 0)
    dashboard.open("journal")
    dashboard.list.get_by_role("link").first.click()
    expect(dashboard.detail).to_contain_text("fulfillment.lineItems[0].quantity")


def test_fields_that_nobody_read_are_shown_with_what_was_meant(dashboard: Dashboard) -> None:
    order = dashboard.order(lineItems=[{"quantity": 5}])
    dashboard.ship(order, 1, trackingInfo={"trackingNumber": "1", "shippingProvder": "fedex"})
    dashboard.open("journal")
    row = dashboard.list.get_by_role("link").first
    expect(row).to_contain_text("1 unread or doubtful")
    row.click()
    expect(dashboard.detail).to_contain_text(
        "fulfillment.trackingInfo.shippingProvder was not read: did you mean fulfillment.trackingInfo.shippingProvider?"
    )


def test_differences_and_events_lead_to_the_order_and_the_delivery(dashboard: Dashboard, receiver: Receiver) -> None:
    order = dashboard.order(lineItems=[{"quantity": 5}])
    dashboard.control("POST", "/webhooks", {"url": receiver.url})
    dashboard.ship(order, 1)
    page = dashboard.open("journal")
    dashboard.list.get_by_role("link").first.click()
    expect(dashboard.detail.get_by_role("row").filter(has_text="fulfillmentStatus")).to_contain_text(
        "NOT_FULFILLEDPARTIALLY_FULFILLED"
    )
    dashboard.detail.get_by_role("link", name="delivery 1").first.click()
    expect(dashboard.detail).to_contain_text("Verified")
    page.go_back()
    dashboard.detail.get_by_role("link", name=order["id"]).click()
    expect(dashboard.detail.get_by_role("heading", name=f"Order {order['number']}")).to_be_visible()


def test_the_journal_shows_refused_requests_only_and_can_be_emptied(dashboard: Dashboard) -> None:
    dashboard.client.get("/ecom/v1/nothing")
    dashboard.client.get("/ecom/v1/orders/265c7d98-a7c3-48c4-89cd-bbdc00921eab")
    page = dashboard.open("journal")
    expect(dashboard.list.get_by_role("listitem")).to_have_count(2)
    page.get_by_label("Which requests").select_option("Refused and failed")
    expect(dashboard.list.get_by_role("listitem")).to_have_count(1)
    expect(dashboard.list).to_contain_text("unknown path")
    page.get_by_label("Which requests").select_option("All requests")
    dashboard.click("Empty the journal")
    expect(dashboard.list).to_contain_text("Nobody has asked for anything yet")


def test_a_fault_is_named_as_the_cause(dashboard: Dashboard) -> None:
    dashboard.control("POST", "/faults", {"operation": "getOrder", "effect": {"status": 503}})
    dashboard.client.get("/ecom/v1/orders/265c7d98-a7c3-48c4-89cd-bbdc00921eab")
    dashboard.open("journal")
    dashboard.list.get_by_role("link").first.click()
    expect(dashboard.detail).to_contain_text("A planned fault did this")
