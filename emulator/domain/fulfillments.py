"""Fulfillments: what left the shop, of which line items, and how it travels."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, ValidationInfo, ValidatorFunctionWrapHandler, field_validator
from pydantic.config import JsonDict

from emulator.domain import rules
from emulator.domain.violations import violated
from emulator.domain.wire import Guid, Items, OrderId, Quantity, ShortText, Timestamp, WebUrl, WireModel

_BOTH_KINDS: JsonDict = {
    "required": ["trackingInfo", "customInfo"],
    "properties": {"trackingInfo": {"type": "object"}, "customInfo": {"type": "object"}},
}

FulfillmentStatus = Literal["Pending", "Accepted", "Ready", "In_Delivery", "Fulfilled"]


class FulfillmentLineItem(WireModel):
    """How much of an order's line item a fulfillment holds; without a quantity, all that remains (R103)."""

    id: Guid
    quantity: Quantity | None = None


class TrackingInfo(WireModel):
    """A parcel: its number, who carries it, and where the buyer can follow it."""

    tracking_number: ShortText | None = None
    shipping_provider: ShortText | None = None
    tracking_link: WebUrl | None = None


class CustomInfo(WireModel):
    """Free key and value pairs, instead of tracking info."""

    fields_data: Annotated[dict[str, str], Field(max_length=100)] | None = None


class FulfillmentProperties(WireModel):
    """What can be set on creation and changed afterwards. `trackingInfo` and `customInfo` exclude each other (R109)."""

    model_config = ConfigDict(json_schema_extra={"not": _BOTH_KINDS})

    status: Annotated[FulfillmentStatus | None, rules.CLOSED_STATUS_SET] = None
    completed: bool | None = None
    tracking_info: Annotated[TrackingInfo | None, rules.FIELD_LIMITS] = None
    custom_info: Annotated[CustomInfo | None, rules.FIELD_LIMITS] = None

    @field_validator("custom_info", mode="wrap")
    @classmethod
    def _excludes_tracking_info(cls, value: Any, handler: ValidatorFunctionWrapHandler, fields: ValidationInfo) -> Any:
        # A field that failed its own validation is missing from `fields.data`, but was sent.
        if value is not None and fields.data.get("tracking_info", "sent, but invalid") is not None:
            description = "can't be set together with trackingInfo: send one of the two"
            raise violated("ONE_OF_ALIGNMENT", description, rule=rules.TRACKING_OR_CUSTOM)
        return handler(value)


class _Contents(WireModel):
    """Of which line items."""

    line_items: Annotated[Items[FulfillmentLineItem], Field(min_length=1, max_length=300), rules.FIELD_LIMITS]


class _Identity(WireModel):
    """Which fulfillment, made when."""

    id: Guid
    created_date: Timestamp


class FulfillmentDraft(FulfillmentProperties, _Contents):
    """A fulfillment as a caller asks for it."""


class FulfillmentPatch(FulfillmentProperties):
    """Changes to a fulfillment: a field that is set changes it, one that is null removes it (R118)."""

    line_items: Annotated[Annotated[Items[FulfillmentLineItem], Field(max_length=300)] | None, rules.FIELD_LIMITS] = (
        None
    )


class Fulfillment(FulfillmentDraft, _Identity):
    """A fulfillment of an order, as every answer and event shows it: id, date and contents first."""


class OrderWithFulfillments(WireModel):
    """An order's id and all its fulfillments, in the order in which they were added (R121, R130)."""

    order_id: OrderId
    fulfillments: Items[Fulfillment]
