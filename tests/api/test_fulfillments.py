import re

import pytest
from starlette.testclient import TestClient

from emulator.settings import Settings
from tests.api.shop import BASE, Shop, code, violations
from tests.factories import ITEM, OTHER_ITEM, guid

FEDEX = {"trackingNumber": "12345", "shippingProvider": "fedex"}
FEDEX_LINK = "https://www.fedex.com/apps/fedextrack/?action=track&trackingnumber=12345"
UNKNOWN_ID = guid(404)


# Create


@pytest.mark.rule("R121", "R131")
def test_create_answers_all_fulfillments_and_the_id_of_the_new_one(shop: Shop) -> None:
    order_id = shop.order()
    first = shop.created(order_id)
    answer = shop.create(order_id, {"id": ITEM, "quantity": 2}, trackingInfo=FEDEX, status="Ready", completed=False)
    body = answer.json()
    assert set(body) == {"orderWithFulfillments", "fulfillmentId"}
    assert body["orderWithFulfillments"]["orderId"] == order_id
    assert [one["id"] for one in body["orderWithFulfillments"]["fulfillments"]] == [first, body["fulfillmentId"]]
    new = body["orderWithFulfillments"]["fulfillments"][1]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", new.pop("createdDate"))
    assert new == {
        "id": body["fulfillmentId"],
        "lineItems": [{"id": ITEM, "quantity": 2}],
        "status": "Ready",
        "completed": False,
        "trackingInfo": FEDEX | {"trackingLink": FEDEX_LINK},
    }


@pytest.mark.rule("R103")
@pytest.mark.parametrize("item", [{"id": ITEM}, {"id": ITEM, "quantity": None}])
def test_create_without_a_quantity_takes_all_that_remains(shop: Shop, item: dict[str, object]) -> None:
    order_id = shop.order({ITEM: 7})
    shop.created(order_id, {"id": ITEM, "quantity": 3})
    shop.created(order_id, item)
    assert shop.fulfillments(order_id)[1]["lineItems"] == [{"id": ITEM, "quantity": 4}]
    assert shop.status(order_id) == "FULFILLED"


@pytest.mark.rule("R131")
def test_nulls_are_as_good_as_absent(shop: Shop) -> None:
    order_id = shop.order()
    shop.created(order_id, status=None, completed=None, trackingInfo=None, customInfo=None)
    assert set(shop.fulfillments(order_id)[0]) == {"id", "createdDate", "lineItems"}


@pytest.mark.rule("R109")
def test_custom_info_is_answered_as_sent(shop: Shop) -> None:
    order_id = shop.order()
    shop.created(order_id, customInfo={"fieldsData": {"courier": "Ada Lovelace 🚲"}})
    assert shop.fulfillments(order_id)[0]["customInfo"] == {"fieldsData": {"courier": "Ada Lovelace 🚲"}}


@pytest.mark.rule("R209")
def test_a_line_item_id_is_known_in_either_case(shop: Shop) -> None:
    item_id = "abcdef00-0000-4000-8000-00000000000f"
    order_id = shop.order({item_id: 1})
    shop.created(order_id, {"id": item_id.upper()})
    assert shop.fulfillments(order_id)[0]["lineItems"] == [{"id": item_id, "quantity": 1}]


@pytest.mark.rule("R204")
def test_unknown_fields_are_ignored_wherever_they_are(shop: Shop) -> None:
    order_id = shop.order()
    item = {"id": ITEM, "quantity": 1, "index": 0}
    answer = shop.create(order_id, item, trackingInfo=FEDEX | {"carrier": "x"}, notifyBuyer=True)
    assert answer.status_code == 200
    assert "carrier" not in answer.text
    assert "notifyBuyer" not in answer.text


@pytest.mark.rule("R204")
def test_the_names_of_the_emulators_own_code_are_unknown_fields_too(shop: Shop) -> None:
    order_id = shop.order()
    body = {"fulfillment": {"line_items": [{"id": ITEM}]}}
    answer = shop.client.post(f"{BASE}/orders/{order_id}/create-fulfillment", json=body)
    assert violations(answer) == [("fulfillment.lineItems", "REQUIRED_FIELD")]


@pytest.mark.rule("R204")
def test_the_path_decides_over_an_order_id_in_the_body(shop: Shop) -> None:
    mine, other = shop.order(), shop.order()
    body = {"orderId": other, "fulfillment": {"lineItems": [{"id": ITEM}]}}
    assert shop.client.post(f"{BASE}/orders/{mine}/create-fulfillment", json=body).status_code == 200
    assert len(shop.fulfillments(mine)) == 1
    assert shop.fulfillments(other) == []


@pytest.mark.rule("R101")
def test_an_order_that_is_not_approved_stays_as_it_was(shop: Shop) -> None:
    order_id = shop.order(status="PENDING")
    before = shop.state()
    assert code(shop.create(order_id)) == (428, "ORDER_NOT_APPROVED")
    assert shop.state() == before


