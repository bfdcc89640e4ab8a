"""The errors that the API gives on purpose.

Refusal
├── InvalidRequest                  validationError: every violation of the request
└── ApplicationRefusal              applicationError: code, description, data
    ├── InvalidArgument
    │   ├── QuantityExceedsRemaining
    │   ├── LineItemNotFound
    │   ├── PurchasedDateInFuture
    │   └── StatusNotSupported
    ├── Unauthenticated
    ├── PermissionDenied
    ├── NotFound
    │   ├── OrderNotFound
    │   ├── FulfillmentNotFound
    │   └── PathNotFound
    ├── MethodNotAllowed
    ├── AlreadyExists
    │   └── TrackingNumberAlreadyExists
    ├── FailedPrecondition
    │   ├── OrderNotApproved
    │   ├── OrderIsPending
    │   ├── OrderIsRejected
    │   ├── OrderHasAuthorizedTransaction
    │   ├── OrderAlreadyPaid
    │   ├── UnsupportedTransition
    │   └── StatusAlreadySet
    ├── ResourceExhausted
    │   └── LimitReached
    ├── PayloadTooLarge
    └── ControlRefusal              of the control plane alone: no fault asks for it, no setting changes it
        └── ControlNotFound         each leaf stands where it is raised, in `api/`

A category's `status_name` is Wix's name for its HTTP status; numbers are for `api/responses.py` alone.
"""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

from emulator.domain import rules
from emulator.domain.rules import Rule


class Violation(NamedTuple):
    """One entry of `fieldViolations`: a field in wire names from the request's root, and what is wrong with it."""

    field: str
    description: str
    violated_rule: str
    data: Mapping[str, Any] | None = None
    rule: Rule = rules.VALIDATION_ERRORS


class Refusal(Exception):  # noqa: N818 - a refusal is not an error of ours
    """The root: something the API declines to do, by a rule."""

    status_name: ClassVar[str]
    code: ClassVar[str]
    documented_message: ClassVar[str | None] = None
    rule: Rule
    data: Mapping[str, Any]

    @property
    def message(self) -> str:
        """What was asked, what is allowed and, where it helps, how to fix it."""
        return str(self)


class InvalidRequest(Refusal):
    """The request's form is wrong. Carries all its violations (R201)."""

    status_name = code = "INVALID_ARGUMENT"

    def __init__(self, violations: Iterable[Violation]) -> None:
        self.violations = tuple(violations)
        self.rule = self.violations[0].rule
        self.data = {"fields": [violation.field for violation in self.violations]}
        super().__init__(
            "; ".join(f"{violation.field} {violation.description}".strip() for violation in self.violations)
        )


