"""What fulfillments decline."""

from collections.abc import Iterable

from emulator.domain import rules
from emulator.domain.refusals.kinds import AlreadyExists, FailedPrecondition, InvalidArgument, NotFound


class OrderNotApproved(FailedPrecondition):
    """A fulfillment for an order that is not approved (R101)."""

    code = "ORDER_NOT_APPROVED"
    rule = rules.APPROVED_ORDERS_ONLY

    def __init__(self, order_id: str, status: str) -> None:
        super().__init__(
            f"order {order_id} is {status}; fulfillments can be created only for orders that are APPROVED",
            {"orderId": order_id, "status": status},
        )


class QuantityExceedsRemaining(InvalidArgument):
    """More of a line item than remains, or nothing left of it (R104). `requested` is None for an omitted quantity."""

    code = "QUANTITY_EXCEEDS_REMAINING"
    rule = rules.QUANTITY_LIMITED

    def __init__(self, line_item_id: str, *, requested: int | None, remaining: int, ordered: int) -> None:
        asked = "all that remains was" if requested is None else f"{requested} {'was' if requested == 1 else 'were'}"
        super().__init__(
            f"line item {line_item_id}: {asked} requested, {remaining} of {ordered} can still be fulfilled",
            {"lineItemId": line_item_id, "requested": requested, "remaining": remaining},
        )


class LineItemSplit(QuantityExceedsRemaining):
    """More of a line item that a fulfillment has already, where it may be in one only (R102)."""

    rule = rules.SPLIT_QUANTITIES

    def __init__(self, line_item_id: str, *, requested: int | None) -> None:
        InvalidArgument.__init__(
            self,
            f"line item {line_item_id} is in a fulfillment already, and line_item_split=once lets it be in one only",
            {"lineItemId": line_item_id, "requested": requested, "remaining": 0},
        )


class LineItemNotFound(InvalidArgument):
    """A line item that is not the order's (R106)."""

    code = "LINE_ITEM_NOT_FOUND"
    rule = rules.FOREIGN_LINE_ITEM

    def __init__(self, line_item_id: str, order_id: str, known: Iterable[str]) -> None:
        known = list(known)
        shown = ", ".join(known[:3]) + (f" and {len(known) - 3} more" if len(known) > 3 else "")
        super().__init__(
            f"order {order_id} has no line item {line_item_id}; it has {shown}", {"lineItemId": line_item_id}
        )


class FulfillmentNotFound(NotFound):
    """A fulfillment that the order does not have (R124)."""

    code = "FULFILLMENT_NOT_FOUND"
    rule = rules.FULFILLMENT_NOT_FOUND

    def __init__(self, fulfillment_id: str, order_id: str) -> None:
        super().__init__(
            f"order {order_id} has no fulfillment {fulfillment_id}",
            {"fulfillmentId": fulfillment_id, "orderId": order_id},
        )


class TrackingNumberAlreadyExists(AlreadyExists):
    """Another fulfillment has this tracking number (R115). The message is the documented one."""

    code = "TRACKING_NUMBER_ALREADY_EXISTS"
    documented_message = "fulfillment with tracking number already exist"
    rule = rules.DUPLICATE_TRACKING

    def __init__(self, tracking_number: str) -> None:
        super().__init__(self.documented_message, {"trackingNumber": tracking_number})


class TrackingNumberOfOtherOrder(TrackingNumberAlreadyExists):
    """A fulfillment of another order has this tracking number (R116)."""

    rule = rules.DUPLICATE_TRACKING_SCOPE
