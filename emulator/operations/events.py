"""Events fired by hand, on top of what the site really holds."""

from collections.abc import Mapping
from typing import Any

from emulator.domain.chaos import Chaos
from emulator.domain.deliveries import Subscription
from emulator.domain.events import Event, EventType
from emulator.domain.orders import Order
from emulator.domain.paths import with_changes
from emulator.domain.refusals import OrderNotFound
from emulator.domain.tickets import ticket_order
from emulator.operations.publishing import publish
from emulator.site import Site


def fire(
    site: Site,
    event_type: EventType,
    order_id: str | None,
    changes: Mapping[str, Any],
    *,
    chaos: Chaos | None = None,
    to: Subscription | None = None,
) -> Event:
    """Publish an event about the order, or the first one with fulfillments; `changes` are set in its body by path.

    Raises OrderNotFound, and PathError for a path that does not fit.
    """
    if event_type.body_kind == "flat":
        body = with_changes(ticket_order(guid=site.ids.guid, now=site.clock.now()), changes)
        return publish(site, event_type, str(body.get("orderNumber")), body, chaos=chaos, to=to)
    order = _any_order(site) if order_id is None else site.store.order(order_id)
    fulfillments = order.with_all_fulfillments().model_dump(mode="json", exclude_none=True)
    return publish(site, event_type, order.id, with_changes(fulfillments, changes), chaos=chaos, to=to)


def _any_order(site: Site) -> Order:
    orders = site.store.orders()
    if not orders:
        raise OrderNotFound("(any)")
    return next((order for order in orders if order.fulfillments), orders[0])
