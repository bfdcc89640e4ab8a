"""The life of an order apart from its fulfillments: placed, approved, paid, changed, canceled."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Annotated, Any, Literal
from uuid import NAMESPACE_URL, uuid5

from pydantic import ConfigDict, Field, field_validator, model_validator
from pydantic.config import JsonDict

from emulator.domain.order_parts import (
    Address,
    AttributionSource,
    CatalogReference,
    ChannelInfo,
    ContactDetails,
    ItemType,
    LineItemParticulars,
    OrderProperties,
    OrderStatus,
    PaymentStatus,
    PhysicalProperties,
    Price,
    PriceSummary,
    ProductName,
    WeightUnit,
)
from emulator.domain.orders import Order
from emulator.domain.refusals import (
    OrderAlreadyPaid,
    OrderHasAuthorizedTransaction,
    OrderIsPending,
    OrderIsRejected,
    PurchasedDateInFuture,
    StatusAlreadySet,
    StatusNotSupported,
    UnsupportedTransition,
)
from emulator.domain.violations import violated
from emulator.domain.wire import Guid, Items, Quantity, WireModel, format_timestamp

ApprovalStrategy = Literal["DEFAULT", "PAYMENT_RECEIVED", "PAYMENT_METHOD_SAVED"]
_FOLLOWING: Mapping[OrderStatus, tuple[OrderStatus, ...]] = {
    "INITIALIZED": ("APPROVED", "CANCELED", "PENDING", "REJECTED"),
    "PENDING": ("APPROVED", "CANCELED", "REJECTED"),
    "APPROVED": ("CANCELED",),
    "CANCELED": (),
    "REJECTED": (),
}
_SETTABLE: tuple[OrderStatus, ...] = ("APPROVED", "CANCELED", "PENDING", "REJECTED")


_HAS_FILE: JsonDict = {"properties": {"digitalFile": {"type": "object"}}, "required": ["digitalFile"]}
_IS_NOT_DIGITAL: JsonDict = {
    "properties": {"itemType": {"properties": {"preset": {"not": {"const": "DIGITAL"}}}}},
}


class LineItemDraft(LineItemParticulars):
    """A line item as a caller sends it: its id may be left out or empty, the rest may not (R402)."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [_HAS_FILE, _IS_NOT_DIGITAL]})

    id: Guid | Literal[""] | None = None
    product_name: ProductName
    catalog_reference: CatalogReference
    quantity: Quantity
    item_type: ItemType
    physical_properties: PhysicalProperties | None = None
    price: Price

    @model_validator(mode="after")
    def _digital_items_have_a_file(self) -> "LineItemDraft":
        if self.item_type.preset == "DIGITAL" and self.digital_file is None:
            raise violated("REQUIRED_FIELD", "must have digitalFile, because itemType.preset is DIGITAL")
        return self


class OrderDraft(OrderProperties):
    """An order as a caller asks for it (R402)."""

    line_items: Annotated[Items[LineItemDraft], Field(min_length=1, max_length=300)]
    channel_info: ChannelInfo
    price_summary: PriceSummary
    payment_status: PaymentStatus = "NOT_PAID"

    @field_validator("line_items")
    @classmethod
    def _differ_in_id(cls, items: tuple[LineItemDraft, ...]) -> tuple[LineItemDraft, ...]:
        for item_id, times in Counter(item.id for item in items if item.id).items():
            if times > 1:
                raise violated("OTHER", f"has {times} entries with the id {item_id}")
        return items


class BuyerPatch(WireModel):
    """The part of the buyer that can change."""

    email: str | None = None


class PlacePatch(WireModel):
    """A place and who is there, each of which can change."""

    address: Address | None = None
    contact_details: ContactDetails = Field(default_factory=ContactDetails)


class LogisticsPatch(WireModel):
    """The part of the logistics that can change."""

    shipping_destination: PlacePatch = Field(default_factory=PlacePatch)


class ShippingPatch(WireModel):
    """The part of the shipping that can change."""

    logistics: LogisticsPatch = Field(default_factory=LogisticsPatch)


class OrderPatch(WireModel):
    """Changes to an order: just the documented fields; null removes, but not the buyer nor contact details (R404)."""

    buyer_info: BuyerPatch = Field(default_factory=BuyerPatch)
    buyer_language: str | None = None
    weight_unit: WeightUnit | None = None
    billing_info: PlacePatch = Field(default_factory=PlacePatch)
    archived: bool | None = None
    attribution_source: AttributionSource | None = None
    seen_by_a_human: bool | None = None
    recipient_info: PlacePatch = Field(default_factory=PlacePatch)
    shipping_info: ShippingPatch = Field(default_factory=ShippingPatch)