class ApplicationRefusal(Refusal):
    """The request is well formed, but a rule of the application forbids it (R202)."""

    def __init__(self, message: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.data = dict(data or {})


class InvalidArgument(ApplicationRefusal):
    """A value that cannot be used for this order."""

    status_name = "INVALID_ARGUMENT"


class Unauthenticated(ApplicationRefusal):
    """No credentials, or unknown ones (R212)."""

    status_name = code = "UNAUTHENTICATED"
    rule = rules.CREDENTIALS


class PermissionDenied(ApplicationRefusal):
    """Credentials without the permission that the operation needs (R704)."""

    status_name = code = "PERMISSION_DENIED"
    rule = rules.PERMISSIONS


class ResourceExhausted(ApplicationRefusal):
    """More calls than the rate limit allows (R213)."""

    status_name = code = "RESOURCE_EXHAUSTED"
    rule = rules.RATE_LIMIT


class LimitReached(ResourceExhausted):
    """More than the emulator keeps in one site. Wix has no such answer; this status is the nearest."""

    def __init__(self, what: str, *, requested: int, allowed: int, remedy: str) -> None:
        self.remedy = remedy
        super().__init__(
            f"this makes {requested} {what}, the emulator keeps {allowed}; {remedy}",
            {"requested": requested, "allowed": allowed},
        )


class NotFound(ApplicationRefusal):
    """Something the request names does not exist."""

    status_name = "NOT_FOUND"


class AlreadyExists(ApplicationRefusal):
    """Something the request would make exists already."""

    status_name = "ALREADY_EXISTS"


class FailedPrecondition(ApplicationRefusal):
    """The order is not in a state that allows this."""

    status_name = "FAILED_PRECONDITION"


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


class OrderNotFound(NotFound):
    """An order that the site does not have (R125)."""

    code = "ORDER_NOT_FOUND"
    rule = rules.ORDER_NOT_FOUND

    def __init__(self, order_id: str) -> None:
        super().__init__(f"order {order_id} not found", {"orderId": order_id})


class FulfillmentNotFound(NotFound):
    """A fulfillment that the order does not have (R124)."""

    code = "FULFILLMENT_NOT_FOUND"
    rule = rules.FULFILLMENT_NOT_FOUND

    def __init__(self, fulfillment_id: str, order_id: str) -> None:
        super().__init__(
            f"order {order_id} has no fulfillment {fulfillment_id}",
            {"fulfillmentId": fulfillment_id, "orderId": order_id},
        )


class PathNotFound(NotFound):
    """A path that the emulator does not answer (R208)."""

    code = "NOT_FOUND"
    rule = rules.UNKNOWN_PATHS

    def __init__(self, method: str, path: str, nearest: str | None) -> None:
        hint = f"; did you mean {nearest}?" if nearest else "; GET /_emulator/manifest lists what is emulated"
        super().__init__(f"no operation at {method} {path}{hint}")


class MethodNotAllowed(ApplicationRefusal):
    """A known path with a method that it does not have (R208)."""

    status_name = "METHOD_NOT_ALLOWED"
    code = "METHOD_NOT_ALLOWED"
    rule = rules.UNKNOWN_PATHS

    def __init__(self, method: str, path: str, allowed: Iterable[str]) -> None:
        self.allowed = tuple(sorted(allowed))
        super().__init__(f"{path} does not answer {method}, only {', '.join(self.allowed)}")


class TrackingNumberAlreadyExists(AlreadyExists):
    """Another fulfillment has this tracking number (R115). The message is the documented one."""

    code = "TRACKING_NUMBER_ALREADY_EXISTS"
    documented_message = "fulfillment with tracking number already exist"
    rule = rules.DUPLICATE_TRACKING

    def __init__(self, tracking_number: str) -> None:
        super().__init__(self.documented_message, {"trackingNumber": tracking_number})


class OrderNotApproved(FailedPrecondition):
    """A fulfillment for an order that is not approved (R101)."""

    code = "ORDER_NOT_APPROVED"
    rule = rules.APPROVED_ORDERS_ONLY

    def __init__(self, order_id: str, status: str) -> None:
        super().__init__(
            f"order {order_id} is {status}; fulfillments can be created only for orders that are APPROVED",
            {"orderId": order_id, "status": status},
        )


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


class PurchasedDateInFuture(InvalidArgument):
    """A purchase that has not happened yet (R402)."""

    code = "PURCHASED_DATE_CANNOT_BE_IN_FUTURE"
    rule = rules.ORDER_CREATION

    def __init__(self, purchased: str, now: str) -> None:
        super().__init__(f"purchasedDate {purchased} lies in the future; it is {now} now", {"purchasedDate": purchased})


class PayloadTooLarge(ApplicationRefusal):
    """A body over the limit (R210)."""

    status_name = "PAYLOAD_TOO_LARGE"
    code = "PAYLOAD_TOO_LARGE"
    rule = rules.BODY_LIMIT

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(
            f"the request's body is over {limit_bytes} bytes; --body-bytes-max sets the limit of all calls but "
            "those with snapshots and e-mails",
            {"limitBytes": limit_bytes},
        )


class ControlRefusal(ApplicationRefusal):
    """What the control plane alone declines; Wix has no such answer."""


class ControlNotFound(ControlRefusal):
    """Something of the emulator's own that a request to the control plane names and that does not exist."""

    status_name = "NOT_FOUND"
    rule = rules.UNKNOWN_PATHS


def find_refusal(code: str) -> type[Refusal] | None:
    """The refusal of that code, if the emulated API knows it."""
    return _by_code(Refusal).get(code)


def refusal_codes() -> tuple[str, ...]:
    """Every code that the emulated API can refuse with."""
    return tuple(sorted(_by_code(Refusal)))


def _by_code(category: type[Refusal]) -> dict[str, type[Refusal]]:
    if category is ControlRefusal:
        return {}
    found = {category.code: category} if "code" in vars(category) else {}
    for narrower in category.__subclasses__():
        found |= _by_code(narrower)
    return found
