"""Events leave in the order in which they were published: their times never run backwards."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

import pytest

from emulator.clock import Clock
from emulator.operations import fulfillments, orders
from emulator.site import Site
from tests.events import subscription
from tests.factories import ITEM, NOW, ORDER_ID, draft, order, site


def ticking() -> Clock:
    """A clock that never tells the same time twice."""
    ticks = count()
    return Clock(system=lambda: NOW + timedelta(milliseconds=next(ticks)))


@pytest.fixture
def shop() -> Site:
    """With an order that is fulfilled with its payment, and one that is shipped."""
    digital = order(id="digital", status="INITIALIZED", paymentStatus="NOT_PAID", shippingInfo=None)
    made = site(digital, order({ITEM: 1}))
    made.clock = ticking()
    made.outbox.subscribe(subscription())
    return made


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda shop: fulfillments.create(shop, ORDER_ID, draft()), ["fulfillments_updated", "order_fulfilled"]),
        (lambda shop: orders.update_status(shop, "digital", "APPROVED"), ["order_approved", "order_fulfilled"]),
        (
            lambda shop: orders.mark_as_paid(shop, "digital"),
            ["order_payment_status_updated", "order_approved", "order_fulfilled"],
        ),
        (
            lambda shop: (
                fulfillments.create(shop, ORDER_ID, draft()),
                orders.cancel_order(shop, ORDER_ID, orders.CancelSideEffects()),
            ),
            ["fulfillments_updated", "order_fulfilled", "order_canceled"],
        ),
    ],
    ids=["create a fulfillment", "approve", "mark as paid", "create and cancel"],
)
def test_the_events_of_a_call_leave_in_their_order(
    shop: Site, call: Callable[[Site], object], expected: list[str]
) -> None:
    call(shop)
    published = shop.outbox.deliveries()
    assert [one.event.type.name.rpartition(".")[2] for one in published] == expected
    assert sorted(times := [one.event.time for one in published]) == times
    assert list(shop.outbox.state().queue) == [one.id for one in published]


def test_an_event_has_the_time_of_the_change_that_it_tells_of(shop: Site) -> None:
    changed = fulfillments.create(shop, ORDER_ID, draft())
    times: set[datetime] = {one.event.time for one in shop.outbox.deliveries()}
    assert times == {changed.updated_date}
