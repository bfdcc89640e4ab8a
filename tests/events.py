"""Short ways to events, subscriptions and deliveries."""

from datetime import datetime
from typing import Any

from emulator.domain.chaos import Chaos, ChaosName
from emulator.domain.deliveries import Delivery, DeliveryFormat, Subscription
from emulator.domain.events import FULFILLMENTS_UPDATED, Event, EventType
from tests.factories import NOW, ORDER_ID, guid

URL = "http://receiver.example/webhook"


def event(
    number: int = 1,
    *,
    type: EventType = FULFILLMENTS_UPDATED,  # noqa: A002 - as the event names it
    entity_id: str = ORDER_ID,
    time: datetime = NOW,
    body: Any = None,
) -> Event:
    """The entity's event of that number; without a body, that its last fulfillment is gone."""
    body = {"orderId": entity_id, "fulfillments": []} if body is None else body
    return Event(guid(number), type, entity_id, time, number, body)


def subscription(
    subscription_id: str = "a subscription",
    *,
    url: str = URL,
    event_types: tuple[str, ...] = ("*",),
    format: DeliveryFormat = "jwt",  # noqa: A002 - as the subscription names it
) -> Subscription:
    """Who wants every event, in Wix's own format, unless it is told otherwise."""
    return Subscription(id=subscription_id, url=url, event_types=event_types, format=format)


def delivery(
    delivery_id: str = "a delivery",
    *,
    of: Event | None = None,
    to: Subscription | None = None,
    at: datetime = NOW,
    chaos: ChaosName | None = None,
) -> Delivery:
    """A delivery that nobody has tried yet."""
    mishap = Chaos(chaos) if chaos else None
    return Delivery(delivery_id, of or event(), to or subscription(), created=at, due=at, chaos=mishap)
