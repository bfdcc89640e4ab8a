"""The control plane's webhooks over HTTP: subscriptions, deliveries, events fired by hand, and the public key."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from emulator.api.answer import Response
from emulator.api.call import Call
from emulator.api.paging import PagedRequest, on_page, paged
from emulator.api.responses import parse, render_json
from emulator.domain.chaos import ADVICE, DELAY_S, Chaos, ChaosName, Seconds
from emulator.domain.deliveries import (
    SUBSCRIPTIONS_MAX,
    Attempt,
    Delivery,
    DeliveryFormat,
    DeliveryStatus,
    Subscription,
    WebhookUrl,
)
from emulator.domain.events import EVENT_TYPES, EventType, find_event_type
from emulator.domain.paths import PathError
from emulator.domain.refusals import ControlNotFound, InvalidRequest, LimitReached, Violation
from emulator.domain.unread import nearest
from emulator.domain.wire import Items, OrderId, WireModel, format_timestamp
from emulator.operations import events as operations
from emulator.site import Site
from emulator.webhooks.dispatcher import Settled
from emulator.webhooks.envelope import EnvelopeError, open_token


class SubscribeRequest(WireModel):
    """Where to deliver which events, and how."""

    url: WebhookUrl
    event_types: Annotated[Items[str], Field(min_length=1, max_length=100)] = ("*",)
    format: DeliveryFormat = "jwt"


class IdentifiedRequest(WireModel):
    """Which subscription or delivery."""

    id: str


class ListDeliveriesRequest(PagedRequest):
    """Which deliveries: all that fit every filter."""

    event_type: str | None = None
    order_id: str | None = None
    status: DeliveryStatus | None = None


class SettleRequest(WireModel):
    """How long to wait at the most."""

    timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 10.0


class _PlannedChaos(WireModel):
    """A mishap, and for `delay` and `reorder` after how many seconds the event leaves anyway."""

    name: ChaosName
    seconds: Seconds = DELAY_S

    def chaos(self) -> Chaos:
        """The mishap as a value."""
        return Chaos(self.name, self.seconds)


# A name alone will do.
PlannedChaos = Annotated[
    _PlannedChaos,
    BeforeValidator(
        lambda value: {"name": value} if isinstance(value, str) else value,
        json_schema_input_type=ChaosName | _PlannedChaos,
    ),
]


class FireEventRequest(WireModel):
    """An event on top of real state: `set` overrides parts of its body by path."""

    event_type: str
    order_id: OrderId | None = None
    set: dict[str, Any] = Field(default_factory=dict)
    chaos: PlannedChaos | None = None
    to: WebhookUrl | None = None
    format: DeliveryFormat = "jwt"


class PublicKeyRequest(WireModel):
    """In which form."""

    format: Literal["pem", "base64"] = "pem"


class SubscriptionNotFound(ControlNotFound):
    """A subscription that the site does not have."""

    code = "SUBSCRIPTION_NOT_FOUND"

    def __init__(self, subscription_id: str) -> None:
        super().__init__(f"no subscription {subscription_id}; GET /_emulator/webhooks lists them")


class DeliveryNotFound(ControlNotFound):
    """A delivery that the site does not have, or no longer."""

    code = "DELIVERY_NOT_FOUND"

    def __init__(self, delivery_id: str) -> None:
        super().__init__(f"no delivery {delivery_id}; GET /_emulator/deliveries lists them")


async def list_subscriptions(call: Call) -> Response:
    """List the site's subscriptions."""
    subscriptions = call.site.outbox.subscriptions.values()
    return render_json({"webhooks": [one.model_dump(mode="json") for one in subscriptions]})


async def subscribe(call: Call) -> Response:
    """Add a subscription."""
    request = parse(call, SubscribeRequest)
    event_types = _event_types(request.event_types)
    _refuse_beyond(len(call.site.outbox.subscriptions) + 1)
    subscription = Subscription(
        id=call.site.ids.guid(), url=request.url, event_types=event_types, format=request.format
    )
    call.site.outbox.subscribe(subscription)
    return render_json(subscription.model_dump(mode="json"))


async def unsubscribe(call: Call) -> Response:
    """Take a subscription away; nothing more is delivered to it."""
    subscription_id = parse(call, IdentifiedRequest).id
    if not call.site.outbox.unsubscribe(subscription_id):
        raise SubscriptionNotFound(subscription_id)
    return render_json({})


