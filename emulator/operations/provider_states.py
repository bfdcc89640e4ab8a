"""Provider states: what a contract test takes for granted before a call, by name, as Pact asks for it."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from emulator.domain.carriers import tracking_link
from emulator.operations.control import merge_seed
from emulator.seeds import EMPTY, fixtures, read
from emulator.site import Site

ORDER_ID = "0d8f1c7e-0000-4000-8000-000000000949"
LINE_ITEM_ID = "00000000-0000-0000-0000-000000000001"
FULFILLMENT_ID = "f0f1c7e0-0000-4000-8000-000000000949"
TRACKING_NUMBER = "949949949"

Json = dict[str, Any]
Params = Mapping[str, Any]
State = Callable[[Site, Params], Json]


class UnknownState(Exception):  # noqa: N818 - an answer
    """A state that the emulator has no data for."""


def set_up(site: Site, names: Iterable[str], params: Params) -> Json:
    """Bring the states about, one after the other; the values that a contract may put into its requests.

    A state adds to what is there, and replaces its own order. Raises SeedError, LimitReached; UnknownState, and then
    changes nothing.
    """
    values: Json = {}
    for state in [_found(name) for name in names]:
        values |= state(site, params)
    return values


def tear_down(site: Site) -> None:
    """Leave nothing of any state behind: the site is as a fresh one."""
    site.reset()


def seeds() -> tuple[str, ...]:
    """The names of the seeds that are states too, as `docs` or `seed docs`."""
    return (*sorted(path.stem for path in fixtures().glob("*.yaml")), EMPTY)


def _found(name: str) -> State:
    if name == "":  # Pact's way of saying: no state in particular
        return lambda site, params: {}  # noqa: ARG005 - every state takes both
    if name == NO_ORDERS:
        return _without_orders
    if name in STATES:
        return partial(_with_order, STATES[name])
    if (seed := name.removeprefix("seed ")) in seeds():
        return partial(_with_seed, seed)
    raise UnknownState(name)


def _without_orders(site: Site, params: Params) -> Json:  # noqa: ARG001 - every state takes both
    site.reset()
    site.store.clear(())
    site.walks.clear()
    return {}


def _with_order(make: Callable[[Json, Params], Json], site: Site, params: Params) -> Json:
    values = {
        "orderId": str(params.get("orderId", ORDER_ID)),
        "lineItemId": str(params.get("lineItemId", LINE_ITEM_ID)),
    }
    merge_seed(site, {"orders": [make(values, params)]})
    return values


def _with_seed(seed: str, site: Site, params: Params) -> Json:  # noqa: ARG001 - every state takes both
    orders = [] if seed == EMPTY else merge_seed(site, read(fixtures() / f"{seed}.yaml"))
    return {"orderIds": [order.id for order in orders]}


def _approved(values: Json, params: Params) -> Json:
    return _order(values, params.get("quantity", 10))


def _some_left(values: Json, params: Params) -> Json:
    remaining = params.get("remaining", 3)
    shipped = params.get("shipped", 2)
    ordered = remaining + shipped if isinstance(remaining, int) and isinstance(shipped, int) else remaining
    return _shipped(values, params, shipped, _order(values, ordered))


def _fulfilled(values: Json, params: Params) -> Json:
    quantity = params.get("quantity", 1)
    return _shipped(values, params, quantity, _order(values, quantity))


def _not_approved(values: Json, params: Params) -> Json:
    return _approved(values, params) | {"status": "INITIALIZED", "paymentStatus": "NOT_PAID"}


def _canceled(values: Json, params: Params) -> Json:
    return _approved(values, params) | {"status": "CANCELED"}


def _order(values: Json, quantity: Any) -> Json:
    return {"id": values["orderId"], "lineItems": [{"id": values["lineItemId"], "quantity": quantity}]}


def _shipped(values: Json, params: Params, quantity: Any, order: Json) -> Json:
    values["fulfillmentId"] = str(params.get("fulfillmentId", FULFILLMENT_ID))
    values["trackingNumber"] = str(params.get("trackingNumber", TRACKING_NUMBER))
    fulfillment = {
        "id": values["fulfillmentId"],
        "createdDate": "2026-01-01T00:00:00.000Z",
        "lineItems": [{"id": values["lineItemId"], "quantity": quantity}],
        "trackingInfo": {
            "trackingNumber": values["trackingNumber"],
            "shippingProvider": "fedex",
            "trackingLink": tracking_link("fedex", values["trackingNumber"]),
        },
    }
    return order | {"fulfillments": [fulfillment]}


NO_ORDERS = "no orders"
STATES: Mapping[str, Callable[[Json, Params], Json]] = MappingProxyType(
    {
        "an approved order": _approved,
        "an approved order with three of a line item left": _some_left,
        "a fulfilled order": _fulfilled,
        "an order that is not approved": _not_approved,
        "a canceled order": _canceled,
    }
)
