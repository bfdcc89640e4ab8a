"""Mishaps: what goes wrong on the way to a receiver, when a test asks for it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from emulator.domain.chaos import ADVICE, CHAOS_NAMES
from tests.api.shop import Shop, violations
from tests.api.webhooks.steering import (
    ADDED,
    FULFILLMENTS_UPDATED,
    NOW,
    Json,
    deliveries,
    fire,
    sole_subscription,
    subscribe,
)
from tests.factories import guid
from tests.webhooks.receiver import Receiver
from tests.webhooks.verifier import NotVerified, verify


def misfortune(name: str) -> Json:
    """What can be seen of each mishap on the deliveries of one event to one subscription."""
    facts: dict[str, Json] = {
        "duplicate": {"count": 2},
        "reorder": {"due_in": timedelta(seconds=60)},
        "delay": {"due_in": timedelta(seconds=60)},
        "expired-token": {"verdict": "expired"},
        "wrong-key": {"verdict": "signature"},
        "tampered-payload": {"verdict": "signature"},
        "truncated-body": {"is_open": False},
        "unknown-event-type": {"event_type": "wix.ecom.v1.fulfillments_teleported"},
        "very-large-payload": {"is_large": True},
    }
    return facts[name]


def seen(api: TestClient, found: list[Json]) -> Json:
    """The same of these deliveries."""
    one = found[0]
    facts: Json = {}
    if len(found) > 1:
        facts["count"] = len(found)
    due_in = datetime.fromisoformat(one["dueAt"]) - datetime.fromisoformat(one["createdAt"])
    if due_in:
        facts["due_in"] = due_in
    if one["envelope"] is None:
        return facts | {"is_open": False}
    if one["envelope"]["eventType"] != FULFILLMENTS_UPDATED:
        facts["event_type"] = one["envelope"]["eventType"]
    if len(one["token"]) > 1_000_000:
        facts["is_large"] = True
    try:
        verify(one["token"], api.get("/_emulator/public-key").text, NOW)
    except NotVerified as verdict:
        facts["verdict"] = str(verdict)
    return facts


@pytest.mark.parametrize("name", CHAOS_NAMES)
def test_every_mishap_happens_to_an_event_that_is_fired_with_it(api: TestClient, shop: Shop, name: str) -> None:
    shop.created(shop.order())
    answer = fire(api, to=ADDED, chaos=name)
    assert seen(api, answer["deliveries"]) == misfortune(name)
    assert {one["chaos"] for one in answer["deliveries"]} == {name}


@pytest.mark.parametrize("name", CHAOS_NAMES)
def test_every_mishap_happens_to_the_events_of_a_call_with_that_fault(api: TestClient, shop: Shop, name: str) -> None:
    order_id = shop.order()
    subscribe(api)
    api.post("/_emulator/faults", json={"operation": "createFulfillment", "effect": {"chaos": name}})

    shop.created(order_id)

    found = [one for one in deliveries(api, eventType=FULFILLMENTS_UPDATED) if one["subscription"]["url"] == ADDED]
    assert seen(api, found) == misfortune(name)


@pytest.mark.parametrize("name", CHAOS_NAMES)
def test_an_event_that_is_fired_with_a_mishap_says_what_a_receiver_must_do(
    api: TestClient, shop: Shop, name: str
) -> None:
    shop.order()
    assert fire(api, chaos=name)["receiver"] == ADVICE[name]  # type: ignore[index]  # it is one of the names


def test_a_mishap_happens_once(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    api.post("/_emulator/faults", json={"operation": "createFulfillment", "effect": {"chaos": "wrong-key"}})
    shop.created(order_id)
    shop.created(order_id)
    assert [one["chaos"] for one in deliveries(api, eventType=FULFILLMENTS_UPDATED)] == ["wrong-key"] * 2 + [None] * 2


def unused(api: TestClient) -> int:
    return len(api.get("/_emulator/faults?unused=true").json()["faults"])


def test_a_mishap_that_no_event_meets_has_not_happened(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    api.post("/_emulator/faults", json={"operation": "updateFulfillment", "effect": {"chaos": "duplicate"}})
    fulfillment_id = shop.created(order_id, status="Ready")
    for one, status in (guid(404), "Pending"), (fulfillment_id, "Ready"):  # refused, and no change
        answer = shop.update(order_id, one, status=status)
        assert unused(api) == 1
        entry = api.get(f"/_emulator/requests/{answer.headers['x-wix-request-id']}").json()
        assert "fault" not in entry
    shop.update(order_id, fulfillment_id, status="Pending")
    assert unused(api) == 0


def test_a_mishap_that_nobody_is_told_of_has_not_happened(api: TestClient, shop: Shop) -> None:
    for one in api.get("/_emulator/webhooks").json()["webhooks"]:
        api.delete(f"/_emulator/webhooks/{one['id']}")
    order_id = shop.order()
    api.post("/_emulator/faults", json={"operation": "createFulfillment", "effect": {"chaos": "duplicate"}})
    shop.created(order_id)
    assert unused(api) == 1
    api.post("/_emulator/webhooks", json={"url": ADDED})
    shop.created(order_id)
    assert unused(api) == 0


def test_a_mishap_that_nobody_is_told_of_leaves_the_next_fault_its_turn(api: TestClient, shop: Shop) -> None:
    for one in api.get("/_emulator/webhooks").json()["webhooks"]:
        api.delete(f"/_emulator/webhooks/{one['id']}")
    order_id = shop.order()
    for effect in ({"chaos": "duplicate"}, {"status": 503}):
        api.post("/_emulator/faults", json={"operation": "createFulfillment", "effect": effect})
    assert [shop.create(order_id).status_code for _ in range(2)] == [503, 200]


@pytest.mark.parametrize("operation", ["getOrder", "searchOrders", "listFulfillmentsForMultipleOrders", "issueToken"])
def test_a_mishap_of_an_operation_without_events_is_refused(api: TestClient, operation: str) -> None:
    answer = api.post("/_emulator/faults", json={"operation": operation, "effect": {"chaos": "duplicate"}})
    assert violations(answer) == [("effect.chaos", "FIELD_NOT_ALLOWED")]
    assert "these do: createFulfillment, " in answer.json()["message"]


@pytest.mark.parametrize("chaos", ["explode", "", 3, {"name": "explode"}, {"seconds": 3}, []])
def test_an_unknown_mishap_is_refused(api: TestClient, shop: Shop, chaos: Any) -> None:
    shop.order()
    answer = api.post("/_emulator/events", json={"eventType": FULFILLMENTS_UPDATED, "chaos": chaos})
    assert violations(answer)[0][0].startswith("chaos")


@pytest.mark.parametrize("seconds", [-1, 1e300, "soon"])
def test_a_delay_that_cannot_be_is_refused(api: TestClient, shop: Shop, seconds: Any) -> None:
    shop.order()
    chaos = {"name": "delay", "seconds": seconds}
    answer = api.post("/_emulator/events", json={"eventType": FULFILLMENTS_UPDATED, "chaos": chaos})
    assert [field for field, _ in violations(answer)] == ["chaos.seconds"]


def test_a_delayed_event_comes_as_late_as_it_should(api: TestClient, receiver: Receiver) -> None:
    sole_subscription(api, receiver)
    fire(api, "wixEvents_onOrderUpdated", chaos={"name": "delay", "seconds": 90})
    assert api.post("/_emulator/clock/advance", json={"seconds": 89}).json()["delivered"] == 0
    assert api.post("/_emulator/clock/advance", json={"seconds": 1}).json()["delivered"] == 1


def test_a_reordered_event_comes_right_after_the_next_one(api: TestClient, shop: Shop, receiver: Receiver) -> None:
    order_id = shop.order()
    sole_subscription(api, receiver, eventTypes=[FULFILLMENTS_UPDATED])
    fire(api, orderId=order_id, chaos="reorder")
    fire(api, orderId=order_id)
    fire(api, orderId=order_id)
    api.post("/_emulator/settle")
    assert [one.sequence for one in receiver.received] == [2, 1, 3]


def test_a_reordered_event_waits_for_the_next_one_also_if_that_is_delayed(
    api: TestClient, shop: Shop, receiver: Receiver
) -> None:
    order_id = shop.order()
    sole_subscription(api, receiver, eventTypes=[FULFILLMENTS_UPDATED])
    fire(api, orderId=order_id, chaos="reorder")
    fire(api, orderId=order_id, chaos={"name": "delay", "seconds": 30})
    assert api.post("/_emulator/clock/advance", json={"seconds": 29}).json()["delivered"] == 0
    assert api.post("/_emulator/clock/advance", json={"seconds": 1}).json()["delivered"] == 2
    assert [one.sequence for one in receiver.received] == [2, 1]


def test_a_reordered_event_that_nothing_follows_comes_late(api: TestClient, receiver: Receiver) -> None:
    sole_subscription(api, receiver)
    fire(api, "wixEvents_onOrderUpdated", chaos="reorder")
    assert api.post("/_emulator/settle").json() == {"delivered": 0, "failed": 0, "waiting": 1}
    assert api.post("/_emulator/clock/advance", json={"seconds": 60}).json()["delivered"] == 1


def test_a_duplicate_is_the_same_event_twice(api: TestClient, receiver: Receiver) -> None:
    sole_subscription(api, receiver)
    fire(api, "wixEvents_onOrderUpdated", chaos="duplicate")
    api.post("/_emulator/settle")
    first, second = receiver.received
    assert first.body == second.body


@pytest.mark.parametrize("changes", [{"fulfillments": "none"}, {"fulfillments[0]": 1}, {"fulfillments": None}])
def test_any_body_can_be_made_very_large(api: TestClient, shop: Shop, changes: Json) -> None:
    shop.order()
    fire(api, set=changes, chaos="very-large-payload", to=ADDED)
    assert api.get("/_emulator/health").status_code == 200
