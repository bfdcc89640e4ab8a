"""The lifecycle simulation over HTTP, on the site's clock."""

from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from emulator.domain.behaviours import Behaviours
from emulator.settings import Settings
from tests.api.shop import Shop, code, violations

DAY_S = 86_400
NOWHERE = "http://127.0.0.1:9/nobody"


@pytest.fixture
def settings() -> Settings:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    return Settings(seed=("empty",), time=start, delivery="manual", behaviours=Behaviours(lifecycle="on"))


def advance(api: TestClient, seconds: float) -> dict[str, Any]:
    answer = api.post("/_emulator/clock/advance", json={"seconds": seconds})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.mark.rule("R601")
def test_advancing_three_days_plays_a_delivery(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    shop.created(order_id)
    advance(api, 3 * DAY_S)
    assert [one["status"] for one in shop.fulfillments(order_id)] == ["Fulfilled"]


@pytest.mark.rule("R601")
def test_steps_and_deliveries_happen_in_the_order_in_which_they_fall_due(api: TestClient, shop: Shop) -> None:
    api.post("/_emulator/webhooks", json={"url": NOWHERE, "eventTypes": ["*fulfillments_updated"]})
    order_id = shop.order()
    shop.created(order_id)
    advance(api, 3 * DAY_S)
    deliveries = api.get("/_emulator/deliveries").json()["deliveries"]
    told = [
        (one["createdAt"], one["event"]["updatedEvent"]["currentEntity"]["fulfillments"][0].get("status"))
        for one in deliveries
    ]
    assert told == [
        ("2026-03-01T00:00:00.000Z", None),
        ("2026-03-01T00:10:00.000Z", "Pending"),
        ("2026-03-01T01:10:00.000Z", "Accepted"),
        ("2026-03-01T06:10:00.000Z", "Ready"),
        ("2026-03-02T00:10:00.000Z", "In_Delivery"),
        ("2026-03-03T12:10:00.000Z", "Fulfilled"),
    ]
    for delivery in deliveries:
        assert delivery["attempts"][0]["at"] == delivery["createdAt"]
    assert deliveries[0]["attempts"][1]["at"] == "2026-03-01T00:01:00.000Z"


def test_settling_takes_the_steps_that_are_due(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    shop.created(order_id)
    api.put("/_emulator/clock", json={"now": "2026-03-01T00:10:00Z"})
    api.post("/_emulator/settle", json={})
    assert [one["status"] for one in shop.fulfillments(order_id)] == ["Pending"]


def test_creating_answers_without_a_status(shop: Shop) -> None:
    order_id = shop.order()
    shop.created(order_id)
    assert "status" not in shop.fulfillments(order_id)[0]


def test_an_order_can_be_told_to_stand_still_and_to_hurry(api: TestClient, shop: Shop) -> None:
    still, quick = shop.order(), shop.order()
    for order_id, lifecycle in ((still, "off"), (quick, "1s,1s,1s,1s,1s")):
        answer = api.post(f"/_emulator/orders/{order_id}/lifecycle", json={"lifecycle": lifecycle})
        assert answer.json() == {"orderId": order_id, "lifecycle": lifecycle}
        shop.created(order_id)
    advance(api, 5)
    assert [one.get("status") for order_id in (still, quick) for one in shop.fulfillments(order_id)] == [
        None,
        "Fulfilled",
    ]


def test_on_is_what_an_order_is_told_by_default(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    assert api.post(f"/_emulator/orders/{order_id}/lifecycle").json()["lifecycle"] == "on"


def test_an_unknown_order_and_an_unknown_lifecycle_are_refused(api: TestClient, shop: Shop) -> None:
    assert code(api.post("/_emulator/orders/nobody/lifecycle", json={})) == (404, "ORDER_NOT_FOUND")
    answer = api.post(f"/_emulator/orders/{shop.order()}/lifecycle", json={"lifecycle": "1h"})
    assert violations(answer) == [("lifecycle", "FORMAT")]


@pytest.mark.rule("R601")
def test_a_shipped_seed_plays_its_delivery(api: TestClient, shop: Shop) -> None:
    api.put("/_emulator/provider-states", json={"state": "a fulfilled order", "params": {"orderId": "mine"}})
    advance(api, 3 * DAY_S)
    assert [one["status"] for one in shop.fulfillments("mine")] == ["Fulfilled"]


def test_a_reset_ends_all_walks(api: TestClient, shop: Shop) -> None:
    shop.created(shop.order())
    api.post("/_emulator/reset", json={})
    assert advance(api, 3 * DAY_S)["waiting"] == 0
