"""One example of each refusal of the emulated API: what `openapi.yaml` shows, and what a fault answers with."""

from emulator.domain import refusals, rules
from emulator.domain.credentials import READ_ORDERS
from emulator.domain.refusals import InvalidRequest, Refusal, Violation

_ORDER = "58c9a790-27b7-463f-a865-c7cb494f7c29"
_ITEM = "00000000-0000-0000-0000-000000000001"
_FULFILLMENT = "0d824fc7-2621-4e97-a5c8-489ec1b43377"
_SIZE = Violation("fulfillment.lineItems", "has size 0, expected 1 or more", "MIN_SIZE", {"threshold": 1})


def examples() -> dict[str, Refusal]:
    """A new example of every refusal, by its code."""
    return {one.code: one for one in _all()}


def example_of(code: str) -> Refusal:
    """A new example of the refusal of that code."""
    return examples()[code]


def planned(code: str) -> Refusal:
    """The refusal of that code in every detail of its shape, because a fault asked for it (R214)."""
    refusal = example_of(code)
    refusal.rule = rules.PLANNED_FAULT
    return refusal


def _all() -> tuple[Refusal, ...]:
    return (
        InvalidRequest([_SIZE]),
        refusals.QuantityExceedsRemaining(_ITEM, requested=5, remaining=2, ordered=3),
        refusals.LineItemNotFound("00000000-0000-0000-0000-000000000099", _ORDER, [_ITEM]),
        refusals.PurchasedDateInFuture("2027-01-01T00:00:00.000Z", "2026-03-01T12:00:00.000Z"),
        refusals.StatusNotSupported("INITIALIZED", ("APPROVED", "CANCELED", "PENDING", "REJECTED")),
        refusals.Unauthenticated("the request has no authorization header; send an API key or an access token"),
        refusals.PermissionDenied(f"the API key lacks the permission scope {READ_ORDERS}", {"scope": READ_ORDERS}),
        refusals.OrderNotFound(_ORDER),
        refusals.FulfillmentNotFound(_FULFILLMENT, _ORDER),
        refusals.PathNotFound("GET", "/ecom/v1/fulfilments", None),
        refusals.MethodNotAllowed("GET", "/ecom/v1/fulfillments/list-by-ids", ["POST"]),
        refusals.TrackingNumberAlreadyExists("12345"),
        refusals.PayloadTooLarge(8 * 1024 * 1024),
        refusals.OrderNotApproved(_ORDER, "INITIALIZED"),
        refusals.OrderIsPending(_ORDER),
        refusals.OrderIsRejected(_ORDER),
        refusals.OrderHasAuthorizedTransaction(_ORDER, "25.00"),
        refusals.OrderAlreadyPaid(_ORDER),
        refusals.UnsupportedTransition(_ORDER, "CANCELED", "APPROVED", ()),
        refusals.StatusAlreadySet(_ORDER, "APPROVED"),
        refusals.ResourceExhausted("more than 200 calls in a minute"),
    )
