"""Checks of the lifecycle simulation (R601, R602)."""

from datetime import timedelta
from typing import Any

from emulator.conformance.control import NOBODY, advance, events, stop_clock, subscribe, walk
from emulator.conformance.disagreement import expect
from emulator.conformance.expectations import found
from emulator.conformance.orders import Order
from emulator.conformance.subject import Subject
from emulator.domain.lifecycle import STATUSES, waiting_time


def lifecycle(site: Subject) -> None:
    """R601: every step on the clock, and the event of the last one."""
    order = site.order()
    stop_clock(site)
    walk(site, order)
    subscribe(site, NOBODY)
    fulfillment = site.shipped(order)
    for status in STATUSES:
        advance(site, waiting_time("on", status))
        expect(_status(site, order, fulfillment), status, "status")
    told = [event["updatedEvent"]["currentEntity"]["fulfillments"] for event in events(site, order)]
    shown = [found(one, fulfillment).get("status") for one in told]
    expect(shown, [None, *STATUSES], "events of status")


def lifecycle_yields(site: Subject) -> None:
    """R602: a status that a call sets, and the step after it; a deleted fulfillment walks no more."""
    order = site.order(1, 1)
    stop_clock(site)
    walk(site, order)
    fulfillment = site.shipped(order, status="Ready")
    removed = site.shipped(order, lineItems=[{"id": order.items[1]}])
    with site.preparing():
        site.delete(order, removed).ok()
    advance(site, waiting_time("on", "In_Delivery") - timedelta(seconds=1))
    expect(_status(site, order, fulfillment), "Ready", "status")
    advance(site, timedelta(seconds=1))
    expect(_status(site, order, fulfillment), "In_Delivery", "status")
    expect([one.get("id") for one in site.fulfillments(order)], [fulfillment], "fulfillments")


def _status(site: Subject, order: Order, fulfillment: str) -> Any:
    return found(site.fulfillments(order), fulfillment).get("status")