async def list_deliveries(call: Call) -> Response:
    """List deliveries, newest last."""
    wanted = parse(call, ListDeliveriesRequest)
    if wanted.event_type is not None:
        _event_type(wanted.event_type)  # an unknown one would fit nothing, and a test that expects nothing would pass
    found = [one for one in call.site.outbox.deliveries() if _fits(one, wanted)]
    await call.emulator.dispatcher.seal(call.site, on_page(found, wanted))
    dropped = call.site.outbox.dropped
    listed = paged("deliveries", found, wanted, lambda one: _rendered(call, one))
    return render_json(listed | ({"dropped": dropped} if dropped else {}))


async def get_delivery(call: Call) -> Response:
    """Answer with one delivery."""
    delivery = _delivery(call)
    await call.emulator.dispatcher.seal(call.site, [delivery])
    return render_json(_rendered(call, delivery))


async def redeliver(call: Call) -> Response:
    """Send a delivery again now; answers when the attempt is over."""
    delivery = await call.emulator.dispatcher.redeliver(call.site, _delivery(call))
    return render_json(_rendered(call, delivery))


async def settle(call: Call) -> Response:
    """Send all that is due, and answer when nothing due is left."""
    request = parse(call, SettleRequest)
    return render_json(settled(await call.emulator.dispatcher.settle(call.site, request.timeout_seconds)))


async def fire_event(call: Call) -> Response:
    """Fire an event by hand."""
    request = parse(call, FireEventRequest)
    chaos = request.chaos.chaos() if request.chaos else None
    event, unknown = _fired(call.site, request, chaos)
    deliveries = [_rendered(call, one) for one in call.site.outbox.deliveries() if one.event.id == event.id]
    answer = {"event": event.domain_event(), "deliveries": deliveries}
    if unknown:
        answer["unknown"] = [{"path": one.path, "didYouMean": one.did_you_mean} for one in unknown]
    return render_json(answer | ({"receiver": ADVICE[chaos.name]} if chaos else {}))


async def public_key(call: Call) -> Response:
    """Answer with the key that verifies webhooks."""
    key = call.emulator.sealer.key
    is_pem = parse(call, PublicKeyRequest).format == "pem"
    text = key.public_pem if is_pem else key.public_base64 + "\n"
    return Response(text.encode(), media_type="text/plain")


def settled(outcome: Settled) -> dict[str, Any]:
    """What sending all that was due came to."""
    counts = {"delivered": outcome.delivered, "failed": outcome.failed, "waiting": outcome.waiting}
    return counts | ({"timedOut": True} if outcome.timed_out else {})


def _fired(site: Site, request: FireEventRequest, chaos: Chaos | None) -> operations.Fired:
    event_type = _event_type(request.event_type)
    try:
        with site.ids.given_back_on_failure():
            to = None
            if request.to is not None:
                to = Subscription(id=site.ids.guid(), url=request.to, format=request.format)
            return operations.fire(site, event_type, request.order_id, request.set, chaos=chaos, to=to)
    except PathError as error:
        raise InvalidRequest([Violation("set", str(error), "VALIDATION")]) from None


def _event_types(wanted: Sequence[str]) -> tuple[str, ...]:
    """Short names in full, patterns as they are. A subscription that nothing ever fits would be silent for ever."""
    found = [find_event_type(one) for one in wanted]
    violations = [
        Violation(f"eventTypes[{index}]", _unfit(one), "INVALID_ENUM_VALUE")
        for index, one in enumerate(wanted)
        if found[index] is None and not any(fnmatchcase(name, one) for name in EVENT_TYPES)
    ]
    if violations:
        raise InvalidRequest(violations)
    return tuple(event_type.name if event_type else one for event_type, one in zip(found, wanted, strict=True))


def _refuse_beyond(subscriptions: int) -> None:
    if subscriptions > SUBSCRIPTIONS_MAX:
        remedy = "take one away with DELETE /_emulator/webhooks/{id}"
        what = "subscriptions in this site"
        raise LimitReached(what, requested=subscriptions, allowed=SUBSCRIPTIONS_MAX, remedy=remedy)


def _unfit(pattern: str) -> str:
    meant = nearest(pattern, EVENT_TYPES)
    hint = f"did you mean {meant}?" if meant else f"known: {', '.join(EVENT_TYPES)}"
    return f"fits no event type; {hint}"


def _event_type(name: str) -> EventType:
    event_type = find_event_type(name)
    if event_type is None:
        known = ", ".join(EVENT_TYPES)
        raise InvalidRequest([Violation("eventType", f"must be one of {known}", "INVALID_ENUM_VALUE")])
    return event_type


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


def _rendered(call: Call, delivery: Delivery) -> dict[str, Any]:
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
