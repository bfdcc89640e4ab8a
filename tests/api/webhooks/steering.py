"""Webhooks as a test steers them. Nothing is sent but on demand."""

from datetime import UTC, datetime
from typing import Any

from starlette.testclient import TestClient

from tests.webhooks.receiver import Receiver

Json = dict[str, Any]
FIRST, SECOND = "http://first.example/webhook", "http://second.example/webhook"
ADDED = "http://added.example/webhook"
FULFILLMENTS_UPDATED = "wix.ecom.v1.fulfillments_updated"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def subscribe(api: TestClient, url: str = ADDED, **fields: Any) -> str:
    answer = api.post("/_emulator/webhooks", json={"url": url, **fields})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def subscriptions(api: TestClient, **headers: str) -> list[Json]:
    return list(api.get("/_emulator/webhooks", headers=headers).json()["webhooks"])


def deliveries(api: TestClient, **filters: str) -> list[Json]:
    answer = api.get("/_emulator/deliveries", params=filters)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["deliveries"])


def told(api: TestClient, to: str = FIRST) -> list[Json]:
    """The fulfillments events that are on their way to one subscription."""
    found = deliveries(api, eventType=FULFILLMENTS_UPDATED)
    return [one["event"] for one in found if one["subscription"]["url"] == to]


def fulfillments(event: Json) -> list[Json]:
    return list(event["updatedEvent"]["currentEntity"]["fulfillments"])


def fire(api: TestClient, event_type: str = FULFILLMENTS_UPDATED, **fields: Any) -> Json:
    answer = api.post("/_emulator/events", json={"eventType": event_type, **fields})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def sole_subscription(api: TestClient, receiver: Receiver, **fields: Any) -> None:
    for one in subscriptions(api):
        api.delete(f"/_emulator/webhooks/{one['id']}")
    subscribe(api, receiver.url, **fields)
