"""Events that are fired by hand."""

import pytest
from starlette.testclient import TestClient

from emulator.outbox import SEALED_BYTES_MAX
from tests.api.shop import Shop, violations
from tests.api.webhooks.steering import (
    ADDED,
    FIRST,
    FULFILLMENTS_UPDATED,
    SECOND,
    deliveries,
    fire,
    fulfillments,
    subscriptions,
    told,
)


def test_an_event_is_fired_on_top_of_what_the_order_really_has(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    shop.created(order_id)

    answer = fire(api, orderId=order_id)

    assert fulfillments(answer["event"]) == shop.fulfillments(order_id)
    assert answer["event"] == told(api)[-1]


def test_an_event_is_about_the_first_order_with_fulfillments_unless_told_otherwise(api: TestClient, shop: Shop) -> None:
    shop.order()
    shipped = shop.order()
    shop.created(shipped)
    assert fire(api)["event"]["entityId"] == shipped


def test_an_event_of_an_order_without_fulfillments_has_none(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    assert fulfillments(fire(api)["event"]) == []
    assert fire(api)["event"]["entityId"] == order_id


def test_what_an_event_is_not_known_to_have_is_told_even_if_its_order_has_no_fulfillments(
    api: TestClient, shop: Shop
) -> None:
    order_id = shop.order()
    for _ in range(2):
        unknown = fire(api, orderId=order_id, set={"fulfillments[0].stats": "Ready"})["unknown"]
        assert unknown == [{"path": "fulfillments[].stats", "didYouMean": "fulfillments[].status"}]
        shop.created(order_id)


def test_set_changes_the_event_and_nothing_else(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    shop.created(order_id)
    before = shop.state()

    event = fire(api, set={"fulfillments[0].trackingInfo.trackingNumber": "777", "note": {"a": [1]}})["event"]

    entity = event["updatedEvent"]["currentEntity"]
    assert entity["fulfillments"][0]["trackingInfo"] == {"trackingNumber": "777"}
    assert entity["note"] == {"a": [1]}
    assert shop.state() == before


@pytest.mark.parametrize("path", ["", "fulfillments[x]", "orderId.x", "fulfillments.id", "a..b"])
def test_a_path_that_does_not_fit_is_refused_and_nothing_is_queued(api: TestClient, shop: Shop, path: str) -> None:
    shop.order()
    before = deliveries(api)
    answer = api.post("/_emulator/events", json={"eventType": FULFILLMENTS_UPDATED, "set": {path: 1}})
    assert violations(answer) == [("set", "VALIDATION")]
    assert deliveries(api) == before


@pytest.mark.parametrize("name", [FULFILLMENTS_UPDATED, "fulfillments_updated", "wixEcom_onFulfillmentsUpdated"])
def test_an_event_type_is_fired_by_any_of_its_names(api: TestClient, shop: Shop, name: str) -> None:
    shop.order()
    assert fire(api, name)["deliveries"][0]["eventType"] == FULFILLMENTS_UPDATED


def test_every_event_type_can_be_fired(api: TestClient, shop: Shop) -> None:
    shop.order()
    for event_type in api.get("/_emulator/manifest").json()["eventTypes"]:
        assert fire(api, event_type["name"])["deliveries"][0]["eventType"] == event_type["name"]


def test_an_unknown_event_type_is_refused_with_the_known_ones(api: TestClient) -> None:
    answer = api.post("/_emulator/events", json={"eventType": "wix.ecom.v1.fulfilments_updated"})
    assert violations(answer) == [("eventType", "INVALID_ENUM_VALUE")]
    assert FULFILLMENTS_UPDATED in answer.text


def test_an_event_of_an_unknown_order_is_refused(api: TestClient) -> None:
    answer = api.post("/_emulator/events", json={"eventType": FULFILLMENTS_UPDATED, "orderId": "nobody's"})
    assert (answer.status_code, answer.json()["details"]["applicationError"]["code"]) == (404, "ORDER_NOT_FOUND")


def test_an_event_of_a_site_without_orders_is_refused(api: TestClient) -> None:
    answer = api.post("/_emulator/events", json={"eventType": FULFILLMENTS_UPDATED})
    assert (answer.status_code, answer.json()["details"]["applicationError"]["code"]) == (404, "NO_ORDER")
    assert "make one with POST /_emulator/orders" in answer.json()["message"]


def test_events_with_large_bodies_take_no_more_room_than_deliveries_have(api: TestClient, shop: Shop) -> None:
    shop.order()
    large = {"note": "x" * (5 * 1024 * 1024)}
    for _ in range(15):
        fire(api, to=ADDED, set=large)
    site = api.app.emulator.sites.site()  # type: ignore[attr-defined]  # the gateway
    kept = [one for one in site.outbox.deliveries() if one.subscription.url == ADDED]
    assert 1 < len(kept) < 15
    assert sum(len(one.sealed.body) for one in kept) <= SEALED_BYTES_MAX
    assert site.outbox.dropped


@pytest.mark.rule("R310")
def test_a_ticket_order_needs_no_order(api: TestClient) -> None:
    event = fire(api, "wixEvents_onOrderUpdated")["event"]
    assert (event["status"], len(event["tickets"])) == ("PAID", 2)


@pytest.mark.rule("R310")
def test_a_ticket_order_is_overridden_field_by_field(api: TestClient) -> None:
    changes = {"status": "CANCELED", "invoice.grandTotal.amount": "123.00", "tickets[1].firstName": "June"}
    event = fire(api, "wixEvents_onOrderUpdated", set=changes)["event"]
    assert (event["status"], event["invoice"]) == ("CANCELED", {"grandTotal": {"amount": "123.00"}})
    assert [ticket["firstName"] for ticket in event["tickets"]] == ["John", "June"]


def test_an_event_may_go_to_one_url_alone(api: TestClient, shop: Shop) -> None:
    shop.order()
    answer = fire(api, to=ADDED)
    assert [one["subscription"]["url"] for one in answer["deliveries"]] == [ADDED]
    assert [one["url"] for one in subscriptions(api)] == [FIRST, SECOND]


def test_an_event_for_one_url_may_have_its_own_format(api: TestClient, shop: Shop) -> None:
    shop.order()
    assert fire(api, to=ADDED, format="velo")["deliveries"][0]["body"].startswith('{"handler"')


def test_a_fired_event_takes_the_next_number_of_its_order(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    shop.created(order_id)
    fire(api)
    shop.created(order_id)
    assert [event["entityEventSequence"] for event in told(api)] == ["1", "2", "3"]
