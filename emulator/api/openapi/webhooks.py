"""The events as OpenAPI webhooks: the token with its layers (R304), and the two plain formats."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from emulator.api.openapi.evidence import evidence_of
from emulator.api.openapi.examples import published_examples
from emulator.api.openapi.schemas import ref
from emulator.domain.events import EVENT_TYPES, FULFILLMENTS_UPDATED, Event, EventType

Json = dict[str, Any]

_TEXT: Json = {"type": "string"}
_GUID: Json = {"type": "string", "format": "uuid"}
_DATE: Json = {"type": "string", "format": "date-time"}
_FLAG: Json = {"type": "boolean"}
_SUMMARIES = {
    "wix.ecom.v1.fulfillments_updated": "The fulfillments of an order have changed",
    "wix.ecom.v1.order_created": "An order was created",
    "wix.ecom.v1.order_updated": "An order was changed",
    "wix.ecom.v1.order_approved": "An order was approved",
    "wix.ecom.v1.order_canceled": "An order was canceled",
    "wix.ecom.v1.order_fulfilled": "An order's fulfillment status has changed",
    "wix.ecom.v1.order_payment_status_updated": "An order's payment status has changed",
    "wixEvents_onOrderUpdated": "A ticket order of Wix Events has changed",
}
_EVERY_EVENT = "R302 R303 R304 R305 R306 R307 R308 R309"


def webhooks() -> Json:
    """Every event type by its name, in each format that it can travel in."""
    return {event_type.name: {"post": _delivery(event_type)} for event_type in EVENT_TYPES.values()}


def webhook_schemas() -> Json:
    """The layers of each event: what is in the token, in the envelope, and in the plain formats."""
    schemas: Json = {
        "WebhookIdentity": _object({"identityType": {"enum": ["APP"]}, "appId": _TEXT}),
        "EventMetadata": _object(
            {
                "_id": _GUID,
                "entityId": _TEXT,
                "entityFqdn": _TEXT,
                "slug": _TEXT,
                "eventTime": _DATE,
                "entityEventSequence": _TEXT,
                "triggeredByAnonymizeRequest": _FLAG,
                "instanceId": _TEXT,
                "identity": ref("WebhookIdentity"),
            }
        ),
        "VeloEventMetadata": _object(
            {"id": _GUID, "entityId": _TEXT, "eventTime": _DATE, "triggeredByAnonymizeRequest": _FLAG}
        ),
    }
    for event_type in EVENT_TYPES.values():
        name = _schema_name(event_type)
        schemas[name] = _event(event_type)
        schemas[f"{name}Envelope"] = _envelope(event_type)
        schemas[f"{name}Claims"] = _claims(event_type)
    schemas[_schema_name(FULFILLMENTS_UPDATED)]["examples"] = [_example()]
    return schemas


def _delivery(event_type: EventType) -> Json:
    rules = f"{_EVERY_EVENT} R310" if event_type.body_kind == "flat" else _EVERY_EVENT
    rules += " R301" if event_type is FULFILLMENTS_UPDATED else " R414" if event_type.body_kind != "flat" else ""
    token = _TEXT | {"contentMediaType": "application/jwt", "contentSchema": ref(f"{_schema_name(event_type)}Claims")}
    plain = {"anyOf": [_sdk_view(event_type), _velo_view(event_type)]}
    return {
        "operationId": event_type.handler,
        "summary": _SUMMARIES[event_type.name],
        "tags": ["Webhooks"],
        "security": [],
        "x-evidence": evidence_of(rules),
        "requestBody": {
            "required": True,
            "description": "Format `jwt`: the bare RS256 token. Formats `sdk` and `velo`: plain JSON.",
            "content": {"text/plain": {"schema": token}, "application/json": {"schema": plain}},
        },
        "responses": {
            "200": {"description": "Received, if within 1,250 ms (R305)."},
            "4XX": {"description": "As any other answer a failure: it is tried again (R306)."},
        },
    }


def _claims(event_type: EventType) -> Json:
    envelope = ref(f"{_schema_name(event_type)}Envelope")
    seconds = {"type": "integer", "description": "Seconds since 1970."}
    return _object({"data": _json_text(envelope), "iat": seconds, "exp": seconds})


def _envelope(event_type: EventType) -> Json:
    return _object(
        {
            "data": _json_text(ref(_schema_name(event_type))),
            "instanceId": _TEXT,
            "eventType": {"const": event_type.name},
            "identity": _json_text(ref("WebhookIdentity")),
        }
    )


def _event(event_type: EventType) -> Json:
    if event_type.body_kind == "flat":
        return _TICKET_ORDER
    return _object(
        {
            "id": _GUID,
            "entityFqdn": {"const": event_type.entity_fqdn},
            "slug": {"const": event_type.slug},
            "entityId": _TEXT,
            **_carried(event_type),
            "eventTime": _DATE,
            "triggeredByAnonymizeRequest": _FLAG,
            "entityEventSequence": _TEXT,
        }
    )


def _carried(event_type: EventType) -> Json:
    entity = ref("OrderWithFulfillments" if event_type is FULFILLMENTS_UPDATED else "Order")
    if event_type.body_kind == "created":
        return {"createdEvent": _object({"entity": entity})}
    if event_type.body_kind == "updated":
        return {"updatedEvent": _object({"currentEntity": entity})}
    body = _object({"order": ref("Order")})
    body["properties"] |= _BESIDES_ORDER.get(event_type.name, {})
    return {"actionEvent": _object({"body": body})}


def _sdk_view(event_type: EventType) -> Json:
    if event_type.body_kind == "flat":
        return ref(_schema_name(event_type))
    return _object({"metadata": ref("EventMetadata"), **_renamed(event_type)})


def _velo_view(event_type: EventType) -> Json:
    if event_type.body_kind == "flat":
        event = ref(_schema_name(event_type))
    else:
        event = _object({"metadata": ref("VeloEventMetadata"), **_renamed(event_type)})
    return _object({"handler": {"const": event_type.handler}, "event": event})


def _renamed(event_type: EventType) -> Json:
    key = "data" if event_type.body_kind == "action" else "entity"
    names = "As in the token, with _id, _createdDate and _updatedDate for id, createdDate and updatedDate."
    return {key: {"type": "object", "description": names}}


def _json_text(schema: Json) -> Json:
    return _TEXT | {"contentMediaType": "application/json", "contentSchema": schema}


def _object(properties: Json) -> Json:
    return {"type": "object", "required": list(properties), "properties": properties}


def _schema_name(event_type: EventType) -> str:
    """Such as `FulfillmentsUpdatedEvent`, after the Velo handler."""
    return event_type.handler.replace("wixEcom_on", "").replace("wixEvents_on", "Ticket") + "Event"


def _example() -> Json:
    """The first published list of fulfillments, as the event of its last change carries it."""
    listed = next(one for one in published_examples() if one["operation"] == "listFulfillmentsForSingleOrder")
    body = listed["response"]["orderWithFulfillments"]
    at = datetime(2023, 1, 25, 13, 45, 21, 129908, UTC)
    event = Event("7a1d1e2f-0000-4000-8000-000000000949", FULFILLMENTS_UPDATED, body["orderId"], at, 1, body)
    example: Json = event.domain_event()
    return example


_BESIDES_ORDER: Mapping[str, Json] = {
    "wix.ecom.v1.order_canceled": {
        "restockAllItems": _FLAG,
        "sendOrderCanceledEmail": _FLAG,
        "customMessage": _TEXT,
    },
    "wix.ecom.v1.order_fulfilled": {
        "previousFulfillmentStatus": _TEXT,
        "newFulfillmentStatus": _TEXT,
        "action": _TEXT,
    },
    "wix.ecom.v1.order_payment_status_updated": {"previousPaymentStatus": _TEXT},
}
_TICKET_ORDER: Json = {
    "type": "object",
    "required": ["orderNumber", "eventId", "status", "tickets"],
    "properties": {
        "orderNumber": _TEXT,
        "eventId": _GUID,
        "timestamp": _DATE,
        "created": _DATE,
        "firstName": _TEXT,
        "lastName": _TEXT,
        "email": _TEXT,
        "contactId": _GUID,
        "memberId": _GUID,
        "status": _TEXT,
        "method": _TEXT,
        "confirmed": _FLAG,
        "archived": _FLAG,
        "checkoutForm": {"type": "object"},
        "tickets": {"type": "array", "items": _object({"ticketNumber": _TEXT})},
    },
}
