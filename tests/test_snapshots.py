"""Snapshots: everything of a site in one document, which loads whole or not at all."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from emulator import snapshots
from emulator.domain.chaos import Chaos
from emulator.domain.deliveries import Attempt, Sealed, Subscription
from emulator.domain.events import FULFILLMENTS_UPDATED
from emulator.domain.moments import LATEST
from emulator.domain.refusals import InvalidRequest
from emulator.faults import Effect, Fault
from emulator.operations.control import create_orders
from emulator.operations.fulfillments import create
from emulator.operations.lifecycle import set_lifecycle
from emulator.operations.publishing import publish
from emulator.site import Site
from tests.factories import ITEM, NOW, ORDER_ID, draft, fulfillment, order, site

Json = dict[str, Any]
NEVER = "9999-12-31T23:59:59.999999-23:59"  # in UTC there is no such year


def busy_site(site_id: str = "a") -> Site:
    """A site that has a bit of everything."""
    made = site(order(), site_id=site_id)
    made.outbox.subscribe(Subscription(id="1", url="http://127.0.0.1:9/webhooks"))
    made.outbox.subscribe(Subscription(id="2", url="http://127.0.0.1:9/plain", format="sdk"))
    create_orders(made, {}, 2)
    create(made, ORDER_ID, draft(ITEM, 1, trackingInfo={"trackingNumber": "1", "shippingProvider": "dhl"}))
    publish(made, FULFILLMENTS_UPDATED, ORDER_ID, {"held": None}, chaos=Chaos("reorder", 600))
    failed, delivered, sealed, *_ = made.outbox.deliveries()
    made.outbox.put(failed.attempted(Attempt(NOW, 503, None, None)))
    made.outbox.put(delivered.attempted(Attempt(NOW, 200, None, 3)))
    made.outbox.put(replace(sealed, sealed=Sealed(b"\xff", "text/plain")))
    made.faults.arm(Fault("f", "createFulfillment", Effect(delay_ms=5), times=3, skip=1))
    made.faults.take("createFulfillment")
    set_lifecycle(made, ORDER_ID, "on")
    made.clock.advance(timedelta(microseconds=1))
    made.ids.request_id()
    return made


def document(made: Site) -> Json:
    return dict(json.loads(snapshots.save(made)))


def loaded(made: Site, content: Json) -> str:
    return snapshots.restore(made, snapshots.read(json.dumps(content).encode()))


def test_a_snapshot_loads_into_another_site_with_the_same_fingerprint() -> None:
    made, other = busy_site(), site(site_id="b")
    assert loaded(other, document(made)) == other.fingerprint() == made.fingerprint()


def test_a_loaded_site_saves_the_same_document() -> None:
    made, other = busy_site(), site(site_id="a")
    loaded(other, document(made))
    assert document(other) == document(made)


def test_a_loaded_site_goes_on_as_the_saved_one_would_have() -> None:
    made, other = busy_site(), site(site_id="b")
    loaded(other, document(made))
    for one in (made, other):
        create_orders(one, {}, 1)
        create(one, ORDER_ID, draft(ITEM, 2))
    assert made.fingerprint() == other.fingerprint()
    assert made.ids.request_id() == other.ids.request_id()


def test_deliveries_leave_a_loaded_site_in_the_same_order() -> None:
    made, other = busy_site(), site(site_id="b")
    loaded(other, document(made))
    later = NOW + timedelta(days=1)
    assert departures(other, later) == departures(made, later) != []


def departures(made: Site, until: Any) -> list[str]:
    taken = []
    for lane in sorted(made.outbox.lanes_due(until)):
        while (delivery := made.outbox.take_due(lane, until)) is not None:
            taken.append(delivery.id)
    return taken


def test_a_delivery_in_flight_is_saved_as_one_that_waits() -> None:
    made, other = busy_site(), site(site_id="b")
    lane = made.outbox.lanes_due(NOW)[0]
    taken = made.outbox.take_due(lane, NOW)
    loaded(other, document(made))
    assert taken is not None
    assert other.outbox.take_due(lane, NOW) == other.outbox.find(taken.id)


def test_what_is_planned_at_the_end_of_time_loads_too() -> None:
    made, other = busy_site(), site(site_id="b")
    made.clock.set(LATEST)
    create(made, ORDER_ID, draft(ITEM, 1))
    *_, late = made.outbox.deliveries()
    made.outbox.put(late.attempted(Attempt(LATEST, 503, None, None)))
    set_lifecycle(made, ORDER_ID, "366d,366d,366d,366d,366d")
    assert loaded(other, document(made)) == made.fingerprint()


def test_what_was_held_back_is_released_on_the_loaded_site() -> None:
    made, other = busy_site(), site(site_id="b")
    loaded(other, document(made))
    before = len(other.outbox.state().held)
    create(other, ORDER_ID, draft(ITEM, 1))
    assert (before, len(other.outbox.state().held)) == (2, 0)


def test_a_loaded_order_keeps_its_microseconds() -> None:
    made, other = site(order(), site_id="a"), site(site_id="b")
    made.clock.set(NOW + timedelta(microseconds=123_456))
    create(made, ORDER_ID, draft(ITEM, 1))
    loaded(other, document(made))
    assert other.store.order(ORDER_ID) == made.store.order(ORDER_ID)


def test_a_tracking_number_of_a_loaded_order_is_taken_on_the_whole_site() -> None:
    made, other = busy_site(), site(site_id="b")
    loaded(other, document(made))
    assert other.store.is_tracked_outside("another order", "1")


def test_loading_empties_the_journal_and_outdates_what_waits() -> None:
    made = busy_site()
    content, epoch = document(made), made.epoch
    loaded(made, content)
    assert made.epoch != epoch
    assert made.journal.entries() == ()


def test_a_reset_after_loading_makes_the_site_as_its_own_fresh_one() -> None:
    other = site(order(), site_id="b")
    fresh = other.fingerprint()
    loaded(other, document(busy_site()))
    other.reset()
    assert other.fingerprint() == fresh


def test_a_site_that_follows_the_system_does_so_again() -> None:
    made, other = site(order()), site()
    made.clock.follow_system()
    loaded(other, document(made))
    assert not other.clock.is_manual


def test_a_loaded_site_has_the_walks_of_the_saved_one_and_no_others() -> None:
    saved, other = (site(order(fulfillments=[fulfillment(1)]), lifecycle=on) for on in ("off", "on"))
    loaded(other, document(saved))
    assert other.walks.next_due() is None


def change(path: str, value: Any) -> Callable[[Json], None]:
    def apply(content: Any) -> None:
        *parents, leaf = path.split(".")
        for parent in parents:
            content = content[int(parent)] if parent.isdecimal() else content[parent]
        content[leaf] = value

    return apply


def drop(key: str) -> Callable[[Json], None]:
    return lambda content: content.pop(key)


@pytest.mark.parametrize(
    ("spoil", "field"),
    [
        (change("version", 2), "version"),
        (drop("version"), "version"),
        (drop("orders"), "orders"),
        (change("surplus", 1), "surplus"),
        (change("orders.0.status", "SOLD"), "orders[0].status"),
        (change("orders.1.id", ORDER_ID), "orders"),
        (change("orders.0.lineItems", []), "orders[0].lineItems"),
        (change("time", "soon"), "time"),
        (change("time", "9999-12-31T00:00:00Z"), "time"),
        (change("ids", {"drawn": "many"}), "ids.drawn"),
        (change("outbox.queue", []), "outbox.queue"),
        (change("outbox.settled", ["nobody"]), "outbox.settled"),
        (change("outbox.deliveries.0.event.type.name", "teleported"), "outbox.deliveries[0].event.type.name"),
        (change("outbox.deliveries.0.status", "lost"), "outbox.deliveries[0].status"),
        (change("outbox.deliveries.0.retries", 13), "outbox.deliveries[0].retries"),
        (change("outbox.deliveries.0.retries", -1), "outbox.deliveries[0].retries"),
        (change("outbox.deliveries.0.due", NEVER), "outbox.deliveries[0].due"),
        (change("outbox.deliveries.0.due", "2026-03-01T00:00:00"), "outbox.deliveries[0].due"),
        (change("outbox.deliveries.0.created", NEVER), "outbox.deliveries[0].created"),
        (change("outbox.deliveries.0.event.time", NEVER), "outbox.deliveries[0].event.time"),
        (change("outbox.deliveries.0.attempts.0.at", NEVER), "outbox.deliveries[0].attempts[0].at"),
        (change("outbox.deliveries.0.attempts.0.nextAt", NEVER), "outbox.deliveries[0].attempts[0].nextAt"),
        (change("walks.walks.0.due", NEVER), "walks.walks[0].due"),
        (change("faults.0.effect", None), "faults[0].effect"),
        (change("walks.lifecycles", [["x", "sometimes"]]), "walks.lifecycles[0][1]"),
    ],
)
def test_a_wrong_document_is_refused_whole_and_says_where(spoil: Callable[[Json], None], field: str) -> None:
    made, content = busy_site(), document(busy_site())
    before = (made.fingerprint(), made.epoch)
    spoil(content)
    with pytest.raises(InvalidRequest) as refusal:
        loaded(made, content)
    assert field in [one.field for one in refusal.value.violations]
    assert (made.fingerprint(), made.epoch) == before


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b"null", b'{"version": null}'])
def test_what_is_no_document_is_refused(text: bytes) -> None:
    with pytest.raises(InvalidRequest):
        snapshots.read(text)


@pytest.mark.parametrize(
    "touch",
    [
        lambda one: one.clock.advance(timedelta(seconds=1)),
        lambda one: one.clock.follow_system(),
        lambda one: one.ids.guid(),
        lambda one: one.ids.request_id(),
        lambda one: create_orders(one, {}, 1),
        lambda one: one.outbox.subscribe(Subscription(id="9", url="http://127.0.0.1:9")),
        lambda one: one.outbox.next_sequence("x"),
        lambda one: one.faults.arm(Fault("g", "getOrder", Effect(status=500))),
        lambda one: one.walks.set_lifecycle(order(), "on", NOW),
        lambda one: one.rate_limit.clear(NOW, 3),
        lambda one: setattr(one.store, "highest_number", 99_999),
    ],
)
def test_a_fingerprint_tells_every_part_of_the_state_and_a_reset_brings_it_back(touch: Callable[[Site], Any]) -> None:
    made = site(order())
    fresh = made.fingerprint()
    touch(made)
    assert made.fingerprint() != fresh
    made.reset()
    assert made.fingerprint() == fresh
