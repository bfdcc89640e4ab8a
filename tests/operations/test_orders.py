"""What the Orders API does to a site, and what it tells about it."""

from datetime import timedelta
from typing import Any

import pytest

from emulator.domain.events import EVENT_TYPES
from emulator.domain.order_parts import OrderStatus
from emulator.domain.orders import Order
from emulator.domain.purchases import ApprovalStrategy, OrderDraft, OrderPatch
from emulator.domain.refusals import (
    OrderAlreadyPaid,
    OrderIsPending,
    OrderNotFound,
    PurchasedDateInFuture,
    Refusal,
    StatusAlreadySet,
)
from emulator.domain.search import DEFAULT_SORT, Search
from emulator.operations import fulfillments
from emulator.operations.orders import (
    CancelSideEffects,
    cancel_order,
    create,
    get,
    mark_as_paid,
    search,
    update,
    update_in_bulk,
    update_status,
)
from emulator.site import Site
from tests import factories
from tests.events import subscription
from tests.factories import ITEM, NOW, ORDER_ID, draft, guid, order

UNKNOWN = guid(404)


def shop(*orders: Order) -> Site:
    """A site with these orders, and somebody who wants to know everything."""
    made = factories.site(*orders)
    made.outbox.subscribe(subscription())
    return made


def told(site: Site) -> list[tuple[str, Any]]:
    """Slug and body of every event of an order that was published."""
    events = [one.event for one in site.outbox.deliveries()]
    return [(one.type.slug, one.json_body()) for one in events if one.type.entity_fqdn == "wix.ecom.v1.order"]


def wire(made: Order) -> Any:
    return made.model_dump(mode="json", exclude_none=True)


def new_order(**fields: Any) -> OrderDraft:
    item = {
        "productName": {"original": "Coffee"},
        "catalogReference": {"catalogItemId": guid(1), "appId": guid(2)},
        "quantity": 2,
        "itemType": {"preset": "PHYSICAL"},
        "price": {"amount": "12.50"},
    }
    sent = {
        "lineItems": [item],
        "channelInfo": {"type": "WEB"},
        "priceSummary": {"total": {"amount": "25.00"}},
        "shippingInfo": {"title": "Standard"},
        **fields,
    }
    return OrderDraft.model_validate(sent, by_alias=True, by_name=False)


def patch(**fields: Any) -> OrderPatch:
    return OrderPatch.model_validate(fields, by_alias=True, by_name=False)


def changes_nothing(site: Site, orders: tuple[Order, ...]) -> bool:
    return site.store.orders() == orders and told(site) == []


# Creating


def test_a_created_order_is_held_and_found() -> None:
    site = shop()
    made = create(site, new_order(), "DEFAULT")
    assert get(site, made.id) == made == site.store.order(made.id)
    assert (made.created_date, made.updated_date) == (NOW, NOW)


def test_created_orders_are_numbered_on_from_the_highest_number() -> None:
    site = shop(order(number="20000"), order(id=guid(2), number="X-99999"))
    assert [create(site, new_order(), "DEFAULT").number for _ in range(2)] == ["20001", "20002"]


@pytest.mark.rule("R414")
def test_creating_an_order_that_waits_for_its_payment_tells_of_it_once() -> None:
    site = shop()
    made = create(site, new_order(), "DEFAULT")
    assert told(site) == [("created", wire(made))]
    assert made.status == "INITIALIZED"


@pytest.mark.rule("R403", "R414")
@pytest.mark.parametrize(
    ("fields", "strategy"),
    [({"paymentStatus": "PAID"}, "PAYMENT_RECEIVED"), ({"priceSummary": {"total": {"amount": "0"}}}, "DEFAULT")],
)
def test_creating_an_order_that_is_approved_at_once_tells_that_too(
    fields: dict[str, Any], strategy: ApprovalStrategy
) -> None:
    site = shop()
    made = create(site, new_order(**fields), strategy)
    assert told(site) == [("created", wire(made)), ("approved", {"order": wire(made)})]
    assert made.status == "APPROVED"


