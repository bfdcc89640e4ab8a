"""The dashboard's webhooks, clicked through."""

from playwright.sync_api import expect

from tests.browser.dashboard import Dashboard
from tests.browser.receiver import Receiver

NOON = "2026-01-01T12:00:00Z"


def subscribe(dashboard: Dashboard, url: str, delivery_format: str = "jwt") -> None:
    dashboard.control("POST", "/webhooks", {"url": url, "format": delivery_format})


def fire(dashboard: Dashboard, **fields: str) -> None:
    dashboard.control("POST", "/events", {"eventType": "fulfillments_updated", **fields})
    dashboard.control("POST", "/settle")


def test_without_a_subscription_it_shows_how_to_start_a_listener(dashboard: Dashboard) -> None:
    page = dashboard.open("webhooks")
    expect(dashboard.list).to_contain_text(f"wix-emulator listen --url {dashboard.url} --site '{dashboard.site}'")
    expect(page.get_by_role("navigation", name="Views")).to_contain_text("nobody listens")


def test_a_receiver_is_added_and_removed(dashboard: Dashboard, receiver: Receiver) -> None:
    page = dashboard.open("webhooks")
    dashboard.click("Add a receiver…")
    dashboard.dialog.get_by_label("URL").fill(receiver.url)
    dashboard.dialog.get_by_label("Format").select_option("sdk")
    dashboard.submit("Add receiver")
    expect(page.get_by_role("region", name="Receivers")).to_contain_text(receiver.url)
    expect(dashboard.list).to_contain_text("Nothing has been delivered yet")
    dashboard.click(f"Remove {receiver.url}")
    expect(dashboard.list).to_contain_text("Nobody listens yet")


def test_an_event_is_fired_with_chaos(dashboard: Dashboard, receiver: Receiver) -> None:
    subscribe(dashboard, receiver.url)
    page = dashboard.open("webhooks")
    dashboard.click("Fire an event…")
    dashboard.dialog.get_by_label("Chaos").select_option("wrong-key")
    expect(dashboard.dialog).to_contain_text("A correct receiver will refuse it")
    dashboard.submit("Fire")
    expect(page.get_by_text("Fired to 1 receiver.")).to_be_visible()
    dashboard.list.get_by_role("link").filter(has_text="chaos: wrong-key").click()
    expect(dashboard.detail).to_contain_text("Not verified: the signature does not fit the app's public key")


def test_overrides_that_are_no_json_are_said_to_be(dashboard: Dashboard) -> None:
    page = dashboard.open("webhooks")
    dashboard.click("Fire an event…")
    dashboard.dialog.get_by_label("Overrides").fill("{")
    dashboard.dialog.get_by_role("button", name="Fire", exact=True).click()
    expect(page.get_by_text("The overrides are no JSON object")).to_be_visible()


def test_a_token_is_decoded_layer_by_layer_and_verified(dashboard: Dashboard, receiver: Receiver) -> None:
    subscribe(dashboard, receiver.url)
    fire(dashboard)
    dashboard.open("webhooks")
    dashboard.list.get_by_role("link").first.click()
    detail = dashboard.detail
    expect(detail).to_contain_text("Verified: the signature fits the app's public key")
    for layer, text in (("Header", '"RS256"'), ("Claims", '"exp"'), ("Envelope", '"instanceId"')):
        detail.locator("summary").filter(has_text=layer).first.click()
        expect(detail.get_by_label(layer, exact=True)).to_contain_text(text)
    expect(detail.get_by_label("Event", exact=True)).to_contain_text('"entityFqdn": "wix.ecom.v1.fulfillments"')


def test_an_expired_token_and_a_truncated_one_are_told_apart(dashboard: Dashboard, receiver: Receiver) -> None:
    subscribe(dashboard, receiver.url)
    fire(dashboard, chaos="expired-token")
    fire(dashboard, chaos="truncated-body")
    dashboard.open("webhooks")
    dashboard.list.get_by_role("link").filter(has_text="expired-token").click()
    expect(dashboard.detail).to_contain_text("Not valid any more: the signature fits, but it expired")
    dashboard.list.get_by_role("link").filter(has_text="truncated-body").click()
    expect(dashboard.detail).to_contain_text("Not verified")


def test_a_format_without_a_signature_shows_its_body(dashboard: Dashboard, receiver: Receiver) -> None:
    subscribe(dashboard, receiver.url, "velo")
    fire(dashboard)
    dashboard.open("webhooks")
    dashboard.list.get_by_role("link").first.click()
    expect(dashboard.detail.get_by_label("The body", exact=True)).to_contain_text("wixEcom_onFulfillmentsUpdated")


def test_a_failed_delivery_shows_its_attempts_and_next_retry_and_is_redelivered(
    dashboard: Dashboard, receiver: Receiver
) -> None:
    receiver.status = 503
    dashboard.control("PUT", "/clock", {"now": NOON})
    subscribe(dashboard, receiver.url)
    fire(dashboard)
    page = dashboard.open("webhooks")
    row = dashboard.list.get_by_role("link").first
    expect(row).to_contain_text("✗ 503")
    expect(row).to_contain_text("next retry 12:01:00 (in 1 min)")
    row.click()
    receiver.status = 200
    dashboard.click("Redeliver now")
    expect(page.get_by_text("Sent again: 200.")).to_be_visible()
    expect(dashboard.detail.get_by_role("listitem")).to_have_count(2)
    expect(row).to_contain_text("delivered")


def test_deliveries_are_filtered_by_status(dashboard: Dashboard, receiver: Receiver) -> None:
    subscribe(dashboard, receiver.url)
    fire(dashboard)
    page = dashboard.open("webhooks")
    page.get_by_label("Delivery status").select_option("waiting")
    expect(dashboard.list).to_contain_text("No delivery is waiting")
    page.get_by_label("Delivery status").select_option("delivered")
    expect(dashboard.list.get_by_role("listitem")).to_have_count(1)
