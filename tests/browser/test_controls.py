"""The dashboard's controls, clicked through."""

import json
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.dashboard import Dashboard
from tests.browser.receiver import Receiver

NOON = "2026-01-01T12:00:00Z"


def test_the_clock_advances_by_an_hour_and_a_day_and_follows_the_system_again(dashboard: Dashboard) -> None:
    dashboard.control("PUT", "/clock", {"now": NOON})
    page = dashboard.open("controls")
    clock = page.locator("#clock")
    dashboard.click("An hour on")
    expect(clock).to_have_text("2026-01-01 13:00:00 UTC, stands")
    dashboard.click("A day on")
    expect(clock).to_have_text("2026-01-02 13:00:00 UTC, stands")
    dashboard.click("Follow the system")
    expect(clock).not_to_contain_text("stands")


def test_the_clock_is_set(dashboard: Dashboard) -> None:
    page = dashboard.open("controls")
    page.get_by_label("Stop the clock at").fill(NOON)
    dashboard.click("Set")
    expect(page.locator("#clock")).to_have_text("2026-01-01 12:00:00 UTC, stands")
    page.get_by_label("Stop the clock at").fill("noon")
    dashboard.click("Set")
    expect(page.get_by_text("400:")).to_be_visible()


def test_the_clock_advances_to_the_next_retry(dashboard: Dashboard, receiver: Receiver) -> None:
    receiver.status = 500
    dashboard.control("PUT", "/clock", {"now": NOON})
    dashboard.control("POST", "/webhooks", {"url": receiver.url})
    page = dashboard.open("controls")
    expect(page.get_by_role("button", name="To the next retry")).to_be_disabled()
    dashboard.control("POST", "/events", {"eventType": "fulfillments_updated"})
    dashboard.control("POST", "/settle")
    expect(page.get_by_role("region", name="Clock")).to_contain_text("12:01:00 (in 1 min)")
    receiver.status = 200
    dashboard.click("To the next retry")
    expect(page.get_by_text("Moved the clock: 1 delivered, 0 failed, 0 waiting.")).to_be_visible()
    expect(page.locator("#clock")).to_contain_text("12:01:00")


def test_a_fault_is_planned_and_taken_back(dashboard: Dashboard) -> None:
    page = dashboard.open("controls")
    faults = page.get_by_role("region", name="Faults")
    expect(faults).to_contain_text("Everything works")
    dashboard.click("Plan a fault…")
    dashboard.dialog.get_by_label("What goes wrong").select_option("drop")
    dashboard.dialog.get_by_label("When").select_option("afterCommit")
    dashboard.dialog.get_by_label("Times").fill("2")
    dashboard.submit("Plan it")
    expect(faults).to_contain_text('{"drop":"afterCommit"}')
    expect(faults).to_contain_text("0 of 2 used")
    dashboard.click("Take back")
    expect(faults).to_contain_text("Everything works")


def test_a_snapshot_is_saved_the_site_reset_and_the_snapshot_loaded(dashboard: Dashboard, tmp_path: Path) -> None:
    order = dashboard.order(lineItems=[{"quantity": 1, "productName": {"original": "Keepsake"}}])
    page = dashboard.open("controls")
    state = page.get_by_role("region", name="State")
    with page.expect_download() as download:
        state.get_by_role("link", name="Save a snapshot").click()
    saved = tmp_path / "snapshot.json"
    download.value.save_as(saved)
    assert order["id"] in {one["id"] for one in json.loads(saved.read_text())["orders"]}
    dashboard.click("Reset the site…")
    dashboard.submit("Reset the site")
    expect(state).to_contain_text("24 orders")
    state.get_by_label("Load a snapshot").set_input_files(saved)
    expect(state).to_contain_text("25 orders")
    expect(page.get_by_text("Loaded the snapshot.")).to_be_visible()


def test_a_file_that_is_no_snapshot_is_refused(dashboard: Dashboard, tmp_path: Path) -> None:
    page = dashboard.open("controls")
    (tmp_path / "no.json").write_text('{"version": 99}')
    page.get_by_label("Load a snapshot").set_input_files(tmp_path / "no.json")
    expect(page.get_by_text("version is 99")).to_be_visible()


def test_orders_are_made_up(dashboard: Dashboard) -> None:
    page = dashboard.open("controls")
    dashboard.click("Make up orders…")
    dashboard.dialog.get_by_label("How many").fill("7")
    dashboard.submit("Make orders")
    expect(page.get_by_role("region", name="State")).to_contain_text("31 orders")


def test_the_site_is_switched(dashboard: Dashboard) -> None:
    dashboard.order(lineItems=[{"quantity": 1, "productName": {"original": "Here only"}}])
    page = dashboard.open("controls")
    page.get_by_label("Open another site").fill(f"{dashboard.site} & more")
    dashboard.click("Open")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    expect(page.get_by_role("navigation", name="Views")).to_contain_text("Orders 24")
    page.get_by_label("Site", exact=True).select_option(dashboard.site)
    expect(page.get_by_role("navigation", name="Views")).to_contain_text("Orders 25")


def test_secrets_are_shown_when_asked_for(dashboard: Dashboard) -> None:
    page = dashboard.open("controls")
    secret, key = page.get_by_text("emulator-app-secret"), page.get_by_text("IST.emulator-api-key")
    expect(page.get_by_role("heading", name="What a client needs")).to_be_visible()
    expect(secret).to_be_hidden()
    expect(key).to_be_hidden()
    page.get_by_text("App secret", exact=True).click()
    expect(secret).to_be_visible()
    expect(key).to_be_hidden()
