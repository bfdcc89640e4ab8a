"""What orders decline."""

from collections.abc import Iterable

from emulator.domain import rules
from emulator.domain.refusals.kinds import FailedPrecondition, InvalidArgument, NotFound


class OrderNotFound(NotFound):
    """An order that the site does not have (R125)."""

    code = "ORDER_NOT_FOUND"
    rule = rules.ORDER_NOT_FOUND

    def __init__(self, order_id: str) -> None:
        super().__init__(f"order {order_id} not found", {"orderId": order_id})


class PurchasedDateInFuture(InvalidArgument):
    """A purchase that has not happened yet (R402)."""

    code = "PURCHASED_DATE_CANNOT_BE_IN_FUTURE"
    rule = rules.ORDER_CREATION

    def __init__(self, purchased: str, now: str) -> None:
        super().__init__(f"purchasedDate {purchased} lies in the future; it is {now} now", {"purchasedDate": purchased})


class OrderIsPending(FailedPrecondition):
    """An order whose buyer has not finished (R405)."""

    code = "ORDER_IS_PENDING"
    rule = rules.PENDING_OR_REJECTED

    def __init__(self, order_id: str) -> None:
        super().__init__(f"order {order_id} is PENDING; it can be neither updated nor canceled", {"orderId": order_id})


class OrderIsRejected(FailedPrecondition):
    """An order whose payment failed (R405)."""

    code = "ORDER_IS_REJECTED"
    rule = rules.PENDING_OR_REJECTED

    def __init__(self, order_id: str) -> None:
        super().__init__(f"order {order_id} is REJECTED; it can be neither updated nor canceled", {"orderId": order_id})


class OrderHasAuthorizedTransaction(FailedPrecondition):
    """An order with a payment that is authorized and neither captured nor voided (R415)."""

    code = "ORDER_HAS_AUTHORIZED_TRANSACTION"
    rule = rules.AUTHORIZED_TRANSACTION

    def __init__(self, order_id: str, amount: str) -> None:
        super().__init__(
            f"order {order_id} has an authorized payment of {amount}; capture or void it before canceling",
            {"orderId": order_id},
        )


class OrderAlreadyPaid(FailedPrecondition):
    """An order that needs no payment any more (R409)."""

    code = "ORDER_ALREADY_PAID"
    rule = rules.MARK_AS_PAID

    def __init__(self, order_id: str) -> None:
        super().__init__(f"order {order_id} is paid already", {"orderId": order_id})


class UnsupportedTransition(FailedPrecondition):
    """A status that cannot follow the present one (R407)."""

    code = "UNSUPPORTED_TRANSITION"
    rule = rules.ORDER_STATUS_CHANGE

    def __init__(self, order_id: str, present: str, wanted: str, allowed: Iterable[str]) -> None:
        following = ", ".join(allowed) or "nothing"
        super().__init__(
            f"order {order_id} is {present} and cannot become {wanted}; {present} may be followed by {following}",
            {"orderId": order_id, "status": present, "requested": wanted},
        )


class StatusAlreadySet(FailedPrecondition):
    """The status that the order has already (R407)."""

    code = "STATUS_ALREADY_SET"
    rule = rules.ORDER_STATUS_CHANGE

    def __init__(self, order_id: str, status: str) -> None:
        super().__init__(f"order {order_id} is {status} already", {"orderId": order_id, "status": status})


class StatusNotSupported(InvalidArgument):
    """A status that nobody can set (R407)."""

    code = "STATUS_NOT_SUPPORTED"
    rule = rules.ORDER_STATUS_CHANGE

    def __init__(self, status: str, supported: Iterable[str]) -> None:
        super().__init__(f"{status} cannot be set; one of {', '.join(supported)} can", {"status": status})
