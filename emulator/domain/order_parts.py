"""What orders are made of: money, people, places, line items. Fields that nothing here models are kept (R401)."""

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from emulator.domain.wire import (
    AS_INTEGER,
    DECIMAL_PATTERN,
    Guid,
    Items,
    Quantity,
    ShortText,
    Timestamp,
    WireModel,
    share_bookkeeping,
)

OrderStatus = Literal["INITIALIZED", "APPROVED", "CANCELED", "PENDING", "REJECTED"]
PaymentStatus = Literal[
    "UNSPECIFIED",
    "NOT_PAID",
    "PAID",
    "PARTIALLY_REFUNDED",
    "FULLY_REFUNDED",
    "PENDING",
    "PARTIALLY_PAID",
    "PENDING_MERCHANT",
    "CANCELED",
    "DECLINED",
]
OrderFulfillmentStatus = Literal["NOT_FULFILLED", "PARTIALLY_FULFILLED", "FULFILLED"]
WeightUnit = Literal["UNSPECIFIED_WEIGHT_UNIT", "KG", "LB"]
AttributionSource = Literal["UNSPECIFIED", "FACEBOOK_ADS"]
Count = Annotated[int, Field(ge=0, le=100_000), AS_INTEGER]
ItemPreset = Literal["UNRECOGNISED", "PHYSICAL", "DIGITAL", "GIFT_CARD", "SERVICE"]
ChannelType = Literal[
    "UNSPECIFIED",
    "WEB",
    "POS",
    "EBAY",
    "AMAZON",
    "OTHER_PLATFORM",
    "WIX_APP_STORE",
    "WIX_INVOICES",
    "BACKOFFICE_MERCHANT",
    "WISH",
    "CLASS_PASS",
    "GLOBAL_E",
    "FACEBOOK",
    "ETSY",
    "TIKTOK",
    "FAIRE_COM",
    "PAYPAL_AGENTIC_CHECKOUT",
    "STRIPE_AGENTIC_CHECKOUT",
]

Decimal = Annotated[str, StringConstraints(pattern=DECIMAL_PATTERN)]


class OpenWireModel(WireModel):
    """A wire model that keeps and returns what it does not model. An order has dozens, so they share what they can."""

    model_config = ConfigDict(extra="allow")

    @model_validator(mode="after")
    def _share_bookkeeping(self) -> Self:
        share_bookkeeping(self)
        return self


class Price(OpenWireModel):
    """An amount as a decimal in a string, never a number."""

    amount: Decimal
    formatted_amount: str | None = None


class ProductName(OpenWireModel):
    """What the buyer saw, and its translation."""

    original: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    translated: str | None = None


class CatalogReference(OpenWireModel):
    """Where the thing is sold."""

    catalog_item_id: Annotated[str, StringConstraints(min_length=1, max_length=36)]
    app_id: str
    options: dict[str, Any] | None = None


class ItemType(OpenWireModel):
    """A kind that Wix knows, or one of the shop's own."""

    preset: ItemPreset | None = None
    custom: str | None = None


class PhysicalProperties(OpenWireModel):
    """What a parcel service wants to know."""

    weight: float | None = None
    sku: Annotated[str, StringConstraints(max_length=40)] | None = None
    shippable: bool | None = None


class LineItemParticulars(OpenWireModel):
    """What a line item may have besides what and how many."""

    total_discount: Price | None = None
    price_before_discounts: Price | None = None
    total_price_before_tax: Price | None = None
    total_price_after_tax: Price | None = None
    line_item_price: Price | None = None
    description_lines: Annotated[Items[dict[str, Any]], Field(max_length=20)] | None = None
    fulfiller_id: Guid | None = None
    refund_quantity: Count | None = None
    restock_quantity: Count | None = None
    payment_option: str | None = None
    tax_details: dict[str, Any] | None = None
    tax_info: dict[str, Any] | None = None
    digital_file: dict[str, Any] | None = None
    subscription_info: dict[str, Any] | None = None
    locations: Annotated[Items[dict[str, Any]], Field(max_length=5)] | None = None
    modifier_groups: Annotated[Items[dict[str, Any]], Field(max_length=10)] | None = None
    extended_fields: dict[str, Any] | None = None


