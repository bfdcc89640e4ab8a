"""The six calls of the Order Fulfillments API: fetch the order, apply the rule, put the result."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from emulator.domain.behaviours import Behaviours
from emulator.domain.fulfillments import FulfillmentDraft, FulfillmentPatch
from emulator.domain.orders import Order
from emulator.domain.refusals import InvalidRequest, Refusal
from emulator.domain.shipping import TakenElsewhere, amend, fulfill, withdraw
from emulator.operations.publishing import publish_fulfillment_status, publish_fulfillments
from emulator.site import Site


class BulkEntry(NamedTuple):
    """What a bulk call wants for one order."""

    order_id: str
    drafts: tuple[FulfillmentDraft, ...]


def list_for_order(site: Site, order_id: str) -> Order:
    """The order, for its fulfillments. Raises OrderNotFound."""
    return site.store.order(order_id)


def list_for_orders(site: Site, order_ids: Iterable[str]) -> list[Order]:
    """The known ones of these orders, each once (R126)."""
    found = (site.store.find(order_id) for order_id in dict.fromkeys(order_ids))
    return [order for order in found if order is not None]


def create(site: Site, order_id: str, draft: FulfillmentDraft) -> Order:
    """The order with a new fulfillment, which is its last one. Raises the refusals of `shipping.fulfill`."""
    order = site.store.order(order_id)
    return _keep(site, order, _fulfilled(site, order, (draft,), site.behaviours, lambda _: "fulfillment"))


def create_in_bulk(site: Site, entries: Iterable[BulkEntry]) -> list[Order | Refusal]:
    """Per entry its order after the call, or why it was refused; each entry is atomic (R123)."""
    behaviours = site.behaviours.in_bulk()
    return [_create_entry(site, index, entry, behaviours) for index, entry in enumerate(entries)]


def update(site: Site, order_id: str, fulfillment_id: str, patch: FulfillmentPatch) -> Order:
    """The order with that fulfillment changed. Raises OrderNotFound and the refusals of `shipping.amend`."""
    order = site.store.order(order_id)
    try:
        amended = amend(
            order,
            fulfillment_id,
            patch,
            now=site.clock.now(),
            behaviours=site.behaviours,
            taken_elsewhere=_taken_outside(site, order),
        )
    except InvalidRequest as refusal:
        raise refusal.under("fulfillment") from None
    return order if amended is order else _keep(site, order, amended)  # R303


def delete(site: Site, order_id: str, fulfillment_id: str) -> Order:
    """The order without that fulfillment. Raises OrderNotFound, FulfillmentNotFound."""
    order = site.store.order(order_id)
    return _keep(site, order, withdraw(order, fulfillment_id, now=site.clock.now()))


def _create_entry(site: Site, index: int, entry: BulkEntry, behaviours: Behaviours) -> Order | Refusal:
    try:
        order = site.store.order(entry.order_id)
        fulfilled = _fulfilled(
            site, order, entry.drafts, behaviours, lambda one: f"ordersWithFulfillments[{index}].fulfillments[{one}]"
        )
    except Refusal as refusal:
        site.journal.note(refusal.at_rest())
        return refusal
    return _keep(site, order, fulfilled)


def _keep(site: Site, before: Order, after: Order) -> Order:
    site.store.put(after)
    publish_fulfillments(site, after)
    publish_fulfillment_status(site, before, after, after.updated_date)
    return after


def _fulfilled(
    site: Site, order: Order, drafts: Iterable[FulfillmentDraft], behaviours: Behaviours, place: Callable[[int], str]
) -> Order:
    """The order with a fulfillment for each draft; `place` tells where the request has it."""
    taken_outside, now, drawn = _taken_outside(site, order), site.clock.now(), site.ids.drawn
    try:
        for position, draft in enumerate(drafts):
            try:
                order = fulfill(
                    order,
                    draft,
                    fulfillment_id=site.ids.guid(),
                    now=now,
                    behaviours=behaviours,
                    taken_elsewhere=taken_outside,
                )
            except InvalidRequest as refusal:
                raise refusal.under(place(position)) from None
    except Exception:
        site.ids.drawn = drawn  # as `given_back_on_failure` does, in a tenth of the time
        raise
    return order


def _taken_outside(site: Site, order: Order) -> TakenElsewhere:
    return lambda number: site.store.is_tracked_outside(order.id, number)
