"""Which calls tell which events, and to whom."""

import pytest
from starlette.testclient import TestClient

from tests.api.shop import Shop
from tests.api.webhooks.steering import (
    ADDED,
    FIRST,
    FULFILLMENTS_UPDATED,
    SECOND,
    deliveries,
    fulfillments,
    subscribe,
    subscriptions,
    told,
)
from tests.factories import FOREIGN_ITEM, ITEM


@pytest.mark.rule("R301", "R302")
def test_creating_a_fulfillment_tells_all_of_the_orders_fulfillments(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    shop.created(order_id)
    shop.created(order_id)

    event = told(api)[-1]

    assert event["entityId"] == order_id
    assert (event["entityFqdn"], event["slug"]) == ("wix.ecom.v1.fulfillments", "updated")
    assert event["updatedEvent"]["currentEntity"] == {
        "orderId": order_id,
        "fulfillments": shop.fulfillments(order_id),
    }
    assert event["eventTime"] == "2026-03-01T12:00:00.000000Z"
    assert event["triggeredByAnonymizeRequest"] is False


@pytest.mark.rule("R301")
def test_one_call_tells_one_event(api: TestClient, shop: Shop) -> None:
    shop.created(shop.order())
    assert len(told(api)) == 1


@pytest.mark.rule("R301")
def test_updating_a_fulfillment_tells_it_as_it_is_now(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    fulfillment_id = shop.created(order_id)
    shop.update(order_id, fulfillment_id, status="Ready")

    created, updated = told(api)

    assert "status" not in fulfillments(created)[0]
    assert fulfillments(updated)[0]["status"] == "Ready"


@pytest.mark.rule("R301")
def test_deleting_the_last_fulfillment_tells_an_empty_list(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    shop.delete(order_id, shop.created(order_id))

    assert [len(fulfillments(event)) for event in told(api)] == [1, 0]


@pytest.mark.rule("R301")
def test_each_successful_entry_of_a_bulk_call_tells_an_event(api: TestClient, shop: Shop) -> None:
    one, other = shop.order(), shop.order()
    draft = {"lineItems": [{"id": ITEM, "quantity": 1}]}

    shop.bulk((one, draft), ("nobody's", draft), (other, draft, draft))

    assert [(event["entityId"], len(fulfillments(event))) for event in told(api)] == [(one, 1), (other, 2)]


@pytest.mark.rule("R303")
def test_a_refused_call_tells_nothing(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    shop.create(order_id, {"id": FOREIGN_ITEM})
    shop.create(order_id, {"id": ITEM, "quantity": 11})
    shop.create("nobody's")
    shop.create(order_id, {"id": "no guid"})
    shop.delete(order_id, FOREIGN_ITEM)
    assert told(api) == []


@pytest.mark.rule("R303")
def test_an_update_that_changes_nothing_tells_nothing(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    fulfillment_id = shop.created(order_id, status="Ready")
    assert shop.update(order_id, fulfillment_id, status="Ready").status_code == 200
    assert shop.update(order_id, fulfillment_id).status_code == 200
    assert len(told(api)) == 1


@pytest.mark.rule("R303")
def test_reading_tells_nothing(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    before = deliveries(api)
    shop.fulfillments(order_id)
    shop.status(order_id)
    api.post("/ecom/v1/fulfillments/list-by-ids", json={"orderIds": [order_id]})
    assert deliveries(api) == before


@pytest.mark.rule("R302")
def test_the_sequence_rises_from_one_per_order(api: TestClient, shop: Shop) -> None:
    one, other = shop.order(), shop.order()
    for order_id in (one, one, other, one):
        shop.created(order_id)

    sequences = [(event["entityId"], event["entityEventSequence"]) for event in told(api)]

    assert sequences == [(one, "1"), (one, "2"), (other, "1"), (one, "3")]


@pytest.mark.rule("R302")
def test_every_event_has_an_id_of_its_own_and_one_for_all_its_receivers(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    shop.created(order_id)
    shop.created(order_id)
    first, second = ([event["id"] for event in told(api, url)] for url in (FIRST, SECOND))
    assert first == second
    assert len(set(first)) == 2


@pytest.mark.rule("R301")
def test_every_subscription_gets_a_delivery_of_its_own(api: TestClient, shop: Shop) -> None:
    subscribe(api)
    shop.created(shop.order())
    found = deliveries(api, eventType=FULFILLMENTS_UPDATED)
    assert [one["subscription"]["url"] for one in found] == [FIRST, SECOND, ADDED]
    assert len({one["id"] for one in found}) == 3


@pytest.mark.parametrize(
    ("event_types", "count"),
    [
        ([FULFILLMENTS_UPDATED], 1),
        (["wix.ecom.v1.fulfillments_*"], 1),
        (["wixEvents_*", "*_updated"], 1),
        (["wix.ecom.v1.order_approved"], 0),
        (["wixEvents_onOrderUpdated"], 0),
    ],
)
def test_a_subscription_gets_the_event_types_that_it_wants(
    api: TestClient, shop: Shop, event_types: list[str], count: int
) -> None:
    order_id = shop.order()
    subscribe(api, eventTypes=event_types)
    shop.created(order_id)
    assert len(told(api, ADDED)) == count


def test_a_subscription_gets_nothing_of_what_was_before_it(api: TestClient, shop: Shop) -> None:
    shop.created(shop.order())
    subscribe(api)
    assert told(api, ADDED) == []


def test_what_one_site_does_is_told_to_its_own_subscriptions_alone(api: TestClient, shop: Shop) -> None:
    elsewhere = {"wix-site-id": "elsewhere"}
    api.post("/_emulator/webhooks", json={"url": ADDED}, headers=elsewhere)
    shop.created(shop.order())
    assert told(api, ADDED) == []
    assert api.get("/_emulator/deliveries", headers=elsewhere).json() == {"deliveries": []}


def test_without_a_subscription_nothing_is_queued(api: TestClient, shop: Shop) -> None:
    for one in subscriptions(api):
        api.delete(f"/_emulator/webhooks/{one['id']}")
    shop.created(shop.order())
    assert deliveries(api) == []
