"""Events fired by hand, over HTTP."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from emulator.api.answer import Response
from emulator.api.call import Call
from emulator.api.deliveries import described_delivery, event_type_of
from emulator.api.responses import parse, render_json
from emulator.domain.chaos import ADVICE, DELAY_S, Chaos, ChaosName, Seconds
from emulator.domain.deliveries import DeliveryFormat, Subscription, WebhookUrl
from emulator.domain.paths import PathError
from emulator.domain.refusals import InvalidRequest, Violation
from emulator.domain.wire import OrderId, WireModel
from emulator.operations import events as operations
from emulator.site import Site


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


async def fire_event(call: Call) -> Response:
    """Fire an event by hand."""
    request = parse(call, FireEventRequest)
    chaos = request.chaos.chaos() if request.chaos else None
    event, unknown = _fired(call.site, request, chaos)
    queued = [one for one in call.site.outbox.deliveries() if one.event.id == event.id]
    for one in queued:  # at once: the body is no order's that is kept anyway, so it has to count among the limits
        sealed = call.emulator.sealer.on_site(call.site.id).seal(one)
        call.site.outbox.keep_sealed(one.id, sealed, makes_room=True)
    deliveries = [described_delivery(call, one) for one in queued]
    answer = {"event": event.domain_event(), "deliveries": deliveries}
    if unknown:
        answer["unknown"] = [{"path": one.path, "didYouMean": one.did_you_mean} for one in unknown]
    return render_json(answer | ({"receiver": ADVICE[chaos.name]} if chaos else {}))


def _fired(site: Site, request: FireEventRequest, chaos: Chaos | None) -> operations.Fired:
    event_type = event_type_of(request.event_type)
    try:
        with site.ids.given_back_on_failure():
            to = None
            if request.to is not None:
                to = Subscription(id=site.ids.guid(), url=request.to, format=request.format)
            return operations.fire(site, event_type, request.order_id, request.set, chaos=chaos, to=to)
    except PathError as error:
        raise InvalidRequest([Violation("set", str(error), "VALIDATION")]) from None
