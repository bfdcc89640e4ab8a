"""A site's state over HTTP: saved as one document, and loaded again."""

from emulator import snapshots
from emulator.api.answer import Response
from emulator.api.call import Call
from emulator.api.faults import unknown_operation
from emulator.api.responses import JSON, parse, render_json
from emulator.domain.lifecycle import Lifecycle
from emulator.domain.refusals import InvalidRequest
from emulator.domain.wire import OrderId, WireModel
from emulator.operations import lifecycle as operations

SNAPSHOT_BYTES_MAX = 256 * 1024 * 1024


class LifecycleRequest(WireModel):
    """Whether the order's fulfillments walk, and how fast."""

    id: OrderId
    lifecycle: Lifecycle = "on"


async def get_state(call: Call) -> Response:
    """Answer with everything of the site, as one document."""
    return Response(snapshots.save(call.site), media_type=JSON)


async def put_state(call: Call) -> Response:
    """Put the document's state in place of the site's; a wrong document changes nothing."""
    snapshot = snapshots.read(call.body)
    named = [(fault.operation, f"faults[{index}].operation") for index, fault in enumerate(snapshot.faults)]
    violations = [found for one in named if (found := unknown_operation(*one)) is not None]
    if violations:
        raise InvalidRequest(violations)
    return render_json({"fingerprint": snapshots.restore(call.site, snapshot)})


async def set_lifecycle(call: Call) -> Response:
    """Have an order's fulfillments walk as a carrier would report them, or stand still."""
    request = parse(call, LifecycleRequest)
    operations.set_lifecycle(call.site, request.id, request.lifecycle)
    return render_json({"orderId": request.id, "lifecycle": call.site.walks.lifecycle(request.id)})
