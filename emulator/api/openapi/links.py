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
_FULFILLED_IDS = {"orderIds": ["{" + _FULFILLED + "}"]}
_NEW_FULFILLMENT = {"fulfillmentId": "$response.body#/fulfillmentId", "orderId": _FULFILLED}
_FIRST_ITEM = {"fulfillment": {"lineItems": [{"id": "{$response.body#/order/lineItems/0/id}", "quantity": 1}]}}
_TOKEN = {"token": "{$response.body#/access_token}"}
_TRACKING = {"trackingInfo": {"trackingNumber": "45782", "shippingProvider": "ups"}}

LINKS: Mapping[str, tuple[Link, ...]] = {
    "createOrder": (
        Link("getOrder", "The order", {"id": _CREATED}),
        Link("updateOrder", "Change the order", {"id": _CREATED}),
        Link("markOrderAsPaid", "Approve the order", {"ecomOrderId": _CREATED}),
        Link("cancelOrder", "Cancel the order", {"id": _CREATED}),
        Link("updateOrderStatus", "Set the order's status", {"orderId": _CREATED}, {"status": "APPROVED"}),
        Link("listTransactionsForSingleOrder", "The order's payments", {"orderId": _CREATED}),
        Link("createFulfillment", "Fulfill one of the order's first line item", {"orderId": _CREATED}, _FIRST_ITEM),
    ),
    "markOrderAsPaid": (
        Link("createFulfillment", "Fulfill one of the order's first line item", {"orderId": _CREATED}, _FIRST_ITEM),
        Link("listTransactionsForSingleOrder", "The order's payments", {"orderId": _CREATED}),
    ),
    "createFulfillment": (
        Link("updateFulfillment", "Give the fulfillment a parcel", _NEW_FULFILLMENT, {"fulfillment": _TRACKING}),
        Link("deleteFulfillment", "Delete the fulfillment", _NEW_FULFILLMENT),
        Link("listFulfillmentsForSingleOrder", "The order's fulfillments", {"orderId": _FULFILLED}),
        Link(
            "listFulfillmentsForMultipleOrders", "The order's fulfillments", body={"orderIds": ["{" + _FULFILLED + "}"]}
        ),
        Link("getOrder", "The order", {"id": _FULFILLED}),
    ),
    "updateFulfillment": (
        Link(
            "deleteFulfillment",
            "Delete the fulfillment",
            {"fulfillmentId": "$request.path.fulfillmentId", "orderId": _FULFILLED},
        ),
        Link("listFulfillmentsForSingleOrder", "The order's fulfillments", {"orderId": _FULFILLED}),
    ),
    "deleteFulfillment": (
        Link("listFulfillmentsForSingleOrder", "The fulfillments that are left", {"orderId": _FULFILLED}),
        Link("getOrder", "The order", {"id": _FULFILLED}),
    ),
    "issueToken": (
        Link("describeToken", "What the token is good for", body={"token": "$response.body#/access_token"}),
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
