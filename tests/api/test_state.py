"""A site's state over HTTP."""

from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from emulator.settings import Settings
from tests.api.shop import Shop, violations

Json = dict[str, Any]
NOWHERE = "http://127.0.0.1:9/nobody"
OTHER = {"wix-site-id": "another"}


@pytest.fixture
def settings() -> Settings:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    return Settings(seed=("empty",), delivery="manual", random_seed=1, time=start, body_bytes_max=10_000)


def state(api: TestClient, **headers: str) -> Json:
    return dict(api.get("/_emulator/state", headers=headers).json())


def test_a_state_says_its_version_its_site_and_its_fingerprint(api: TestClient) -> None:
    fingerprint = api.post("/_emulator/reset").json()["fingerprint"]
    found = state(api, **OTHER)
    assert (found["version"], found["siteId"]) == (1, "another")
    assert state(api)["fingerprint"] == fingerprint


def test_looking_at_the_state_does_not_change_it(api: TestClient, shop: Shop) -> None:
    shop.create(shop.order())
    assert state(api) == state(api)


def test_a_state_loads_into_another_site_and_goes_on_there(api: TestClient, shop: Shop) -> None:
    api.post("/_emulator/webhooks", json={"url": NOWHERE})
    order_id = shop.order()
    shop.created(order_id)
    saved = state(api)
    answer = api.put("/_emulator/state", json=saved, headers=OTHER)
    assert answer.json() == {"fingerprint": saved["fingerprint"]}
    assert api.post("/_emulator/settle", headers=OTHER).json()["failed"] == 2
    assert state(api) == saved


def test_a_site_that_is_put_back_goes_on_as_it_did(api: TestClient, shop: Shop) -> None:
    api.post("/_emulator/webhooks", json={"url": NOWHERE})
    saved, order_id = state(api), shop.order()
    histories = []
    for _ in range(2):
        api.put("/_emulator/state", json=saved)
        answer = shop.create(shop.order(id=order_id))
        api.post("/_emulator/settle")
        histories.append((answer.content, answer.headers["x-wix-request-id"], state(api)))
    assert histories[0] == histories[1]


def test_tokens_that_were_sealed_stay_the_same_bytes(api: TestClient, shop: Shop) -> None:
    api.post("/_emulator/webhooks", json={"url": NOWHERE})
    shop.created(shop.order())
    api.post("/_emulator/settle")
    api.put("/_emulator/state", json=state(api), headers=OTHER)
    one, other = (
        [delivery["token"] for delivery in api.get("/_emulator/deliveries", headers=headers).json()["deliveries"]]
        for headers in ({}, OTHER)
    )
    assert one == other != []


def test_a_state_keeps_events_out_of_order_that_a_mishap_has_put_so(api: TestClient, shop: Shop) -> None:
    api.post("/_emulator/webhooks", json={"url": NOWHERE})
    order_id = shop.order()
    for chaos in ({"chaos": "reorder"}, {}):
        event = {"eventType": "wix.ecom.v1.order_updated", "orderId": order_id}
        assert api.post("/_emulator/events", json=event | chaos).status_code == 200
    queue = state(api)["outbox"]["queue"]
    api.put("/_emulator/state", json=state(api))
    held_back, released_it = (one["id"] for one in api.get("/_emulator/deliveries").json()["deliveries"])
    assert queue == state(api)["outbox"]["queue"] == [released_it, held_back]


def test_a_state_may_be_larger_than_any_other_body(api: TestClient, shop: Shop) -> None:
    for _ in range(20):
        shop.order()
    saved = api.get("/_emulator/state").content
    assert len(saved) > 10_000
    assert api.put("/_emulator/state", content=saved).status_code == 200


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        ({"operation": "teleport", "effect": {"status": 503}}, "faults[0].operation"),
        ({"operation": "getOrder", "effect": {"refusal": "BORED"}}, "faults[0].effect.refusal"),
        ({"operation": "getOrder", "effect": {"chaos": {"name": "duplicate"}}}, "faults[0].effect.chaos"),
        ({"operation": "getOrder", "effect": {}}, "faults[0].effect"),
        ({"operation": "getOrder", "effect": {"status": 503, "delayMs": 1}}, "faults[0].effect"),
        ({"operation": "getOrder", "effect": {"status": 42}}, "faults[0].effect.status"),
        ({"operation": "getOrder", "effect": {"status": 700}}, "faults[0].effect.status"),
        ({"operation": "getOrder", "effect": {"delayMs": -1}}, "faults[0].effect.delayMs"),
        ({"operation": "getOrder", "effect": {"delayMs": 60_001}}, "faults[0].effect.delayMs"),
        ({"operation": "getOrder", "effect": {"drop": "later"}}, "faults[0].effect.drop"),
        (
            {"operation": "createFulfillment", "effect": {"chaos": {"name": "delay", "seconds": 1e300}}},
            "faults[0].effect.chaos.seconds",
        ),
        ({"operation": "getOrder", "effect": {"status": 503}, "times": 0}, "faults[0].times"),
        ({"operation": "getOrder", "effect": {"status": 503}, "times": 1_000_001}, "faults[0].times"),
        ({"operation": "getOrder", "effect": {"status": 503}, "skip": -1}, "faults[0].skip"),
        ({"operation": "getOrder", "effect": {"status": 503}, "used": -1}, "faults[0].used"),
        ({"operation": "getOrder", "effect": {"status": 503}, "used": 2}, "faults[0]"),
    ],
)
def test_a_fault_that_could_not_be_armed_cannot_be_loaded(api: TestClient, fault: Json, field: str) -> None:
    saved = state(api)
    answer = api.put("/_emulator/state", json=saved | {"faults": [{"id": "1", **fault}]})
    assert [found for found, _ in violations(answer)] == [field]
    assert state(api) == saved


TICKETS = "wixEvents_onOrderUpdated"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("events", {"eventType": TICKETS, "set": {"a[": 1}}),
        ("events", {"eventType": TICKETS, "to": NOWHERE, "set": {"orderNumber.a": 1}}),
        ("events", {"eventType": "wix.ecom.v1.order_updated", "to": NOWHERE, "orderId": "nobody"}),
        ("events", {"eventType": "wix.ecom.v1.order_updated", "to": NOWHERE, "set": {"[": 1}}),
        ("faults", {"operation": "getOrder", "effect": {"status": 503}}),
        ("webhooks", {"url": NOWHERE, "eventTypes": ["nothing"]}),
        ("webhooks", {"url": NOWHERE}),
        ("orders", {"order": {"status": "LOST"}, "count": 2}),
        ("seed", {"orders": [{}, {"status": "LOST"}]}),
        ("provider-states", {"state": "an approved order", "params": {"quantity": -1}}),
    ],
    ids=str,
)
def test_a_refused_call_of_the_control_plane_leaves_no_trace_in_the_sequence_of_ids_either(
    api: TestClient, path: str, body: Json
) -> None:
    api.post("/_emulator/orders", json={})
    call = {"faults": {"operation": "getOrder", "effect": {"status": 503}}, "webhooks": {"url": NOWHERE}}.get(path)
    for _ in range({"faults": 1_000, "webhooks": 100}.get(path, 0)):
        assert api.post(f"/_emulator/{path}", json=call).status_code == 200
    before = state(api)
    assert api.post(f"/_emulator/{path}", json=body).status_code >= 400
    assert state(api) == before


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"version": 1}', b'{"version": 2}'])
def test_what_is_no_state_is_refused(api: TestClient, body: bytes) -> None:
    before = state(api)
    assert violations(api.put("/_emulator/state", content=body))
    assert state(api) == before
