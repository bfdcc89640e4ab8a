"""How one answer leads to the next call: create, update, delete, list. What stateful test tools walk along."""

from collections.abc import Mapping
from typing import Any, NamedTuple

Json = dict[str, Any]


class Link(NamedTuple):
    """A next call: what of the answer, or of the request before, it is made with."""

    operation: str
    description: str
    parameters: Mapping[str, str] = {}
    body: Any = None


_CREATED = "$response.body#/order/id"
_FULFILLED = "$response.body#/orderWithFulfillments/orderId"
_FOUND = "$response.body#/orders/0/id"
_NEW_FULFILLMENT = {"fulfillmentId": "$response.body#/fulfillmentId", "orderId": _FULFILLED}
_SAME_FULFILLMENT = {"fulfillmentId": "$request.path.fulfillmentId", "orderId": _FULFILLED}
_FIRST_ITEM = {"lineItems": [{"id": "{$response.body#/order/lineItems/0/id}", "quantity": 1}]}
_FOUND_ITEM = {"lineItems": [{"id": "{$response.body#/orders/0/lineItems/0/id}", "quantity": 1}]}
_TRACKING = {"trackingInfo": {"trackingNumber": "45782", "shippingProvider": "ups"}}
_FULFILL = Link(
    "createFulfillment", "Fulfill one of its first item", {"orderId": _CREATED}, {"fulfillment": _FIRST_ITEM}
)
_TRANSACTIONS = Link("listTransactionsForSingleOrder", "The order's payments", {"orderId": _CREATED})
_FULFILLMENTS = Link("listFulfillmentsForSingleOrder", "The order's fulfillments", {"orderId": _FULFILLED})
_TOKEN = Link("describeToken", "What the token is good for", body={"token": "$response.body#/access_token"})

LINKS: Mapping[str, tuple[Link, ...]] = {
    "createOrder": (
        Link("getOrder", "The order", {"id": _CREATED}),
        Link("updateOrder", "Change the order", {"id": _CREATED}),
        Link("markOrderAsPaid", "Approve the order", {"ecomOrderId": _CREATED}),
        Link("cancelOrder", "Cancel the order", {"id": _CREATED}),
        Link("updateOrderStatus", "Set the order's status", {"orderId": _CREATED}, {"status": "APPROVED"}),
        Link("bulkUpdateOrders", "Archive the order", body={"orders": [{"order": {"id": _CREATED, "archived": True}}]}),
        Link("searchOrders", "Find the order", body={"search": {"filter": {"id": _CREATED}}}),
        Link(
            "bulkCreateFulfillments",
            "Fulfill one of its first item",
            body={"ordersWithFulfillments": [{"orderId": _CREATED, "fulfillments": [_FIRST_ITEM]}]},
        ),
        _TRANSACTIONS,
        _FULFILL,
    ),
    "markOrderAsPaid": (_FULFILL, _TRANSACTIONS),
    "updateOrderStatus": (_FULFILL,),
    "searchOrders": (
        Link("getOrder", "The first order found", {"id": _FOUND}),
        Link("createFulfillment", "Fulfill one of the first item", {"orderId": _FOUND}, {"fulfillment": _FOUND_ITEM}),
        Link("listFulfillmentsForMultipleOrders", "The first order's fulfillments", body={"orderIds": [_FOUND]}),
        Link("updateOrder", "Archive the first order", {"id": _FOUND}, {"order": {"archived": True}}),
        Link("bulkUpdateOrders", "Archive it in bulk", body={"orders": [{"order": {"id": _FOUND, "archived": True}}]}),
        Link("updateOrderStatus", "Set the first order's status", {"orderId": _FOUND}, {"status": "CANCELED"}),
        Link("cancelOrder", "Cancel the first order", {"id": _FOUND}),
        Link("listTransactionsForSingleOrder", "The first order's payments", {"orderId": _FOUND}),
        Link(
            "searchOrders",
            "The next page",
            body={"search": {"cursorPaging": {"cursor": "$response.body#/metadata/cursors/next"}}},
        ),
    ),
    "createFulfillment": (
        Link("updateFulfillment", "Give the fulfillment a parcel", _NEW_FULFILLMENT, {"fulfillment": _TRACKING}),
        Link("deleteFulfillment", "Delete the fulfillment", _NEW_FULFILLMENT),
        _FULFILLMENTS,
        Link("listFulfillmentsForMultipleOrders", "The order's fulfillments", body={"orderIds": [_FULFILLED]}),
        Link("getOrder", "The order", {"id": _FULFILLED}),
    ),
    "updateFulfillment": (Link("deleteFulfillment", "Delete the fulfillment", _SAME_FULFILLMENT), _FULFILLMENTS),
    "deleteFulfillment": (_FULFILLMENTS, Link("getOrder", "The order", {"id": _FULFILLED})),
    "bulkCreateFulfillments": (
        Link(
            "listFulfillmentsForSingleOrder",
            "The first order's fulfillments",
            {"orderId": "$response.body#/results/0/itemMetadata/id"},
        ),
    ),
    "issueToken": (_TOKEN,),
    "issueLegacyToken": (
        _TOKEN,
        Link(
            "issueLegacyToken",
            "Another access token",
            body={"grant_type": "refresh_token", "refresh_token": "$response.body#/refresh_token"},
        ),
    ),
}


def add_links(document: Json) -> None:
    """Put the links to the answers that they start from."""
    described_by_id = {one["operationId"]: one for path in document["paths"].values() for one in path.values()}
    for operation_id, links in LINKS.items():
        described_by_id[operation_id]["responses"]["200"]["links"] = {
            link.operation: _described(link) for link in links
        }


def _described(link: Link) -> Json:
    described: Json = {"operationId": link.operation, "description": link.description}
    if link.parameters:
        described["parameters"] = dict(link.parameters)
    return described if link.body is None else described | {"requestBody": link.body}
