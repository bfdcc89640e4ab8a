import logging
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from emulator.api.gateway import Gateway
from emulator.app import create_app
from emulator.domain.behaviours import Behaviours
from emulator.settings import Settings
from tests.api.shop import BASE, Shop, code, violations
from tests.factories import FOREIGN_ITEM, ITEM, guid

FEDEX = {"trackingNumber": "12345", "shippingProvider": "fedex"}


def application_error(answer: Response) -> dict[str, Any]:
    body = answer.json()
    assert set(body) == {"message", "details"}
    assert set(body["details"]) == {"applicationError"}
    error: dict[str, Any] = body["details"]["applicationError"]
    assert error["description"] == body["message"]
    return error


# Application errors


@pytest.mark.rule("R115", "R202")
def test_a_tracking_number_in_use_answers_409(shop: Shop) -> None:
    order_id = shop.order()
    shop.created(order_id, trackingInfo=FEDEX)
    answer = shop.create(order_id, trackingInfo=FEDEX)
    assert answer.status_code == 409
    assert application_error(answer) == {
        "code": "TRACKING_NUMBER_ALREADY_EXISTS",
        "description": "fulfillment with tracking number already exist",
        "data": {"trackingNumber": "12345"},
    }


@pytest.mark.rule("R125", "R202")
def test_an_unknown_order_answers_404(shop: Shop) -> None:
    answer = shop.create("unknown")
    assert answer.status_code == 404
    assert application_error(answer) == {
        "code": "ORDER_NOT_FOUND",
        "description": "order unknown not found",
        "data": {"orderId": "unknown"},
    }


@pytest.mark.rule("R124", "R202")
def test_an_unknown_fulfillment_answers_404(shop: Shop) -> None:
    order_id = shop.order()
    answer = shop.delete(order_id, guid(404))
    assert answer.status_code == 404
    assert application_error(answer) == {
        "code": "FULFILLMENT_NOT_FOUND",
        "description": f"order {order_id} has no fulfillment {guid(404)}",
        "data": {"fulfillmentId": guid(404), "orderId": order_id},
    }


@pytest.mark.rule("R101", "R202")
def test_an_order_that_is_not_approved_answers_428(shop: Shop) -> None:
    order_id = shop.order(status="CANCELED")
    answer = shop.create(order_id)
    assert answer.status_code == 428
    error = application_error(answer)
    assert (error["code"], error["data"]) == ("ORDER_NOT_APPROVED", {"orderId": order_id, "status": "CANCELED"})


@pytest.mark.rule("R104", "R202")
@pytest.mark.parametrize(("quantity", "requested"), [(11, 11), (100_000, 100_000)])
def test_more_than_remains_answers_400_with_the_numbers(shop: Shop, quantity: int, requested: int) -> None:
    answer = shop.create(shop.order({ITEM: 10}), {"id": ITEM, "quantity": quantity})
    assert answer.status_code == 400
    error = application_error(answer)
    assert error["code"] == "QUANTITY_EXCEEDS_REMAINING"
    assert error["data"] == {"lineItemId": ITEM, "requested": requested, "remaining": 10}


@pytest.mark.rule("R106", "R202")
def test_a_foreign_line_item_answers_400_with_its_id(shop: Shop) -> None:
    answer = shop.create(shop.order(), {"id": FOREIGN_ITEM})
    assert answer.status_code == 400
    error = application_error(answer)
    assert (error["code"], error["data"]) == ("LINE_ITEM_NOT_FOUND", {"lineItemId": FOREIGN_ITEM})


@pytest.mark.rule("R210")
def test_a_body_over_the_limit_answers_413() -> None:
    with TestClient(create_app(Settings(seed=("empty",), body_bytes_max=100, check_responses=True))) as client:
        path = f"{BASE}/list-by-ids"
        fitting = b'{"orderIds":["a"]}'.ljust(100)
        assert client.post(path, content=fitting).status_code == 200
        answer = client.post(path, content=fitting + b" ")
        assert answer.status_code == 413
        error = application_error(answer)
        assert (error["code"], error["data"]) == ("PAYLOAD_TOO_LARGE", {"limitBytes": 100})
        assert "--body-bytes-max" in answer.json()["message"]
        streamed = client.post(path, content=iter([fitting, b" "]))
        assert code(streamed) == (413, "PAYLOAD_TOO_LARGE")


@pytest.mark.rule("R205")
@pytest.mark.parametrize("body", [b"{", b"[]", b'{"a":' + b"[" * 150 + b"]" * 150 + b"}"], ids=["cut", "array", "deep"])
def test_what_is_wrong_with_the_body_as_a_whole_is_said_of_the_body(api: TestClient, body: bytes) -> None:
    answer = api.post(f"{BASE}/list-by-ids", content=body)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("the body ")


