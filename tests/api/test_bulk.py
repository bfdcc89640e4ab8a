from typing import Any

import pytest

from emulator.api.bulk_fulfillments import BulkCreateFulfillmentResponse
from emulator.domain.behaviours import Behaviours
from emulator.settings import Settings
from tests.api.shop import BASE, Shop, violations
from tests.factories import FOREIGN_ITEM, ITEM

ONE: dict[str, Any] = {"lineItems": [{"id": ITEM, "quantity": 1}]}
ALL: dict[str, Any] = {"lineItems": [{"id": ITEM}]}
TOO_MANY: dict[str, Any] = {"lineItems": [{"id": ITEM, "quantity": 11}]}
FEDEX = {"trackingInfo": {"trackingNumber": "12345", "shippingProvider": "fedex"}}


@pytest.mark.rule("R122")
def test_bulk_answers_one_result_an_entry_under_the_plural_key(shop: Shop) -> None:
    first, second = shop.order(), shop.order()
    body = shop.bulk((first, ONE | FEDEX), (second, ONE)).json()
    assert [result["itemMetadata"] for result in body["results"]] == [
        {"id": first, "originalIndex": 0, "success": True},
        {"id": second, "originalIndex": 1, "success": True},
    ]
    assert [result["ordersWithFulfillments"] for result in body["results"]] == [
        {"orderId": first, "fulfillments": shop.fulfillments(first)},
        {"orderId": second, "fulfillments": shop.fulfillments(second)},
    ]
    assert body["bulkActionMetadata"] == {"totalSuccesses": 2, "totalFailures": 0, "undetailedFailures": 0}


@pytest.mark.rule("R122")
def test_a_bulk_answer_is_as_its_model_prints_it(shop: Shop) -> None:
    answer = shop.bulk((shop.order(), ONE | FEDEX), (shop.order(), TOO_MANY), ("unknown", ONE)).content
    model = BulkCreateFulfillmentResponse.model_validate_json(answer)
    assert model.model_dump_json(exclude_none=True).encode() == answer


@pytest.mark.rule("R122", "R123")
def test_a_refused_entry_tells_why_and_the_others_succeed(shop: Shop) -> None:
    first, second = shop.order(), shop.order()
    answer = shop.bulk((first, ONE), (second, TOO_MANY), ("unknown", ONE), (second, ONE))
    assert answer.status_code == 200
    body = answer.json()
    assert [result["itemMetadata"]["success"] for result in body["results"]] == [True, False, False, True]
    assert body["bulkActionMetadata"] == {"totalSuccesses": 2, "totalFailures": 2, "undetailedFailures": 0}
    refused = body["results"][1]
    assert set(refused) == {"itemMetadata"}
    assert refused["itemMetadata"]["error"] == {
        "code": "QUANTITY_EXCEEDS_REMAINING",
        "description": f"line item {ITEM}: 11 were requested, 10 of 10 can still be fulfilled",
        "data": {"lineItemId": ITEM, "requested": 11, "remaining": 10},
    }
    assert body["results"][2]["itemMetadata"]["error"]["code"] == "ORDER_NOT_FOUND"


@pytest.mark.rule("R123")
def test_bulk_answers_200_even_if_all_entries_fail(shop: Shop) -> None:
    before = shop.state()
    answer = shop.bulk(("unknown", ONE), ("unknown too", ONE))
    assert answer.status_code == 200
    assert answer.json()["bulkActionMetadata"] == {"totalSuccesses": 0, "totalFailures": 2, "undetailedFailures": 0}
    assert shop.state() == before


@pytest.mark.rule("R123")
@pytest.mark.parametrize(
    "bad", [TOO_MANY, {"lineItems": [{"id": FOREIGN_ITEM}]}, ALL | {"trackingInfo": {"shippingProvider": "x"}}]
)
def test_an_entry_is_created_whole_or_not_at_all(shop: Shop, bad: dict[str, Any]) -> None:
    order_id = shop.order()
    before = shop.state()
    answer = shop.bulk((order_id, ONE, bad)).json()
    assert answer["results"][0]["itemMetadata"]["success"] is False
    assert shop.state() == before


