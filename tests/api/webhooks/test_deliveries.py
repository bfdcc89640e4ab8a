"""Deliveries as they are listed, sent and sent again."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from emulator.settings import Settings
from tests.api.shop import Shop, violations
from tests.api.webhooks.steering import (
    FULFILLMENTS_UPDATED,
    NOW,
    deliveries,
    fire,
    sole_subscription,
    subscribe,
    subscriptions,
    told,
)
from tests.webhooks.receiver import Receiver
from tests.webhooks.verifier import verify


def test_a_delivery_tells_everything_about_itself(api: TestClient, shop: Shop, settings: Settings) -> None:
    order_id = shop.order()
    shop.created(order_id)

    delivery = deliveries(api, eventType=FULFILLMENTS_UPDATED)[0]

    public_key = api.get("/_emulator/public-key").text
    webhook = verify(delivery["token"], public_key, NOW)
    assert delivery == {
        "id": delivery["id"],
        "status": "waiting",
        "eventType": FULFILLMENTS_UPDATED,
        "entityId": order_id,
        "subscription": subscriptions(api)[0],
        "createdAt": "2026-03-01T12:00:00.000Z",
        "dueAt": "2026-03-01T12:00:00.000Z",
        "chaos": None,
        "event": webhook.event,
        "attempts": [],
        "token": delivery["token"],
        "envelope": webhook.envelope,
    }
    assert webhook.envelope["instanceId"] == settings.instance_id


@pytest.mark.parametrize("delivery_format", ["sdk", "velo"])
def test_a_delivery_without_a_token_shows_its_body(api: TestClient, shop: Shop, delivery_format: str) -> None:
    subscribe(api, format=delivery_format)
    shop.created(shop.order())
    delivery = deliveries(api, eventType=FULFILLMENTS_UPDATED)[-1]
    assert delivery["body"].startswith("{")
    assert "token" not in delivery


def test_one_delivery_is_told_as_in_the_list(api: TestClient, shop: Shop) -> None:
    shop.created(shop.order())
    for one in deliveries(api):
        assert api.get(f"/_emulator/deliveries/{one['id']}").json() == one


@pytest.mark.parametrize(("method", "path"), [("GET", "nobody"), ("POST", "nobody/redeliver")])
def test_an_unknown_delivery_is_refused(api: TestClient, method: str, path: str) -> None:
    answer = api.request(method, f"/_emulator/deliveries/{path}")
    assert (answer.status_code, answer.json()["details"]["applicationError"]["code"]) == (404, "DELIVERY_NOT_FOUND")


def test_a_delivery_of_another_site_is_unknown_here(api: TestClient, shop: Shop) -> None:
    shop.created(shop.order())
    delivery_id = deliveries(api)[0]["id"]
    answer = api.get(f"/_emulator/deliveries/{delivery_id}", headers={"wix-site-id": "elsewhere"})
    assert answer.status_code == 404


def test_deliveries_are_filtered_by_event_type(api: TestClient, shop: Shop) -> None:
    shop.created(shop.order())
    fire(api, "wixEvents_onOrderUpdated")
    for name in ("wixEvents_onOrderUpdated", FULFILLMENTS_UPDATED):
        assert [one["eventType"] for one in deliveries(api, eventType=name)] == [name] * 2


def test_an_event_type_is_filtered_by_its_short_name_too(api: TestClient, shop: Shop) -> None:
    shop.created(shop.order())
    assert deliveries(api, eventType="fulfillments_updated") == deliveries(api, eventType=FULFILLMENTS_UPDATED)


def test_an_unknown_event_type_in_a_filter_is_refused(api: TestClient) -> None:
    answer = api.get("/_emulator/deliveries", params={"eventType": "wix.ecom.v1.fulfilments_updated"})
    assert violations(answer) == [("eventType", "INVALID_ENUM_VALUE")]


def test_deliveries_are_filtered_by_order(api: TestClient, shop: Shop) -> None:
    one, other = shop.order(), shop.order()
    shop.created(one)
    shop.created(other)
    assert {found["entityId"] for found in deliveries(api, orderId=other)} == {other}
    assert deliveries(api, orderId="nobody's") == []


def test_deliveries_are_filtered_by_status(api: TestClient, receiver: Receiver) -> None:
    for one in subscriptions(api):
        api.delete(f"/_emulator/webhooks/{one['id']}")
    subscribe(api, receiver.url)
    receiver.answer(200, 500)
    receiver.default = 500
    delivered, waiting = (fire(api, "wixEvents_onOrderUpdated")["deliveries"][0]["id"] for _ in range(2))
    api.post("/_emulator/settle")

    def found(status: str) -> list[str]:
        return [one["id"] for one in deliveries(api, status=status)]

    assert (found("delivered"), found("waiting"), found("exhausted")) == ([delivered], [waiting], [])
    api.post("/_emulator/clock/advance", json={"seconds": 48 * 3_600})
    assert (found("delivered"), found("waiting"), found("exhausted")) == ([delivered], [], [waiting])


def test_filters_are_combined(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    shop.created(order_id)
    assert deliveries(api, orderId=order_id, eventType=FULFILLMENTS_UPDATED, status="waiting")
    assert deliveries(api, orderId=order_id, eventType="wixEvents_onOrderUpdated") == []


def test_an_unknown_status_in_a_filter_is_refused(api: TestClient) -> None:
    answer = api.get("/_emulator/deliveries", params={"status": "failed"})
    assert violations(answer) == [("status", "INVALID_ENUM_VALUE")]


def test_deliveries_are_listed_newest_last(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    for _ in range(3):
        shop.created(order_id)
    assert [event["entityEventSequence"] for event in told(api)] == ["1", "2", "3"]


def test_settling_sends_what_is_due_and_counts_it(api: TestClient, receiver: Receiver) -> None:
    sole_subscription(api, receiver)
    receiver.answer(200, 500)
    for _ in range(3):
        fire(api, "wixEvents_onOrderUpdated")
    assert receiver.received == []

    assert api.post("/_emulator/settle").json() == {"delivered": 2, "failed": 1, "waiting": 1}
    assert len(receiver.received) == 3


def test_an_attempt_is_told_with_status_error_and_next_time(api: TestClient, receiver: Receiver) -> None:
    sole_subscription(api, receiver)
    receiver.answer(503)
    fire(api, "wixEvents_onOrderUpdated")
    api.post("/_emulator/settle")
    (attempt,) = deliveries(api)[0]["attempts"]
    assert attempt == {
        "at": "2026-03-01T12:00:00.000Z",
        "status": 503,
        "error": None,
        "durationMs": attempt["durationMs"],
        "nextAt": "2026-03-01T12:01:00.000Z",
    }


def test_what_was_sent_is_what_the_log_shows(api: TestClient, receiver: Receiver) -> None:
    sole_subscription(api, receiver)
    shown = fire(api, "wixEvents_onOrderUpdated")["deliveries"][0]["token"]
    api.post("/_emulator/settle")
    assert receiver.received[0].body.decode() == shown == deliveries(api)[0]["token"]


@pytest.mark.rule("R305")
def test_redelivering_sends_the_same_again_at_once(api: TestClient, receiver: Receiver) -> None:
    sole_subscription(api, receiver)
    delivery_id = fire(api, "wixEvents_onOrderUpdated")["deliveries"][0]["id"]
    api.post("/_emulator/settle")

    answer = api.post(f"/_emulator/deliveries/{delivery_id}/redeliver").json()

    assert [one["status"] for one in answer["attempts"]] == [200, 200]
    assert receiver.received[0].body == receiver.received[1].body


@pytest.mark.parametrize("seconds", [0, -1, 601, "soon"])
def test_settling_needs_a_time_that_can_be_waited(api: TestClient, seconds: Any) -> None:
    answer = api.post("/_emulator/settle", json={"timeoutSeconds": seconds})
    assert [field for field, _ in violations(answer)] == ["timeoutSeconds"]


def test_settling_a_receiver_that_hangs_says_that_time_ran_out(api: TestClient, receiver: Receiver) -> None:
    sole_subscription(api, receiver)
    receiver.default = "hang"
    fire(api, "wixEvents_onOrderUpdated")
    answer = api.post("/_emulator/settle", json={"timeoutSeconds": 0.01}).json()
    assert answer == {"delivered": 0, "failed": 0, "waiting": 1, "timedOut": True}
