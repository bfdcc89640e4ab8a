"""Checks of events and their delivery, read from an emulator's control plane (R301 to R310, R414, R601, R602)."""

import json
import re
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from emulator.conformance.disagreement import NotPrepared, expect, expect_that
from emulator.conformance.exchange import Answer
from emulator.conformance.expectations import expect_shape, found, of
from emulator.conformance.orders import Json, Order
from emulator.conformance.receiver import Receiver, receiving
from emulator.conformance.subject import Subject
from emulator.domain.deliveries import RETRY_WAITS
from emulator.domain.lifecycle import STATUSES, waiting_time

_NOBODY = "http://127.0.0.1:9/webhooks"  # for checks of what is sent, not of how it arrives
_UPDATED = "wix.ecom.v1.fulfillments_updated"
_TOKEN_LIFETIME_S = 300_000
_MICROSECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_DAY_S = 86_400


def fulfillments_updated_event(site: Subject) -> None:
    """R301: create, update, delete, and an entry of a bulk call."""
    order = site.order(1, 1)
    _subscribe(site, _NOBODY)
    fulfillment = site.shipped(order)
    with site.preparing():
        site.update(order, fulfillment, status="Ready").ok()
        site.delete(order, fulfillment).ok()
        site.bulk((order, [{"lineItems": of(order, 1)}])).ok()
        again = site.fulfillments(order)[0]["id"]
    told = [[one["id"] for one in _entity(event)["fulfillments"]] for event in _events(site, order)]
    expect(told, [[fulfillment], [fulfillment], [], [again]], "events, each with these fulfillments:")


def domain_event(site: Subject) -> None:
    """R302: what two events of one order carry."""
    order = site.order(1, 1)
    _subscribe(site, _NOBODY)
    _ship_all(site, order)
    first, second = _two(_events(site, order))
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
    _subscribe(site, _NOBODY)
    with site.preparing():
        site.create(order)  # nothing is left
        site.update(order, fulfillment, status="Ready").ok()
        site.update(order, fulfillment, status="Fulfilled").ok()
    events = _events(site, order)
    shown = [found(_entity(one)["fulfillments"], fulfillment).get("status") for one in events]
    expect(shown, ["Fulfilled"], "events of status")


def token(site: Subject) -> None:
    """R304: what came, layer by layer, and whether the public key verifies it."""
    from emulator.webhooks.envelope import EnvelopeError, open_token, verify_token

    with receiving(200) as receiver:
        order = site.order()
        _subscribe(site, receiver.url)
        site.shipped(order)
        delivered = _settled(site, order)[0]
        content_type, body = _one_received(receiver)
    expect_that(content_type.startswith("text/plain"), "content type text/plain", content_type)
    expect(delivered["token"], body, "the token that was received,")
    with site.preparing():
        key = site.control("GET", "public-key").content.decode()
        now = datetime.fromisoformat(site.control("GET", "clock").at("now"))
    try:
        opened = open_token(body)
        verify_token(body, key, now)
    except EnvelopeError as error:
        expect_that(holds=False, expected="a token that can be verified", actual=error)
        return
    expect((opened.header.get("alg"), bool(opened.header.get("kid"))), ("RS256", True), "alg, and kid:")
    expect(opened.claims["exp"] - opened.claims["iat"], _TOKEN_LIFETIME_S, "seconds of life:")
    is_text = [isinstance(opened.envelope[key], str) for key in ("data", "identity")]
    expect(is_text, [True, True], "JSON in strings:")


def delivery_success(site: Subject) -> None:
    """R305: 200 succeeds; 204 and a redirect fail."""
    for answered, status in ((200, "delivered"), (204, "waiting"), (302, "waiting")):
        with receiving(answered) as receiver:
            order = site.order()
            subscription = _subscribe(site, receiver.url)
            site.shipped(order)
            delivery = _settled(site, order)[0]
            with site.preparing():
                site.control("DELETE", f"webhooks/{subscription}")
        expect((delivery["status"], len(receiver.received)), (status, 1), f"after HTTP {answered}, status and attempts")


