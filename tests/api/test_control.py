from typing import Any

import pytest
from starlette.testclient import TestClient

from emulator import __version__
from emulator.api.routes import OPERATIONS
from emulator.app import create_app
from emulator.domain.behaviours import Behaviours
from emulator.domain.rules import RULES
from emulator.domain.site_ids import DEFAULT_SITE_ID
from emulator.settings import Settings
from tests.api.shop import BASE, Shop, code, violations
from tests.factories import ITEM, OTHER_ITEM, fulfillment, guid


def test_health_is_ok(shop: Shop) -> None:
    answer = shop.client.get("/_emulator/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "version": __version__})


def test_the_manifest_tells_what_a_client_needs(shop: Shop) -> None:
    manifest = shop.client.get("/_emulator/manifest").json()
    settings = Settings()
    assert manifest["siteId"] == DEFAULT_SITE_ID
    assert manifest["baseUrl"] == "http://127.0.0.1:8949"
    assert manifest["appId"] == settings.app_id
    assert manifest["appSecret"] == settings.app_secret
    assert manifest["instanceId"] == settings.instance_id
    assert manifest["settings"]["duplicate_tracking_scope"] == "order"
    emulated = [one for one in OPERATIONS if not one.is_control]
    assert [(one["id"], one["method"], one["path"]) for one in manifest["operations"]] == [
        (one.id, one.method, one.path) for one in emulated
    ]


def test_the_rules_are_listed_with_their_evidence(shop: Shop) -> None:
    listed = shop.client.get("/_emulator/rules").json()["rules"]
    assert [one["id"] for one in listed] == list(RULES)
    assert all(set(one) == {"id", "statement", "evidence", "source", "setting"} for one in listed)


def test_the_control_plane_has_an_openapi_document_of_its_own(shop: Shop) -> None:
    document = shop.client.get("/_emulator/openapi.json").json()
    described = {one["operationId"] for path in document["paths"].values() for one in path.values()}
    assert described == {one.id for one in OPERATIONS if one.is_control}


# Reset


@pytest.mark.parametrize("seed", [("empty",), ("docs", "demo"), ("docs-bulk",)])
def test_reset_makes_a_site_as_a_fresh_one(seed: tuple[str, ...]) -> None:
    settings = Settings(seed=seed)
    with TestClient(create_app(settings)) as used, TestClient(create_app(settings)) as fresh:
        pristine = fresh.post("/_emulator/reset").json()
        order_id = Shop(used).order()
        Shop(used).created(order_id)
        Shop(used).create("unknown")
        assert used.post("/_emulator/reset").json() == pristine
        assert code(used.get(f"/ecom/v1/orders/{order_id}")) == (404, "ORDER_NOT_FOUND")
        assert len(used.get("/_emulator/requests").json()["requests"]) == 1


def test_reset_is_for_one_site(shop: Shop) -> None:
    order_id = shop.order()
    for client_site in ({"headers": {"wix-site-id": "another"}}, {"params": {"site": "another"}}):
        shop.client.post("/_emulator/reset", **client_site)  # type: ignore[arg-type]  # one keyword of two
        assert shop.fulfillments(order_id) == []


def test_after_a_reset_ids_repeat_with_a_random_seed() -> None:
    with TestClient(create_app(Settings(seed=("empty",), random_seed=7, check_responses=True))) as client:
        first = Shop(client).order()
        client.post("/_emulator/reset")
        assert Shop(client).order() == first


# Making orders


def test_orders_are_made_approved_paid_and_shippable(shop: Shop) -> None:
    orders = shop.client.post("/_emulator/orders", json={"count": 3}).json()["orders"]
    assert len({one["id"] for one in orders}) == 3
    assert len({one["number"] for one in orders}) == 3
    for one in orders:
        assert (one["status"], one["paymentStatus"], one["fulfillmentStatus"]) == ("APPROVED", "PAID", "NOT_FULFILLED")
        assert one["shippingInfo"]
        assert shop.create(one["id"], {"id": one["lineItems"][0]["id"]}).status_code == 200


@pytest.mark.parametrize("body", [b"", b"{}", b'{"order":{}}'])
def test_an_empty_wish_makes_one_order(shop: Shop, body: bytes) -> None:
    assert len(shop.client.post("/_emulator/orders", content=body).json()["orders"]) == 1


def test_a_partial_line_item_is_completed(shop: Shop) -> None:
    body = {"order": {"lineItems": [{"quantity": 3}, {}]}}
    items = shop.client.post("/_emulator/orders", json=body).json()["orders"][0]["lineItems"]
    assert [(one["id"], one["quantity"]) for one in items] == [(ITEM, 3), (OTHER_ITEM, 1)]
    assert all(one["productName"]["original"] for one in items)


def test_what_the_partial_order_says_is_kept(shop: Shop) -> None:
    order_id = shop.order({ITEM: 2}, status="CANCELED", fulfillments=[fulfillment(1, {ITEM: 2})])
    assert shop.status(order_id) == "FULFILLED"
    assert [one["id"] for one in shop.fulfillments(order_id)] == [guid(1)]


@pytest.mark.parametrize(
    ("body", "field", "rule"),
    [
        ({"count": 0}, "count", "MIN"),
        ({"count": 1001}, "count", "MAX"),
        ({"count": "3"}, "count", "FORMAT"),
        ({"order": []}, "order", "FORMAT"),
        ({"order": {"status": "SHIPPED"}}, "order.status", "INVALID_ENUM_VALUE"),
        ({"order": {"lineItems": []}}, "order.lineItems", "MIN_SIZE"),
        ({"order": {"lineItems": None}}, "order.lineItems", "REQUIRED_FIELD"),
        ({"order": {"lineItems": [{"quantity": 0}]}}, "order.lineItems[0].quantity", "MIN"),
        ({"order": {"lineItems": [{"id": ITEM}, {"id": ITEM}]}}, "order.lineItems", "OTHER"),
        ({"order": {"fulfillments": [fulfillment(1, {ITEM: 2})]}}, "order", "OTHER"),
        ({"order": {"createdDate": "0001-01-01T00:00:00+01:00"}}, "order.createdDate", "FORMAT"),
    ],
)
def test_a_wrong_partial_order_is_refused_and_none_is_made(
    shop: Shop, body: dict[str, Any], field: str, rule: str
) -> None:
    before = shop.state()
    assert (field, rule) in violations(shop.client.post("/_emulator/orders", json=body))
    assert shop.state() == before


@pytest.mark.parametrize("amount", ["1e999999999", "sNaN", "many", [1], {}, None, True])
def test_a_price_that_cannot_be_summed_is_no_fault_of_the_emulator(shop: Shop, amount: Any) -> None:
    item = {"productName": {"original": "Mug"}, "price": {"amount": amount}}
    answer = shop.client.post("/_emulator/orders", json={"order": {"lineItems": [item]}})
    assert answer.status_code in (200, 400)


def test_a_number_that_json_cannot_hold_is_answered_as_null(shop: Shop) -> None:
    answer = shop.client.post("/_emulator/orders", content=b'{"order":{"id":"o","weight":1e999}}')
    assert b"Infinity" not in answer.content
    assert b"Infinity" not in shop.client.get("/ecom/v1/orders/o").content


# Seeding


def test_a_seed_document_is_merged(shop: Shop) -> None:
    kept, replaced = shop.order(), shop.order()
    answer = shop.client.post("/_emulator/seed", json={"orders": [{"id": replaced, "number": "1"}, {"id": "new"}]})
    assert [one["id"] for one in answer.json()["orders"]] == [replaced, "new"]
    assert shop.client.get(f"/ecom/v1/orders/{replaced}").json()["order"]["number"] == "1"
    assert {shop.client.get(f"/ecom/v1/orders/{one}").status_code for one in (kept, "new")} == {200}


def test_the_numbers_of_a_merged_document_count_on_from_the_highest(shop: Shop) -> None:
    shop.order(number="10223")
    numbers = [
        order["number"]
        for _ in range(2)
        for order in shop.client.post("/_emulator/seed", json={"orders": [{}, {}]}).json()["orders"]
    ]
    assert numbers == ["10224", "10225", "10226", "10227"]


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"order": []}, "order"),
        ({"orders": {}, "x": 1}, "x"),
        ({"orders": 5}, "orders"),
        ({"orders": ["a"]}, "orders[0]"),
        ({"orders": [{}, {"status": "SHIPPED"}]}, "orders[1].status"),
        ({"apiKeys": [{}]}, "apiKeys[0]"),
        ({"apiKeys": [{"key": "a", "scopes": [{}]}]}, "apiKeys[0].scopes"),
        ({"apiKeys": [{"key": "a", "scopes": ["ALL"]}]}, "apiKeys[0].scopes"),
    ],
)
def test_a_wrong_seed_document_is_refused_and_nothing_is_merged(
    shop: Shop, document: dict[str, Any], field: str
) -> None:
    before = shop.state()
    assert violations(shop.client.post("/_emulator/seed", json=document)) == [(field, "VALIDATION")]
    assert shop.state() == before