# Validation errors


@pytest.mark.rule("R201")
def test_all_violations_come_at_once_in_wire_names(shop: Shop) -> None:
    answer = shop.create(
        shop.order(),
        {"id": ITEM, "quantity": 0},
        {"quantity": 100_001},
        status="sent",
        completed="yes",
        trackingInfo={"trackingNumber": "", "shippingProvider": 5, "trackingLink": "parcels.example"},
    )
    assert violations(answer) == [
        ("fulfillment.lineItems[0].quantity", "MIN"),
        ("fulfillment.lineItems[1].id", "REQUIRED_FIELD"),
        ("fulfillment.lineItems[1].quantity", "MAX"),
        ("fulfillment.status", "INVALID_ENUM_VALUE"),
        ("fulfillment.completed", "FORMAT"),
        ("fulfillment.trackingInfo.trackingNumber", "MIN_LENGTH"),
        ("fulfillment.trackingInfo.shippingProvider", "FORMAT"),
        ("fulfillment.trackingInfo.trackingLink", "FORMAT"),
    ]


@pytest.mark.rule("R201")
def test_a_violation_carries_description_and_data(shop: Shop) -> None:
    answer = shop.create(shop.order(), {"id": "1"}, {"id": ITEM, "quantity": 0})
    assert answer.json()["details"]["validationError"]["fieldViolations"] == [
        {
            "field": "fulfillment.lineItems[0].id",
            "description": "is not a valid GUID",
            "violatedRule": "FORMAT",
            "data": {"type": "GUID"},
        },
        {
            "field": "fulfillment.lineItems[1].quantity",
            "description": "must be 1 or more, got 0",
            "violatedRule": "MIN",
            "data": {"threshold": 1},
        },
    ]


@pytest.mark.rule("R201")
def test_the_message_draws_the_violations_as_a_tree(shop: Shop) -> None:
    answer = shop.create(shop.order(), {"id": "1"}, status="sent")
    statuses = "'Pending', 'Accepted', 'Ready', 'In_Delivery' or 'Fulfilled'"
    assert answer.json()["message"] == (
        "fulfillment is invalid:\n"
        "`-- lineItems [at index 0] is invalid:\n"
        "    `-- id is not a valid GUID\n"
        f'`-- status must be one of {statuses}, got "sent"'
    )


@pytest.mark.rule("R201")
def test_a_path_parameter_is_validated_with_the_body(shop: Shop) -> None:
    answer = shop.client.patch(f"{BASE}/not-a-guid/orders/{'x' * 101}", json={"fulfillment": {"status": "sent"}})
    assert violations(answer) == [
        ("orderId", "MAX_LENGTH"),
        ("fulfillment.status", "INVALID_ENUM_VALUE"),
        ("fulfillment.id", "FORMAT"),
    ]


@pytest.mark.rule("R201")
def test_form_is_looked_at_before_the_order(shop: Shop) -> None:
    assert violations(shop.create("unknown", {"id": "1"})) == [("fulfillment.lineItems[0].id", "FORMAT")]


@pytest.mark.rule("R109", "R201")
@pytest.mark.parametrize("tracking", [FEDEX, {}])
def test_tracking_info_and_custom_info_exclude_each_other(shop: Shop, tracking: dict[str, str]) -> None:
    answer = shop.create(shop.order(), trackingInfo=tracking, customInfo={"fieldsData": {}})
    assert violations(answer) == [("fulfillment.customInfo", "ONE_OF_ALIGNMENT")]


@pytest.mark.rule("R113")
def test_a_custom_provider_without_its_link_names_the_field_and_the_rule(shop: Shop) -> None:
    answer = shop.create(shop.order(), trackingInfo={"trackingNumber": "1", "shippingProvider": "FedEx"})
    assert violations(answer) == [("fulfillment.trackingInfo.trackingLink", "REQUIRED_FIELD")]
    assert answer.headers["x-emulator-rule"] == "R113"


@pytest.mark.rule("R119")
def test_other_line_items_in_an_update_are_named_with_the_field_and_the_rule(shop: Shop) -> None:
    order_id = shop.order()
    answer = shop.update(order_id, shop.created(order_id), lineItems=[{"id": FOREIGN_ITEM, "quantity": 1}])
    assert violations(answer) == [("fulfillment.lineItems", "FIELD_NOT_ALLOWED")]
    assert answer.headers["x-emulator-rule"] == "R119"


@pytest.mark.rule("R205")
@pytest.mark.parametrize(
    "body", [b"{", b"nonsense", b"[]", b'"text"', b"5", b"null", b"true", b'{"a":1}}', b"\xef\xbb\xbf{}"]
)
def test_a_body_that_is_no_json_object_is_one_violation_of_the_whole(shop: Shop, body: bytes) -> None:
    answer = shop.client.post(f"{BASE}/list-by-ids", content=body)
    assert violations(answer) == [("", "FORMAT")]
    assert answer.headers["x-emulator-rule"] == "R205"