@pytest.mark.rule("R402")
def test_a_refused_creation_leaves_nothing_behind() -> None:
    site = shop()
    before = site.fingerprint()
    with pytest.raises(PurchasedDateInFuture):
        create(site, new_order(purchasedDate="2030-01-01T00:00:00Z"), "DEFAULT")
    assert changes_nothing(site, ())
    assert site.fingerprint() == before
    assert create(site, new_order(), "DEFAULT").number == "10001"


# Updating


@pytest.mark.rule("R404", "R414")
def test_updating_tells_the_whole_order_as_it_is_then() -> None:
    site = shop(order(buyerNote="ring twice"))
    site.clock.advance(timedelta(hours=1))
    made = update(site, ORDER_ID, patch(archived=True))
    assert told(site) == [("updated", wire(made))]
    assert (made.archived, made.buyer_note, made.updated_date) == (True, "ring twice", NOW + timedelta(hours=1))
    assert site.store.order(ORDER_ID) == made


@pytest.mark.rule("R128", "R414")
def test_an_update_that_has_an_order_shipped_tells_behind_it_that_the_order_is_not_fulfilled() -> None:
    site = shop(order(shippingInfo=None))
    destination = {"address": {"country": "GB"}}
    made = update(site, ORDER_ID, patch(shippingInfo={"logistics": {"shippingDestination": destination}}))
    assert told(site) == [
        ("updated", wire(made)),
        (
            "fulfilled",
            {
                "order": wire(made),
                "previousFulfillmentStatus": "FULFILLED",
                "newFulfillmentStatus": "NOT_FULFILLED",
                "action": "UPDATE",
            },
        ),
    ]


@pytest.mark.rule("R303", "R404")
def test_an_update_that_changes_nothing_tells_nothing() -> None:
    site = shop(order(archived=True))
    before = site.store.orders()
    update(site, ORDER_ID, patch(archived=True))
    assert changes_nothing(site, before)


@pytest.mark.rule("R303", "R405")
def test_a_refused_update_tells_nothing() -> None:
    site = shop(order(status="PENDING"))
    before = site.store.orders()
    with pytest.raises(OrderIsPending):
        update(site, ORDER_ID, patch(archived=True))
    assert changes_nothing(site, before)


@pytest.mark.rule("R405", "R414")
def test_a_bulk_update_does_what_it_can_and_says_why_not() -> None:
    site = shop(order(), order(id=guid(2), status="PENDING"), order(id=guid(3)))
    wanted = [ORDER_ID, guid(2), UNKNOWN, guid(3)]
    outcomes = update_in_bulk(site, [(order_id, patch(archived=True)) for order_id in wanted])
    assert [type(one) for one in outcomes] == [Order, OrderIsPending, OrderNotFound, Order]
    assert [(slug, body["id"]) for slug, body in told(site)] == [("updated", ORDER_ID), ("updated", guid(3))]


def test_in_a_bulk_update_a_later_entry_sees_what_an_earlier_one_did() -> None:
    site = shop(order())
    outcomes = update_in_bulk(site, [(ORDER_ID, patch(archived=True)), (ORDER_ID, patch(buyerLanguage="de"))])
    assert not any(isinstance(one, Refusal) for one in outcomes)
    assert (site.store.order(ORDER_ID).archived, site.store.order(ORDER_ID).buyer_language) == (True, "de")


# Canceling


@pytest.mark.rule("R408", "R414")
def test_canceling_tells_what_was_asked_for_besides() -> None:
    site = shop(order())
    made = cancel_order(site, ORDER_ID, CancelSideEffects(True, True, "Sorry!"))
    assert told(site) == [
        (
            "canceled",
            {
                "order": wire(made),
                "restockAllItems": True,
                "sendOrderCanceledEmail": True,
                "customMessage": "Sorry!",
            },
        )
    ]