@pytest.mark.rule("R123")
def test_entries_for_one_order_run_one_after_the_other(shop: Shop) -> None:
    order_id = shop.order({ITEM: 3})
    body = shop.bulk((order_id, ONE), (order_id, ALL), (order_id, ONE)).json()
    assert [result["itemMetadata"]["success"] for result in body["results"]] == [True, True, False]
    assert [one["lineItems"][0]["quantity"] for one in shop.fulfillments(order_id)] == [1, 2]


@pytest.mark.rule("R122")
def test_an_entry_may_have_several_fulfillments(shop: Shop) -> None:
    order_id = shop.order({ITEM: 3})
    body = shop.bulk((order_id, ONE, ALL)).json()
    assert len(body["results"][0]["ordersWithFulfillments"]["fulfillments"]) == 2
    assert shop.status(order_id) == "FULFILLED"


@pytest.mark.rule("R117")
def test_a_duplicate_tracking_number_is_an_error_of_its_entry(shop: Shop) -> None:
    order_id = shop.order()
    body = shop.bulk((order_id, ONE | FEDEX), (order_id, ONE | FEDEX)).json()
    assert [result["itemMetadata"]["success"] for result in body["results"]] == [True, False]
    assert body["results"][1]["itemMetadata"]["error"]["code"] == "TRACKING_NUMBER_ALREADY_EXISTS"


@pytest.mark.rule("R117")
def test_a_duplicate_within_one_entry_is_an_error_too(shop: Shop) -> None:
    order_id = shop.order()
    assert shop.bulk((order_id, ONE | FEDEX, ONE | FEDEX)).json()["bulkActionMetadata"]["totalFailures"] == 1


@pytest.mark.rule("R113")
def test_a_custom_provider_without_a_link_is_an_error_of_its_entry_with_its_violation(shop: Shop) -> None:
    order_id = shop.order()
    body = shop.bulk((order_id, ONE | {"trackingInfo": {"shippingProvider": "x"}})).json()
    error = body["results"][0]["itemMetadata"]["error"]
    assert error["code"] == "INVALID_ARGUMENT"
    (violation,) = error["data"]["fieldViolations"]
    assert violation["violatedRule"] == "REQUIRED_FIELD"
    assert violation["field"] == "ordersWithFulfillments[0].fulfillments[0].trackingInfo.trackingLink"


@pytest.mark.rule("R201")
def test_a_malformed_entry_refuses_the_whole_request(shop: Shop) -> None:
    order_id = shop.order()
    before = shop.state()
    answer = shop.bulk((order_id, ONE), (order_id, ONE | {"status": "Sent"}), ("", {"lineItems": [{"id": 1}]}))
    assert violations(answer) == [
        ("ordersWithFulfillments[1].fulfillments[0].status", "INVALID_ENUM_VALUE"),
        ("ordersWithFulfillments[2].orderId", "MIN_LENGTH"),
        ("ordersWithFulfillments[2].fulfillments[0].lineItems[0].id", "FORMAT"),
    ]
    assert shop.state() == before


def test_an_order_whose_id_is_bulk_is_fulfilled_by_the_other_path(shop: Shop) -> None:
    order_id = shop.order(id="bulk")
    assert shop.client.post(f"{BASE}/orders/bulk/create-fulfillment", json={"fulfillment": ONE}).status_code == 200
    assert len(shop.fulfillments(order_id)) == 1


class TestWhereDuplicatesAreAllowedInBulk:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(seed=("empty",), behaviours=Behaviours(duplicate_tracking_in_bulk="allow"))

    @pytest.mark.rule("R117")
    def test_bulk_takes_them_and_create_does_not(self, shop: Shop) -> None:
        order_id = shop.order()
        assert shop.bulk((order_id, ONE | FEDEX, ONE | FEDEX)).json()["bulkActionMetadata"]["totalSuccesses"] == 1
        assert shop.create(order_id, **FEDEX).status_code == 409
