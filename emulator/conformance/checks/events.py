"""Checks of what is sent when something happens (R301 to R303, R308 to R310, R414)."""

import json
import re
from typing import Any

from emulator.conformance.control import FULFILLMENTS_UPDATED, NOBODY, events, listed, ship_all, subscribe
from emulator.conformance.disagreement import expect, expect_that
from emulator.conformance.expectations import expect_shape, found, of
from emulator.conformance.orders import Json
from emulator.conformance.subject import Subject

_MICROSECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def fulfillments_updated_event(site: Subject) -> None:
    """R301: create, update, delete, and an entry of a bulk call."""
    order = site.order(1, 1)
    subscribe(site, NOBODY)
    fulfillment = site.shipped(order)
    with site.preparing():
        site.update(order, fulfillment, status="Ready").ok()
        site.delete(order, fulfillment).ok()
        site.bulk((order, [{"lineItems": of(order, 1)}])).ok()
        again = site.fulfillments(order)[0]["id"]
    told = [[one["id"] for one in _entity(event)["fulfillments"]] for event in events(site, order)]
    expect(told, [[fulfillment], [fulfillment], [], [again]], "events, each with these fulfillments:")


def domain_event(site: Subject) -> None:
    """R302: what two events of one order carry."""
    order = site.order(1, 1)
    subscribe(site, NOBODY)
    ship_all(site, order)
    first, second = _two(events(site, order))
    for event in (first, second):
        said = [event.get(key) for key in ("entityFqdn", "slug", "entityId", "triggeredByAnonymizeRequest")]
        expect(said, ["wix.ecom.v1.fulfillments", "updated", order.id, False], "an event of")
        expect_that(bool(_MICROSECONDS.fullmatch(event["eventTime"])), "eventTime in microseconds", event["eventTime"])
    expect_that(first["id"] != second["id"], "a fresh id", second["id"])
    sequences = [event["entityEventSequence"] for event in (first, second)]
    is_counting = all(isinstance(one, str) for one in sequences) and int(sequences[0]) < int(sequences[1])
    expect_that(is_counting, "entityEventSequence, a text that counts up", sequences)


def no_change_no_event(site: Subject) -> None:
    """R303: a refused creation, and an update that changes nothing, after one that does."""
    order = site.order()
    fulfillment = site.shipped(order, status="Ready")
    subscribe(site, NOBODY)
    with site.preparing():
        site.create(order)  # nothing is left
        site.update(order, fulfillment, status="Ready").ok()
        site.update(order, fulfillment, status="Fulfilled").ok()
    shown = [found(_entity(one)["fulfillments"], fulfillment).get("status") for one in events(site, order)]
    expect(shown, ["Fulfilled"], "events of status")


def event_identity(site: Subject) -> None:
    """R308: the app of the manifest, and its instance on the site."""
    order = site.order()
    subscribe(site, NOBODY)
    site.shipped(order)
    envelope = listed(site, order)[0]["envelope"]
    with site.preparing():
        manifest = site.control("GET", "manifest").json
    expect(envelope["instanceId"], manifest["instanceId"], "instanceId")
    identity = {"identityType": "APP", "appId": manifest["appId"]}
    expect(json.loads(envelope["identity"]), identity, "identity")


def velo_event(site: Subject) -> None:
    """R309: the event of a fulfillment in format velo."""
    order = site.order()
    subscribe(site, NOBODY, form="velo")
    fulfillment = site.shipped(order)
    event = _velo(listed(site, order)[0])
    expect_shape(event, ("metadata", "entity"), "an event")
    metadata = {"id", "entityId", "eventTime", "triggeredByAnonymizeRequest"}
    expect(set(event["metadata"]), metadata, "metadata")
    shown = event["entity"]["fulfillments"][0]
    expect((shown.get("_id"), "_createdDate" in shown), (fulfillment, True), "_id, and _createdDate:")


def ticket_order_event(site: Subject) -> None:
    """R310: fired by hand, flat and without metadata."""
    subscribe(site, NOBODY, "*", form="velo")
    fired = site.control("POST", "events", {"eventType": "wixEvents_onOrderUpdated"})
    delivery = fired.at("deliveries", 0)
    event = _velo(delivery)
    expect_shape(event, ("orderNumber", "tickets"), "a ticket order")
    expect("metadata" in event, False, "metadata:")
    expect(delivery["eventType"], "wixEvents_onOrderUpdated", "eventType")


def order_events(site: Subject) -> None:
    """R414: from creation to cancellation; of a fulfillment order_fulfilled, and no order_updated."""
    subscribe(site, NOBODY, "*")
    order = site.unpaid_order()
    with site.preparing():
        site.mark_as_paid(order.id).ok()
        site.shipped(order)
        site.update_order(order.id, {"buyerLanguage": "de"}).ok()
        site.cancel(order.id).ok()
    kinds = [one["eventType"] for one in listed(site, order, event_type=None)]
    expected = ["created", "payment_status_updated", "approved", "fulfilled", "updated", "canceled"]
    ours = [kind.removeprefix("wix.ecom.v1.order_") for kind in kinds if kind != FULFILLMENTS_UPDATED]
    expect(ours, expected, "events")


def _entity(event: Any) -> Any:
    return event["updatedEvent"]["currentEntity"]


def _two(found_events: list[Any]) -> list[Any]:
    expect(len(found_events), 2, "events:")
    return found_events


def _velo(delivery: Json) -> Any:
    body = json.loads(delivery["body"])
    expect_shape(body, ("handler", "event"), "the body")
    return body["event"]
