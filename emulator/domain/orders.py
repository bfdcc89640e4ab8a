"""Orders: what was bought, what state the purchase is in, and what has been fulfilled of it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Self, TypeVar

from pydantic import Field, field_validator, model_validator

from emulator.domain.fulfillments import Fulfillment
from emulator.domain.order_parts import (
    Activity,
    LineItem,
    OpenWireModel,
    OrderFulfillmentStatus,
    OrderProperties,
    OrderStatus,
    PaymentStatus,
)
from emulator.domain.refusals import FulfillmentNotFound
from emulator.domain.violations import violated
from emulator.domain.wire import Items, OrderId, Timestamp

_Entry = TypeVar("_Entry", LineItem, Fulfillment)


_ACTIVITIES_MAX = 1_000
FULFILLMENTS_MAX = 1_000


class _State(OpenWireModel):
    """Which order, what state it is in, and what was bought."""

    id: OrderId
    number: Annotated[str, Field(min_length=1, max_length=100)]
    created_date: Timestamp
    updated_date: Timestamp
    status: OrderStatus
    payment_status: PaymentStatus
    fulfillment_status: OrderFulfillmentStatus = "NOT_FULFILLED"
    line_items: Annotated[Items[LineItem], Field(min_length=1, max_length=300)]


class Order(OrderProperties, _State):
    """A purchase, with its fulfillments. On the wire an order has no `fulfillments`; seeds and snapshots have them."""

    activities: Annotated[Items[Activity], Field(max_length=_ACTIVITIES_MAX)] | None = None
    fulfillments: Annotated[Items[Fulfillment], Field(max_length=FULFILLMENTS_MAX)] = Field(default=(), exclude=True)

    @field_validator("line_items", "fulfillments")
    @classmethod
    def _differ_in_id(cls, entries: tuple[_Entry, ...]) -> tuple[_Entry, ...]:
        for entry_id, count in Counter(entry.id for entry in entries).items():
            if count > 1:
                raise violated("OTHER", f"has {count} entries with the id {entry_id}")
        return entries

    @model_validator(mode="after")
    def _fulfills_what_was_ordered(self) -> Self:
        for line_item_id, remaining in self.remaining().items():
            if remaining < 0:
                raise violated(
                    "OTHER",
                    f"fulfillments hold {-remaining} more of line item {line_item_id} than was ordered",
                )
        return self

    def remaining(self) -> dict[str, int]:
        """Per line item, the quantity that no fulfillment holds; negative for one that was never ordered."""
        return _remaining(self.line_items, self.fulfillments)

    def fulfillment(self, fulfillment_id: str) -> Fulfillment:
        """The order's fulfillment of that id; FulfillmentNotFound if it has none."""
        for fulfillment in self.fulfillments:
            if fulfillment.id == fulfillment_id:
                return fulfillment
        raise FulfillmentNotFound(fulfillment_id, self.id)

    def with_fulfillments(
        self,
        fulfillments: tuple[Fulfillment, ...],
        *,
        now: datetime | None = None,
        activity: str | None = None,
        remaining: Mapping[str, int] | None = None,
    ) -> "Order":
        """The order with these fulfillments, and the status and activity that come with them (R128, R406).

        `remaining` is what they leave, where the caller has counted it.
        """
        moment = now or self.updated_date
        activities = self.activities if activity is None else self._activities_with(activity, moment)
        return self.replaced(
            fulfillments=fulfillments,
            fulfillment_status=self.status_with(fulfillments, remaining),
            updated_date=moment,
            activities=activities,
        )

    def with_activity(self, kind: str, now: datetime) -> "Order":
        """The order with one more activity; of too many the oldest go (R406)."""
        return self.replaced(activities=self._activities_with(kind, now))

    def with_state(
        self, status: OrderStatus, payment_status: PaymentStatus, *, now: datetime, activity: str | None = None
    ) -> "Order":
        """The order in that state, with the fulfillment status that follows from it (R129)."""
        changed = self.replaced(status=status, payment_status=payment_status)
        return changed.with_fulfillments(self.fulfillments, now=now, activity=activity)

    def status_with(
        self, fulfillments: tuple[Fulfillment, ...], remaining: Mapping[str, int] | None = None
    ) -> OrderFulfillmentStatus:
        """The fulfillment status that the order has with these fulfillments (R128, R129)."""
        if self._needs_no_fulfilling():
            return "FULFILLED"
        if not fulfillments:
            return "NOT_FULFILLED"
        if remaining is None:
            remaining = _remaining(self.line_items, fulfillments)
        return "PARTIALLY_FULFILLED" if any(remaining.values()) else "FULFILLED"

    def with_all_fulfillments(self) -> dict[str, Any]:
        """What the fulfillments API answers about the order (R121): the members of an `OrderWithFulfillments`."""
        return {"orderId": self.id, "fulfillments": self.fulfillments}

    def _needs_no_fulfilling(self) -> bool:
        """Without shipping, what has been approved is fulfilled, and canceling takes nothing back (R129, R408)."""
        was_fulfilled = self.status == "CANCELED" and self.fulfillment_status == "FULFILLED"
        return self.shipping_info is None and (self.status == "APPROVED" or was_fulfilled)

    def _activities_with(self, kind: str, now: datetime) -> tuple[Activity, ...]:
        kept = self.activities or ()
        if len(kept) >= _ACTIVITIES_MAX:
            kept = kept[-_ACTIVITIES_MAX + 1 :]
        return (*kept, Activity.trusted(created_date=now, type=kind))


def _remaining(line_items: Iterable[LineItem], fulfillments: Iterable[Fulfillment]) -> dict[str, int]:
    remaining = {item.id: item.quantity for item in line_items}
    for fulfillment in fulfillments:
        for held in fulfillment.line_items:
            remaining[held.id] = remaining.get(held.id, 0) - (held.quantity or 0)
    return remaining
