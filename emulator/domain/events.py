"""Every event type, and what an event carries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Literal

from pydantic_core import to_json, to_jsonable_python

from emulator.domain.moments import Moment

# Where the body of an event stands: in `createdEvent.entity`, `updatedEvent.currentEntity` or `actionEvent.body` of a
# domain event; `flat` events of Wix Events are the body alone.
BodyKind = Literal["created", "updated", "action", "flat"]


@dataclass(frozen=True, slots=True)
class EventType:
    """One kind of event. `name` is the `eventType` of the envelope, `handler` the Velo function that receives it."""

    name: str
    entity_fqdn: str
    slug: str
    body_kind: BodyKind
    handler: str


def _domain_event_type(entity_fqdn: str, slug: str, body_kind: BodyKind, handler: str) -> EventType:
    return EventType(f"{entity_fqdn}_{slug}", entity_fqdn, slug, body_kind, handler)


FULFILLMENTS_UPDATED = _domain_event_type(
    "wix.ecom.v1.fulfillments", "updated", "updated", "wixEcom_onFulfillmentsUpdated"
)
TICKET_ORDER_UPDATED = EventType(
    "wixEvents_onOrderUpdated", "wix.events.order", "updated", "flat", "wixEvents_onOrderUpdated"
)

_ORDER = "wix.ecom.v1.order"
ORDER_CREATED = _domain_event_type(_ORDER, "created", "created", "wixEcom_onOrderCreated")
ORDER_UPDATED = _domain_event_type(_ORDER, "updated", "updated", "wixEcom_onOrderUpdated")
ORDER_APPROVED = _domain_event_type(_ORDER, "approved", "action", "wixEcom_onOrderApproved")
ORDER_CANCELED = _domain_event_type(_ORDER, "canceled", "action", "wixEcom_onOrderCanceled")
ORDER_FULFILLED = _domain_event_type(_ORDER, "fulfilled", "action", "wixEcom_onOrderFulfilled")
ORDER_PAYMENT_STATUS_UPDATED = _domain_event_type(
    _ORDER, "payment_status_updated", "action", "wixEcom_onOrderPaymentStatusUpdated"
)

EVENT_TYPES: Mapping[str, EventType] = MappingProxyType(
    {
        event_type.name: event_type
        for event_type in (
            FULFILLMENTS_UPDATED,
            ORDER_CREATED,
            ORDER_UPDATED,
            ORDER_APPROVED,
            ORDER_CANCELED,
            ORDER_FULFILLED,
            ORDER_PAYMENT_STATUS_UPDATED,
            TICKET_ORDER_UPDATED,
        )
    }
)


@dataclass(slots=True)  # not frozen, which would take three times as long to make; nobody changes one
class Event:
    """A fact about an entity of a site. `body` is JSON, or has wire models in it; `sequence` counts the entity's
    events."""

    id: str
    type: EventType
    entity_id: str
    time: Moment
    sequence: int
    body: Any

    def json_body(self) -> Any:
        """The body as plain JSON values."""
        return to_jsonable_python(self.body, exclude_none=True)

    def domain_event(self) -> Any:
        """The event as the innermost layer of a webhook carries it (R302)."""
        return to_jsonable_python(self._domain_event(), exclude_none=True)

    def domain_event_json(self) -> str:
        """That layer as the text that travels."""
        return to_json(self._domain_event(), exclude_none=True).decode()

    def _domain_event(self) -> Any:
        if self.type.body_kind == "flat":
            return self.body
        return {
            "id": self.id,
            "entityFqdn": self.type.entity_fqdn,
            "slug": self.type.slug,
            "entityId": self.entity_id,
            **_BODIES[self.type.body_kind](self.body),
            "eventTime": format_event_time(self.time),
            "triggeredByAnonymizeRequest": False,
            "entityEventSequence": str(self.sequence),
        }


_BODIES: Mapping[BodyKind, Any] = {
    "created": lambda body: {"createdEvent": {"entity": body}},
    "updated": lambda body: {"updatedEvent": {"currentEntity": body}},
    "action": lambda body: {"actionEvent": {"body": body}},
}


def format_event_time(moment: datetime) -> str:
    """The moment as events print it: UTC, microseconds and `Z`, such as `2023-01-25T13:45:21.129908Z` (R302)."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def find_event_type(name: str) -> EventType | None:
    """The event type of that name; its handler's name or the part after the last dot will do."""
    for event_type in EVENT_TYPES.values():
        if name in (event_type.name, event_type.handler, event_type.name.rpartition(".")[2]):
            return event_type
    return None
