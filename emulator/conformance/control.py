"""What checks ask of an emulator's control plane: subscriptions, the clock, walks, and what is delivered."""

from datetime import timedelta
from typing import Any

from emulator.conformance.disagreement import NotPrepared, expect_that
from emulator.conformance.exchange import Answer
from emulator.conformance.orders import Json, Order
from emulator.conformance.subject import Subject

NOBODY = "http://127.0.0.1:9/webhooks"  # for checks of what is sent, not of how it arrives
FULFILLMENTS_UPDATED = "wix.ecom.v1.fulfillments_updated"


def subscribe(site: Subject, url: str, event_types: str = FULFILLMENTS_UPDATED, form: str = "jwt") -> str:
    """The id of a new subscription. Raises NotPrepared."""
    wanted = {"url": url, "eventTypes": [event_types], "format": form}
    with site.preparing():
        return str(site.control("POST", "webhooks", wanted).at("id"))


def stop_clock(site: Subject) -> None:
    """Have the site's time stand still. Raises NotPrepared."""
    with site.preparing():
        site.control("PUT", "clock", {"mode": "manual"})


def advance(site: Subject, step: timedelta) -> None:
    """Move the clock on. Raises NotPrepared."""
    with site.preparing():
        site.control("POST", "clock/advance", {"seconds": step.total_seconds()})


def walk(site: Subject, order: Order, lifecycle: str = "on") -> None:
    """Have the order's fulfillments walk, or not. Raises NotPrepared."""
    with site.preparing():
        site.control("POST", f"orders/{order.id}/lifecycle", {"lifecycle": lifecycle})


def ship_all(site: Subject, order: Order) -> None:
    """A fulfillment for each line item, in their order. Raises NotPrepared."""
    for item in order.items:
        site.shipped(order, lineItems=[{"id": item}])


def listed(site: Subject, order: Order, event_type: str | None = FULFILLMENTS_UPDATED) -> list[Json]:
    """The deliveries of the order's events. Raises Disagreement if there is none."""
    kind = f"&eventType={event_type}" if event_type else ""
    answer: Answer = site.control("GET", f"deliveries?orderId={order.id}{kind}")
    deliveries: list[Json] = answer.at("deliveries")
    expect_that(bool(deliveries), f"a delivery of an event of order {order.id}", "none")
    return deliveries


def settled(site: Subject, order: Order) -> list[Json]:
    """The deliveries of the order's events, each tried at least once. Raises Disagreement, NotPrepared."""
    with site.preparing():
        site.control("POST", "settle", {})
    deliveries = listed(site, order)
    for attempt in deliveries[0]["attempts"][:1]:
        if attempt["status"] is None:
            raise NotPrepared(f"the emulator does not reach a receiver on this machine: {attempt['error']}")
    return deliveries


def events(site: Subject, order: Order) -> list[Any]:
    """The order's events about fulfillments, oldest first. Raises Disagreement."""
    return [one["event"] for one in listed(site, order)]
