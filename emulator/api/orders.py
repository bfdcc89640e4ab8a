"""The Orders API over HTTP."""

from starlette.responses import Response

from emulator.api.call import Call
from emulator.api.responses import parse, render
from emulator.domain.orders import Order
from emulator.domain.wire import OrderId, WireModel


class GetOrderRequest(WireModel):
    """Which order."""

    id: OrderId


class OrderResponse(WireModel):
    """The order."""

    order: Order


async def get_order(call: Call) -> Response:
    """Answer with an order."""
    request = parse(call, GetOrderRequest)
    return render(OrderResponse.model_construct(order=call.site.store.order(request.id)))