@pytest.mark.rule("R408", "R414")
def test_canceling_without_a_wish_tells_that_there_was_none() -> None:
    site = shop(order())
    made = cancel_order(site, ORDER_ID, CancelSideEffects())
    assert told(site) == [
        ("canceled", {"order": wire(made), "restockAllItems": False, "sendOrderCanceledEmail": False})
    ]


@pytest.mark.rule("R408", "R414")
@pytest.mark.parametrize("is_by_status", [False, True], ids=["cancel", "update-status"])
def test_canceling_an_order_that_needs_no_shipping_tells_of_the_cancellation_alone(is_by_status: bool) -> None:
    site = shop(order(shippingInfo=None))
    if is_by_status:
        update_status(site, ORDER_ID, "CANCELED")
    else:
        cancel_order(site, ORDER_ID, CancelSideEffects())
    assert [slug for slug, _ in told(site)] == ["canceled"]


@pytest.mark.rule("R303", "R408")
def test_canceling_twice_tells_it_once() -> None:
    site = shop(order())
    cancel_order(site, ORDER_ID, CancelSideEffects())
    cancel_order(site, ORDER_ID, CancelSideEffects(custom_message="again"))
    assert [slug for slug, _ in told(site)] == ["canceled"]


# Setting the status


@pytest.mark.rule("R407", "R414")
@pytest.mark.parametrize(
    ("status", "slug"),
    [("APPROVED", "approved"), ("CANCELED", "canceled"), ("PENDING", "updated"), ("REJECTED", "updated")],
)
def test_setting_a_status_tells_of_it_in_its_own_way(status: OrderStatus, slug: str) -> None:
    site = shop(order(status="INITIALIZED"))
    made = update_status(site, ORDER_ID, status)
    bodies = {
        "approved": {"order": wire(made)},
        "canceled": {"order": wire(made), "restockAllItems": False, "sendOrderCanceledEmail": False},
        "updated": wire(made),
    }
    assert told(site) == [(slug, bodies[slug])]


@pytest.mark.rule("R303", "R407")
def test_a_refused_status_tells_nothing() -> None:
    site = shop(order())
    before = site.store.orders()
    with pytest.raises(StatusAlreadySet):
        update_status(site, ORDER_ID, "APPROVED")
    assert changes_nothing(site, before)


# Paying


@pytest.mark.rule("R409", "R414")
def test_paying_an_order_that_waited_tells_of_payment_and_approval() -> None:
    site = shop(order(status="INITIALIZED", paymentStatus="NOT_PAID"))
    made = mark_as_paid(site, ORDER_ID)
    assert told(site) == [
        ("payment_status_updated", {"order": wire(made), "previousPaymentStatus": "NOT_PAID"}),
        ("approved", {"order": wire(made)}),
    ]


@pytest.mark.rule("R409", "R414")
def test_paying_an_order_that_is_approved_already_tells_of_the_payment_alone() -> None:
    site = shop(order(paymentStatus="PARTIALLY_PAID"))
    made = mark_as_paid(site, ORDER_ID)
    assert told(site) == [
        ("payment_status_updated", {"order": wire(made), "previousPaymentStatus": "PARTIALLY_PAID"}),
    ]


@pytest.mark.rule("R303", "R409")
def test_paying_twice_tells_it_once() -> None:
    site = shop(order(paymentStatus="NOT_PAID"))
    mark_as_paid(site, ORDER_ID)
    with pytest.raises(OrderAlreadyPaid):
        mark_as_paid(site, ORDER_ID)
    assert len(told(site)) == 1


@pytest.mark.rule("R129", "R414")
def test_an_approval_that_fulfills_an_order_tells_that_too() -> None:
    site = shop(order(status="INITIALIZED", paymentStatus="NOT_PAID", shippingInfo=None))
    made = mark_as_paid(site, ORDER_ID)
    assert told(site)[-1] == (
        "fulfilled",
        {
            "order": wire(made),
            "previousFulfillmentStatus": "NOT_FULFILLED",
            "newFulfillmentStatus": "FULFILLED",
            "action": "FULFILL",
        },
    )


