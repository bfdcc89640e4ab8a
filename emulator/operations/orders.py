"""The Orders API: fetch the order, apply the rule, put the result, tell about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from emulator.domain.events import (
    ORDER_APPROVED,
    ORDER_CANCELED,
    ORDER_CREATED,
    ORDER_PAYMENT_STATUS_UPDATED,
    ORDER_UPDATED,
)
from emulator.domain.order_parts import OrderStatus
from emulator.domain.orders import Order
from emulator.domain.purchases import ApprovalStrategy, OrderDraft, OrderPatch, cancel, change, pay, place, set_status
from emulator.domain.refusals import Refusal
from emulator.domain.search import Page, Search, find
from emulator.operations.publishing import publish, publish_fulfillment_status
from emulator.site import Site


@dataclass(frozen=True, slots=True)
class CancelSideEffects:
    """What a cancellation is asked to do besides; the emulator only tells about it (R408)."""

    restock_all_items: bool = False
    send_order_canceled_email: bool = False
    custom_message: str | None = None


def get(site: Site, order_id: str) -> Order:
    """The order. Raises OrderNotFound."""
    return site.store.order(order_id)


def create(site: Site, draft: OrderDraft, strategy: ApprovalStrategy) -> Order:
    """A new order. Raises PurchasedDateInFuture, LimitReached."""
    site.store.make_room(1)
    number = str(site.store.highest_number + 1)
    with site.ids.given_back_on_failure():
        order = place(draft, order_id=site.ids.guid(), number=number, now=site.clock.now(), strategy=strategy)
    site.store.put(order)
    publish(site, ORDER_CREATED, order.id, order)
    if order.status == "APPROVED":
        publish(site, ORDER_APPROVED, order.id, {"order": order})
    return order


def update(site: Site, order_id: str, patch: OrderPatch) -> Order:
    """The order with the changes. Raises OrderNotFound, OrderIsPending, OrderIsRejected."""
    order = site.store.order(order_id)
    changed = change(order, patch, now=site.clock.now())
    if changed is not order:
        site.store.put(changed)
        publish(site, ORDER_UPDATED, changed.id, changed)
        publish_fulfillment_status(site, order, changed)
    return changed


def update_in_bulk(site: Site, patches: Iterable[tuple[str, OrderPatch]]) -> list[Order | Refusal]:
    """Per entry its order after the call, or why it was refused."""
    return [_updated(site, order_id, patch) for order_id, patch in patches]


def cancel_order(site: Site, order_id: str, effects: CancelSideEffects) -> Order:
    """The order, canceled. Raises OrderNotFound and the refusals of `purchases.cancel`."""
    order = site.store.order(order_id)
    canceled = cancel(order, now=site.clock.now())
    if canceled is not order:
        site.store.put(canceled)
        publish(site, ORDER_CANCELED, canceled.id, canceled_body(canceled, effects))
        publish_fulfillment_status(site, order, canceled)
    return canceled


def update_status(site: Site, order_id: str, status: OrderStatus) -> Order:
    """The order in that status. Raises OrderNotFound and the refusals of `purchases.set_status`."""
    before = site.store.order(order_id)
    after = set_status(before, status, now=site.clock.now())
    site.store.put(after)
    if status == "APPROVED":
        publish(site, ORDER_APPROVED, after.id, {"order": after})
    elif status == "CANCELED":
        publish(site, ORDER_CANCELED, after.id, canceled_body(after, CancelSideEffects()))
    else:
        publish(site, ORDER_UPDATED, after.id, after)
    publish_fulfillment_status(site, before, after)
    return after


def mark_as_paid(site: Site, order_id: str) -> Order:
    """The order, paid. Raises OrderNotFound, OrderAlreadyPaid."""
    before = site.store.order(order_id)
    after = pay(before, now=site.clock.now())
    site.store.put(after)
    body = {"order": after, "previousPaymentStatus": before.payment_status}
    publish(site, ORDER_PAYMENT_STATUS_UPDATED, after.id, body)
    if before.status != after.status:
        publish(site, ORDER_APPROVED, after.id, {"order": after})
    publish_fulfillment_status(site, before, after)
    return after


def search(site: Site, wanted: Search) -> Page:
    """A page of the site's orders. Raises InvalidRequest."""
    return find(site.store.orders(), wanted)


def canceled_body(order: Order, effects: CancelSideEffects) -> dict[str, Any]:
    """What `order_canceled` carries."""
    body: dict[str, Any] = {
        "order": order,
        "restockAllItems": effects.restock_all_items,
        "sendOrderCanceledEmail": effects.send_order_canceled_email,
    }
    return body if effects.custom_message is None else body | {"customMessage": effects.custom_message}


def _updated(site: Site, order_id: str, patch: OrderPatch) -> Order | Refusal:
    try:
        return update(site, order_id, patch)
    except Refusal as refusal:
        site.journal.note(refusal.at_rest())
        return refusal
