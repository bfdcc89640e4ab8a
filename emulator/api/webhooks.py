"""Subscriptions over HTTP, and the key that verifies what they get."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import Field

from emulator.api.answer import Response
from emulator.api.call import Call
from emulator.api.identified import IdentifiedRequest
from emulator.api.responses import parse, render_json
from emulator.domain.deliveries import SUBSCRIPTIONS_MAX, DeliveryFormat, Subscription, WebhookUrl
from emulator.domain.events import EVENT_TYPES, find_event_type
from emulator.domain.refusals import ControlNotFound, InvalidRequest, LimitReached, Violation
from emulator.domain.unread import nearest
from emulator.domain.wire import Items, WireModel


class SubscribeRequest(WireModel):
    """Where to deliver which events, and how."""

    url: WebhookUrl
    event_types: Annotated[Items[str], Field(min_length=1, max_length=100)] = ("*",)
    format: DeliveryFormat = "jwt"


class PublicKeyRequest(WireModel):
    """In which form."""

    format: Literal["pem", "base64"] = "pem"


class SubscriptionNotFound(ControlNotFound):
    """A subscription that the site does not have."""

    code = "SUBSCRIPTION_NOT_FOUND"

    def __init__(self, subscription_id: str) -> None:
        super().__init__(f"no subscription {subscription_id}; GET /_emulator/webhooks lists them")


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


async def public_key(call: Call) -> Response:
    """Answer with the key that verifies webhooks."""
    key = call.emulator.sealer.key
    is_pem = parse(call, PublicKeyRequest).format == "pem"
    text = key.public_pem if is_pem else key.public_base64 + "\n"
    return Response(text.encode(), media_type="text/plain")


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