def retry_ladder(site: Subject) -> None:
    """R306: the time between failures, the same bytes, and the end."""
    with receiving(500) as receiver:
        order = site.order()
        _stop_clock(site)
        _walk(site, order, "off")  # whatever the emulator's setting: that would be events in between
        _subscribe(site, receiver.url)
        site.shipped(order)
        _settled(site, order)
        with site.preparing():
            site.control("POST", "clock/advance", {"seconds": 3 * _DAY_S})
        delivery = _settled(site, order)[0]
    moments = [datetime.fromisoformat(attempt["at"]) for attempt in delivery["attempts"]]
    waits = [later - earlier for earlier, later in pairwise(moments)]
    expect(_minutes(waits), _minutes(RETRY_WAITS), "minutes between the attempts")
    expect(delivery["status"], "exhausted", "status")
    expect(len({body for _, body in receiver.received}), 1, "different bodies:")


def first_attempts_in_order(site: Subject) -> None:
    """R307: three events, of which the first fails."""
    with receiving(500, 200) as receiver:
        order = site.order(1, 1, 1)
        _stop_clock(site)
        _subscribe(site, receiver.url)
        _ship_all(site, order)
        deliveries = _settled(site, order)
    expect([one["status"] for one in deliveries], ["waiting", "delivered", "delivered"], "status of the deliveries")
    bodies = [body for _, body in receiver.received]
    expect(bodies, [one["token"] for one in deliveries], "attempts in the order of the events:")


def event_identity(site: Subject) -> None:
    """R308: the app of the manifest, and its instance on the site."""
    order = site.order()
    _subscribe(site, _NOBODY)
    site.shipped(order)
    envelope = _listed(site, order)[0]["envelope"]
    with site.preparing():
        manifest = site.control("GET", "manifest").json
    expect(envelope["instanceId"], manifest["instanceId"], "instanceId")
    identity = {"identityType": "APP", "appId": manifest["appId"]}
    expect(json.loads(envelope["identity"]), identity, "identity")


def velo_event(site: Subject) -> None:
    """R309: the event of a fulfillment in format velo."""
    order = site.order()
    _subscribe(site, _NOBODY, format="velo")
    fulfillment = site.shipped(order)
    event = _velo(_listed(site, order)[0])
    expect_shape(event, ("metadata", "entity"), "an event")
    metadata = {"id", "entityId", "eventTime", "triggeredByAnonymizeRequest"}
    expect(set(event["metadata"]), metadata, "metadata")
    shown = event["entity"]["fulfillments"][0]
    expect((shown.get("_id"), "_createdDate" in shown), (fulfillment, True), "_id, and _createdDate:")


def ticket_order_event(site: Subject) -> None:
    """R310: fired by hand, flat and without metadata."""
    _subscribe(site, _NOBODY, "*", format="velo")
    fired = site.control("POST", "events", {"eventType": "wixEvents_onOrderUpdated"})
    delivery = fired.at("deliveries", 0)
    event = _velo(delivery)
    expect_shape(event, ("orderNumber", "tickets"), "a ticket order")
    expect("metadata" in event, False, "metadata:")
    expect(delivery["eventType"], "wixEvents_onOrderUpdated", "eventType")


def order_events(site: Subject) -> None:
    """R414: from creation to cancellation; of a fulfillment order_fulfilled, and no order_updated."""
    _subscribe(site, _NOBODY, "*")
    order = site.unpaid_order()
    with site.preparing():
        site.mark_as_paid(order.id).ok()
        site.shipped(order)
        site.update_order(order.id, {"buyerLanguage": "de"}).ok()
        site.cancel(order.id).ok()
    kinds = [one["eventType"] for one in _listed(site, order, event_type=None)]
    expected = ["created", "payment_status_updated", "approved", "fulfilled", "updated", "canceled"]
    ours = [kind.removeprefix("wix.ecom.v1.order_") for kind in kinds if kind != _UPDATED]
    expect(ours, expected, "events")


