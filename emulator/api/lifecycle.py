"""The lifecycle simulation over HTTP: for one order turned on, off, or to another pace."""

from emulator.api.answer import Response
from emulator.api.call import Call
from emulator.api.responses import parse, render_json
from emulator.domain.lifecycle import Lifecycle
from emulator.domain.wire import OrderId, WireModel
from emulator.operations import lifecycle as operations


class LifecycleRequest(WireModel):
    """Whether the order's fulfillments walk, and how fast."""

    id: OrderId
    lifecycle: Lifecycle = "on"


async def set_lifecycle(call: Call) -> Response:
    """Have an order's fulfillments walk as a carrier would report them, or stand still."""
    request = parse(call, LifecycleRequest)
    operations.set_lifecycle(call.site, request.id, request.lifecycle)
    return render_json({"orderId": request.id, "lifecycle": call.site.walks.lifecycle(request.id)})
