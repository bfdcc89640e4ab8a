"""R5xx: what Velo code sees of all this."""

from emulator.domain.rules.rule import SDK, VELO, Rule

VELO_UPDATE = Rule(
    "R501",
    "In Velo updateFulfillment resolves to {orderWithFulfillments: {orderId, fulfillments}}, as the other functions do.",
    "documented",
    f"{VELO}: the sample shows and reads it; the declaration says Promise<OrderWithFulfillments>, which is what the SDK resolves to",
)
VELO_BULK = Rule(
    "R502",
    "In Velo bulkCreateFulfillments takes an array of orders, or an object {ordersWithFulfillments} with that array.",
    "documented",
    f"{VELO}: the declaration has the array, the sample passes the object",
)
VELO_LIST = Rule(
    "R503",
    "In Velo listFulfillmentsForMultipleOrders resolves to {ordersWithFulfillments: [...]}.",
    "documented",
    f"{VELO}: what the promise resolves to; the sample's own code reads an array instead",
)
VELO_NAMES = Rule(
    "R504",
    "Velo names _id, _createdDate and _updatedDate wherever the wire has id, createdDate and updatedDate; arguments may use either.",
    "documented",
    f"{VELO}: answers have _id; of the samples of arguments, createFulfillment has id and bulkCreateFulfillments _id",
)
VELO_DATES = Rule(
    "R505",
    "Velo code gets dates as ISO 8601 text.",
    "documented",
    f"{VELO} and document 000 print text, eventTime with microseconds, which a Date does not hold; the SDK makes Dates",
)
VELO_ERRORS = Rule(
    "R506",
    "In Velo a refused call rejects with an Error that has the message and the details of the answer; fields are named as the function's "
    "arguments, and an answer without a code has its HTTP status as one.",
    "inferred",
    f"{VELO}: `may return standard errors`; the form follows {SDK}",
)
VELO_ELEVATION = Rule(
    "R507",
    "In Velo the functions run with or without elevate().",
    "documented",
    f"{VELO}: the introduction asks for elevate(), no sample uses it",
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
