"""The API reference for humans."""

from playwright.sync_api import expect

from tests.browser.dashboard import Dashboard


def test_the_reference_shows_every_operation_and_calls_this_server(dashboard: Dashboard) -> None:
    page = dashboard.page
    dashboard.open()
    page.get_by_role("link", name="API reference").click()
    operation = page.locator("[id^=operations-][id$=-getOrder]")
    operation.click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_placeholder("id", exact=True).fill("265c7d98-a7c3-48c4-89cd-bbdc00921eab")
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table").first).to_contain_text('"fulfillmentStatus"')


def test_the_reference_shows_the_control_plane_too(dashboard: Dashboard) -> None:
    page = dashboard.page
    page.goto(f"{dashboard.url}/_emulator/docs?urls.primaryName=The+control+plane")
    page.get_by_label("Select a definition").select_option("The control plane")
    expect(page.locator("[id^=operations-][id$=-advanceClock]")).to_be_visible()
