"""The Orders API over HTTP: parse, call, render."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from emulator.api.answer import Response
from emulator.api.bulk import BulkActionMetadata, ItemMetadata, render_results
from emulator.api.call import Call
from emulator.api.responses import parse, render
from emulator.domain import rules
from emulator.domain.order_parts import OrderStatus
from emulator.domain.orders import Order
from emulator.domain.purchases import ApprovalStrategy, OrderDraft, OrderPatch, transactions
from emulator.domain.search import PAGE_ORDERS_MAX, asked
from emulator.domain.wire import AS_INTEGER, Items, OrderId, WireModel
from emulator.operations import orders as operations


class GetOrderRequest(WireModel):
    """Which order."""

    id: OrderId


class OrderResponse(WireModel):
    """The order."""

    order: Order


class OrderCreationSettings(WireModel):
    """When the order is approved (R403)."""

    order_approval_strategy: ApprovalStrategy = "DEFAULT"


class CreateOrderRequest(WireModel):
    """A new order."""

    order: Annotated[OrderDraft, rules.ORDER_CREATION]
    settings: OrderCreationSettings = Field(default_factory=OrderCreationSettings)


class IdentifiedOrderPatch(OrderPatch):
    """Changes, and the order that they are for."""

    id: OrderId


class UpdateOrderRequest(WireModel):
    """Changes to an order."""

    order: Annotated[IdentifiedOrderPatch, rules.ORDER_UPDATE]


class NamedOrderPatch(IdentifiedOrderPatch):
    """Changes to an order that no path names."""


class MaskedOrder(WireModel):
    """One entry of a bulk update."""

    order: Annotated[NamedOrderPatch, rules.ORDER_UPDATE]


class BulkUpdateOrdersRequest(WireModel):
    """Changes to 1 to 100 orders."""

    orders: Annotated[Items[MaskedOrder], Field(min_length=1, max_length=100)]
    return_entity: bool = False


class BulkOrderResult(WireModel):
    """The result of an entry."""

    item_metadata: ItemMetadata
    item: Order | None = None


class BulkUpdateOrdersResponse(WireModel):
    """One result an entry, in the order of the request."""

    results: Items[BulkOrderResult]
    bulk_action_metadata: BulkActionMetadata


class CancelOrderRequest(WireModel):
    """Which order to cancel, and what to do besides."""

    id: OrderId
    send_order_canceled_email: bool = False
    custom_message: Annotated[str, StringConstraints(min_length=1, max_length=1_000)] | None = None
    restock_all_items: bool = False


class UpdateOrderStatusRequest(WireModel):
    """Which order, and its new status."""

    order_id: OrderId
    status: Annotated[OrderStatus, rules.ORDER_STATUS_CHANGE]


class MarkOrderAsPaidRequest(WireModel):
    """Which order was paid."""

    ecom_order_id: OrderId


class ListTransactionsRequest(WireModel):
    """Whose payments."""

    order_id: OrderId


class OrderTransactions(WireModel):
    """What was paid for an order."""

    order_id: OrderId
    payments: Items[dict[str, Any]]
    refunds: Items[dict[str, Any]]


class ListTransactionsResponse(WireModel):
    """The payments and refunds of an order."""

    order_transactions: OrderTransactions


class Sorting(WireModel):
    """A field to sort by."""

    field_name: Annotated[str, StringConstraints(min_length=1, max_length=512)]
    order: Literal["ASC", "DESC"] = "ASC"


class CursorPaging(WireModel):
    """How many orders, and behind which cursor."""

    limit: Annotated[int, Field(ge=0, le=PAGE_ORDERS_MAX), AS_INTEGER] | None = None
    cursor: Annotated[str, StringConstraints(max_length=16_000)] | None = None


class OrderSearch(WireModel):
    """What to look for (R411)."""

    filter: dict[str, Any] | None = None
    sort: Annotated[Items[Sorting], Field(max_length=4)] | None = None
    cursor_paging: CursorPaging | None = None


class SearchOrdersRequest(WireModel):
    """A search."""

    search: OrderSearch = Field(default_factory=OrderSearch)


class Cursors(WireModel):
    """Where to go on."""

    next: str | None = None
    prev: str | None = None


class CursorPagingMetadata(WireModel):
    """How many orders the page has, and where to go on."""

    count: int
    cursors: Cursors
    has_next: bool


class SearchOrdersResponse(WireModel):
    """A page of orders."""

    orders: Items[Order]
    metadata: CursorPagingMetadata


async def get_order(call: Call) -> Response:
    """Answer with an order."""
    return _render(operations.get(call.site, parse(call, GetOrderRequest).id))


async def create_order(call: Call) -> Response:
    """Create an order."""
    request = parse(call, CreateOrderRequest)
    return _render(operations.create(call.site, request.order, request.settings.order_approval_strategy))


async def update_order(call: Call) -> Response:
    """Change an order."""
    patch = parse(call, UpdateOrderRequest).order
    return _render(operations.update(call.site, patch.id, patch))


async def bulk_update_orders(call: Call) -> Response:
    """Change several orders."""
    request = parse(call, BulkUpdateOrdersRequest)
    patches = [(entry.order.id, entry.order) for entry in request.orders]
    outcomes = operations.update_in_bulk(call.site, patches)
    return render_results(
        call,
        [order_id for order_id, _ in patches],
        outcomes,
        lambda order: {"item": order} if request.return_entity else {},
    )


async def cancel_order(call: Call) -> Response:
    """Cancel an order."""
    request = parse(call, CancelOrderRequest)
    effects = operations.CancelSideEffects(
        request.restock_all_items, request.send_order_canceled_email, request.custom_message
    )
    return _render(operations.cancel_order(call.site, request.id, effects))


async def update_order_status(call: Call) -> Response:
    """Set an order's status."""
    request = parse(call, UpdateOrderStatusRequest)
    return _render(operations.update_status(call.site, request.order_id, request.status))


async def mark_order_as_paid(call: Call) -> Response:
    """Mark an order as paid."""
    return _render(operations.mark_as_paid(call.site, parse(call, MarkOrderAsPaidRequest).ecom_order_id))


async def list_transactions(call: Call) -> Response:
    """Answer with an order's payments."""
    order = operations.get(call.site, parse(call, ListTransactionsRequest).order_id)
    found = OrderTransactions.model_validate(transactions(order))
    return render(ListTransactionsResponse.trusted(order_transactions=found))


async def search_orders(call: Call) -> Response:
    """Search orders."""
    wanted = parse(call, SearchOrdersRequest).search
    sort = tuple((key.field_name, key.order) for key in wanted.sort or ())
    paging = wanted.cursor_paging or CursorPaging()
    search = asked(wanted.filter or {}, sort, paging.limit, paging.cursor, call.site.behaviours)
    page = operations.search(call.site, search)
    metadata = CursorPagingMetadata.trusted(
        count=len(page.orders),
        cursors=Cursors.trusted(next=page.next, prev=page.previous),
        has_next=page.next is not None,
    )
    return render(SearchOrdersResponse.trusted(orders=tuple(page.orders), metadata=metadata))


def _render(order: Order) -> Response:
    return render(OrderResponse.trusted(order=order))