def lifecycle(site: Subject) -> None:
    """R601: every step on the clock, and the event of the last one."""
    order = site.order()
    _stop_clock(site)
    _walk(site, order)
    _subscribe(site, _NOBODY)
    fulfillment = site.shipped(order)
    for status in STATUSES:
        _advance(site, waiting_time("on", status))
        expect(_status(site, order, fulfillment), status, "status")
    events = _events(site, order)
    shown = [found(_entity(one)["fulfillments"], fulfillment).get("status") for one in events]
    expect(shown, [None, *STATUSES], "events of status")


def lifecycle_yields(site: Subject) -> None:
    """R602: a status that a call sets, and the step after it; a deleted fulfillment walks no more."""
    order = site.order(1, 1)
    _stop_clock(site)
    _walk(site, order)
    fulfillment = site.shipped(order, status="Ready")
    removed = site.shipped(order, lineItems=[{"id": order.items[1]}])
    with site.preparing():
        site.delete(order, removed).ok()
    _advance(site, waiting_time("on", "In_Delivery") - timedelta(seconds=1))
    expect(_status(site, order, fulfillment), "Ready", "status")
    _advance(site, timedelta(seconds=1))
    expect(_status(site, order, fulfillment), "In_Delivery", "status")
    expect([one.get("id") for one in site.fulfillments(order)], [fulfillment], "fulfillments")


def _subscribe(site: Subject, url: str, events: str = _UPDATED, format: str = "jwt") -> str:  # noqa: A002 - the field's name
    wanted = {"url": url, "eventTypes": [events], "format": format}
    with site.preparing():
        return str(site.control("POST", "webhooks", wanted).at("id"))


def _stop_clock(site: Subject) -> None:
    with site.preparing():
        site.control("PUT", "clock", {"mode": "manual"})


def _advance(site: Subject, step: timedelta) -> None:
    with site.preparing():
        site.control("POST", "clock/advance", {"seconds": step.total_seconds()})


def _walk(site: Subject, order: Order, lifecycle: str = "on") -> None:
    with site.preparing():
        site.control("POST", f"orders/{order.id}/lifecycle", {"lifecycle": lifecycle})


def _ship_all(site: Subject, order: Order) -> None:
    for item in order.items:
        site.shipped(order, lineItems=[{"id": item}])


def _status(site: Subject, order: Order, fulfillment: str) -> Any:
    return found(site.fulfillments(order), fulfillment).get("status")


def _settled(site: Subject, order: Order) -> list[Json]:
    """The deliveries of the order's events, each tried at least once. Raises Disagreement, NotPrepared."""
    with site.preparing():
        site.control("POST", "settle", {})
    deliveries = _listed(site, order)
    for attempt in deliveries[0]["attempts"][:1]:
        if attempt["status"] is None:
            raise NotPrepared(f"the emulator does not reach a receiver on this machine: {attempt['error']}")
    return deliveries


def _listed(site: Subject, order: Order, event_type: str | None = _UPDATED) -> list[Json]:
    """The deliveries of the order's events. Raises Disagreement if there is none."""
    kind = f"&eventType={event_type}" if event_type else ""
    answer: Answer = site.control("GET", f"deliveries?orderId={order.id}{kind}")
    deliveries: list[Json] = answer.at("deliveries")
    expect_that(bool(deliveries), f"a delivery of an event of order {order.id}", "none")
    return deliveries


def _events(site: Subject, order: Order) -> list[Any]:
    return [one["event"] for one in _listed(site, order)]


def _entity(event: Any) -> Any:
    return event["updatedEvent"]["currentEntity"]


def _two(events: list[Any]) -> list[Any]:
    expect(len(events), 2, "events:")
    return events


def _one_received(receiver: Receiver) -> tuple[str, str]:
    expect(len(receiver.received), 1, "webhooks received:")
    return receiver.received[0]


def _velo(delivery: Json) -> Any:
    body = json.loads(delivery["body"])
    expect_shape(body, ("handler", "event"), "the body")
    return body["event"]


def _minutes(waits: Any) -> list[int]:
    return [round(wait.total_seconds() / 60) for wait in waits]
