"""The lifecycle simulation at work: a carrier's updates, each with its webhook."""

from typing import TYPE_CHECKING

from emulator.domain.fulfillments import FulfillmentPatch
from emulator.domain.lifecycle import next_status
from emulator.domain.orders import Order
from emulator.domain.shipping import amend
from emulator.operations.publishing import publish_fulfillments
from emulator.site import Site

if TYPE_CHECKING:
    from emulator.states import Walk


def set_lifecycle(site: Site, order_id: str, lifecycle: str) -> Order:
    """Have the order's fulfillments walk, those of today and those to come. Raises OrderNotFound."""
    order = site.store.order(order_id)
    site.walks.set_lifecycle(order, lifecycle, site.clock.now())
    site.wake()
    return order


def take_due_steps(site: Site) -> int:
    """Take every step that is due by the site's clock, the earliest first; how many they were."""
    steps = 0
    while (walk := site.walks.take_due(site.clock.now())) is not None:
        steps += _take(site, walk)
    return steps


def _take(site: Site, walk: "Walk") -> bool:
    """Give the fulfillment its next status, if it still is where the walk left it."""
    order, status = site.store.find(walk.order_id), next_status(walk.status)
    current = next((one for one in order.fulfillments if one.id == walk.fulfillment_id), None) if order else None
    if order is None or status is None or current is None or current.status != walk.status:
        return False
    amended = amend(
        order,
        walk.fulfillment_id,
        FulfillmentPatch(status=status),
        now=site.clock.now(),
        behaviours=site.behaviours,
        taken_elsewhere=lambda _: False,  # a step changes no tracking number
    )
    site.store.put(amended)
    publish_fulfillments(site, amended)
    return True
