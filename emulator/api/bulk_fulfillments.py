"""The bulk call of the Order Fulfillments API over HTTP: parse, call, render."""

from typing import Annotated

from pydantic import Field

from emulator.api.answer import Response
from emulator.api.bulk import BulkActionMetadata, ItemMetadata, render_results
from emulator.api.call import Call
from emulator.api.responses import parse
from emulator.domain import rules
from emulator.domain.fulfillments import FulfillmentDraft, OrderWithFulfillments
from emulator.domain.wire import Items, OrderId, WireModel
from emulator.operations import fulfillments as operations


class BulkCreateOrderWithFulfillments(WireModel):
    """Fulfillments for one order of a bulk call."""

    order_id: OrderId
    fulfillments: Annotated[Items[FulfillmentDraft], Field(min_length=1)]


class BulkCreateFulfillmentRequest(WireModel):
    """Fulfillments for 1 to 100 orders."""

    orders_with_fulfillments: Annotated[
        Items[BulkCreateOrderWithFulfillments], Field(min_length=1, max_length=100), rules.FIELD_LIMITS
    ]


class BulkOrderFulfillmentsResult(WireModel):
    """The result of an entry. The key is plural, the value one order (R122)."""

    item_metadata: ItemMetadata
    orders_with_fulfillments: OrderWithFulfillments | None = None


class BulkCreateFulfillmentResponse(WireModel):
    """One result an entry, in the order of the request."""

    results: Items[BulkOrderFulfillmentsResult]
    bulk_action_metadata: BulkActionMetadata


async def bulk_create_fulfillments(call: Call) -> Response:
    """Create fulfillments for several orders."""
    request = parse(call, BulkCreateFulfillmentRequest)
    entries = [operations.BulkEntry(one.order_id, one.fulfillments) for one in request.orders_with_fulfillments]
    outcomes = operations.create_in_bulk(call.site, entries)
    order_ids = [entry.order_id for entry in entries]
    return render_results(
        call, order_ids, outcomes, lambda order: {"ordersWithFulfillments": order.with_all_fulfillments()}
    )