@pytest.mark.rule("R104")
def test_over_fulfilling_leaves_the_order_as_it_was(shop: Shop) -> None:
    order_id = shop.order({ITEM: 2, OTHER_ITEM: 2})
    before = shop.state()
    refused = shop.create(order_id, {"id": OTHER_ITEM, "quantity": 1}, {"id": ITEM, "quantity": 3})
    assert code(refused) == (400, "QUANTITY_EXCEEDS_REMAINING")
    assert shop.state() == before


@pytest.mark.rule("R129")
def test_an_order_without_shipping_info_counts_as_fulfilled_and_may_still_be_shipped(shop: Shop) -> None:
    order_id = shop.order(shippingInfo=None)
    assert shop.status(order_id) == "FULFILLED"
    assert shop.create(order_id).status_code == 200


# Update


@pytest.mark.rule("R118", "R121")
def test_update_answers_all_fulfillments(shop: Shop) -> None:
    order_id = shop.order()
    first, second = shop.created(order_id), shop.created(order_id)
    body = shop.update(order_id, second, status="Fulfilled").json()
    assert set(body) == {"orderWithFulfillments"}
    assert [(one["id"], one.get("status")) for one in body["orderWithFulfillments"]["fulfillments"]] == [
        (first, None),
        (second, "Fulfilled"),
    ]


@pytest.mark.rule("R118")
def test_update_sets_removes_and_keeps(shop: Shop) -> None:
    order_id = shop.order()
    fulfillment_id = shop.created(order_id, status="Ready", completed=True, trackingInfo=FEDEX)
    shop.update(order_id, fulfillment_id, status="Fulfilled", completed=None)
    one = shop.fulfillments(order_id)[0]
    assert one["status"] == "Fulfilled"
    assert "completed" not in one
    assert one["trackingInfo"] == FEDEX | {"trackingLink": FEDEX_LINK}


@pytest.mark.rule("R204", "R209")
def test_the_path_decides_over_ids_in_the_body(shop: Shop) -> None:
    order_id = shop.order()
    first, second = shop.created(order_id), shop.created(order_id)
    body = {"orderId": "another", "fulfillment": {"id": first, "status": "Ready"}}
    answer = shop.client.patch(f"{BASE}/{second.upper()}/orders/{order_id}", json=body)
    assert answer.status_code == 200
    assert [one.get("status") for one in shop.fulfillments(order_id)] == [None, "Ready"]


@pytest.mark.parametrize("body", [{}, {"fulfillment": {}}, {"fulfillment": None}])
def test_an_empty_update_changes_nothing(shop: Shop, body: object) -> None:
    order_id = shop.order()
    fulfillment_id = shop.created(order_id)
    before = shop.state()
    assert shop.client.patch(f"{BASE}/{fulfillment_id}/orders/{order_id}", json=body).status_code == 200
    assert shop.state() == before


@pytest.mark.rule("R119")
def test_update_refuses_other_line_items_and_changes_nothing(shop: Shop) -> None:
    order_id = shop.order()
    fulfillment_id = shop.created(order_id)
    before = shop.state()
    refused = shop.update(order_id, fulfillment_id, status="Ready", lineItems=[{"id": ITEM, "quantity": 2}])
    assert violations(refused) == [("fulfillment.lineItems", "FIELD_NOT_ALLOWED")]
    assert refused.headers["x-emulator-rule"] == "R119"
    assert shop.state() == before


@pytest.mark.rule("R115")
def test_update_to_a_number_in_use_is_a_conflict(shop: Shop) -> None:
    order_id = shop.order()
    shop.created(order_id, trackingInfo=FEDEX)
    second = shop.created(order_id)
    before = shop.state()
    assert code(shop.update(order_id, second, trackingInfo=FEDEX)) == (409, "TRACKING_NUMBER_ALREADY_EXISTS")
    assert shop.state() == before


@pytest.mark.rule("R124")
def test_a_fulfillment_of_another_order_is_unknown(shop: Shop) -> None:
    mine, other = shop.order(), shop.order()
    theirs = shop.created(other)
    assert code(shop.update(mine, theirs, status="Ready")) == (404, "FULFILLMENT_NOT_FOUND")
    assert code(shop.delete(mine, theirs)) == (404, "FULFILLMENT_NOT_FOUND")
    assert len(shop.fulfillments(other)) == 1


# Delete


@pytest.mark.rule("R120", "R128")
def test_delete_answers_what_is_left_and_frees_quantity_and_number(shop: Shop) -> None:
    order_id = shop.order({ITEM: 2})
    kept = shop.created(order_id)
    gone = shop.created(order_id, trackingInfo=FEDEX)
    answer = shop.delete(order_id, gone).json()
    assert set(answer) == {"orderWithFulfillments"}
    assert [one["id"] for one in answer["orderWithFulfillments"]["fulfillments"]] == [kept]
    assert shop.status(order_id) == "PARTIALLY_FULFILLED"
    assert shop.create(order_id, trackingInfo=FEDEX).status_code == 200
    assert shop.status(order_id) == "FULFILLED"


