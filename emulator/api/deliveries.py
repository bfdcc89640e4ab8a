"""Deliveries over HTTP: listed, looked at, sent again, and all sent that are due."""

from typing import Annotated, Any

from pydantic import Field

from emulator.api.answer import Response
from emulator.api.call import Call
from emulator.api.identified import IdentifiedRequest
from emulator.api.paging import PagedRequest, on_page, paged
from emulator.api.responses import parse, render_json
from emulator.domain.deliveries import Attempt, Delivery, DeliveryFormat, DeliveryStatus
from emulator.domain.events import EVENT_TYPES, EventType, find_event_type
from emulator.domain.refusals import ControlNotFound, InvalidRequest, Violation
from emulator.domain.wire import WireModel, format_timestamp
from emulator.webhooks.dispatcher import Settled
from emulator.webhooks.envelope import EnvelopeError, open_token


class ListDeliveriesRequest(PagedRequest):
    """Which deliveries: all that fit every filter."""

    event_type: str | None = None
    order_id: str | None = None
    status: DeliveryStatus | None = None


class SettleRequest(WireModel):
    """How long to wait at the most."""

    timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 10.0


class DeliveryNotFound(ControlNotFound):
    """A delivery that the site does not have, or no longer."""

    code = "DELIVERY_NOT_FOUND"

    def __init__(self, delivery_id: str) -> None:
        super().__init__(f"no delivery {delivery_id}; GET /_emulator/deliveries lists them")


async def list_deliveries(call: Call) -> Response:
    """List deliveries, newest last."""
    wanted = parse(call, ListDeliveriesRequest)
    if wanted.event_type is not None:
        event_type_of(wanted.event_type)  # an unknown one would fit nothing, and a test that expects nothing would pass
    found = [one for one in call.site.outbox.deliveries() if _fits(one, wanted)]
    await call.emulator.dispatcher.seal(call.site, on_page(found, wanted))
    dropped = call.site.outbox.dropped
    listed = paged("deliveries", found, wanted, lambda one: described_delivery(call, one))
    return render_json(listed | ({"dropped": dropped} if dropped else {}))


async def get_delivery(call: Call) -> Response:
    """Answer with one delivery."""
    delivery = _delivery(call)
    await call.emulator.dispatcher.seal(call.site, [delivery])
    return render_json(described_delivery(call, delivery))


async def redeliver(call: Call) -> Response:
    """Send a delivery again now; answers when the attempt is over."""
    delivery = await call.emulator.dispatcher.redeliver(call.site, _delivery(call))
    return render_json(described_delivery(call, delivery))


async def settle(call: Call) -> Response:
    """Send all that is due, and answer when nothing due is left."""
    request = parse(call, SettleRequest)
    return render_json(settled(await call.emulator.dispatcher.settle(call.site, request.timeout_seconds)))


def described_delivery(call: Call, delivery: Delivery) -> dict[str, Any]:
    """The delivery as the control plane shows it: event, attempts, and what is posted, decoded as far as it can be."""
    current = call.site.outbox.find(delivery.id) or delivery
    sealed = call.emulator.sealer.on_site(call.site.id).seal(current)
    return {
        "id": delivery.id,
        "status": delivery.status,
        "eventType": delivery.event.type.name,
        "entityId": delivery.event.entity_id,
        "subscription": delivery.subscription.model_dump(mode="json"),
        "createdAt": format_timestamp(delivery.created),
        "dueAt": delivery.due and format_timestamp(delivery.due),
        "chaos": delivery.chaos and delivery.chaos.name,
        "event": delivery.event.domain_event(),
        "attempts": [_attempt(attempt) for attempt in delivery.attempts],
        **_decoded(sealed.body.decode(), delivery.subscription.format),
    }


def event_type_of(name: str) -> EventType:
    """The event type of that name, or of its short form. Raises InvalidRequest."""
    event_type = find_event_type(name)
    if event_type is None:
        known = ", ".join(EVENT_TYPES)
        raise InvalidRequest([Violation("eventType", f"must be one of {known}", "INVALID_ENUM_VALUE")])
    return event_type


def settled(outcome: Settled) -> dict[str, Any]:
    """What sending all that was due came to."""
    counts = {"delivered": outcome.delivered, "failed": outcome.failed, "waiting": outcome.waiting}
    return counts | ({"timedOut": True} if outcome.timed_out else {})


def _delivery(call: Call) -> Delivery:
    delivery_id = parse(call, IdentifiedRequest).id
    delivery = call.site.outbox.find(delivery_id)
    if delivery is None:
        raise DeliveryNotFound(delivery_id)
    return delivery


def _fits(delivery: Delivery, wanted: ListDeliveriesRequest) -> bool:
    return (
        (wanted.event_type is None or delivery.event.type == find_event_type(wanted.event_type))
        and wanted.order_id in (None, delivery.event.entity_id)
        and wanted.status in (None, delivery.status)
    )


def _decoded(body: str, delivery_format: DeliveryFormat) -> dict[str, Any]:
    if delivery_format != "jwt":
        return {"body": body}
    try:
        opened = open_token(body)
    except EnvelopeError as error:
        return {"token": body, "envelope": None, "envelopeError": str(error)}
    return {"token": body, "envelope": opened.envelope}


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "at": format_timestamp(attempt.at),
        "status": attempt.status,
        "error": attempt.error,
        "durationMs": attempt.duration_ms,
        "nextAt": attempt.next_at and format_timestamp(attempt.next_at),
    }