def place(
    draft: OrderDraft, *, order_id: str, number: str, now: datetime, strategy: ApprovalStrategy = "DEFAULT"
) -> Order:
    """A new order. Raises PurchasedDateInFuture (R402, R403)."""
    if draft.purchased_date is not None and draft.purchased_date > now:
        raise PurchasedDateInFuture(format_timestamp(draft.purchased_date), format_timestamp(now))
    wire = draft.model_dump(mode="json", exclude_none=True)
    for field in ("fulfillments", "fulfillmentStatus", "activities"):
        wire.pop(field, None)  # read-only: a caller cannot set them
    _identify(wire["lineItems"])
    moment = format_timestamp(now)
    wire |= {"id": order_id, "number": number, "createdDate": moment, "updatedDate": moment, "status": "INITIALIZED"}
    # Wire names only: an unknown field of the caller's may have the name of an attribute of ours (R401).
    order = Order.model_validate(wire, by_alias=True, by_name=False).with_activity("ORDER_PLACED", now)
    is_paid = draft.payment_status == "PAID"
    if is_paid:
        order = order.with_activity("ORDER_PAID", now)
    is_approved = is_paid or (strategy == "DEFAULT" and _total(order) == 0)
    return order.with_state("APPROVED" if is_approved else "INITIALIZED", draft.payment_status, now=now)


def change(order: Order, patch: OrderPatch, *, now: datetime) -> Order:
    """The order with the changes, and the fulfillment status that follows; the very same order if they change nothing.

    Raises OrderIsPending, OrderIsRejected (R405).
    """
    _refuse_unsettled(order)
    present = order.model_dump(exclude_none=True)  # with the microseconds, which JSON leaves out
    changed = _merged(present, patch.model_dump(exclude_unset=True))
    if changed == present:
        return order
    read = Order.model_validate(changed, by_alias=True, by_name=False)
    return read.with_fulfillments(order.fulfillments, now=now)


def cancel(order: Order, *, now: datetime) -> Order:
    """The order, canceled; the very same if it was.

    Raises OrderIsPending, OrderIsRejected, OrderHasAuthorizedTransaction (R408, R415).
    """
    _refuse_unsettled(order)
    if order.status == "CANCELED":
        return order
    authorized = order.balance_summary.authorized if order.balance_summary else None
    if authorized is not None and Decimal(authorized.amount) > 0:
        raise OrderHasAuthorizedTransaction(order.id, authorized.amount)
    return order.with_state("CANCELED", order.payment_status, now=now, activity="ORDER_CANCELED")


def set_status(order: Order, status: OrderStatus, *, now: datetime) -> Order:
    """The order in that status. Raises StatusNotSupported, StatusAlreadySet, UnsupportedTransition (R407)."""
    if status not in _SETTABLE:
        raise StatusNotSupported(status, _SETTABLE)
    if status == order.status:
        raise StatusAlreadySet(order.id, status)
    if status not in _FOLLOWING[order.status]:
        raise UnsupportedTransition(order.id, order.status, status, _FOLLOWING[order.status])
    activity = "ORDER_CANCELED" if status == "CANCELED" else None
    return order.with_state(status, order.payment_status, now=now, activity=activity)


def pay(order: Order, *, now: datetime) -> Order:
    """The order, paid, and approved if it waited for that. Raises OrderAlreadyPaid (R409)."""
    if order.payment_status == "PAID":
        raise OrderAlreadyPaid(order.id)
    status: OrderStatus = "APPROVED" if order.status in ("INITIALIZED", "PENDING") else order.status
    return order.with_state(status, "PAID", now=now, activity="ORDER_PAID")


def transactions(order: Order) -> dict[str, Any]:
    """What was paid for the order, in wire names (R410)."""
    if order.payment_status != "PAID" or order.price_summary is None or order.price_summary.total is None:
        return {"orderId": order.id, "payments": [], "refunds": []}
    moment = format_timestamp(order.created_date)
    payment = {
        "id": str(uuid5(NAMESPACE_URL, f"payment of order {order.id}")),
        "createdDate": moment,
        "updatedDate": moment,
        "amount": order.price_summary.total.model_dump(mode="json", exclude_none=True),
        "refundDisabled": False,
        "regularPaymentDetails": {"offlinePayment": True, "status": "APPROVED"},
        "status": "APPROVED",
    }
    return {"orderId": order.id, "payments": [payment], "refunds": []}


def _identify(line_items: list[dict[str, Any]]) -> None:
    """Number the line items that came without an id (R402)."""
    taken = {item.get("id") for item in line_items}
    numbers = (f"00000000-0000-0000-0000-{number:012d}" for number in count(1))
    free = (number for number in numbers if number not in taken)
    for item in line_items:
        item["id"] = item.get("id") or next(free)


def _refuse_unsettled(order: Order) -> None:
    if order.status == "PENDING":
        raise OrderIsPending(order.id)
    if order.status == "REJECTED":
        raise OrderIsRejected(order.id)


def _total(order: Order) -> Decimal | None:
    total = order.price_summary.total if order.price_summary else None
    return Decimal(total.amount) if total else None


# Everything else is merged field by field.
_REPLACED_WHOLE = frozenset({"address", "contactDetails"})


def _merged(value: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(value)
    for name, new in patch.items():
        if isinstance(new, Mapping):
            below = _merged({} if name in _REPLACED_WHOLE else value.get(name) or {}, new)
            if below or name in value:  # a patch that sets nothing makes nothing
                merged[name] = below
        elif new is None:
            merged.pop(name, None)
        else:
            merged[name] = new
    return merged
