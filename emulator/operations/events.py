"""Events fired by hand, on top of what the site really holds."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pydantic_core import to_jsonable_python

from emulator.domain.chaos import Chaos
from emulator.domain.deliveries import Subscription
from emulator.domain.events import (
    FULFILLMENTS_UPDATED,
    ORDER_APPROVED,
    ORDER_CANCELED,
    ORDER_CREATED,
    ORDER_FULFILLED,
    ORDER_PAYMENT_STATUS_UPDATED,
    ORDER_UPDATED,
    Event,
    EventType,
)
from emulator.domain.fulfillments import OrderWithFulfillments
from emulator.domain.orders import Order
from emulator.domain.paths import with_changes
from emulator.domain.refusals import ControlNotFound
from emulator.domain.tickets import UNDOCUMENTED, ticket_order
from emulator.domain.unread import Unread, unknown_path
from emulator.operations.orders import CancelSideEffects, canceled_body
from emulator.operations.publishing import fulfilled_body, publish
from emulator.site import Site


class NoOrder(ControlNotFound):
    """A site without any order, of which an event could tell."""

    code = "NO_ORDER"

    def __init__(self) -> None:
        super().__init__(
            "the site has no order to tell of; make one with POST /_emulator/orders, or merge a seed with POST "
            "/_emulator/seed"
        )


class Fired(NamedTuple):
    """The event, and of what was set in it the paths that an event of its type is not known to have."""

    event: Event
    unknown: tuple[Unread, ...]


def fire(
    site: Site,
    event_type: EventType,
    order_id: str | None,
    changes: Mapping[str, Any],
    *,
    chaos: Chaos | None = None,
    to: Subscription | None = None,
) -> Fired:
    """Publish an event about the order, or the first one with fulfillments; `changes` are set in its body by path.

    Raises OrderNotFound, NoOrder, and PathError for a path that does not fit.
    """
    if event_type.body_kind == "flat":
        plain: Any = ticket_order(guid=site.ids.guid, now=site.clock.now())
        body = with_changes(plain, changes)
        plain, entity_id = plain | UNDOCUMENTED, str(body.get("orderNumber"))
    else:
        order = _any_order(site) if order_id is None else site.store.order(order_id)
        plain, entity_id = _BODIES[event_type.name](order), order.id
        body = with_changes(to_jsonable_python(plain, exclude_none=True), changes)
    unknown = tuple(found for path in changes if (found := unknown_path(plain, path)) is not None)
    return Fired(publish(site, event_type, entity_id, body, chaos=chaos, to=to), unknown)


_BODIES: Mapping[str, Callable[[Order], Any]] = {
    # As a model, which knows its fields even if the order has no fulfillments.
    FULFILLMENTS_UPDATED.name: lambda order: OrderWithFulfillments.trusted(
        order_id=order.id, fulfillments=order.fulfillments
    ),
    ORDER_CREATED.name: lambda order: order,
    ORDER_UPDATED.name: lambda order: order,
    ORDER_APPROVED.name: lambda order: {"order": order},
    ORDER_CANCELED.name: lambda order: canceled_body(order, CancelSideEffects()),
    ORDER_FULFILLED.name: lambda order: fulfilled_body(order, order),
    ORDER_PAYMENT_STATUS_UPDATED.name: lambda order: {"order": order, "previousPaymentStatus": "NOT_PAID"},
}


def _any_order(site: Site) -> Order:
    orders = site.store.orders()
    if not orders:
        raise NoOrder
    return next((order for order in orders if order.fulfillments), orders[0])
