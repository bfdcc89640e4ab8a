"""Every statement about Wix's behaviour that the emulator enforces, with its evidence and source.

`documented`: an official page or package says it. `observed`: seen in the real SDK, a recorded answer or live
client code. `inferred`: our choice where Wix is silent; its setting, where there is one, makes the other.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

Evidence = Literal["documented", "observed", "inferred"]


class Rule(NamedTuple):
    """One numbered statement: what holds, how we know, where it is written, which setting changes it."""

    id: str
    statement: str
    evidence: Evidence
    source: str
    setting: str | None = None


_REFERENCE = "Order Fulfillments reference"
_VELO = "Velo order-fulfillments reference (document 003)"
_TYPES = "@wix/auto_sdk_ecom_order-fulfillments 1.0.65, type definitions"
_ERRORS = "Wix REST guide: Errors"
_SDK = "@wix/sdk 1.21.16, run against a server"

# Fulfillments

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
    f"{_TYPES}; documents 001 and 002",
)
QUANTITY_LIMITED = Rule(
    "R104",
    "Asking for more than remains, or for a line item with nothing left, is refused and nothing is created. "
    "(The answer 400 QUANTITY_EXCEEDS_REMAINING is inferred.)",
    "documented",
    f"{_TYPES}; documents 001 and 002",
    "refusals.QUANTITY_EXCEEDS_REMAINING",
)
FIELD_LIMITS = Rule(
    "R105",
    "A fulfillment has 1 to 300 line items, each of quantity 1 to 100,000; number and provider 1 to 100 characters; a link "
    "is a WEB_URL of 1 to 2,048; fieldsData has at most 100 entries; bulk and list-by-ids take 1 to 100 orders.",
    "documented",
    _TYPES,
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
    f"{_TYPES}; transitions are not documented",
)
TRACKING_OR_CUSTOM = Rule(
    "R109",
    "A fulfillment has trackingInfo or customInfo, not both: sending both is refused; on update the one that is sent replaces the other.",
    "documented",
    f"{_TYPES} (a oneof); what a violation answers is not documented",
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
    f"{_VELO}, updateFulfillment; the cases of custom providers are inferred",
)
DUPLICATE_TRACKING = Rule(
    "R115",
    "A tracking number that another fulfillment has is refused on create and update with 409 TRACKING_NUMBER_ALREADY_EXISTS.",
    "documented",
    f"document 002; {_TYPES}",
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
    f"document 002; {_VELO}; the whole replacement of fieldsData is inferred",
)
LINE_ITEMS_FIXED = Rule(
    "R119",
    "An update cannot change line items or quantities: lineItems equal to the present ones are ignored, others refused.",
    "documented",
    f"{_VELO}, updateFulfillment; that equal ones pass is inferred",
)
DELETE_RETURNS_QUANTITY = Rule(
    "R120",
    "Deleting a fulfillment gives its quantities and its tracking number back, and answers with the order's remaining fulfillments.",
    "documented",
    f"{_REFERENCE}, Delete Fulfillment; {_VELO}",
)
ALL_FULFILLMENTS_RETURNED = Rule(
    "R121",
    "Create, update and delete answer with all of the order's fulfillments; create adds fulfillmentId.",
    "documented",
    _TYPES,
)
BULK_RESULTS = Rule(
    "R122",
    "A bulk call answers one result an entry, with itemMetadata {id, originalIndex, success, error} and the order under the key "
    "ordersWithFulfillments, and three counters.",
    "documented",
    f"{_REFERENCE}, Bulk Create Fulfillments; {_TYPES}",
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
    _TYPES,
)
DERIVED_FULFILLMENT_STATUS = Rule(
    "R128",
    "The order's fulfillmentStatus follows the fulfilled quantities: none, some or all of every line item.",
    "documented",
    "Orders reference, fulfillmentStatus; that all line items count is inferred",
)
NO_SHIPPING_INFO = Rule(
    "R129",
    "An approved order without shippingInfo is FULFILLED automatically.",
    "documented",
    "Orders reference, fulfillmentStatus",
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

# The wire

VALIDATION_ERRORS = Rule(
    "R201",
    "Shape, range, size and enum errors answer 400 with details.validationError, all violations at once, in wire names.",
    "documented",
    f"{_ERRORS}; the wording of descriptions follows recorded answers of other Wix services",
)
APPLICATION_ERRORS = Rule(
    "R202",
    "Other refusals answer details.applicationError {code, description, data} with the status of their kind.",
    "documented",
    _ERRORS,
)
ALWAYS_200 = Rule(
    "R203",
    "Every success is HTTP 200 with a JSON body; the SDK takes any other 2xx for an error.",
    "observed",
    _SDK,
)
UNKNOWN_FIELDS_IGNORED = Rule(
    "R204",
    "Unknown fields are ignored, and so are path parameters repeated in body or query: the path decides.",
    "observed",
    f"{_SDK}: it sends them",
)
BROKEN_JSON = Rule(
    "R205",
    "A body that is not JSON, or not an object, is one violation of rule FORMAT on field ''. The content type is not looked at.",
    "inferred",
    "not documented",
)
REQUEST_ID = Rule(
    "R206",
    "Every answer carries x-wix-request-id.",
    "observed",
    "the SDK reads it; its format is not documented",
)
BLANK_SYSTEM_ERRORS = Rule(
    "R207",
    "A system error is blank: 500 with an empty message and empty details.",
    "documented",
    _ERRORS,
)
UNKNOWN_PATHS = Rule(
    "R208",
    "Unknown paths and methods answer 404 and 405 in the same shape.",
    "inferred",
    "not documented",
)
GUID_CASE = Rule(
    "R209",
    "GUIDs are accepted in either case and kept in lower case.",
    "inferred",
    "not documented; the documents show lower case only",
)
BODY_LIMIT = Rule(
    "R210",
    "A body over the size limit is refused with 413.",
    "inferred",
    "not documented",
    "refusals.PAYLOAD_TOO_LARGE",
)
SITE_HEADER = Rule(
    "R211",
    "The header wix-site-id says which site a call is for; without it the call is for the default site.",
    "documented",
    "Wix REST guide: API keys; the default site is the emulator's own",
)

CREDENTIALS = Rule(
    "R212",
    "Missing or unknown credentials answer 401, credentials without the needed permission 403.",
    "documented",
    f"{_ERRORS}; the codes UNAUTHENTICATED and PERMISSION_DENIED are named there",
    "refusals.UNAUTHENTICATED",
)
RATE_LIMIT = Rule(
    "R213",
    "Too many calls in a minute answer 429 RESOURCE_EXHAUSTED; Wix's figure is 200 per minute and instance.",
    "documented",
    f"{_ERRORS}; the body is inferred",
    "refusals.RESOURCE_EXHAUSTED",
)

PLANNED_FAULT = Rule(
    "R214",
    "A fault answers as the real refusal would, or as a server that fails: blank, late, or not at all.",
    "inferred",
    "the emulator's own, so that clients can be tested; shapes as in R202 and R207",
)

# Webhooks

_WEBHOOKS = "Wix REST guide: Webhooks"

FULFILLMENTS_UPDATED_EVENT = Rule(
    "R301",
    "Creating, updating and deleting a fulfillment, and each successful entry of a bulk call, sends one "
    "wix.ecom.v1.fulfillments_updated with all of the order's fulfillments after the change.",
    "documented",
    "document 001; for bulk, one event an entry is inferred",
)
DOMAIN_EVENT = Rule(
    "R302",
    "An event carries a fresh id, entityFqdn, slug, entityId (the order's id), eventTime with microseconds, "
    "triggeredByAnonymizeRequest and entityEventSequence, a text that counts up per entity.",
    "documented",
    "document 001; that the sequence starts at 1 is inferred",
)
NO_CHANGE_NO_EVENT = Rule(
    "R303",
    "A refused call sends no event, nor does an update that changes nothing.",
    "inferred",
    "document 001: triggered when fulfillments are created, updated or deleted; a call that does none of it is not described",
)
TOKEN = Rule(
    "R304",
    "The body of a webhook is a bare RS256 token, text/plain, with kid in its header and the claims data, iat and exp; data, the "
    "envelope's data and its identity are JSON in strings.",
    "documented",
    f"{_WEBHOOKS}; {_SDK}; exp = iat + 300,000 s as in a documented token, others show 3,600 s",
)
DELIVERY_SUCCESS = Rule(
    "R305",
    "A delivery succeeds with HTTP 200 within 1,250 ms; anything else is a failure. Redirects are not followed.",
    "documented",
    f"{_WEBHOOKS}; that redirects count as failures follows from it",
)
RETRY_LADDER = Rule(
    "R306",
    "A failed delivery is tried again 1 min, 10 min, 1 h, 2 h, 2 h, 2 h, 4 h, 4 h, 4 h, 8 h, 8 h and 12 h after the last failure, "
    "with the original data, then given up.",
    "documented",
    _WEBHOOKS,
)
FIRST_ATTEMPTS_IN_ORDER = Rule(
    "R307",
    "First attempts reach a subscription in the order of the events; a retry does not hold other webhooks back.",
    "documented",
    f"{_WEBHOOKS}; the order of first attempts is inferred",
)
EVENT_IDENTITY = Rule(
    "R308",
    "The envelope's identity is the app (identityType APP), and its instanceId the app's instance.",
    "inferred",
    f"{_TYPES} names the kinds of identity; which one a change by API key has is not documented",
)
VELO_EVENT = Rule(
    "R309",
    "A Velo handler gets {metadata, entity} with _id and _createdDate; metadata is {id, entityId, eventTime, "
    "triggeredByAnonymizeRequest}.",
    "documented",
    "document 000",
)
TICKET_ORDER_EVENT = Rule(
    "R310",
    "wixEvents_onOrderUpdated carries a flat ticket order and no metadata; in formats jwt and sdk its type is the handler's name.",
    "documented",
    "document 004 for Velo; the other formats are inferred",
)

# Orders

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
    "Cancel sets the status CANCELED and leaves payments and fulfillments as they are; a canceled order stays so.",
    "documented",
    f"{_ORDERS}, Cancel Order; what it does to fulfillments and to a canceled order is inferred",
)
MARK_AS_PAID = Rule(
    "R409",
    "mark-as-paid sets PAID and approves an INITIALIZED order; an order that is paid answers ORDER_ALREADY_PAID.",
    "documented",
    f"{_ORDER_TYPES}; the status 428 of ORDER_ALREADY_PAID is inferred",
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

# Velo

VELO_UPDATE = Rule(
    "R501",
    "In Velo updateFulfillment resolves to {orderWithFulfillments: {orderId, fulfillments}}, as the other functions do.",
    "documented",
    f"{_VELO}: the sample shows and reads it; the declaration says Promise<OrderWithFulfillments>, which is what the SDK resolves to",
)
VELO_BULK = Rule(
    "R502",
    "In Velo bulkCreateFulfillments takes an array of orders, or an object {ordersWithFulfillments} with that array.",
    "documented",
    f"{_VELO}: the declaration has the array, the sample passes the object",
)
VELO_LIST = Rule(
    "R503",
    "In Velo listFulfillmentsForMultipleOrders resolves to {ordersWithFulfillments: [...]}.",
    "documented",
    f"{_VELO}: what the promise resolves to; the sample's own code reads an array instead",
)
VELO_NAMES = Rule(
    "R504",
    "Velo names _id, _createdDate and _updatedDate wherever the wire has id, createdDate and updatedDate; arguments may use either.",
    "documented",
    f"{_VELO}: answers have _id; of the samples of arguments, createFulfillment has id and bulkCreateFulfillments _id",
)
VELO_DATES = Rule(
    "R505",
    "Velo code gets dates as ISO 8601 text.",
    "documented",
    f"{_VELO} and document 000 print text, eventTime with microseconds, which a Date does not hold; the SDK makes Dates",
)
VELO_ERRORS = Rule(
    "R506",
    "In Velo a refused call rejects with an Error that has the message and the details of the answer; fields are named as the function's "
    "arguments, and an answer without a code has its HTTP status as one.",
    "inferred",
    f"{_VELO}: `may return standard errors`; the form follows {_SDK}",
)
VELO_ELEVATION = Rule(
    "R507",
    "In Velo the functions run with or without elevate().",
    "documented",
    f"{_VELO}: the introduction asks for elevate(), no sample uses it",
)
VELO_HANDLERS = Rule(
    "R508",
    "A Velo site's handlers get one event after the other, each awaited, for up to 30 s; one that throws has failed, and gets the "
    "event again as a webhook would be.",
    "inferred",
    "documents 000 and 004 show handlers only; failure and retry follow R305 to R307",
)
TRIGGERED_EMAIL = Rule(
    "R509",
    "emailContact takes the e-mail's id, a contact's id and options, resolves to nothing, and is recorded; any contact will do.",
    "documented",
    "document 004; that nothing is sent, and no contact is unknown, is the emulator's own",
)

# The lifecycle simulation

LIFECYCLE = Rule(
    "R601",
    "With the lifecycle on, a fulfillment walks Pending, Accepted, Ready, In_Delivery, Fulfilled on the site's clock, from the status that "
    "it has; each step is an update with its webhook.",
    "inferred",
    f"the emulator's own: {_TYPES} names the statuses and their usual order, carriers report them in their own time",
    "lifecycle",
)
LIFECYCLE_YIELDS = Rule(
    "R602",
    "A status that a call sets counts: the walk goes on from there, its waiting time begins again; a deleted fulfillment walks no more.",
    "inferred",
    "the emulator's own",
)

# Sign-in

_OAUTH = "Wix REST reference: Create Access Token"

ACCESS_TOKENS = Rule(
    "R701",
    "POST /oauth2/token issues an access token of type Bearer for 14,400 s to an app's instance, from JSON or a form; what it declines is "
    "told in the words of OAuth, {error, error_description}. The default instance is of the default site, any other of the site of that id.",
    "documented",
    f"{_OAUTH}; which site an instance belongs to is the emulator's own",
)
TOKEN_USE = Rule(
    "R702",
    "A token is sent as it is or behind Bearer; POST /oauth2/token-info tells whose it is and whether it is active.",
    "observed",
    f"{_SDK}; live clients send both",
)
LEGACY_TOKENS = Rule(
    "R703",
    "POST /oauth/access issues an access token for 5 minutes and a refresh token, for a code or a refresh token.",
    "documented",
    "Wix REST guide: custom authentication (legacy)",
)
PERMISSIONS = Rule(
    "R704",
    "An operation needs a permission scope of its own or of a wider kind; reading fulfillments is for apps, users and members, all else "
    "for apps and users. Without credentials 401, without permission 403.",
    "documented",
    f"{_TYPES}; {_ERRORS}",
    "refusals.PERMISSION_DENIED",
)
KEY_NEEDS_SITE = Rule(
    "R705",
    "An API key without the header wix-site-id is refused with 403.",
    "observed",
    "a live client; Wix REST guide: API keys",
    "refusals.PERMISSION_DENIED",
)
CONSISTENCY_HEADER = Rule(
    "R706",
    "Every answer carries X-Wix-Consistent, an opaque text that clients may send back.",
    "observed",
    _SDK,
)
BROWSERS = Rule(
    "R707",
    "Pages of any origin may call. OPTIONS names a path's methods, HEAD is answered as GET is, a slash at the end of a path does not matter, and gzip and deflate bodies are unpacked.",
    "inferred",
    "CORS allow-lists of Wix name its own headers; the rest is not documented",
)

RULES: Mapping[str, Rule] = MappingProxyType(
    {rule.id: rule for rule in list(globals().values()) if isinstance(rule, Rule)}
)
