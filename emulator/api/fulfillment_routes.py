"""The operation table's rows of the Order Fulfillments API: what a test run is started for, so these load first.

Not that of the bulk call, whose models would cost every start.
"""

from emulator.api import fulfillments
from emulator.api.operation import APP_AND_MEMBER, Operation
from emulator.domain.credentials import MANAGE_ORDERS as WRITE
from emulator.domain.credentials import READ_ORDERS as READ
from emulator.domain.refusals import (
    FulfillmentNotFound,
    InvalidRequest,
    LineItemNotFound,
    OrderNotApproved,
    OrderNotFound,
    QuantityExceedsRemaining,
    TrackingNumberAlreadyExists,
)

_PATH = "/ecom/v1/fulfillments"

FULFILLMENTS: tuple[Operation, ...] = (
    Operation(
        "listFulfillmentsForSingleOrder",
        "GET",
        f"{_PATH}/orders/{{orderId}}",
        fulfillments.list_fulfillments_for_single_order,
        "List the fulfillments of an order",
        fulfillments.ListFulfillmentsForSingleOrderRequest,
        fulfillments.OrderWithFulfillmentsResponse,
        (InvalidRequest, OrderNotFound),
        READ,
        APP_AND_MEMBER,
    ),
    Operation(
        "listFulfillmentsForMultipleOrders",
        "POST",
        f"{_PATH}/list-by-ids",
        fulfillments.list_fulfillments_for_multiple_orders,
        "List the fulfillments of up to 100 orders",
        fulfillments.ListFulfillmentsForMultipleOrdersRequest,
        fulfillments.ListFulfillmentsForMultipleOrdersResponse,
        (InvalidRequest,),
        READ,
        APP_AND_MEMBER,
    ),
    Operation(
        "createFulfillment",
        "POST",
        f"{_PATH}/orders/{{orderId}}/create-fulfillment",
        fulfillments.create_fulfillment,
        "Create a fulfillment",
        fulfillments.CreateFulfillmentRequest,
        fulfillments.CreateFulfillmentResponse,
        (
            InvalidRequest,
            OrderNotFound,
            OrderNotApproved,
            LineItemNotFound,
            QuantityExceedsRemaining,
            TrackingNumberAlreadyExists,
        ),
        WRITE,
    ),
    Operation(
        "updateFulfillment",
        "PATCH",
        f"{_PATH}/{{fulfillment.id}}/orders/{{orderId}}",
        fulfillments.update_fulfillment,
        "Change a fulfillment",
        fulfillments.UpdateFulfillmentRequest,
        fulfillments.OrderWithFulfillmentsResponse,
        (InvalidRequest, OrderNotFound, FulfillmentNotFound, TrackingNumberAlreadyExists),
        WRITE,
    ),
    Operation(
        "deleteFulfillment",
        "DELETE",
        f"{_PATH}/{{fulfillmentId}}/orders/{{orderId}}",
        fulfillments.delete_fulfillment,
        "Delete a fulfillment",
        fulfillments.DeleteFulfillmentRequest,
        fulfillments.OrderWithFulfillmentsResponse,
        (InvalidRequest, OrderNotFound, FulfillmentNotFound),
        WRITE,
    ),
)