# The journal


def test_the_journal_lists_emulated_calls_and_not_those_of_the_control_plane(shop: Shop) -> None:
    order_id = shop.order()
    answer = shop.create(order_id)
    shop.client.get("/_emulator/health")
    (entry,) = shop.client.get("/_emulator/requests").json()["requests"]
    assert entry["requestId"] == answer.headers["x-wix-request-id"]
    assert (entry["operation"], entry["method"], entry["status"]) == ("createFulfillment", "POST", 200)
    assert entry["path"] == f"{BASE}/orders/{order_id}/create-fulfillment"


def test_the_journal_can_be_emptied(shop: Shop) -> None:
    shop.create("unknown")
    assert shop.client.delete("/_emulator/requests").status_code == 200
    assert shop.client.get("/_emulator/requests").json() == {"requests": []}


def test_a_request_that_the_journal_does_not_hold_is_not_found(shop: Shop) -> None:
    assert code(shop.client.get("/_emulator/requests/unknown")) == (404, "REQUEST_NOT_FOUND")


# Sites


@pytest.mark.rule("R211")
def test_a_site_is_named_by_header_or_on_the_control_plane_by_query(shop: Shop) -> None:
    by_header = shop.client.get("/_emulator/manifest", headers={"wix-site-id": "a site"}).json()
    by_query = shop.client.get("/_emulator/manifest?site=a+site").json()
    assert by_header["siteId"] == by_query["siteId"] == "a site"


