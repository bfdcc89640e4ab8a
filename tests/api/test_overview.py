from typing import Any

import pytest

from tests.api.shop import Shop, violations
from tests.factories import ITEM, OTHER_ITEM

NOON = "2026-01-01T12:00:00.000Z"


def listed(shop: Shop, **parameters: Any) -> dict[str, Any]:
    answer = shop.client.get("/_emulator/orders", params=parameters)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def ids(shop: Shop, **parameters: Any) -> list[str]:
    return [one["id"] for one in listed(shop, **parameters)["orders"]]


# Orders


def test_an_order_is_listed_with_what_is_fulfilled_and_what_remains(shop: Shop) -> None:
    order_id = shop.order({ITEM: 10, OTHER_ITEM: 2})
    shop.created(order_id, {"id": ITEM, "quantity": 4}, trackingInfo={"trackingNumber": "1", "shippingProvider": "ups"})
    (order,) = listed(shop)["orders"]
    counts = [(one["id"], one["ordered"], one["fulfilled"], one["remaining"]) for one in order["lineItems"]]
    assert counts == [(ITEM, 10, 4, 6), (OTHER_ITEM, 2, 0, 2)]
    assert order["fulfillmentStatus"] == "PARTIALLY_FULFILLED"
    assert order["fulfillments"] == shop.fulfillments(order_id)


@pytest.mark.parametrize(
    "fields", [{"billingInfo": None, "shippingInfo": None, "buyerInfo": None}, {"lineItems": [{}]}]
)
def test_an_order_with_little_in_it_is_listed(shop: Shop, fields: dict[str, Any]) -> None:
    shop.client.post("/_emulator/orders", json={"order": fields})
    assert len(listed(shop)["orders"]) == 1


def test_a_page_is_counted_from_the_newest_and_listed_oldest_first(shop: Shop) -> None:
    made = [shop.order() for _ in range(5)]
    assert ids(shop) == made
    assert ids(shop, limit=2) == made[3:]
    assert ids(shop, limit=2, offset=2) == made[1:3]
    assert ids(shop, limit=2, offset=4) == made[:1]
    assert ids(shop, limit=2, offset=9) == []
    assert ids(shop, offset=4) == made[:1]


def test_a_list_asked_for_in_pages_tells_how_many_fit_in_all(shop: Shop) -> None:
    for _ in range(3):
        shop.order()
    assert listed(shop, limit=1)["total"] == 3
    assert "total" not in listed(shop)


@pytest.mark.parametrize(("parameters", "field"), [({"limit": "0"}, "limit"), ({"offset": "-1"}, "offset")])
@pytest.mark.parametrize("name", ["orders", "deliveries", "requests"])
def test_every_list_refuses_a_wrong_page(shop: Shop, name: str, parameters: dict[str, str], field: str) -> None:
    answer = shop.client.get(f"/_emulator/{name}", params=parameters)
    assert [one for one, _ in violations(answer)] == [field]


@pytest.mark.parametrize("search", ["lamp", "ZEBRA", "lamp jane", "zz-9", "dhl zz-9", "jane@shop.example", "1234567"])
def test_the_search_looks_at_number_buyer_products_and_parcels(shop: Shop, search: str) -> None:
    shop.order()
    wanted = shop.client.post(
        "/_emulator/orders",
        json={
            "order": {
                "number": "1234567",
                "lineItems": [{"quantity": 1, "productName": {"original": "Zebra lamp"}}],
                "billingInfo": {"contactDetails": {"firstName": "Jane", "lastName": "Doe"}},
                "recipientInfo": {"contactDetails": {"firstName": "Jane", "lastName": "Doe"}},
                "buyerInfo": {"email": "jane@shop.example"},
            }
        },
    ).json()["orders"][0]
    item = wanted["lineItems"][0]["id"]
    shop.created(wanted["id"], {"id": item}, trackingInfo={"trackingNumber": "zz-9", "shippingProvider": "dhl"})
    assert ids(shop, search=search) == [wanted["id"]]


