"""The events as OpenAPI webhooks: the token with its layers (R304), and the two plain formats."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from emulator.api.openapi.evidence import evidence_of
from emulator.api.openapi.examples import published_examples
from emulator.api.openapi.schemas import ref
from emulator.api.openapi.views import sdk_ref, sdk_schemas
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


def webhook_schemas(models: Json) -> Json:
    """The layers of each event: what is in the token, in the envelope, and in the plain formats.

    `models` are the schemas of the entities, by name.
    """
    schemas: Json = sdk_schemas(models, ("Order", "OrderWithFulfillments")) | {
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
        schemas[f"{name}ForSdk"] = _sdk_view(event_type)
        schemas[f"{name}ForVelo"] = _velo_view(event_type)
    schemas[_schema_name(FULFILLMENTS_UPDATED)]["examples"] = [_example()]
    return schemas


def _delivery(event_type: EventType) -> Json:
    rules = f"{_EVERY_EVENT} R310" if event_type.body_kind == "flat" else _EVERY_EVENT
    rules += " R301" if event_type is FULFILLMENTS_UPDATED else " R414" if event_type.body_kind != "flat" else ""
    name = _schema_name(event_type)
    token = _TEXT | {"contentMediaType": "application/jwt", "contentSchema": ref(f"{name}Claims")}
    plain = {"anyOf": [ref(f"{name}ForSdk"), ref(f"{name}ForVelo")]}
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
    body = _body(event_type, ref)
    if event_type.body_kind == "created":
        return {"createdEvent": _object({"entity": body})}
    if event_type.body_kind == "updated":
        return {"updatedEvent": _object({"currentEntity": body})}
    return {"actionEvent": _object({"body": body})}


def _body(event_type: EventType, entity: Callable[[str], Json]) -> Json:
    """What the event is about, where `entity` refers to a model by its name."""
    if event_type is FULFILLMENTS_UPDATED:
        return entity("OrderWithFulfillments")
    if event_type.body_kind != "action":
        return entity("Order")
    body = _object({"order": entity("Order")})
    body["properties"] |= _BESIDES_ORDER.get(event_type.name, {})
    return body


def _sdk_view(event_type: EventType) -> Json:
    if event_type.body_kind == "flat":
        return ref(_schema_name(event_type))
    return _handled(event_type, "EventMetadata")


def _velo_view(event_type: EventType) -> Json:
    is_flat = event_type.body_kind == "flat"
    event = ref(_schema_name(event_type)) if is_flat else _handled(event_type, "VeloEventMetadata")
    return _object({"handler": {"const": event_type.handler}, "event": event})


def _handled(event_type: EventType, metadata: str) -> Json:
    """The event as a handler gets it (R309)."""
    key = "data" if event_type.body_kind == "action" else "entity"
    return _object({"metadata": ref(metadata), key: _body(event_type, sdk_ref)})


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
