"""R3xx: what a change sends, in which form, and how it is delivered."""

from emulator.domain.rules.rule import SDK, TYPES, Rule

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
    f"{_WEBHOOKS}; {SDK}; exp = iat + 300,000 s as in a documented token, others show 3,600 s",
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
    f"{TYPES} names the kinds of identity; which one a change by API key has is not documented",
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