def test_every_word_of_the_search_must_occur(shop: Shop) -> None:
    shop.client.post("/_emulator/orders", json={"order": {"lineItems": [{"productName": {"original": "Zebra lamp"}}]}})
    assert ids(shop, search="zebra table") == []


def test_orders_are_found_by_id_and_by_fulfillment_status(shop: Shop) -> None:
    one, other = shop.order(), shop.order()
    shop.created(other, {"id": ITEM})
    assert ids(shop, id=one) == [one]
    assert ids(shop, id="unknown") == []
    assert ids(shop, fulfillmentStatus="FULFILLED") == [other]
    answer = shop.client.get("/_emulator/orders?fulfillmentStatus=SENT")
    assert violations(answer) == [("fulfillmentStatus", "INVALID_ENUM_VALUE")]


# Deliveries and requests, in pages


def test_deliveries_and_requests_come_in_pages_too(shop: Shop) -> None:
    shop.client.post("/_emulator/webhooks", json={"url": "http://127.0.0.1:1/"})
    order_id = shop.order()
    for _ in range(3):
        shop.created(order_id)
    shop.client.post("/_emulator/settle")
    everything = shop.client.get("/_emulator/deliveries").json()["deliveries"]
    page = shop.client.get("/_emulator/deliveries?limit=1&offset=1").json()
    assert page == {"deliveries": everything[-2:-1], "total": len(everything)}
    requests = shop.client.get("/_emulator/requests").json()["requests"]
    page = shop.client.get("/_emulator/requests?limit=2&offset=1").json()
    assert page == {"requests": requests[:2], "total": 3}


def test_the_journal_is_listed_briefly(shop: Shop) -> None:
    shop.create("unknown", trakingInfo={})
    (entry,) = shop.client.get("/_emulator/requests?brief=true&refused=true").json()["requests"]
    assert (entry["refusal"], entry["fault"], entry["doubts"]) == ("ORDER_NOT_FOUND", None, 1)
    assert "request" not in entry
    assert shop.client.get("/_emulator/requests?refused=false").json() == {"requests": []}


# The summary, and the sites


def test_the_summary_counts_what_the_site_holds(shop: Shop) -> None:
    shop.client.put("/_emulator/clock", json={"now": NOON})
    shop.client.post("/_emulator/webhooks", json={"url": "http://127.0.0.1:1/"})
    shop.client.post("/_emulator/faults", json={"operation": "getOrder", "effect": {"status": 503}})
    order_id = shop.order()
    shop.created(order_id)
    shop.create("unknown")
    shop.client.post("/_emulator/settle")
    summary = shop.client.get("/_emulator/summary").json()
    assert summary["orders"] == {"total": 1, "PARTIALLY_FULFILLED": 1}
    assert summary["requests"] == {"total": 2, "refused": 1}
    assert summary["deliveries"]["waiting"] == summary["deliveries"]["total"] > 0
    assert (summary["webhooks"], summary["faults"]) == (1, 1)
    assert summary["clock"] == {"now": NOON, "mode": "manual"}
    assert summary["nextAttemptAt"] == "2026-01-01T12:01:00.000Z"
    assert summary["nextStepAt"] is None


def test_a_spent_fault_counts_no_more(shop: Shop) -> None:
    shop.client.post("/_emulator/faults", json={"operation": "getOrder", "effect": {"status": 503}})
    shop.client.get("/ecom/v1/orders/a")
    assert shop.client.get("/_emulator/summary").json()["faults"] == 0


def test_the_sites_are_listed(shop: Shop) -> None:
    shop.client.get("/_emulator/summary?site=a")
    sites = shop.client.get("/_emulator/sites").json()["sites"]
    assert sites[0] == {"id": "a", "isDefault": False}
    assert sites[-1]["isDefault"]
