"""What a site holds is bounded: one more than there is room for is refused, and the answer says what to do."""

import json
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from emulator.api.responses import DEPTH_MAX
from emulator.app import create_app
from emulator.domain.orders import FULFILLMENTS_MAX
from emulator.domain.refusals import LimitReached
from emulator.errors import UsageError
from emulator.settings import Settings
from tests.api.shop import BASE, Shop, code, violations
from tests.domain.purchases import wire_draft
from tests.factories import ITEM, fulfillment

ORDERS_MAX = 3
NOBODY = "http://127.0.0.1:1/"
ONE_ITEM = {"lineItems": [{"id": ITEM, "quantity": 1}]}


@pytest.fixture
def settings() -> Settings:
    return Settings(seed=("empty",), orders_max=ORDERS_MAX, deliveries_max=5, delivery="manual")


def orders(shop: Shop) -> int:
    return int(shop.client.get("/_emulator/summary").json()["orders"]["total"])


def nested(levels: int, opening: str = '{"a":', closing: str = "}") -> str:
    return opening * levels + "1" + closing * levels


# Orders


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/ecom/v1/orders", {"order": wire_draft()}),
        ("/_emulator/orders", {"order": ONE_ITEM}),
        ("/_emulator/seed", {"orders": [{"id": "new", **ONE_ITEM}]}),
        ("/_emulator/provider-states", {"state": "an approved order"}),
    ],
)
def test_an_order_too_many_is_refused_and_nothing_changes(shop: Shop, path: str, body: dict[str, Any]) -> None:
    for _ in range(ORDERS_MAX):
        shop.order()
    before = shop.client.get("/_emulator/state").json()
    refused = shop.client.post(path, json=body)
    assert code(refused) == (429, "RESOURCE_EXHAUSTED")
    assert "--orders-max" in refused.json()["message"]
    after = shop.client.get("/_emulator/state").json()
    assert (after["orders"], after["ids"]["drawn"]) == (before["orders"], before["ids"]["drawn"])


def test_of_a_batch_that_does_not_fit_not_one_order_is_made(shop: Shop) -> None:
    shop.order()
    assert code(shop.client.post("/_emulator/orders", json={"count": ORDERS_MAX}))[0] == 429
    seed = {"orders": [{"id": str(number), **ONE_ITEM} for number in range(ORDERS_MAX)]}
    assert code(shop.client.post("/_emulator/seed", json=seed))[0] == 429
    assert orders(shop) == 1


def test_an_order_in_place_of_another_is_never_too_many(shop: Shop) -> None:
    for number in range(ORDERS_MAX):
        shop.order(id=str(number))
    assert shop.client.post("/_emulator/seed", json={"orders": [{"id": "0", **ONE_ITEM}]}).status_code == 200
    shop.order(id="0")
    assert orders(shop) == ORDERS_MAX


def test_a_snapshot_with_too_many_orders_is_refused_and_changes_nothing(shop: Shop) -> None:
    shop.order()
    with TestClient(create_app(Settings(seed=("docs",)))) as larger:
        document = larger.get("/_emulator/state").content
    assert code(shop.client.put("/_emulator/state", content=document))[0] == 429
    assert orders(shop) == 1


def test_a_seed_with_too_many_orders_is_refused_at_the_start() -> None:
    with pytest.raises(UsageError, match="orders are more than --orders-max 1 allows"):
        create_app(Settings(seed=("docs",), orders_max=1))


def test_the_journal_says_how_to_go_on(shop: Shop) -> None:
    for _ in range(ORDERS_MAX):
        shop.order()
    refused = shop.client.post("/ecom/v1/orders", json={"order": wire_draft()})
    explained = shop.client.get(refused.headers["x-emulator-explain"]).json()
    assert explained["refusal"]["howToFix"].startswith("Reset the site")


# Fulfillments


def test_an_order_has_up_to_1000_fulfillments(shop: Shop) -> None:
    many = [fulfillment(number) for number in range(FULFILLMENTS_MAX)]
    order_id = shop.order({ITEM: 100_000}, fulfillments=many[1:])
    created = shop.created(order_id)
    refused = shop.create(order_id)
    assert code(refused) == (429, "RESOURCE_EXHAUSTED")
    assert refused.json()["details"]["applicationError"]["data"] == {"requested": 1001, "allowed": 1000}
    assert shop.delete(order_id, created).status_code == 200
    shop.created(order_id)