@pytest.mark.rule("R205")
@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", "application/json; charset=utf-16", "", None]
)
def test_the_content_type_is_not_looked_at(shop: Shop, content_type: str | None) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    answer = shop.client.post(f"{BASE}/list-by-ids", content=b'{"orderIds":["a"]}', headers=headers)
    assert answer.status_code == 200


@pytest.mark.rule("R205")
def test_an_empty_body_is_an_empty_object(shop: Shop) -> None:
    assert violations(shop.client.post(f"{BASE}/list-by-ids")) == [("orderIds", "REQUIRED_FIELD")]


# Headers


@pytest.mark.rule("R206")
def test_every_answer_carries_a_request_id_of_its_own(shop: Shop) -> None:
    order_id = shop.order()
    answers = [
        shop.create(order_id),
        shop.create("unknown"),
        shop.client.get("/nowhere"),
        shop.client.put(f"{BASE}/list-by-ids"),
        shop.client.post(f"{BASE}/list-by-ids", content=b"{"),
        shop.client.get("/_emulator/health"),
    ]
    ids = [one.headers["x-wix-request-id"] for one in answers]
    assert all(ids)
    assert len(set(ids)) == len(ids)


def test_a_success_has_no_rule_and_nothing_to_explain(shop: Shop) -> None:
    headers = shop.create(shop.order()).headers
    assert "x-emulator-rule" not in headers
    assert "x-emulator-explain" not in headers


@pytest.mark.parametrize("site_id", [None, "another", "a site/ü?&=+%"])
def test_a_refusal_names_its_rule_and_where_it_is_explained(shop: Shop, site_id: str | None) -> None:
    headers = {} if site_id is None else {b"wix-site-id": site_id.encode("latin-1")}
    answer = shop.client.get("/ecom/v1/orders/unknown", headers=headers)
    assert answer.headers["x-emulator-rule"] == "R125"
    explained = shop.client.get(answer.headers["x-emulator-explain"]).json()
    assert explained["requestId"] == answer.headers["x-wix-request-id"]
    assert (explained["operation"], explained["status"]) == ("getOrder", 404)
    refusal = explained["refusal"]
    assert (refusal["rule"]["id"], refusal["values"]) == ("R125", {"orderId": "unknown"})


# Settings


class TestWithOtherStatusesAndCodes:
    @pytest.fixture
    def settings(self) -> Settings:
        overrides = {
            "ORDER_NOT_APPROVED": {"status": 400, "code": "INVALID_ORDER_STATUS"},
            "ORDER_NOT_FOUND": {"code": "NOT_FOUND"},
            "INVALID_ARGUMENT": {"status": 422},
        }
        return Settings(seed=("empty",), behaviours=Behaviours.model_validate({"refusals": overrides}))

    def test_a_refusal_answers_as_the_setting_says(self, shop: Shop) -> None:
        assert code(shop.create(shop.order(status="PENDING"))) == (400, "INVALID_ORDER_STATUS")

    def test_a_setting_may_change_one_of_status_and_code(self, shop: Shop) -> None:
        assert code(shop.create("unknown")) == (404, "NOT_FOUND")
        assert shop.create("unknown", {"id": "1"}).status_code == 422

    def test_other_refusals_stay_as_they_are(self, shop: Shop) -> None:
        assert code(shop.delete(shop.order(), guid(1))) == (404, "FULFILLMENT_NOT_FOUND")

    def test_an_entry_of_a_bulk_call_has_the_code_too(self, shop: Shop) -> None:
        body = shop.bulk((shop.order(status="PENDING"), {"lineItems": [{"id": ITEM}]})).json()
        assert body["results"][0]["itemMetadata"]["error"]["code"] == "INVALID_ORDER_STATUS"

    def test_the_rule_header_stays(self, shop: Shop) -> None:
        assert shop.create("unknown").headers["x-emulator-rule"] == "R125"


# Faults of our own


@pytest.mark.rule("R207")
def test_a_fault_of_the_emulator_is_a_blank_500_with_the_traceback_in_the_log(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    gateway = shop.client.app
    assert isinstance(gateway, Gateway)
    del gateway.emulator.sites.site().store._orders  # break it on purpose
    with caplog.at_level(logging.ERROR, logger="emulator"):
        answer = shop.client.get("/ecom/v1/orders/a")
    assert (answer.status_code, answer.content) == (500, b'{"message":"","details":{}}')
    assert answer.headers["x-wix-request-id"]
    assert "AttributeError" in caplog.text
