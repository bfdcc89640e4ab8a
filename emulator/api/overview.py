"""What a site holds, at a glance: its orders as a shop sees them, and how many there are of everything."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from emulator.api.answer import Response
from emulator.api.call import Call
from emulator.api.clock import described_clock
from emulator.api.paging import PagedRequest, paged
from emulator.api.responses import parse, render_json
from emulator.domain.deliveries import DeliveryStatus
from emulator.domain.order_parts import AddressWithContact, OrderFulfillmentStatus
from emulator.domain.orders import Order
from emulator.domain.site_ids import DEFAULT_SITE_ID
from emulator.domain.wire import OrderId, format_timestamp
from emulator.site import Site

Json = dict[str, Any]


class ListOrdersRequest(PagedRequest):
    """Which orders: each word of `search` occurs in number, ids, buyer, products or tracking numbers."""

    id: OrderId | None = None
    search: str = ""
    fulfillment_status: OrderFulfillmentStatus | None = None


async def list_orders(call: Call) -> Response:
    """List orders with what is fulfilled of each line item, newest last."""
    wanted = parse(call, ListOrdersRequest)
    words = wanted.search.casefold().split()
    found = [
        order
        for order in call.site.store.orders()
        if wanted.id in (None, order.id)
        and wanted.fulfillment_status in (None, order.fulfillment_status)
        and _has(order, words)
    ]
    return render_json(paged("orders", found, wanted, _order))


async def list_sites(call: Call) -> Response:
    """List the sites that are alive, the least recently used first."""
    sites = call.emulator.sites
    return render_json({"sites": [{"id": one, "isDefault": one == DEFAULT_SITE_ID} for one in sites.ids()]})


async def summary(call: Call) -> Response:
    """Count what the site holds."""
    return render_json(_counts(call.site))


def _counts(site: Site) -> Json:
    orders, deliveries, entries = site.store.orders(), site.outbox.deliveries(), site.journal.entries()
    statuses: tuple[DeliveryStatus, ...] = ("waiting", "delivered", "exhausted")
    deliveries_by_status = Counter(one.status for one in deliveries)
    attempt, step = site.outbox.next_due(), site.walks.next_due()
    return {
        "siteId": site.id,
        "orders": {"total": len(orders), **Counter(one.fulfillment_status for one in orders)},
        "deliveries": {
            "total": len(deliveries),
            **{one: deliveries_by_status[one] for one in statuses},
            "dropped": site.outbox.dropped,
        },
        "requests": {"total": len(entries), "refused": sum(one.went_wrong for one in entries)},
        "webhooks": len(site.outbox.subscriptions),
        "faults": sum(fault.remaining > 0 for fault in site.faults.armed()),
        "clock": described_clock(site),
        "nextAttemptAt": attempt and format_timestamp(attempt),
        "nextStepAt": step and format_timestamp(step),
    }


def _order(order: Order) -> Json:
    remaining = order.remaining()
    summed = order.price_summary and order.price_summary.total
    return {
        "id": order.id,
        "number": order.number,
        "createdDate": format_timestamp(order.created_date),
        "status": order.status,
        "paymentStatus": order.payment_status,
        "fulfillmentStatus": order.fulfillment_status,
        "buyer": " ".join(_names(order)),
        "email": order.buyer_info and order.buyer_info.email,
        "total": summed and (summed.formatted_amount or f"{summed.amount} {order.currency or ''}".strip()),
        "lineItems": [
            {
                "id": item.id,
                "name": item.product_name and item.product_name.original,
                "ordered": item.quantity,
                "fulfilled": item.quantity - remaining[item.id],
                "remaining": remaining[item.id],
            }
            for item in order.line_items
        ],
        "fulfillments": [one.model_dump(mode="json", exclude_none=True) for one in order.fulfillments],
    }


def _has(order: Order, words: list[str]) -> bool:
    if not words:
        return True
    text = " ".join(_texts(order)).casefold()
    return all(word in text for word in words)


def _texts(order: Order) -> Iterator[str]:
    yield from (order.id, order.number, order.status, order.fulfillment_status, order.payment_status)
    yield from _names(order)
    if order.buyer_info is not None:
        yield order.buyer_info.email or ""
    for item in order.line_items:
        yield item.product_name.original if item.product_name else ""
    for fulfillment in order.fulfillments:
        yield fulfillment.id
        if fulfillment.tracking_info is not None:
            yield fulfillment.tracking_info.tracking_number or ""
            yield fulfillment.tracking_info.shipping_provider or ""


def _names(order: Order) -> Iterator[str]:
    """The name of the first person that the order has."""
    for person in _people(order):
        contact = person and person.contact_details
        if contact:
            yield from (name for name in (contact.first_name, contact.last_name) if name)
            return


def _people(order: Order) -> Iterator[AddressWithContact | None]:
    yield order.recipient_info
    if order.shipping_info is not None and order.shipping_info.logistics is not None:
        yield order.shipping_info.logistics.shipping_destination
    yield order.billing_info