def test_an_order_is_not_made_with_more(shop: Shop) -> None:
    many = [fulfillment(number) for number in range(FULFILLMENTS_MAX + 1)]
    order = {"lineItems": [{"id": ITEM, "quantity": 100_000}], "fulfillments": many}
    assert violations(shop.client.post("/_emulator/orders", json={"order": order})) == [
        ("order.fulfillments", "MAX_SIZE")
    ]


def test_a_bulk_entry_that_is_too_many_is_refused_alone(shop: Shop) -> None:
    full = shop.order({ITEM: 100_000}, fulfillments=[fulfillment(number) for number in range(FULFILLMENTS_MAX)])
    other = shop.order()
    one = {"lineItems": [{"id": ITEM, "quantity": 1}]}
    results = shop.bulk((full, one), (other, one)).json()["results"]
    assert [one["itemMetadata"]["success"] for one in results] == [False, True]


# Subscriptions, faults, e-mails


def test_a_site_has_up_to_100_subscriptions(shop: Shop) -> None:
    answers = [shop.client.post("/_emulator/webhooks", json={"url": NOBODY}) for _ in range(101)]
    assert {one.status_code for one in answers[:100]} == {200}
    assert code(answers[100]) == (429, "RESOURCE_EXHAUSTED")
    shop.client.delete(f"/_emulator/webhooks/{answers[0].json()['id']}")
    assert shop.client.post("/_emulator/webhooks", json={"url": NOBODY}).status_code == 200


def test_a_subscription_has_up_to_100_event_types(shop: Shop) -> None:
    refused = shop.client.post("/_emulator/webhooks", json={"url": NOBODY, "eventTypes": ["*"] * 101})
    assert violations(refused) == [("eventTypes", "MAX_SIZE")]


def test_a_site_has_up_to_1000_faults(shop: Shop) -> None:
    fault = {"operation": "createOrder", "effect": {"status": 503}}
    answers = [shop.client.post("/_emulator/faults", json=fault) for _ in range(1001)]
    assert {one.status_code for one in answers[:1000]} == {200}
    assert code(answers[1000]) == (429, "RESOURCE_EXHAUSTED")
    assert "DELETE /_emulator/faults" in answers[1000].json()["message"]


@pytest.mark.parametrize(("part", "name"), [("faults", "faults"), ("subscriptions", "outbox.subscriptions")])
def test_a_snapshot_with_too_many_of_something_is_refused(shop: Shop, part: str, name: str) -> None:
    shop.client.post("/_emulator/webhooks", json={"url": NOBODY})
    shop.client.post("/_emulator/faults", json={"operation": "createOrder", "effect": {"status": 503}})
    document = shop.client.get("/_emulator/state").json()
    holder = document if part == "faults" else document["outbox"]
    holder[part] = [{**holder[part][0], "id": str(number)} for number in range(1001)]
    assert violations(shop.client.put("/_emulator/state", json=document)) == [(name, "MAX_SIZE")]


def test_an_email_is_no_larger_than_64_kib(shop: Shop) -> None:
    email = {"emailId": "a", "contactId": "b", "variables": {"text": "x" * 65_536}}
    assert code(shop.client.post("/_emulator/emails", json=email)) == (413, "PAYLOAD_TOO_LARGE")


# Deliveries


def test_deliveries_that_there_is_no_room_for_are_counted_where_one_looks(shop: Shop) -> None:
    order_id = shop.order({ITEM: 100})
    shop.client.post("/_emulator/webhooks", json={"url": NOBODY, "eventTypes": ["fulfillments_updated"]})
    for _ in range(5):
        shop.created(order_id)
    assert "droppedDeliveries" not in shop.client.get("/_emulator/health").json()
    assert "dropped" not in shop.client.get("/_emulator/deliveries").json()

    shop.created(order_id)
    shop.created(order_id)

    listed = shop.client.get("/_emulator/deliveries").json()
    assert (len(listed["deliveries"]), listed["dropped"]) == (5, 2)
    assert shop.client.get("/_emulator/summary").json()["deliveries"]["dropped"] == 2
    health = shop.client.get("/_emulator/health")
    assert (health.status_code, health.json()["droppedDeliveries"]) == (200, 2)


