"""R1xx: fulfillments, their quantities, their tracking, and the calls that change them."""

from emulator.domain.rules.rule import TYPES, VELO, Rule

_REFERENCE = "Order Fulfillments reference"

APPROVED_ORDERS_ONLY = Rule(
    "R101",
    "A fulfillment can be created only for an order whose status is APPROVED. (The answer 428 ORDER_NOT_APPROVED is inferred.)",
    "documented",
    f"{_REFERENCE}, introduction",
    "refusals.ORDER_NOT_APPROVED",
)
SPLIT_QUANTITIES = Rule(
    "R102",
    "The quantity of a line item may be split over several fulfillments, up to what remains.",
    "documented",
    f"{_REFERENCE}, newer introduction; the older one allows a line item in one fulfillment only",
    "line_item_split",
)
OMITTED_QUANTITY = Rule(
    "R103",
    "A line item without a quantity takes all that no fulfillment holds yet.",
    "documented",
    f"{TYPES}; documents 001 and 002",
)
QUANTITY_LIMITED = Rule(
    "R104",
    "Asking for more than remains, or for a line item with nothing left, is refused and nothing is created. "
    "(The answer 400 QUANTITY_EXCEEDS_REMAINING is inferred.)",
    "documented",
    f"{TYPES}; documents 001 and 002",
    "refusals.QUANTITY_EXCEEDS_REMAINING",
)
FIELD_LIMITS = Rule(
    "R105",
    "A fulfillment has 1 to 300 line items, each of quantity 1 to 100,000; number and provider 1 to 100 characters; a link "
    "is a WEB_URL of 1 to 2,048; fieldsData has at most 100 entries; bulk and list-by-ids take 1 to 100 orders.",
    "documented",
    TYPES,
)
FOREIGN_LINE_ITEM = Rule(
    "R106",
    "A line item that the order does not have is refused.",
    "inferred",
    "not documented; follows from the line item id being that of the order's line item",
    "refusals.LINE_ITEM_NOT_FOUND",
)
REPEATED_LINE_ITEM = Rule(
    "R107",
    "A line item named twice in one request counts twice, in the order of the request.",
    "inferred",
    "not documented",
)
CLOSED_STATUS_SET = Rule(
    "R108",
    "A fulfillment's status is Pending, Accepted, Ready, In_Delivery or Fulfilled, case-sensitive; any other value is refused. "
    "Any status may follow any other.",
    "documented",
    f"{TYPES}; transitions are not documented",
)
TRACKING_OR_CUSTOM = Rule(
    "R109",
    "A fulfillment has trackingInfo or customInfo, not both: sending both is refused; on update the one that is sent replaces the other.",
    "documented",
    f"{TYPES} (a oneof); what a violation answers is not documented",
)
TRACKING_LINKS = Rule(
    "R110",
    "fedex, ups, usps, dhl and canadaPost, matched exactly, get their tracking link from the number; any other provider is custom.",
    "documented",
    f"{_REFERENCE}; documents 000 to 003",
)
ENCODED_NUMBER = Rule(
    "R111",
    "The number is percent-encoded in a generated link.",
    "inferred",
    "the documents show only numbers that need no encoding",
)
EXPLICIT_LINK = Rule(
    "R112",
    "A link that the request sends wins over the generated one.",
    "inferred",
    "document 002 sends both for fedex; which one wins is not documented",
)
CUSTOM_PROVIDER_LINK = Rule(
    "R113",
    "A custom shipping provider must come with its tracking link.",
    "documented",
    "document 002: `must be provided when creating the fulfillment`; many live clients omit it",
    "custom_provider_link",
)
REGENERATED_LINK = Rule(
    "R114",
    "An update that changes number or provider and sends no link gets a new generated link; a custom provider keeps its link when "
    "only the number changes, and has none after a change of provider.",
    "documented",
    f"{VELO}, updateFulfillment; the cases of custom providers are inferred",
)
DUPLICATE_TRACKING = Rule(
    "R115",
    "A tracking number that another fulfillment has is refused on create and update with 409 TRACKING_NUMBER_ALREADY_EXISTS.",
    "documented",
    f"document 002; {TYPES}",
    "refusals.TRACKING_NUMBER_ALREADY_EXISTS",
)
DUPLICATE_TRACKING_SCOPE = Rule(
    "R116",
    "Tracking numbers are compared exactly, within the order; a fulfillment's own number and numbers of deleted ones are free.",
    "inferred",
    "official wix/skills text reads as per order; merchants put several orders in one parcel",
    "duplicate_tracking_scope",
)
DUPLICATE_TRACKING_IN_BULK = Rule(
    "R117",
    "A duplicate tracking number in a bulk call is an error of its entry.",
    "inferred",
    "the bulk call declares no application error",
    "duplicate_tracking_in_bulk",
)
UPDATE_SEMANTICS = Rule(
    "R118",
    "On update a value sets, null removes, an absent field stays; trackingInfo is merged field by field; fieldsData is replaced whole.",
    "documented",
    f"document 002; {VELO}; the whole replacement of fieldsData is inferred",
)
LINE_ITEMS_FIXED = Rule(
    "R119",
    "An update cannot change line items or quantities: lineItems equal to the present ones are ignored, others refused.",
    "documented",
    f"{VELO}, updateFulfillment; that equal ones pass is inferred",
)
DELETE_RETURNS_QUANTITY = Rule(
    "R120",
    "Deleting a fulfillment gives its quantities and its tracking number back, and answers with the order's remaining fulfillments.",
    "documented",
    f"{_REFERENCE}, Delete Fulfillment; {VELO}",
)
ALL_FULFILLMENTS_RETURNED = Rule(
    "R121",
    "Create, update and delete answer with all of the order's fulfillments; create adds fulfillmentId.",
    "documented",
    TYPES,
)
BULK_RESULTS = Rule(
    "R122",
    "A bulk call answers one result an entry, with itemMetadata {id, originalIndex, success, error} and the order under the key "
    "ordersWithFulfillments, and three counters.",
    "documented",
    f"{_REFERENCE}, Bulk Create Fulfillments; {TYPES}",
)
BULK_ATOMIC_ENTRIES = Rule(
    "R123",
    "In a bulk call entries run in order and each is atomic: a refused one leaves its order as it was, and has no "
    "ordersWithFulfillments. The status is 200 even if all fail.",
    "inferred",
    "Wix's general bulk convention; wix/skills says to retry failed orders only",
)
FULFILLMENT_NOT_FOUND = Rule(
    "R124",
    "A fulfillment that the order does not have is refused with 404 FULFILLMENT_NOT_FOUND.",
    "inferred",
    "not documented",
    "refusals.FULFILLMENT_NOT_FOUND",
)
ORDER_NOT_FOUND = Rule(
    "R125",
    "An order that the site does not have is refused with 404 ORDER_NOT_FOUND.",
    "documented",
    "Orders reference, Get Order; for fulfillments inferred",
    "refusals.ORDER_NOT_FOUND",
)
UNKNOWN_ORDERS_LEFT_OUT = Rule(
    "R126",
    "List-by-ids answers the known orders in the order of the request, each once, and leaves unknown ids out.",
    "inferred",
    "not documented",
)
PLAIN_ORDER_ID = Rule(
    "R127",
    "An order id is any text of 1 to 100 characters; one that is no GUID is merely unknown.",
    "documented",
    TYPES,
)
DERIVED_FULFILLMENT_STATUS = Rule(
    "R128",
    "The order's fulfillmentStatus follows the fulfilled quantities: none, some or all of every line item.",
    "documented",
    "Orders reference, fulfillmentStatus; that all line items count is inferred",
)
NO_SHIPPING_INFO = Rule(
    "R129",
    "An order without shippingInfo is FULFILLED automatically as soon as it is approved, and stays so when it is canceled.",
    "documented",
    "Orders reference, fulfillmentStatus; what canceling does to it is inferred",
)
OLDEST_FIRST = Rule(
    "R130",
    "Fulfillments are listed in the order in which they were added.",
    "inferred",
    f"{_REFERENCE}: the examples list the oldest first; those of document 003 do not, and are in no other order either",
)
ABSENT_OPTIONALS = Rule(
    "R131",
    "An optional field that was not sent, or was removed, is absent from answers; no default status is stored.",
    "observed",
    f"{_REFERENCE}, all examples; that no default is stored is inferred",
)
