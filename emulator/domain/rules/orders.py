"""R4xx: orders, their lives, their search and their events."""

from emulator.domain.rules.rule import Rule

_ORDERS = "Orders reference"
_ORDER_TYPES = "@wix/auto_sdk_ecom_orders 1.0.300, type definitions"

KEPT_FIELDS = Rule(
    "R401",
    "An order keeps and returns the fields that a client sent, also those that nothing models; money stays a decimal in a string.",
    "observed",
    f"{_ORDERS}, examples; that unmodelled fields are kept is inferred",
)
ORDER_CREATION = Rule(
    "R402",
    "A new order needs channelInfo, priceSummary and line items with productName, catalogReference, quantity, price and itemType; a "
    "line item's id is a GUID or empty; a DIGITAL one needs digitalFile; purchasedDate cannot lie in the future.",
    "documented",
    _ORDER_TYPES,
)
ORDER_APPROVAL = Rule(
    "R403",
    "A new order is INITIALIZED; it is APPROVED at once if its total is 0 or it is paid already (strategy DEFAULT), and otherwise "
    "when it is marked as paid. Other strategies wait for the payment in any case.",
    "documented",
    f"{_ORDERS}, status and orderApprovalStrategy; that a sent paymentStatus counts, and a sent status does not, is inferred",
)
ORDER_UPDATE = Rule(
    "R404",
    "An update changes only buyerInfo.email, buyerLanguage, weightUnit, billingInfo, archived, attributionSource, seenByAHuman, "
    "recipientInfo and the shipping destination; null removes, but not buyerInfo or contactDetails. Other fields are ignored.",
    "documented",
    f"{_ORDER_TYPES}; that others are ignored is inferred",
)
PENDING_OR_REJECTED = Rule(
    "R405",
    "A PENDING or REJECTED order is neither updated nor canceled: 428 ORDER_IS_PENDING, ORDER_IS_REJECTED.",
    "documented",
    f"{_ORDER_TYPES}; the status 428 is documented for cancel",
)
ORDER_ACTIVITIES = Rule(
    "R406",
    "An order's activities tell of its placing, payment, canceling and fulfilling: a tracking number adds TRACKING_NUMBER_ADDED at the "
    "fulfillment's createdDate, its change TRACKING_NUMBER_EDITED, a link without a number TRACKING_LINK_ADDED; completing an order "
    "without any of these ORDER_FULFILLED, undoing it ORDER_NOT_FULFILLED. At most 1,000 are kept.",
    "observed",
    f"{_ORDERS}, Get Order example; the other kinds are in {_ORDER_TYPES}, when they occur is inferred",
)
ORDER_STATUS_CHANGE = Rule(
    "R407",
    "update-status sets APPROVED, CANCELED, PENDING or REJECTED; INITIALIZED and PENDING may become any of these, APPROVED only CANCELED. "
    "STATUS_NOT_SUPPORTED, STATUS_ALREADY_SET and UNSUPPORTED_TRANSITION refuse the rest.",
    "inferred",
    f"{_ORDER_TYPES} names the codes only",
)
CANCEL_ORDER = Rule(
    "R408",
    "Cancel sets the status CANCELED and leaves payments, fulfillments and fulfillmentStatus as they are; a canceled order stays so.",
    "documented",
    f"{_ORDERS}, Cancel Order; what it does to fulfillments and to a canceled order is inferred",
)
MARK_AS_PAID = Rule(
    "R409",
    "mark-as-paid sets PAID and approves an INITIALIZED or PENDING order; an order that is paid answers ORDER_ALREADY_PAID.",
    "documented",
    f"{_ORDER_TYPES}; that a PENDING order is approved, and the status 428 of ORDER_ALREADY_PAID, are inferred",
)
TRANSACTIONS = Rule(
    "R410",
    "A paid order has one approved offline payment of its total, another none.",
    "inferred",
    "the emulator has no payment provider",
)
SEARCH = Rule(
    "R411",
    "Search sorts by createdDate, newest first, 100 a page at the most, and never returns INITIALIZED orders; only declared fields and "
    "their operators can be filtered and sorted by.",
    "documented",
    f"{_ORDER_TYPES}, OrderSearchSpec; the wording of refusals is observed at another service",
)
SEARCH_CURSOR = Rule(
    "R412",
    "A cursor continues behind the last order seen, whatever changed meanwhile, and cannot be combined with filter or sort.",
    "documented",
    f"{_ORDERS}, Search Orders; at least one live client sends both",
    "cursor_with_filter",
)
MISSING_FIELDS_IN_SEARCH = Rule(
    "R413",
    "In a filter a missing field is equal to null, is empty and does not exist; it sorts first.",
    "inferred",
    "not documented",
)
ORDER_EVENTS = Rule(
    "R414",
    "Orders send order_created, order_updated, order_approved, order_canceled, order_fulfilled (whenever fulfillmentStatus changes) and "
    "order_payment_status_updated. A change of fulfillments sends no order_updated.",
    "documented",
    f"{_ORDER_TYPES}; that fulfilling sends no order_updated is inferred",
)
AUTHORIZED_TRANSACTION = Rule(
    "R415",
    "An order with an authorized payment that is not captured cannot be canceled: 428 ORDER_HAS_AUTHORIZED_TRANSACTION. It has one while "
    "its balanceSummary.authorized is more than 0.",
    "documented",
    f"{_ORDER_TYPES}; that balanceSummary tells is inferred",
    "refusals.ORDER_HAS_AUTHORIZED_TRANSACTION",
)