# Nesting and numbers


@pytest.mark.parametrize("levels", [DEPTH_MAX + 1, 150, 250, 10_000])
@pytest.mark.parametrize(
    ("path", "before", "behind"),
    [
        (f"{BASE}/list-by-ids", '{"orderIds":["a"],"x":', "}"),
        ("/ecom/v1/orders", '{"order":', "}"),
        ("/ecom/v1/orders/search", '{"search":{"filter":', "}}"),
        ("/oauth2/token", '{"grant_type":', "}"),
        ("/_emulator/orders", '{"order":{"x":', "}}"),
        ("/_emulator/seed", '{"orders":[{"x":', "}]}"),
        ("/_emulator/events", '{"eventType":"order_created","set":{"x":', "}}"),
        ("/_emulator/requests/verify", '{"operation":"createOrder","body":', "}"),
        ("/_emulator/emails", '{"emailId":"a","contactId":"b","variables":', "}"),
    ],
)
def test_what_is_nested_too_deep_is_refused(shop: Shop, path: str, before: str, behind: str, levels: int) -> None:
    for opening, closing in (('{"a":', "}"), ("[", "]")):
        refused = shop.client.post(path, content=before + nested(levels, opening, closing) + behind)
        assert violations(refused) == [("", "FORMAT")]


def test_a_snapshot_that_is_nested_too_deep_is_refused(shop: Shop) -> None:
    assert violations(shop.client.put("/_emulator/state", content=nested(100_000))) == [("", "FORMAT")]


def test_many_objects_side_by_side_are_not_deep(shop: Shop) -> None:
    body = '{"orderIds":["a"],"x":[' + ",".join(["{}"] * 10_000) + "]}"
    assert shop.client.post(f"{BASE}/list-by-ids", content=body).status_code == 200


def test_a_snapshot_of_the_deepest_orders_and_events_can_be_loaded(shop: Shop) -> None:
    for form in ("jwt", "sdk", "velo"):
        shop.client.post("/_emulator/webhooks", json={"url": NOBODY, "format": form})
    deep = json.loads(nested(DEPTH_MAX - 3))
    order_id = shop.order(x=deep)
    path = ".".join(["x"] + ["a"] * 49)
    fired = shop.client.post("/_emulator/events", json={"eventType": "order_canceled", "set": {path: deep}})
    assert fired.status_code == 200
    shop.created(order_id)
    for listed in ("deliveries", "requests", "orders"):
        assert shop.client.get(f"/_emulator/{listed}").status_code == 200
    document = shop.client.get("/_emulator/state").content
    assert shop.client.put("/_emulator/state", content=document).status_code == 200


@pytest.mark.parametrize("number", ["1e999999", "-1e400", "1" + "0" * 5_000, "1e308", "NaN", "Infinity"])
def test_a_huge_number_is_refused_where_a_number_counts(shop: Shop, number: str) -> None:
    order_id = shop.order()

    def asked(path: str, body: str) -> Response:
        return shop.client.post(path, content=body.replace("N", number))

    item = f'{{"fulfillment":{{"lineItems":[{{"id":"{ITEM}","quantity":N}}]}}}}'
    for answer in (
        asked(f"{BASE}/orders/{order_id}/create-fulfillment", item),
        asked("/_emulator/orders", '{"count":N}'),
        asked("/_emulator/clock/advance", '{"seconds":N}'),
        asked("/_emulator/settle", '{"timeoutSeconds":N}'),
        shop.client.get(f"/_emulator/orders?limit={number}"),
    ):
        assert violations(answer)


@pytest.mark.rule("R215")
def test_a_limit_is_refused_in_the_words_of_wix_by_a_rule_of_its_own() -> None:
    refusal = LimitReached("things", requested=2, allowed=1, remedy="take one away")
    assert (refusal.code, refusal.status_name) == ("RESOURCE_EXHAUSTED", "RESOURCE_EXHAUSTED")
    assert refusal.rule.id == "R215"