@pytest.mark.rule("R124")
def test_a_fulfillment_can_be_deleted_once(shop: Shop) -> None:
    order_id = shop.order()
    fulfillment_id = shop.created(order_id)
    assert shop.delete(order_id, fulfillment_id).json()["orderWithFulfillments"]["fulfillments"] == []
    assert code(shop.delete(order_id, fulfillment_id)) == (404, "FULFILLMENT_NOT_FOUND")


@pytest.mark.rule("R204")
def test_delete_tolerates_the_query_that_the_sdk_repeats_its_path_in(shop: Shop) -> None:
    order_id = shop.order()
    fulfillment_id = shop.created(order_id)
    path = f"{BASE}/{fulfillment_id}/orders/{order_id}?fulfillmentId={UNKNOWN_ID}&orderId=another"
    assert shop.client.delete(path).status_code == 200


# List


def test_an_order_without_fulfillments_lists_none(shop: Shop) -> None:
    order_id = shop.order()
    answer = shop.client.get(f"{BASE}/orders/{order_id}")
    assert answer.json() == {"orderWithFulfillments": {"orderId": order_id, "fulfillments": []}}


@pytest.mark.rule("R126")
def test_list_by_ids_answers_known_orders_once_in_the_order_of_the_request(shop: Shop) -> None:
    first, second = shop.order(), shop.order()
    answer = shop.client.post(f"{BASE}/list-by-ids", json={"orderIds": [second, "unknown", first, second]})
    assert [one["orderId"] for one in answer.json()["ordersWithFulfillments"]] == [second, first]


@pytest.mark.rule("R126")
def test_list_by_ids_of_unknown_orders_is_empty(shop: Shop) -> None:
    answer = shop.client.post(f"{BASE}/list-by-ids", json={"orderIds": ["unknown"]})
    assert (answer.status_code, answer.json()) == (200, {"ordersWithFulfillments": []})


# What all six have in common


@pytest.mark.rule("R125", "R127")
@pytest.mark.parametrize("order_id", [UNKNOWN_ID, "not-a-guid", "x" * 100, "%20", "ü", "a%2Fb"])
def test_an_unknown_order_is_not_found(shop: Shop, order_id: str) -> None:
    answers = [
        shop.client.get(f"{BASE}/orders/{order_id}"),
        shop.create(order_id),
        shop.update(order_id, UNKNOWN_ID),
        shop.delete(order_id, UNKNOWN_ID),
    ]
    assert {code(answer) for answer in answers} == {(404, "ORDER_NOT_FOUND")}


@pytest.mark.rule("R203")
def test_every_success_is_200_with_json(shop: Shop) -> None:
    order_id = shop.order()
    create = shop.create(order_id)
    fulfillment_id = create.json()["fulfillmentId"]
    answers = [
        create,
        shop.update(order_id, fulfillment_id, status="Ready"),
        shop.client.get(f"{BASE}/orders/{order_id}"),
        shop.client.post(f"{BASE}/list-by-ids", json={"orderIds": [order_id]}),
        shop.bulk((order_id, {"lineItems": [{"id": ITEM, "quantity": 1}]})),
        shop.delete(order_id, fulfillment_id),
    ]
    assert {(one.status_code, one.headers["content-type"]) for one in answers} == {(200, "application/json")}


@pytest.mark.rule("R211")
def test_sites_share_nothing(api: TestClient) -> None:
    mine = Shop(api)
    order_id = mine.order(id="mine")
    elsewhere = api.get(f"{BASE}/orders/{order_id}", headers={"wix-site-id": "another"})
    assert code(elsewhere) == (404, "ORDER_NOT_FOUND")


class TestWithTrackingNumbersOfTheWholeSite:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(seed=("empty",)).model_copy(
            update={"behaviours": Settings().behaviours.model_copy(update={"duplicate_tracking_scope": "site"})}
        )

    @pytest.mark.rule("R116")
    def test_a_number_of_another_order_is_a_conflict_until_it_is_deleted(self, shop: Shop) -> None:
        mine, other = shop.order(), shop.order()
        theirs = shop.created(other, trackingInfo=FEDEX)
        assert code(shop.create(mine, trackingInfo=FEDEX)) == (409, "TRACKING_NUMBER_ALREADY_EXISTS")
        shop.delete(other, theirs)
        assert shop.create(mine, trackingInfo=FEDEX).status_code == 200


@pytest.mark.rule("R116")
def test_orders_may_share_a_tracking_number_by_default(shop: Shop) -> None:
    mine, other = shop.order(), shop.order()
    shop.created(other, trackingInfo=FEDEX)
    assert shop.create(mine, trackingInfo=FEDEX).status_code == 200
