"""The Order Fulfillments API over HTTP: parse, call, render."""

from typing import Annotated

from pydantic import Field

from emulator.api.answer import Response
from emulator.api.call import Call
from emulator.api.responses import as_json, parse, render, respond
from emulator.domain import rules
from emulator.domain.fulfillments import FulfillmentDraft, FulfillmentPatch, OrderWithFulfillments
from emulator.domain.orders import Order
from emulator.domain.wire import Guid, Items, OrderId, WireModel
from emulator.operations import fulfillments as operations


class ListFulfillmentsForSingleOrderRequest(WireModel):
    """Which order."""

    order_id: OrderId


class ListFulfillmentsForMultipleOrdersRequest(WireModel):
    """Which orders: 1 to 100."""

    order_ids: Annotated[Items[OrderId], Field(min_length=1, max_length=100), rules.FIELD_LIMITS]


class CreateFulfillmentRequest(WireModel):
    """A fulfillment for an order."""

    order_id: OrderId
    fulfillment: FulfillmentDraft


class IdentifiedPatch(FulfillmentPatch):
    """Changes, and the fulfillment that they are for."""

    id: Guid


class UpdateFulfillmentRequest(WireModel):
    """Changes to a fulfillment of an order."""

    order_id: OrderId
    fulfillment: IdentifiedPatch


class DeleteFulfillmentRequest(WireModel):
    """Which fulfillment of which order."""

    order_id: OrderId
    fulfillment_id: Guid


class OrderWithFulfillmentsResponse(WireModel):
    """All fulfillments of the order."""

    order_with_fulfillments: OrderWithFulfillments


class CreateFulfillmentResponse(OrderWithFulfillmentsResponse):
    """All fulfillments of the order, and the id of the new one."""

    fulfillment_id: Guid


class ListFulfillmentsForMultipleOrdersResponse(WireModel):
    """All fulfillments of the known ones of the orders."""

    orders_with_fulfillments: Items[OrderWithFulfillments]


async def list_fulfillments_for_single_order(call: Call) -> Response:
    """Answer with an order's fulfillments."""
    request = parse(call, ListFulfillmentsForSingleOrderRequest)
    return await _render(call, operations.list_for_order(call.site, request.order_id))


async def list_fulfillments_for_multiple_orders(call: Call) -> Response:
    """Answer with the fulfillments of several orders."""
    request = parse(call, ListFulfillmentsForMultipleOrdersRequest)
    orders = operations.list_for_orders(call.site, request.order_ids)
    return render({"ordersWithFulfillments": [order.with_all_fulfillments() for order in orders]})


async def create_fulfillment(call: Call) -> Response:
    """Create a fulfillment."""
    request = parse(call, CreateFulfillmentRequest)
    order = operations.create(call.site, request.order_id, request.fulfillment)
    await call.pause()
    new_id = order.fulfillments[-1].id.encode("ascii")
    return respond(b'{"orderWithFulfillments":%b,"fulfillmentId":"%b"}' % (_listed(call, order), new_id))


async def update_fulfillment(call: Call) -> Response:
    """Change a fulfillment."""
    request = parse(call, UpdateFulfillmentRequest)
    order = operations.update(call.site, request.order_id, request.fulfillment.id, request.fulfillment)
    return await _render(call, order)


async def delete_fulfillment(call: Call) -> Response:
    """Delete a fulfillment."""
    request = parse(call, DeleteFulfillmentRequest)
    return await _render(call, operations.delete(call.site, request.order_id, request.fulfillment_id))


async def _render(call: Call, order: Order) -> Response:
    await call.pause()
    return respond(b'{"orderWithFulfillments":%b}' % _listed(call, order))


def _listed(call: Call, order: Order) -> bytes:
    return call.site.store.rendered(order, _as_json)


def _as_json(order: Order) -> bytes:
    return as_json(order.with_all_fulfillments())
