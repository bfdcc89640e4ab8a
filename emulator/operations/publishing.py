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
    now = order.updated_date
    if site.walks.follow(order, now):
        site.wake()
    return publish(site, FULFILLMENTS_UPDATED, order.id, order.with_all_fulfillments(), now=now)


def publish_fulfillment_status(site: Site, before: Order, after: Order, now: datetime | None = None) -> None:
    """Tell that the order's fulfillment status has changed, if it has (R414)."""
    if before.fulfillment_status != after.fulfillment_status:
        publish(site, ORDER_FULFILLED, after.id, fulfilled_body(before, after), now=now)


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
    now: datetime | None = None,
    chaos: Chaos | None = None,
    to: Subscription | None = None,
) -> Event:
    """A new event, queued for every subscription that wants it, or for `to` alone. It is sent later.

    `now`, where the caller has it at hand, saves looking at the clock. Events of one call leave in the order of their
    times, so either all of them are given it, or none.
    """
    sequence = site.outbox.next_sequence(f"{event_type.entity_fqdn} {entity_id}")
    event = Event(site.ids.guid(), event_type, entity_id, now or site.clock.now(), sequence, body)
    site.journal.note(event)
    if site.outbox.subscriptions or to is not None:
        _queue_for_all(site, event, chaos or site.mishap, to)
    return event


def _queue_for_all(site: Site, event: Event, chaos: Chaos | None, to: Subscription | None) -> None:
    wanting = [one for one in site.outbox.subscriptions.values() if one.wants(event)] if to is None else [to]
    for subscription in wanting:
        _queue(site, event, subscription, chaos, event.time)
    if wanting:
        site.wake()


def _queue(site: Site, event: Event, subscription: Subscription, chaos: Chaos | None, now: datetime) -> None:
    outbox = site.outbox
    delivery = Delivery(site.ids.guid(), event, subscription, created=now, due=now, chaos=chaos)
    if chaos is not None and chaos.name == "reorder":
        outbox.hold_back(_later(delivery, chaos))
        return
    if chaos is not None and chaos.name == "delay":
        delivery = _later(delivery, chaos)
    outbox.put(delivery)
    if chaos is not None and chaos.name == "duplicate":
        outbox.put(replace(delivery, id=site.ids.guid()))
    outbox.release_held(subscription.id, delivery.due or now)


def _later(delivery: Delivery, chaos: Chaos) -> Delivery:
    return replace(delivery, due=delivery.created + timedelta(seconds=chaos.seconds))
