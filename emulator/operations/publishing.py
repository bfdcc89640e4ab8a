"""Events on their way out: a delivery for each subscription that wants them."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from emulator.domain.chaos import Chaos
from emulator.domain.deliveries import Delivery, Subscription
from emulator.domain.events import FULFILLMENTS_UPDATED, ORDER_FULFILLED, Event, EventType
from emulator.domain.orders import Order
from emulator.site import Site


def publish_fulfillments(site: Site, order: Order) -> Event:
    """Tell that the order's fulfillments have changed (R301), and plan what a carrier will report of them (R601)."""
    if site.walks.follow(order, site.clock.now()):
        site.wake()
    return publish(site, FULFILLMENTS_UPDATED, order.id, order.with_all_fulfillments())


def publish_fulfillment_status(site: Site, before: Order, after: Order) -> None:
    """Tell that the order's fulfillment status has changed, if it has (R414)."""
    if before.fulfillment_status != after.fulfillment_status:
        publish(site, ORDER_FULFILLED, after.id, fulfilled_body(before, after))


def fulfilled_body(before: Order, after: Order) -> dict[str, Any]:
    """What `order_fulfilled` carries. What Wix puts into `action` is not documented (R414)."""
    return {
        "order": after,
        "previousFulfillmentStatus": before.fulfillment_status,
        "newFulfillmentStatus": after.fulfillment_status,
        "action": "FULFILL" if after.fulfillment_status == "FULFILLED" else "UPDATE",
    }


def publish(
    site: Site,
    event_type: EventType,
    entity_id: str,
    body: Any,
    *,
    chaos: Chaos | None = None,
    to: Subscription | None = None,
) -> Event:
    """A new event, queued for every subscription that wants it, or for `to` alone. It is sent later."""
    now = site.clock.now()
    event = Event(
        id=site.ids.guid(),
        type=event_type,
        entity_id=entity_id,
        time=now,
        sequence=site.outbox.next_sequence(f"{event_type.entity_fqdn} {entity_id}"),
        body=body,
    )
    site.journal.note_event(event)
    wanting = [one for one in site.outbox.subscriptions.values() if one.wants(event)] if to is None else [to]
    for subscription in wanting:
        _queue(site, event, subscription, chaos or site.mishap, now)
    if wanting:
        site.wake()
    return event


def _queue(site: Site, event: Event, subscription: Subscription, chaos: Chaos | None, now: datetime) -> None:
    outbox = site.outbox
    delivery = Delivery(site.ids.guid(), event, subscription, created=now, due=now, chaos=chaos)
    if chaos is not None and chaos.name == "reorder":
        outbox.hold_back(_later(delivery, chaos))
        return
    outbox.put(_later(delivery, chaos) if chaos is not None and chaos.name == "delay" else delivery)
    if chaos is not None and chaos.name == "duplicate":
        outbox.put(replace(delivery, id=site.ids.guid()))
    outbox.release_held(subscription.id, now)


def _later(delivery: Delivery, chaos: Chaos) -> Delivery:
    return replace(delivery, due=delivery.created + timedelta(seconds=chaos.seconds))