# Fulfilling


@pytest.mark.rule("R414")
def test_fulfilling_tells_of_each_change_of_the_fulfillment_status_and_of_no_update() -> None:
    site = shop(order({ITEM: 3}))
    for quantity in (1, 1, 1):
        first, *_ = fulfillments.create(site, ORDER_ID, draft(ITEM, quantity)).fulfillments
    fulfillments.delete(site, ORDER_ID, first.id)
    assert [
        (slug, body["previousFulfillmentStatus"], body["newFulfillmentStatus"], body["action"])
        for slug, body in told(site)
    ] == [
        ("fulfilled", "NOT_FULFILLED", "PARTIALLY_FULFILLED", "UPDATE"),
        ("fulfilled", "PARTIALLY_FULFILLED", "FULFILLED", "FULFILL"),
        ("fulfilled", "FULFILLED", "PARTIALLY_FULFILLED", "UPDATE"),
    ]


@pytest.mark.rule("R414")
def test_an_order_in_an_event_is_the_order_that_get_order_answers_with() -> None:
    site = shop(order({ITEM: 1}))
    fulfillments.create(site, ORDER_ID, draft(ITEM, 1, trackingInfo={"trackingNumber": "1"}))
    ((_, body),) = told(site)
    assert body["order"] == wire(get(site, ORDER_ID))
    assert "fulfillments" not in body["order"]


# Searching, and what is common to all


@pytest.mark.rule("R411")
def test_a_search_looks_at_the_sites_orders() -> None:
    site = shop(order(), order(id=guid(2), status="INITIALIZED"), order(id=guid(3), status="CANCELED"))
    page = search(site, Search({"status": "APPROVED"}, DEFAULT_SORT, 100))
    assert [one.id for one in page.orders] == [ORDER_ID]


@pytest.mark.rule("R125")
@pytest.mark.parametrize(
    "call",
    [
        lambda site: get(site, UNKNOWN),
        lambda site: update(site, UNKNOWN, patch(archived=True)),
        lambda site: cancel_order(site, UNKNOWN, CancelSideEffects()),
        lambda site: update_status(site, UNKNOWN, "APPROVED"),
        lambda site: mark_as_paid(site, UNKNOWN),
    ],
    ids=["get", "update", "cancel", "status", "pay"],
)
def test_an_unknown_order_is_refused(call: Any) -> None:
    site = shop(order())
    with pytest.raises(OrderNotFound, match=f"^order {UNKNOWN} not found$"):
        call(site)


@pytest.mark.rule("R302", "R414")
def test_an_orders_events_are_counted_together_apart_from_those_of_its_fulfillments() -> None:
    site = shop(order({ITEM: 1}))
    update(site, ORDER_ID, patch(archived=True))
    fulfillments.create(site, ORDER_ID, draft(ITEM, 1))
    cancel_order(site, ORDER_ID, CancelSideEffects())
    assert [(one.event.type.slug, one.event.sequence) for one in site.outbox.deliveries()][:1] == [("updated", 1)]
    counted = {(one.event.type.name, one.event.sequence) for one in site.outbox.deliveries()}
    assert counted == {
        ("wix.ecom.v1.order_updated", 1),
        ("wix.ecom.v1.fulfillments_updated", 1),
        ("wix.ecom.v1.order_fulfilled", 2),
        ("wix.ecom.v1.order_canceled", 3),
    }


def test_every_kind_of_order_event_is_told_of_by_some_operation() -> None:
    site = shop()
    made = create(site, new_order(), "DEFAULT")
    update(site, made.id, patch(archived=True))
    mark_as_paid(site, made.id)
    fulfillments.create(site, made.id, draft(made.line_items[0].id, None))
    cancel_order(site, made.id, CancelSideEffects())
    slugs = {one.slug for one in EVENT_TYPES.values() if one.entity_fqdn == "wix.ecom.v1.order"}
    assert {slug for slug, _ in told(site)} == slugs