@pytest.mark.rule("R211")
@pytest.mark.parametrize("where", ["header", "query"])
def test_a_site_id_has_at_most_100_characters(shop: Shop, where: str) -> None:
    def ask(site_id: str) -> Any:
        if where == "header":
            return shop.client.get("/_emulator/manifest", headers={"wix-site-id": site_id})
        return shop.client.get("/_emulator/manifest", params={"site": site_id})

    assert ask("s" * 100).json()["siteId"] == "s" * 100
    assert [rule for _, rule in violations(ask("s" * 101))] == ["MAX_LENGTH"]


@pytest.mark.rule("R211")
def test_a_new_site_starts_as_a_copy_of_the_seed() -> None:
    with TestClient(create_app(Settings(seed=("docs",), check_responses=True))) as client:
        path = f"{BASE}/0d824fc7-2621-4e97-a5c8-489ec1b43377/orders/4c51c360-399f-4276-96b1-d85f0963dbfd"
        assert client.delete(path).status_code == 200
        assert client.delete(path).status_code == 404
        assert client.delete(path, headers={"wix-site-id": "another"}).status_code == 200


def test_settings_show_in_the_manifest() -> None:
    behaviours = Behaviours.model_validate(
        {"line_item_split": "once", "refusals": {"ORDER_NOT_APPROVED": {"status": 400}}}
    )
    with TestClient(create_app(Settings(seed=("empty",), behaviours=behaviours, check_responses=True))) as client:
        shown = client.get("/_emulator/manifest").json()["settings"]
    assert shown["line_item_split"] == "once"
    assert shown["refusals"] == {"ORDER_NOT_APPROVED": {"status": 400}}


def test_several_orders_cannot_have_one_id(shop: Shop) -> None:
    answer = shop.client.post("/_emulator/orders", json={"count": 2, "order": {"id": "dup"}})
    assert violations(answer) == [("order.id", "ONE_OF_ALIGNMENT")]
    assert shop.client.post("/_emulator/orders", json={"count": 1, "order": {"id": "one"}}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "hint"),
    [
        ("POST", "events", {"eventType": "wix.ecom.v1.order_created", "order": "x"}, "orderId"),
        ("POST", "orders", {"cnt": 4}, "count"),
        ("POST", "webhooks", {"url": "http://127.0.0.1:9/", "formatt": "sdk"}, "format"),
        ("POST", "settle", {"timeout": 1}, "timeoutSeconds"),
        ("GET", "requests?opeation=createFulfillment", None, "operation"),
        ("GET", "orders?serch=x", None, "search"),
        ("DELETE", "webhooks/1?urll=x", None, "known: id"),
        ("POST", "reset?sit=elsewhere", None, "site"),
        ("GET", "state?sit=elsewhere", None, "site"),
    ],
)
def test_what_the_control_plane_does_not_read_is_refused(
    shop: Shop, method: str, path: str, body: Any, hint: str
) -> None:
    answer = shop.client.request(method, f"/_emulator/{path}", json=body)
    ((_, violated),) = violations(answer)
    assert violated == "FIELD_NOT_ALLOWED"
    assert hint in answer.text


@pytest.mark.parametrize("path", ["requests", "orders", "deliveries", "faults", "public-key"])
def test_every_query_of_the_control_plane_may_name_the_site(shop: Shop, path: str) -> None:
    assert shop.client.get(f"/_emulator/{path}?site=elsewhere").status_code == 200


def test_free_parts_of_the_control_plane_stay_free(shop: Shop) -> None:
    body = {"eventType": "wix.ecom.v1.order_created", "orderId": shop.order(), "set": {"anything": 1}}
    assert shop.client.post("/_emulator/events", json=body).status_code == 200


def test_a_journal_of_an_operation_that_does_not_exist_is_refused(shop: Shop) -> None:
    answer = shop.client.get("/_emulator/requests?operation=createFulfilment")
    assert violations(answer) == [("operation", "INVALID_ENUM_VALUE")]
    assert "did you mean createFulfillment?" in answer.text