class LineItem(LineItemParticulars):
    """One kind of thing that was bought."""

    id: Guid
    product_name: ProductName | None = None
    catalog_reference: CatalogReference | None = None
    quantity: Quantity
    item_type: ItemType | None = None
    physical_properties: PhysicalProperties | None = None
    price: Price | None = None


class Address(OpenWireModel):
    """A place."""

    country: str | None = None
    subdivision: str | None = None
    city: str | None = None
    postal_code: str | None = None
    address_line: str | None = None
    address_line2: str | None = None


class ContactDetails(OpenWireModel):
    """A person or company."""

    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None
    company: str | None = None


class AddressWithContact(OpenWireModel):
    """Who is where."""

    address: Address | None = None
    contact_details: ContactDetails | None = None


class BuyerInfo(OpenWireModel):
    """Who bought."""

    contact_id: str | None = None
    email: str | None = None
    visitor_id: str | None = None
    member_id: str | None = None


class Logistics(OpenWireModel):
    """How and where the order gets to the buyer."""

    delivery_time: Annotated[str, StringConstraints(max_length=500)] | None = None
    instructions: Annotated[str, StringConstraints(max_length=1_000)] | None = None
    shipping_destination: AddressWithContact | None = None


class ShippingInfo(OpenWireModel):
    """The shipping that the buyer chose; an order without it needs none (R129)."""

    carrier_id: ShortText | None = None
    code: ShortText | None = None
    title: Annotated[str, StringConstraints(max_length=250)] | None = None
    logistics: Logistics | None = None


class PriceSummary(OpenWireModel):
    """The sums of the order."""

    subtotal: Price | None = None
    shipping: Price | None = None
    tax: Price | None = None
    discount: Price | None = None
    total: Price | None = None


class ChannelInfo(OpenWireModel):
    """Through which channel the order came."""

    type: ChannelType
    external_order_id: Annotated[str, StringConstraints(max_length=100)] | None = None
    external_order_url: Annotated[str, StringConstraints(max_length=300)] | None = None


class CreatedBy(OpenWireModel):
    """Who placed the order."""

    user_id: str | None = None
    member_id: str | None = None
    visitor_id: str | None = None
    app_id: str | None = None


class Location(OpenWireModel):
    """A place of business."""

    id: Guid | None = None
    name: str | None = None


class BalanceSummary(OpenWireModel):
    """What is paid, authorized and still to come."""

    balance: Price | None = None
    paid: Price | None = None
    refunded: Price | None = None
    authorized: Price | None = None
    pending: Price | None = None
    pending_refund: Price | None = None


class TaxInfo(OpenWireModel):
    """The order's taxes."""

    total_tax: Price | None = None
    total_exempt: Price | None = None


class Activity(OpenWireModel):
    """Something that happened to the order."""

    created_date: Timestamp
    type: str


class OrderProperties(OpenWireModel):
    """What an order has besides its identity, state and contents."""

    buyer_info: BuyerInfo | None = None
    buyer_language: str | None = None
    site_language: str | None = None
    currency: str | None = None
    currency_conversion_details: dict[str, Any] | None = None
    tax_included_in_prices: bool | None = None
    weight_unit: WeightUnit | None = None
    price_summary: PriceSummary | None = None
    billing_info: AddressWithContact | None = None
    shipping_info: ShippingInfo | None = None
    recipient_info: AddressWithContact | None = None
    buyer_note: Annotated[str, StringConstraints(max_length=1_000)] | None = None
    archived: bool | None = None
    imported: bool | None = None
    attribution_source: AttributionSource | None = None
    created_by: CreatedBy | None = None
    checkout_id: str | None = None
    purchase_flow_id: str | None = None
    balance_summary: BalanceSummary | None = None
    tax_info: TaxInfo | None = None
    tax_summary: dict[str, Any] | None = None
    business_location: Location | None = None
    custom_fields: Items[dict[str, Any]] | None = None
    extended_fields: dict[str, Any] | None = None
    tags: dict[str, Any] | None = None
    channel_info: ChannelInfo | None = None
    seen_by_a_human: bool | None = None
    purchased_date: Timestamp | None = None
    applied_discounts: Annotated[Items[dict[str, Any]], Field(max_length=320)] | None = None
    additional_fees: Annotated[Items[dict[str, Any]], Field(max_length=100)] | None = None
